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

    def on_mount(self) -> None:
        """Say what the job file has to tell, and where a run was broken off.

        That is by a crash or by whoever closed the terminal.
        """
        news = [self.session.notice] if self.session.notice else []
        run = self.stopped_run()
        if run is not None and run.state is RunState.RUNNING and not self.session.read_only:
            stopped = f"run {run.id} stopped at {run.done:,} of {run.total:,}"
            news.append(f"{stopped} · {self.key('resume_run')} resumes it")
        self.say(" · ".join(news))

    def action_auto_label(self) -> None:
        """Ask for a model and run it."""
        if self.runs.refusal is not None:
            self.complain(self.runs.refusal)
        else:
            self._ask_for_model(None)

    def action_resume_run(self) -> None:
        """Go on with the run that stopped."""
        stopped = self.stopped_run()
        request = self.runs.request_of(stopped) if stopped is not None else None
        if self.runs.refusal is not None:
            self.complain(self.runs.refusal)
        elif stopped is None:
            self.say(f"there is no run to resume; {self.key('auto_label')} starts one")
        elif request is not None:
            self.runs.start(request)
        else:
            self._ask_for_model(stopped)

    def action_cancel_run(self) -> None:
        """Cancel the run under way."""
        self.runs.cancel()

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
            self.runs.start(request)

    def _leave(self, message: Message) -> None:
        """Post `message`, after asking if something is still going on."""
        asked: list[tuple[str, str]] = []
        if self.runs.busy:
            resume = self.key("resume_run")
            stops = f"The run stops; what it did is kept, and {resume} resumes it."
            asked.append(("A run is under way.", stops))
        if self.session.trouble is not None:
            lost = f"{self.session.trouble}. What is not saved is lost."
            asked.append(("Not everything is saved.", lost))
        if not asked:
            self.post_message(message)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                self.runs.abandon()
                self.post_message(message)

        question = " ".join([*(what for what, _ in asked), "Leave?"])
        consequence = "\n".join(then for _, then in asked)
        self.app.push_screen(ConfirmDialog(self.actions, question, consequence), answered)
