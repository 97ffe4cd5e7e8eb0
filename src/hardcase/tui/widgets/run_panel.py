"""The run under way, and the runs that were. It owns the worker of a run."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from hardcase.errors import HardcaseError
from hardcase.model.job import Run, RunState
from hardcase.model.text import printable
from hardcase.session.kinds import PRE_LABEL
from hardcase.session.runs import ActiveRun, RunRequest, prepare
from hardcase.tui.messages import RunEnded, RunPrepared, RunProgressed, RunRefused, RunSettled

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.session import LabelingSession
    from hardcase.session.settlement import Settlement

_BAR_WIDTH = 30
_HISTORY = 50


class RunPanel(Widget, can_focus=False):
    """Starts, follows and cancels auto labeling. The job itself is only touched by its handlers."""

    @dataclass
    class Said(Message):
        """Something about the run to tell the user; `wrong` if it failed."""

        text: str
        wrong: bool = False

    def __init__(self, session: LabelingSession, key: Callable[[str], str]) -> None:
        super().__init__()
        self._key = key
        self._session = session
        self._active: ActiveRun | None = None
        self._preparing: RunRequest | None = None
        self._settling = False
        self._requests: dict[int, RunRequest] = {}
        self._began = 0.0
        self._done_before = 0

    # -- the run

    @property
    def busy(self) -> bool:
        """Whether a run is under way or being prepared."""
        return self._preparing is not None or self._active is not None

    @property
    def refusal(self) -> str | None:
        """Why no run can start now, None if one can."""
        if self._session.read_only:
            return "the job is read-only: auto labeling would change it"
        if self.busy:
            return f"a run is under way; {self._key('cancel_run')} cancels it"
        return None

    def request_of(self, run: Run) -> RunRequest | None:
        """Return what a run was started with, None if that was before the job was opened."""
        return self._requests.get(run.id)

    @property
    def brief(self) -> str:
        """The progress in a few words, empty when nothing runs."""
        if self._active is not None:
            run = self._session.run(self._active.run.id)
            return f"auto labeling {run.done:,}/{run.total:,}"
        return "reading the model" if self._preparing is not None else ""

    def start(self, request: RunRequest) -> None:
        """Begin or resume a run, unless there is a `refusal`."""
        refusal = self.refusal
        if refusal is not None:
            self._tell(refusal, wrong=True)
            return
        self._preparing = request
        self._prepare(request)
        self._tell()

    def cancel(self) -> None:
        """End the run under way, and say what comes of it; what it did stays."""
        if self._preparing is not None:
            self._preparing = None
            self._tell("cancelled before it began")
        elif self._active is None:
            self._tell("no run is under way")
        elif self._settling:
            self._tell("too late to cancel: the run is through, its results are coming")
        else:
            self._active.cancel()
            self._tell("cancelling the run…")

    def abandon(self) -> None:
        """Cancel and record it at once, since the job is about to be closed."""
        self._preparing = None
        active, self._active = self._active, None
        if active is not None:
            active.cancel()
            # What cannot be recorded is told when the job is closed; the run counts as broken off.
            with suppress(HardcaseError):
                self._session.stop_run(active.run.id, RunState.CANCELLED)

    def on_unmount(self) -> None:
        """Leave no run going when the screen goes, however it goes."""
        self.abandon()

    @work(thread=True, exclusive=True, group="run", exit_on_error=False)
    def _prepare(self, request: RunRequest) -> None:
        try:
            self.post_message(RunPrepared(prepare(request)))
        except HardcaseError as error:
            self.post_message(RunRefused(request, str(error)))

    @work(thread=True, exclusive=True, group="run", exit_on_error=False)
    def _work(self, active: ActiveRun) -> None:
        error = ""
        try:
            for chunk in active.chunks():
                self.post_message(RunProgressed(chunk))
        except HardcaseError as problem:
            error = str(problem)
        self.post_message(RunEnded(active.run.id, error))

    @work(thread=True, exclusive=True, group="run", exit_on_error=False)
    def _settle(self, settlement: Settlement) -> None:
        self.post_message(RunSettled(settlement.settle()))

    def on_run_refused(self, message: RunRefused) -> None:
        """Say why there is no run."""
        if message.request is not self._preparing:
            return  # cancelled meanwhile
        self._preparing = None
        self._tell(message.error, wrong=True)

    def on_run_prepared(self, message: RunPrepared) -> None:
        """Begin."""
        if message.prepared.request is not self._preparing:
            return  # cancelled meanwhile
        self._preparing = None
        try:
            self._active = self._session.begin_run(message.prepared)
        except HardcaseError as error:
            self._tell(str(error), wrong=True)
            return
        self._requests[self._active.run.id] = message.prepared.request
        self._began = time.monotonic()
        self._done_before = self._active.run.done
        self._work(self._active)
        self._tell(f"auto labeling with {self._active.run.model}; go on working meanwhile")

    def on_run_progressed(self, message: RunProgressed) -> None:
        """Record a chunk."""
        if self._active is None or self._active.run.id != message.chunk.run:
            return
        try:
            self._session.record(message.chunk)
        except HardcaseError as error:
            self._active.cancel()
            self._tell(f"run stopped: {error}", wrong=True)
        self.refresh()

    def on_run_ended(self, message: RunEnded) -> None:
        """Begin to turn what was predicted into auto labels, or record why not."""
        active = self._active
        if active is None or active.run.id != message.run:
            return
        if not (active.cancelled or message.error):
            self._settling = True
            self._settle(self._session.settlement(message.run))
            return
        self._active = None
        try:
            self._stop(active, message.error)
        except HardcaseError as error:
            self._tell(str(error), wrong=True)

    def on_run_settled(self, message: RunSettled) -> None:
        """Let the auto labels appear."""
        self._settling = False
        active, self._active = self._active, None
        if active is None:
            return
        try:
            self._session.finish_run(message.settled)
        except HardcaseError as error:
            self._tell(str(error), wrong=True)
            return
        run = self._session.run(active.run.id)
        unreadable = f", {run.failed:,} unreadable" if run.failed else ""
        self._tell(f"auto labeled {run.done - run.failed:,} samples{unreadable}")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like a run that hangs."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._preparing = None
            self._settling = False
            reason = printable(
                f"unexpected {type(event.worker.error).__name__}: {event.worker.error}"
            )
            if self._active is not None:
                self.post_message(RunEnded(self._active.run.id, reason))
            else:
                self._tell(reason, wrong=True)

    def _stop(self, active: ActiveRun, error: str) -> None:
        run_id = active.run.id
        if active.cancelled:
            self._session.stop_run(run_id, RunState.CANCELLED)
            self._tell(
                f"run cancelled; what was done is kept · {self._key('resume_run')} resumes it"
            )
        else:
            self._session.stop_run(run_id, RunState.FAILED, error)
            self._tell(f"run failed: {error}", wrong=True)

    def _tell(self, text: str = "", *, wrong: bool = False) -> None:
        self.refresh(layout=True)
        self.post_message(self.Said(text, wrong))

    # -- what it looks like

    def render(self) -> Content:
        """Draw progress, then history, newest first."""
        lines = [*self._progress(), *self._history()]
        return Content("\n").join(lines)

    def _progress(self) -> list[Content]:
        if self._active is None:
            return [Content("Reading the model…")] if self._preparing is not None else []
        run = self._session.run(self._active.run.id)
        share = run.done / run.total if run.total else 0.0
        full = round(share * _BAR_WIDTH)
        return [
            Content.assemble(
                ("Auto labeling with ", ""),
                (printable(run.model), "bold"),
                ("  ", ""),
                ("━" * full, "$accent"),
                ("─" * (_BAR_WIDTH - full), "$muted"),
                f" {share:.0%}  {run.done:,} of {run.total:,}{self._pace(run)}",
            ),
            Content.assemble(
                (
                    f"The results come here when it is through. {self._key('cancel_run')} cancels.",
                    "$muted",
                )
            ),
        ]

    def _pace(self, run: Run) -> str:
        elapsed = time.monotonic() - self._began
        done = run.done - self._done_before
        if done <= 0 or elapsed <= 0:
            return ""
        rate = done / elapsed
        left = (run.total - run.done) / rate
        return f"  {rate:.1f}/s  about {_duration(left)} left"

    def _history(self) -> list[Content]:
        running = self._active.run.id if self._active else None
        past = [run for run in self._session.runs if run.id != running]
        if not past:
            return []
        title = Content.styled("Runs so far", "bold")
        return [Content(""), title, *map(run_line, past[:_HISTORY])]


def run_line(run: Run) -> Content:
    """Return a finished run in one line."""
    state = "broken off" if run.state is RunState.RUNNING else run.state.value
    style = {
        RunState.COMPLETED: "$success",
        RunState.FAILED: "$error",
    }.get(run.state, "$warning")
    when = printable(run.ended_at or run.started_at)[:16].replace("T", " ")
    unreadable = f", {run.failed:,} unreadable" if run.failed else ""
    kind = "" if run.kind == PRE_LABEL else f"{printable(run.kind)}: "
    what = kind + printable(run.model)
    return Content.assemble(
        (f"  #{run.id:<3} {when:<16}  ", "$muted"),
        (f"{state:<10}", style),
        f"  {what}  {run.done:,} of {run.total:,}{unreadable}",
        (f"  {printable(run.message)}" if run.message else "", "$muted"),
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
