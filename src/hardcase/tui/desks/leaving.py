"""Leaving the job, which something still going on may speak against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.messages import JobLeft, QuitAsked

if TYPE_CHECKING:
    from textual.message import Message


class LeavingDesk(Desk):
    """Back to the list of jobs, or out of the app."""

    async def action_back(self) -> None:
        """Leave the check if it is shown, else the job."""
        if self.screen.check.leave():
            self.screen.show_list()
        else:
            self.leave(JobLeft())

    async def action_quit_app(self) -> None:
        """Leave the app."""
        self.leave(QuitAsked())

    def leave(self, message: Message) -> None:
        """Post `message`, after asking if something is still going on."""
        screen, session = self.screen, self.session
        asked: list[tuple[str, str]] = []
        if screen.runs.busy:
            resume = screen.key("resume_run")
            stops = f"The run stops; what it did is kept, and {resume} resumes it."
            asked.append(("A run is under way.", stops))
        if session.trouble is not None:
            lost = f"{session.trouble}. What is not saved is lost."
            asked.append(("Not everything is saved.", lost))
        if not asked:
            screen.post_message(message)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                screen.runs.abandon()
                screen.post_message(message)

        question = " ".join([*(what for what, _ in asked), "Leave?"])
        consequence = "\n".join(then for _, then in asked)
        deliberate = session.trouble is not None
        dialog = ConfirmDialog(screen.actions, question, consequence, deliberate=deliberate)
        screen.app.push_screen(dialog, answered)
