"""Auto labeling from the job screen, and leaving the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.job import RunState
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.messages import JobLeft, QuitAsked
from hardcase.tui.screens.job_moves import JobMoves

if TYPE_CHECKING:
    from textual.message import Message

    from hardcase.model.job import Run
    from hardcase.session.runs import RunRequest


class JobRuns(JobMoves):
    """The actions that start, resume and cancel runs, and those that close the job."""

    _last_request: RunRequest | None = None

    def on_mount(self) -> None:
        """Say so where a run was broken off, by a crash or by whoever closed the terminal."""
        run = self.stopped_run()
        if run is not None and run.state is RunState.RUNNING and not self.session.read_only:
            resume = self.key("resume_run")
            self.say(f"run {run.id} stopped at {run.done:,} of {run.total:,} · {resume} resumes it")

    def action_auto_label(self) -> None:
        """Ask for a model and run it."""
        if self.session.read_only:
            self.complain("the job is read-only: auto labeling would change it")
        elif self.runs.busy:
            self.say(f"a run is under way; {self.key('cancel_run')} cancels it")
        else:
            self._ask_for_model(None)

    def action_resume_run(self) -> None:
        """Go on with the run that stopped."""
        stopped = self.stopped_run()
        if self.runs.busy:
            self.say(f"a run is under way; {self.key('cancel_run')} cancels it")
        elif stopped is None:
            self.say(f"there is no run to resume; {self.key('auto_label')} starts one")
        elif self._last_request is not None:
            self.runs.start(self._last_request)
        else:
            self._ask_for_model(stopped)

    def action_cancel_run(self) -> None:
        """Cancel the run under way."""
        self.say("cancelling the run…" if self.runs.cancel() else "no run is under way")

    async def action_back(self) -> None:
        """Leave the job."""
        self._leave(JobLeft())

    async def action_quit_app(self) -> None:
        """Leave the app."""
        self._leave(QuitAsked())

    def _ask_for_model(self, resumed: Run | None) -> None:
        dialog = AutoLabelDialog(self.actions, self.session, resumed)
        self.app.push_screen(dialog, self._start)

    def _start(self, request: RunRequest | None) -> None:
        if request is not None:
            self._last_request = request
            self.runs.start(request)

    def _leave(self, message: Message) -> None:
        """Post `message`, after asking if something is still going on."""
        if self.runs.busy:
            question = "A run is under way. Leave?"
            consequence = f"It stops; what it did is kept, and {self.key('resume_run')} resumes it."
        elif self.session.trouble is not None:
            question = "Not everything is saved. Leave?"
            consequence = f"{self.session.trouble}. What is not saved is lost."
        else:
            self.post_message(message)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                self.runs.abandon()
                self.post_message(message)

        self.app.push_screen(ConfirmDialog(self.actions, question, consequence), answered)
