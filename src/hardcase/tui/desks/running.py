"""Auto labeling from the job screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.model.job import RunState
from hardcase.session.kinds import PRE_LABEL
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.auto_label import AutoLabelDialog

if TYPE_CHECKING:
    from hardcase.model.job import Run
    from hardcase.session.runs import RunRequest


class RunningDesk(Desk):
    """Runs: start, resume, cancel."""

    ALTERING: ClassVar = frozenset(("auto_label", "resume_run"))

    def useful(self, action: str) -> bool:
        """Offer what the state of the run allows."""
        busy = self.screen.runs.busy
        match action:
            case "auto_label" | "cancel_run":
                return busy is (action == "cancel_run")
            case "resume_run":
                return not busy and self.stopped_run() is not None
            case _:
                return True

    @property
    def news(self) -> str:
        """Where a run was broken off, by a crash or by whoever closed the terminal; else empty."""
        run = self.stopped_run()
        if run is None or run.state is not RunState.RUNNING or self.session.read_only:
            return ""
        stopped = f"run {run.id} stopped at {run.done:,} of {run.total:,}"
        return f"{stopped} · {self.screen.key('resume_run')} resumes it"

    def stopped_run(self) -> Run | None:
        """Return the newest auto-labeling run if it did not come to its end; it can be resumed."""
        newest = next((r for r in self.session.runs if r.kind == PRE_LABEL), None)
        return newest if newest is not None and newest.state is not RunState.COMPLETED else None

    def action_auto_label(self) -> None:
        """Ask for a model and run it."""
        refusal = self.screen.runs.refusal
        if refusal is not None:
            self.screen.complain(refusal)
        else:
            self._ask_for_model(None)

    def action_resume_run(self) -> None:
        """Go on with the run that stopped."""
        runs, stopped = self.screen.runs, self.stopped_run()
        request = runs.request_of(stopped) if stopped is not None else None
        if runs.refusal is not None:
            self.screen.complain(runs.refusal)
        elif stopped is None:
            key = self.screen.key("auto_label")
            self.screen.say(f"there is no run to resume; {key} starts one")
        elif request is not None:
            runs.start(request)
        else:
            self._ask_for_model(stopped)

    def action_cancel_run(self) -> None:
        """Cancel the run under way."""
        self.screen.runs.cancel()

    def _ask_for_model(self, resumed: Run | None) -> None:
        dialog = AutoLabelDialog(self.screen.actions, self.session, resumed)
        self.screen.app.push_screen(dialog, self._start)

    def _start(self, request: RunRequest | None) -> None:
        if request is not None:
            self.screen.runs.start(request)
