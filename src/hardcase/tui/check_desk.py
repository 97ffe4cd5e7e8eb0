"""Audited bulk confirm on the job screen: ask, show the check, count it, confirm the rest.

The job keeps the audit; this keeps only whether its check is what the list shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from hardcase.errors import HardcaseError
from hardcase.hardness.audit import bound
from hardcase.model.audit import Audit, AuditState
from hardcase.session import Tab, audit
from hardcase.session.audit_words import WHAT_IS_WRONG, Proposal, failed_in_words, percent
from hardcase.tui.dialogs.audit import AuditDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog

if TYPE_CHECKING:
    from textual.app import App

    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.screens.browser import Browser


class Host(Protocol):
    """What the desk needs of the job screen."""

    actions: tuple[Action, ...]
    session: LabelingSession
    browser: Browser

    @property
    def app(self) -> App[object]:
        """The app, for dialogs."""

    @property
    def is_current(self) -> bool:
        """Whether nothing is over the screen."""

    def say(self, text: str) -> None:
        """Show what was done."""

    def complain(self, error: HardcaseError | str) -> None:
        """Show what is wrong."""

    def key(self, action_id: str) -> str:
        """Return the user's key for an action."""

    def show_list(self) -> None:
        """Show the list as it is now."""


class CheckDesk:
    """The random check of an audit as the list of a job screen."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asking = False

    @property
    def showing(self) -> bool:
        """Whether the list shows the check."""
        return self._host.browser.within is not None

    @property
    def brief(self) -> str:
        """How far the check has come, empty while it is not shown."""
        open_ = audit.under_way(self._host.session) if self.showing else None
        if open_ is None:
            return ""
        now = audit.glance(self._host.session, open_)
        return f"check {now.checked:,} of {open_.drawn:,}, {now.wrong:,} wrong"

    def open(self) -> None:
        """Go on with the check under way, or ask for the tolerated share of wrong labels."""
        host = self._host
        if host.session.read_only:
            host.complain("the job is read-only: confirming would change it")
        elif (open_ := audit.under_way(host.session)) is None:
            dialog = AuditDialog(host.actions, host.session)
            host.app.push_screen(dialog, self._accepted)
        else:
            self._show(open_)

    def leave(self) -> bool:
        """Show the whole list again. Return whether it was the check that was shown."""
        if not self.showing:
            return False
        self._host.browser.narrow(None)
        if audit.under_way(self._host.session) is not None:
            self._host.say(f"the check is kept; {self._host.key('confirm_unseen')} goes on with it")
        return True

    def settle(self) -> None:
        """End the check if it is through: ask about the rest, or say that it failed."""
        host = self._host
        open_ = audit.under_way(host.session) if self.showing else None
        if open_ is None or self._asking or not host.is_current:
            return
        if not audit.glance(host.session, open_).complete:
            return
        now = audit.progress(host.session, open_)
        if now.lost or now.hopeless:
            self._end(open_)
            return
        most = bound(now.wrong, open_.size, open_.drawn, open_.alpha, left=len(now.unseen))
        self._asking = True
        dialog = ConfirmDialog(
            host.actions,
            f"The check is through: {now.wrong:,} of {open_.drawn:,} wrong. "
            f"Confirm the other {len(now.unseen):,} unseen?",
            f"At most {percent(most)} of them are wrong, at 95 %. One undo takes it back.",
            deliberate=True,
        )
        host.app.push_screen(dialog, lambda yes: self._answered(open_, sure=bool(yes)))

    def _accepted(self, found: Proposal | None) -> None:
        if found is None:
            return
        try:
            self._show(audit.draw(self._host.session, found))
        except HardcaseError as error:
            self._host.complain(error)

    def _show(self, open_: Audit) -> None:
        host = self._host
        host.browser.set_filter("")
        host.browser.switch(Tab.TO_BE_CONFIRMED)
        host.browser.narrow(np.array(open_.checks, np.int64))
        host.show_list()
        host.say(f"check these {open_.drawn:,}: {WHAT_IS_WRONG[host.session.task]}")
        self.settle()

    def _answered(self, open_: Audit, *, sure: bool) -> None:
        self._asking = False
        if sure:
            self._end(open_)
            return
        self.leave()
        self._host.show_list()

    def _end(self, open_: Audit) -> None:
        host = self._host
        host.browser.narrow(None)
        try:
            done = audit.finish(host.session, open_)
        except HardcaseError as error:
            host.complain(error)
            return
        host.show_list()
        if done.state is AuditState.CONFIRMED:
            most = percent(done.bound or 0.0)
            host.say(
                f"confirmed {done.confirmed:,} unseen, at most {most} wrong at 95 % · "
                f"{host.key('undo')} undoes"
            )
        elif done.state is AuditState.FAILED:
            host.complain(failed_in_words(done))
        else:
            host.complain("a run has labeled checked samples anew: the check says nothing now")
