"""The labels of a job, to be kept in order: every key acts at once, and undo takes it back."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input

from hardcase.errors import HardcaseError
from hardcase.model.job import Task
from hardcase.model.numbers import count
from hardcase.model.palette import LABEL_COLOURS
from hardcase.session import label_list
from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.screens.done import asked_again, told
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Change
    from hardcase.model.job import Label
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part


class _Asking(Enum):
    """What the next enter answers."""

    NOTHING = auto()
    NEW_LABEL = auto()
    NEW_NAME = auto()
    MERGE_INTO = auto()


class LabelListDialog(ListDialog[None]):
    """Shows every label with its digit, colour and counts. It has no answer: it acts."""

    AUTO_FOCUS = ""  # keys act on the list until a name is asked for

    def __init__(self, actions: Sequence[Action], session: LabelingSession) -> None:
        super().__init__(actions)
        self._bindings = place_bindings(actions, (Place.LABELS, Place.DIALOG))
        self._session = session
        self._uses = label_list.uses(session)
        self._asking = _Asking.NOTHING
        self._subject: Label | None = None
        """The label that is being renamed or merged."""

    def compose(self) -> ComposeResult:
        """Lay out the labels over a line to type in and one that says what happened."""
        with Vertical(classes="box wide tall") as box:
            box.border_title = "Labels"
            box.border_subtitle = self._hints()
            yield VirtualList(self._draw)
            yield Input(compact=True, classes="asked")
            yield OneLine(id="problem")

    def on_mount(self) -> None:
        """Show the labels."""
        self._ask(_Asking.NOTHING)
        self._show(0)
        if not self._uses:
            self.say(f"no labels yet: {self.key('labels_add')} adds one")

    def action_labels_add(self) -> None:
        """Ask for the name of a new label."""
        if self._may_be_changed():
            self._ask(_Asking.NEW_LABEL, placeholder="name of the new label")

    def action_labels_rename(self) -> None:
        """Ask for another name."""
        if self._may_be_changed() and (label := self._under_cursor()):
            self._ask(_Asking.NEW_NAME, label, value=label.name)

    def action_labels_merge(self) -> None:
        """Ask for the label to merge this one into."""
        if self._may_be_changed() and (label := self._under_cursor()):
            self._ask(_Asking.MERGE_INTO, label)
            self.say(
                f"merge {label.name} into which? go there and press {self.key('dialog_accept')}"
            )

    def action_labels_delete(self) -> None:
        """Delete the label and all that bears it; undo brings it back."""
        if label := self._under_cursor():
            self._do(lambda: label_list.delete(self._session, label.name))

    def action_labels_move(self, by: int) -> None:
        """Move the label up or down the list; its digit goes with its place."""
        if label := self._under_cursor():
            place = self.rows.cursor + by
            self._do(lambda: label_list.move(self._session, label.name, place), cursor=place)

    def action_labels_colour(self) -> None:
        """Give the label the next colour of the palette."""
        if label := self._under_cursor():
            known = label.colour in LABEL_COLOURS
            after = LABEL_COLOURS.index(label.colour) + 1 if known else 0
            colour = LABEL_COLOURS[after % len(LABEL_COLOURS)]
            self._do(lambda: label_list.recolour(self._session, label.name, colour))

    def action_labels_undo(self) -> None:
        """Take back the newest change of the job; a large one only when asked again."""
        shown = self.query_one("#problem", OneLine).text
        if asked := asked_again(self._session, self.key("labels_undo"), shown):
            self.say(asked)
        else:
            self._do(self._session.undo, nothing="nothing to undo")

    def action_labels_redo(self) -> None:
        """Repeat what was taken back."""
        self._do(self._session.redo, nothing="nothing to redo")

    def action_dialog_accept(self) -> None:
        """Answer what was asked."""
        asking, subject = self._asking, self._subject
        typed = self.query_one(Input).value
        if asking is _Asking.NEW_LABEL:
            self._do(
                lambda: self._session.add_labels([typed]),
                "there is that label",
                cursor=-1,
                insist=True,
            )
        elif asking is _Asking.NEW_NAME and subject:
            self._do(lambda: label_list.rename(self._session, subject.name, typed), "named so")
        elif asking is _Asking.MERGE_INTO and subject and (target := self._under_cursor()):
            self._do(lambda: label_list.merge(self._session, subject.name, target.name))

    def action_dialog_close(self) -> None:
        """Drop what was asked; close if nothing was."""
        if self._asking is _Asking.NOTHING:
            self.dismiss(None)
        else:
            self._ask(_Asking.NOTHING)
            self.say("")

    def _may_be_changed(self) -> bool:
        """Refuse before anything is asked for, if nothing could come of it."""
        if self._session.read_only:
            self.say("the job is read-only: nothing can be changed", "$error bold")
        return not self._session.read_only

    def _under_cursor(self) -> Label | None:
        return self._uses[self.rows.cursor].label if self._uses else None

    def _ask(
        self,
        asking: _Asking,
        subject: Label | None = None,
        *,
        value: str = "",
        placeholder: str = "",
    ) -> None:
        """Ask for something, or for nothing more."""
        self._asking, self._subject = asking, subject
        line = self.query_one(Input)
        line.display = asking in (_Asking.NEW_LABEL, _Asking.NEW_NAME)
        line.value, line.placeholder = value, placeholder
        if line.display:
            line.focus()
            self.say("")
        else:
            self.set_focus(None)

    def _do(
        self,
        step: Callable[[], Change | None],
        nothing: str = "nothing to change",
        *,
        cursor: int | None = None,
        insist: bool = False,
    ) -> None:
        """Take a step, say what came of it; `cursor` is where to go then, -1 the last label.

        With `insist`, what was asked stays asked if there was nothing to do: keys that correct a
        name must not act on the list.
        """
        try:
            change = step()
        except HardcaseError as error:
            self.say(str(error), "$error bold")
            return
        if change is None and insist:
            self.say(nothing, "$error bold")
            return
        self._ask(_Asking.NOTHING)
        self._uses = label_list.uses(self._session)
        at = self.rows.cursor if cursor is None else cursor
        self._show(len(self._uses) - 1 if at == -1 else at)
        undo, redo = self.key("labels_undo"), self.key("labels_redo")
        self.say(nothing if change is None else told(change, undo, redo))

    def _show(self, cursor: int) -> None:
        self.rows.set_rows(len(self._uses), cursor)

    def _hints(self) -> str:
        words = {"add": "add", "rename": "rename", "merge": "merge", "delete": "drop"}
        acts = [f"{self.key(f'labels_{name}')} {word}" for name, word in words.items()]
        up, down = self.key("labels_up"), self.key("labels_down")
        acts += [f"{up}{down} move", f"{self.key('labels_colour')} colour"]
        return " · ".join([*acts, f"{self.key('labels_close')} close"])

    def _draw(self, index: int, width: int) -> list[Part]:
        use = self._uses[index]
        label = use.label
        digit = str((label.position + 1) % 10) if label.position < 10 else " "
        used = _used(use, boxes=self._session.task is Task.DETECTION)
        merging = self._asking is _Asking.MERGE_INTO and self._subject == label
        before = f" (was {', '.join(label.aliases)})" if label.aliases else ""
        room = max(width - 8 - len(used), 4)
        name = fit(f"{label.name}{before}", room)
        return [
            ("→ " if merging else "  ", "strong"),
            (f"{digit} ", "muted"),
            ("■ ", label.colour),
            (name, ""),
            (f" {used} ", "muted"),
        ]


def _used(use: label_list.Use, *, boxes: bool) -> str:
    """Return how much a label is used, in columns."""
    if not use.annotations:
        return "unused"
    images = f"{count(use.samples, 'image'):>14}"
    return f"{count(use.annotations, 'box')}{images}" if boxes else images.strip()
