"""Where one was, and what was decided last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.session import Tab
from hardcase.session.positions import Position, remember
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.decisions import DecisionsDialog
from hardcase.tui.widgets.lines import TAB_TITLES

if TYPE_CHECKING:
    from hardcase.model.changes import Step
    from hardcase.tui.screens.job import JobScreen

_LAST = 10
_KEPT_EVERY = 15.0
"""Seconds: a line that breaks down costs no more of where one was."""


class PastDesk(Desk):
    """The last decisions, and the position that the next start begins with."""

    def __init__(self, screen: JobScreen) -> None:
        super().__init__(screen)
        self._kept: Position | None = None

    def begin(self) -> None:
        """Keep the position from now on."""
        self._kept = self._position()
        self.screen.set_interval(_KEPT_EVERY, self.keep)

    def keep(self) -> None:
        """Keep where one is, if that is another place than before."""
        now = self._position()
        if now != self._kept:
            self._kept = now
            remember(self.session.path, now)

    def action_decisions(self) -> None:
        """List the last decisions and go back to one."""
        screen = self.screen
        try:
            steps = self.session.decisions(_LAST)
        except HardcaseError as error:
            screen.complain(error)
            return
        if steps:
            screen.app.push_screen(DecisionsDialog(screen.actions, steps), self._go_to)
        else:
            screen.say("nothing was decided yet")

    def go(self, sample_id: int) -> str:
        """Go to a sample, in another tab or without the filter if need be; return what that was."""
        browser, screen = self.browser, self.screen
        if (index := browser.first_of({sample_id})) is not None:
            screen.moving.go(index)
            return ""
        screen.check.leave()
        status = self.session.sample(sample_id).status
        tab = next(tab for tab in Tab if tab.status is status)
        notes = []
        if tab is not browser.tab:
            screen.moving.open_tab(tab)
            notes.append(f" · now in {TAB_TITLES[tab]}")
        if browser.first_of({sample_id}) is None:
            browser.set_filter("")
            screen.show_list()
            notes.append(" · without the filter")
        if (index := browser.first_of({sample_id})) is not None:
            screen.moving.go(index)
        return "".join(notes)

    def _go_to(self, step: Step | None) -> None:
        if step is None:
            return
        screen = self.screen
        there = [i for i in step.samples if self.session.has(i)]
        if there:
            path = self.session.sample(there[0]).path
            notes = self.go(there[0])
            more = " · the first of several" if len(step.samples) > 1 else ""
            screen.say(f"{path}{more}{notes}")
        elif step.samples:
            screen.say(f"that sample is no longer in the job; {screen.key('undo')} brings it back")
        else:
            screen.say("that was about no sample")

    def _position(self) -> Position:
        return Position(self.browser.tab, self.browser.places)
