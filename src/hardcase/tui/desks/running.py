"""Auto labeling from the job screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.model.job import RunState
from hardcase.model.numbers import count
from hardcase.session.autolabel import run_queue
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.run_list import RunListDialog

if TYPE_CHECKING:
    from hardcase.model.job import Run
    from hardcase.session.autolabel.run_request import RunRequest


class RunningDesk(Desk):
    """Runs: start, pause, resume, cancel, list."""

    ALTERING: ClassVar = frozenset(("auto_label", "resume_run", "pause_run"))

    def useful(self, action: str) -> bool:
        """Offer what the state of the run allows."""
        runs = self.screen.runs
        match action:
            case "cancel_run":
                return runs.busy
            case "resume_run":
                return not runs.busy and self.stopped_run() is not None
            case "pause_run":
                return runs.at_work is not None or self._next() is not None
            case _:
                return True

    @property
    def news(self) -> str:
        """What stopped half-way, or waits, when the job was left; else empty."""
        if self.session.read_only:
            return ""
        run, waiting = self.stopped_run(), len(run_queue.waiting(self.session))
        if run is not None and run.state in (RunState.RUNNING, RunState.PAUSED):
            stopped = "is paused" if run.state is RunState.PAUSED else "stopped"
            said = f"run {run.id} {stopped} at {run.done:,} of {run.total:,}"
            return f"{said} · {self.screen.key('resume_run')} resumes it"
        if waiting:
            return f"{count(waiting, 'run')} to start · {self.screen.key('pause_run')} starts"
        return ""

    def stopped_run(self) -> Run | None:
        """Return the newest auto-labeling run if it did not come to its end; it can be resumed."""
        return run_queue.stopped(self.session)

    def action_auto_label(self) -> None:
        """Ask for a model and run it, or let it wait behind the run under way."""
        refusal = self.screen.runs.refusal
        if refusal is not None:
            self.screen.complain(refusal)
        else:
            self._ask_for_model(None)

    def action_resume_run(self) -> None:
        """Go on with the run that stopped."""
        runs, stopped = self.screen.runs, self.stopped_run()
        if runs.refusal is not None:
            self.screen.complain(runs.refusal)
        elif runs.busy or stopped is not None:
            self._go_on(stopped)
        else:
            key = self.screen.key("auto_label")
            self.screen.say(f"there is no run to resume; {key} starts one")

    def action_pause_run(self) -> None:
        """Pause the run under way; without one, go on with the one that stopped or waits."""
        runs = self.screen.runs
        if runs.at_work is not None:
            runs.pause()
        elif runs.refusal is not None:
            self.screen.complain(runs.refusal)
        elif (run := self._next()) is not None:
            self._go_on(run)
        else:
            key = self.screen.key("auto_label")
            self.screen.say(f"there is no run to pause or to go on with; {key} starts one")

    def action_cancel_run(self) -> None:
        """Cancel the run under way."""
        self.screen.runs.cancel()

    def action_run_list(self) -> None:
        """List the runs that wait and those that were."""
        screen = self.screen
        dialog = RunListDialog(screen.actions, self.session, screen.runs, self.action_auto_label)
        screen.app.push_screen(dialog, self._go_on)

    def _next(self) -> Run | None:
        """Return the run that stopped, or else the next one that waits."""
        waiting = run_queue.waiting(self.session)
        return self.stopped_run() or next(iter(waiting), None)

    def _go_on(self, run: Run | None) -> None:
        runs = self.screen.runs
        if runs.busy:
            key = self.screen.key("cancel_run")
            self.screen.complain(f"a run is under way; {key} cancels it")
        elif run is not None and run.files:
            runs.go_on(run)
        elif run is not None:
            self._ask_for_model(run)  # its job does not say yet where the model is

    def _ask_for_model(self, resumed: Run | None) -> None:
        chosen = resumed is None and self.browser.selected_count
        selected = self.browser.targets() if chosen else ()
        dialog = AutoLabelDialog(self.screen.actions, self.session, resumed, selected)
        self.screen.app.push_screen(dialog, self._start)

    def _start(self, request: RunRequest | None) -> None:
        if request is not None:
            self.screen.runs.start(request)
