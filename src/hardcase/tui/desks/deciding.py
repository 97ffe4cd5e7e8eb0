"""Decisions on samples, on one or on many at once, and taking them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.model.job import Status, Task
from hardcase.session import Tab
from hardcase.tui.desks.desk import Desk
from hardcase.tui.screens.done import asked_again, in_past, stepped
from hardcase.tui.widgets.lines import TAB_TITLES, OneLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.model.changes import Change


class DecidingDesk(Desk):
    """What a person decides; each decision is one Change."""

    ALTERING: ClassVar = frozenset(
        ("confirm", "reject", "clear", "no_objects", "undo", "redo", "save_again")
    )

    def useful(self, action: str) -> bool:
        """Leave out what would change nothing."""
        sample = self.browser.current
        match action:
            case "confirm":
                return sample is not None and (
                    sample.status is Status.TO_BE_CONFIRMED
                    or (sample.status is Status.UNLABELED and bool(sample.annotations))
                )
            case "reject":
                return sample is not None and sample.status is Status.TO_BE_CONFIRMED
            case _:
                return True

    def decide(
        self,
        command: Callable[[list[int]], Change | None],
        nothing: str,
        targets: list[int] | None = None,
    ) -> bool | None:
        """Run a command on the targets. Return whether it changed anything, None if it failed.

        The targets are those of this moment, unless they were asked about before.
        """
        screen = self.screen
        if targets is None:
            targets = self.browser.targets()
        if not targets:
            screen.say("there is no sample here")
            return None
        try:
            change = command(targets)
        except HardcaseError as error:
            screen.complain(error)
            return None
        undo = screen.key("undo")
        screen.say(f"{in_past(change)} · {undo} undoes" if change else nothing)
        if change and len(targets) > 1:
            self.browser.clear_selection()
            screen.show_list()
        return change is not None

    def onwards(self, decided: Sequence[int]) -> None:
        """Go to the next sample, unless it came here by itself because the decided one left."""
        current = self.browser.current
        here = current is not None and len(decided) == 1 and current.id == decided[0]
        if here and not self.screen.gallery.keeps_page:
            self.screen.moving.go(self.browser.cursor + 1)

    def action_confirm(self) -> None:
        """Confirm and go on; what is confirmed already is passed by."""
        targets = self.browser.targets()
        if targets and all(self.session.sample(i).status is Status.LABELED for i in targets):
            self.screen.say("confirmed already")
            self.onwards(targets)
        elif self.decide(self.session.confirm, f"nothing to confirm: {self._first}"):
            self.onwards(targets)

    @property
    def _first(self) -> str:
        """What comes before there is something to confirm."""
        if self.session.task is Task.CLASSIFICATION:
            return "give it a label first"
        draw, none = self.screen.key("edit_boxes"), self.screen.key("no_objects")
        return f"{draw} draws boxes, {none} says there are no objects"

    def action_reject(self) -> None:
        """Reject the auto labels."""
        self.decide(self.session.reject, "nothing to reject: there are no auto labels")

    def action_clear(self) -> None:
        """Remove every label."""
        self.decide(self.session.clear, "there is no label to remove")

    def action_no_objects(self) -> None:
        """Say that there are no objects here, and go on."""
        targets = self.browser.targets()
        if self.decide(self.session.set_no_objects, "said so already") is not None:
            self.onwards(targets)

    def action_undo(self) -> None:
        """Undo, and go to the sample if this tab has it; what was large only when asked again."""
        shown = self.screen.query_one("#message", OneLine).text
        if asked := asked_again(self.session, self.screen.key("undo"), shown):
            self.screen.say(asked)
        else:
            self._step_back(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        """Redo, and go to the sample if this tab has it."""
        self._step_back(self.session.redo, "nothing to redo")

    def action_save_again(self) -> None:
        """Try to save again."""
        screen = self.screen
        if self.session.trouble is None:
            screen.say("everything is saved as you go")
        elif self.session.retry():
            screen.say("saved")
        else:
            screen.complain(f"still not saved: {self.session.trouble}")
        screen.show_title()

    def _step_back(self, command: Callable[[], Change | None], nothing: str) -> None:
        try:
            change = command()
        except HardcaseError as error:
            self.screen.complain(error)
            return
        if change is None:
            self.screen.say(nothing)
            return
        edits = (edit for edit in change.edits if edit.table is Table.SAMPLES)
        touched = {edit.key for edit in edits if edit.after is not None}  # the others are gone
        self.screen.say(stepped(change, self.screen.key("redo")) + self._go_to_first(touched))

    def _go_to_first(self, touched: set[int]) -> str:
        """Go to the first of the samples in the list; return where they are if none is there."""
        index = self.browser.first_of(touched)
        if index is not None:
            self.screen.moving.go(index)
        elif touched:
            status = self.session.sample(min(touched)).status
            tab = next(tab for tab in Tab if tab.status is status)
            if tab is not self.browser.tab:
                return f" · now in {TAB_TITLES[tab]}"
            return " · the filter hides it"
        return ""
