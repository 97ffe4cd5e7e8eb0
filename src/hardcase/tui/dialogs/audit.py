"""Asking how many wrong labels are tolerated among what is confirmed unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.errors import UsageError
from hardcase.model.numbers import typed_share
from hardcase.session.judging.audit import Candidates
from hardcase.session.judging.audit_words import WHAT_IS_WRONG, Declined, Proposal, plan_in_words
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action

_FIRST = "1 %"


class AuditDialog(Dialog[Proposal]):
    """Answers with the check to draw."""

    @dataclass
    class Planned(Message):
        """What a risk as it was typed comes to."""

        typed: str
        found: Proposal | Declined

    def __init__(self, actions: Sequence[Action], session: LabelingSession) -> None:
        super().__init__(actions)
        self._candidates = Candidates(session)
        self._wrong = WHAT_IS_WRONG[session.task]
        self._found: Proposal | Declined | None = None
        self._accepting = False

    def compose(self) -> ComposeResult:
        """Lay out one line to fill in, over what it comes to."""
        with Vertical(classes="box wide") as box:
            box.border_title = "Confirm the easy rest unseen"
            box.border_subtitle = (
                f"{self.key('dialog_accept')} draws the check · {self.key('dialog_close')} closes"
            )
            yield Label("Tolerated share of wrong labels, such as 1 % or 0.01", markup=False)
            yield Input(_FIRST, id="risk", compact=True, placeholder="1 %")
            yield Label("", id="plan", markup=False)
            yield Label(f"{self._wrong}.".capitalize(), classes="note", markup=False)
            yield OneLine(id="problem")

    def on_mount(self) -> None:
        """Work out what the first offer comes to."""
        self.on_input_changed()

    def on_input_changed(self) -> None:
        """Work out what it comes to."""
        typed = self.query_one(Input).value
        self._found = None
        self._accepting = False
        try:
            risk = _typed_share(typed)
        except UsageError as error:
            self._say("", str(error))
            return
        self._say("…", "")
        self._plan(typed, risk)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _plan(self, typed: str, risk: float) -> None:
        self.post_message(self.Planned(typed, self._candidates.propose(risk)))

    def on_audit_dialog_planned(self, message: Planned) -> None:
        """Show what it comes to, unless something else was typed meanwhile."""
        if message.typed != self.query_one(Input).value:
            return
        self._found = message.found
        said = plan_in_words(message.found)
        self._say(f"{said[0].upper()}{said[1:]}.", "")
        if self._accepting:
            self.action_dialog_accept()

    def action_dialog_accept(self) -> None:
        """Draw the check, as soon as it is planned."""
        self._accepting = self._found is None
        if isinstance(self._found, Proposal):
            self.dismiss(self._found)
        elif self._found is not None:
            self.query_one("#problem", OneLine).show("there is nothing to draw", "$error bold")

    def _say(self, plan: str, problem: str) -> None:
        self.query_one("#plan", Label).update(plan)
        self.query_one("#problem", OneLine).show(problem, "$error bold")


def _typed_share(text: str) -> float:
    """Return the share that somebody typed. Raises UsageError."""
    try:
        share = typed_share(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise UsageError("give a share above 0 and below 1, such as 1 % or 0.01")
    return share
