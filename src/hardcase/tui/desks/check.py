"""Audited bulk confirm on the job screen: ask, show the check, count it, confirm the rest.

The job keeps the audit; this keeps only whether its check is what the list shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hardcase.errors import HardcaseError
from hardcase.hardness.audit import bound
from hardcase.model.audit import Audit, AuditState
from hardcase.model.numbers import percent
from hardcase.session import Tab
from hardcase.session.judging import audit
from hardcase.session.judging.audit_words import WHAT_IS_WRONG, Proposal, failed_in_words
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.audit import AuditDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog

if TYPE_CHECKING:
    from hardcase.tui.screens.job import JobScreen


class CheckDesk(Desk):
    """The random check of an audit as the list of a job screen."""

    ALTERING: ClassVar = frozenset(("confirm_unseen",))

    def __init__(self, screen: JobScreen) -> None:
        super().__init__(screen)
        self._asking = False

    def useful(self, action: str) -> bool:
        """Offer the easy rest where it is listed."""
        if action == "confirm_unseen":
            return self.browser.tab is Tab.TO_BE_CONFIRMED and not self.showing
        return True

    @property
    def showing(self) -> bool:
        """Whether the list shows the check."""
        return self.browser.within is not None

    @property
    def brief(self) -> str:
        """How far a check has come, and the key that goes on with it; empty without one."""
        open_ = audit.under_way(self.session)
        if open_ is None:
            return ""
        now = audit.glance(self.session, open_)
        brief = f"check {now.checked:,} of {open_.drawn:,}, {now.wrong:,} wrong"
        goes_on = f", {self.screen.key('confirm_unseen')} goes on"
        return brief if self.showing else brief + goes_on

    def action_confirm_unseen(self) -> None:
        """Go on with the check under way, or ask for the tolerated share of wrong labels.

        Where the check is shown already, ask whether to give it up.
        """
        screen = self.screen
        if self.session.read_only:
            screen.complain("the job is read-only: confirming would change it")
        elif (open_ := audit.under_way(self.session)) is None:
            dialog = AuditDialog(screen.actions, self.session)
            screen.app.push_screen(dialog, self._accepted)
        elif self.showing:
            self._ask_to_abandon(open_)
        else:
            self._show(open_)

    def leave(self) -> bool:
        """Show the whole list again. Return whether it was the check that was shown."""
        if not self.showing:
            return False
        self.browser.narrow(None)
        if audit.under_way(self.session) is not None:
            self.screen.say(
                f"the check is kept; {self.screen.key('confirm_unseen')} goes on with it"
            )
        return True

    def settle(self) -> None:
        """End the check if it is through: ask about the rest, or say that it failed."""
        screen = self.screen
        open_ = audit.under_way(self.session) if self.showing else None
        if open_ is None or self._asking or not screen.is_current:
            return
        if not audit.glance(self.session, open_).complete:
            return
        now = audit.progress(self.session, open_)
        if now.lost or now.hopeless:
            self._end(open_)
            return
        most = bound(now.wrong, open_.size, open_.drawn, open_.alpha, left=len(now.unseen))
        self._asking = True
        dialog = ConfirmDialog(
            screen.actions,
            f"The check is through: {now.wrong:,} of {open_.drawn:,} wrong. "
            f"Confirm the other {len(now.unseen):,} unseen?",
            f"At most {percent(most)} of them are wrong, at 95 %. One undo takes it back.",
            deliberate=True,
        )
        screen.app.push_screen(dialog, lambda yes: self._answered(open_, sure=bool(yes)))

    def _ask_to_abandon(self, open_: Audit) -> None:
        checked = audit.glance(self.session, open_).checked
        dialog = ConfirmDialog(
            self.screen.actions,
            f"Give the check up, after {checked:,} of {open_.drawn:,}?",
            "What you decided stays. It counts as a try: the next one has to promise more.\n"
            f"{self.screen.key('back')} leaves the check and keeps it for later.",
            deliberate=True,
        )
        self.screen.app.push_screen(dialog, lambda yes: self._abandon(open_) if yes else None)

    def _abandon(self, open_: Audit) -> None:
        screen = self.screen
        self.browser.narrow(None)
        try:
            done = audit.abandon(self.session, open_)
        except HardcaseError as error:
            screen.complain(error)
            return
        screen.show_list()
        screen.say(
            f"the check is given up after {done.checked:,} of {done.drawn:,}; "
            "nothing was confirmed unseen"
        )

    def _accepted(self, found: Proposal | None) -> None:
        if found is None:
            return
        try:
            self._show(audit.draw(self.session, found))
        except HardcaseError as error:
            self.screen.complain(error)

    def _show(self, open_: Audit) -> None:
        screen = self.screen
        self.browser.set_filter("")
        self.browser.switch(Tab.TO_BE_CONFIRMED)
        self.browser.narrow(np.array(open_.checks, np.int64))
        screen.show_list()
        screen.say(f"check these {open_.drawn:,}: {WHAT_IS_WRONG[self.session.task]}")
        self.settle()

    def _answered(self, open_: Audit, *, sure: bool) -> None:
        self._asking = False
        if sure:
            self._end(open_)
            return
        self.leave()
        self.screen.show_list()

    def _end(self, open_: Audit) -> None:
        screen = self.screen
        self.browser.narrow(None)
        try:
            done = audit.finish(self.session, open_)
        except HardcaseError as error:
            screen.complain(error)
            return
        screen.show_list()
        if done.state is AuditState.CONFIRMED:
            most = percent(done.bound or 0.0)
            screen.say(
                f"confirmed {done.confirmed:,} unseen, at most {most} wrong at 95 % · "
                f"{screen.key('undo')} undoes"
            )
        elif done.state is AuditState.FAILED:
            screen.complain(failed_in_words(done))
        else:
            screen.complain("a run has labeled checked samples anew: the check says nothing now")
