"""Asking from where on samples are called hard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.errors import UsageError
from hardcase.hardness import Rule, RuleKind
from hardcase.model.numbers import degree, percent, typed_share
from hardcase.session.judging.hard_rule import standing
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action

_WORDS = {"by risk": RuleKind.RISK, "by share of the work": RuleKind.SHARE}


class HardRuleDialog(Dialog[Rule]):
    """Answers with the rule to set."""

    def __init__(self, actions: Sequence[Action], session: LabelingSession) -> None:
        super().__init__(actions)
        self._session = session
        self._now = session.job.hard_rule

    def compose(self) -> ComposeResult:
        """Lay out the kind and the value, over what they come to."""
        with Vertical(classes="box wide") as box:
            box.border_title = "What is a hard example"
            box.border_subtitle = (
                f"{self.key('dialog_toggle')} next field · "
                f"{self.key('dialog_accept')} sets · {self.key('dialog_close')} closes"
            )
            yield Label(
                "Hard from which risk on (0.50), or which share of the work (20 %)",
                markup=False,
            )
            now = degree if self._now.kind is RuleKind.RISK else percent
            yield Input(now(self._now.value), id="value", compact=True, placeholder="0.50")
            first = next(word for word, kind in _WORDS.items() if kind is self._now.kind)
            yield Choice(sorted(_WORDS, key=lambda word: word != first), id="kind")
            yield Label("", id="standing", classes="note", markup=False)
            yield OneLine(id="problem")

    def on_mount(self) -> None:
        """Say what the rule there is comes to."""
        self._describe()

    def on_input_changed(self) -> None:
        """Say what the rule comes to."""
        self._describe()

    def on_choice_changed(self) -> None:
        """Say what the rule comes to."""
        self._describe()

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_dialog_accept(self) -> None:
        """Set it, if it is one."""
        try:
            self.dismiss(self._rule())
        except UsageError as error:
            self.query_one("#problem", OneLine).show(str(error), "$error bold")

    def _describe(self) -> None:
        problem = self.query_one("#problem", OneLine)
        try:
            said = str(standing(self._session, self._rule()))
        except UsageError as error:
            problem.show(str(error), "$error bold")
            return
        problem.show("")
        self.query_one("#standing", Label).update(f"{said[0].upper()}{said[1:]}.")

    def _rule(self) -> Rule:
        try:
            value = typed_share(self.query_one(Input).value)
            return Rule(_WORDS[self.query_one(Choice).value], value)
        except ValueError:
            raise UsageError("give a number from 0 to 1, such as 0.50, or 20 %") from None
