"""The run under way, those that wait, and those that were. It owns the worker of a run."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hardcase.errors import HardcaseError
from hardcase.inference import HERE
from hardcase.model.job import Run, RunState
from hardcase.model.numbers import count
from hardcase.session.autolabel import run_queue
from hardcase.session.autolabel.run_request import RunRequest, prepare, prepare_again
from hardcase.tui.fallen import why_fallen
from hardcase.tui.messages import RunEnded, RunPrepared, RunProgressed, RunRefused, RunSettled
from hardcase.tui.widgets.run_lines import history_lines, progress_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.worker import Worker

    from hardcase.inference import Where
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.runs import ActiveRun
    from hardcase.session.autolabel.settlement import Settlement

_HISTORY = 50

_PROGRESS_S = 1.0
"""Seconds from one look of the progress to the next. Whatever is painted keeps a key that comes
right after it waiting for the next beat of the screen's clock."""


class RunPanel(Widget, can_focus=False):
    """Starts, follows, pauses and cancels auto labeling, one run at a time; others wait.

    The job itself is only touched by its handlers. `recording` is true while one keeps a chunk, so
    that who follows the job can wait for `Progressed` instead of drawing every one.
    """

    @dataclass
    class Said(Message):
        """Something about the run to tell the user; `wrong` if it failed."""

        text: str
        wrong: bool = False

    class Progressed(Message):
        """The run under way has come further."""

    def __init__(self, session: LabelingSession, key: Callable[[str], str]) -> None:
        super().__init__()
        self.recording = False
        self._key = key
        self._session = session
        self._active: ActiveRun | None = None
        self._preparing: RunRequest | Run | None = None
        self._pausing = False
        self._settling = False
        self._where: dict[int, Where] = {}
        """Where runs were computed that were asked for since the job was opened, but for here."""
        self._shown: Run | None = None
        """The run under way as it is shown, a moment behind."""
        self._next_look: Timer | None = None
        self._began = 0.0
        self._done_before = 0

    # -- the run

    @property
    def busy(self) -> bool:
        """Whether a run is under way or being prepared."""
        return self._preparing is not None or self._active is not None

    @property
    def at_work(self) -> int | None:
        """The id of the run under way."""
        return self._active.run.id if self._active is not None else None

    @property
    def refusal(self) -> str | None:
        """Why no run can be asked for now, None if one can."""
        if self._session.read_only:
            return "the job is read-only: auto labeling would change it"
        if self._preparing is not None:
            return f"a model is being read; {self._key('cancel_run')} cancels that"
        return None

    @property
    def brief(self) -> str:
        """The progress in a few words, and how many runs wait; empty when nothing runs."""
        waiting = len(run_queue.waiting(self._session))
        behind = f" · {waiting:,} wait" if waiting else ""
        if (run := self._shown_now) is not None:
            return f"auto labeling {run.done:,}/{run.total:,}{behind}"
        return "reading the model" if self._preparing is not None else ""

    def start(self, request: RunRequest) -> None:
        """Begin a run, or let it wait if one is under way. Not if there is a `refusal`."""
        self._ask(request)

    def go_on(self, run: Run) -> None:
        """Go on with a run that stopped, or begin one that waits, unless one is under way."""
        if self._active is not None:
            self._tell(f"a run is under way; {self._key('cancel_run')} cancels it", wrong=True)
        else:
            self._ask(run)

    def pause(self) -> None:
        """End the run under way for now; the next in the queue does not start then."""
        if self._active is None or self._settling:
            self._tell("there is no run to pause")
            return
        self._pausing = True
        self._active.cancel()
        self._tell("pausing the run…")

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
            self._pausing = False
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

    # -- on worker threads

    @work(thread=True, exclusive=True, group="run-model", exit_on_error=False)
    def _prepare(self, asked: RunRequest | Run) -> None:
        try:
            if isinstance(asked, Run):
                prepared = prepare_again(asked, self._where.get(asked.id, HERE))
            else:
                prepared = prepare(asked)
        except HardcaseError as error:
            self.post_message(RunRefused(asked, str(error)))
        else:
            self.post_message(RunPrepared(asked, prepared))

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

    # -- what came of it

    def on_run_refused(self, message: RunRefused) -> None:
        """Say why there is no run; one whose turn it was has failed, and the next one's is."""
        if message.asked is not self._preparing:
            return  # cancelled meanwhile
        self._preparing = None
        self._failed_to_begin(message.asked, message.error)

    def on_run_prepared(self, message: RunPrepared) -> None:
        """Begin, or wait behind the run under way."""
        if message.asked is not self._preparing:
            return  # cancelled meanwhile
        self._preparing = None
        try:
            if self._active is not None:
                run = run_queue.add(self._session, message.prepared, at_work=self.at_work)
                self._keep_where(run, message.prepared.request)
                ahead = count(len(run_queue.waiting(self._session)), "run")
                lists = self._key("run_list")
                self._tell(f"it waits: {ahead} before it · {lists} lists runs")
                return
            self._active = self._session.begin_run(message.prepared)
        except HardcaseError as error:
            self._failed_to_begin(message.asked, str(error))
            return
        self._pausing = False
        self._keep_where(self._active.run, message.prepared.request)
        self._shown = self._active.run
        self._began = time.monotonic()
        self._done_before = self._active.run.done
        self._work(self._active)
        self._tell(f"auto labeling with {self._active.run.model}; go on working meanwhile")

    def on_run_progressed(self, message: RunProgressed) -> None:
        """Record a chunk."""
        if self._active is None or self._active.run.id != message.chunk.run:
            return
        self.recording = True
        try:
            self._session.record(message.chunk)
        except HardcaseError as error:
            self._active.cancel()
            self._tell(f"run stopped: {error}", wrong=True)
        finally:
            self.recording = False
        if self._next_look is None:
            self._next_look = self.set_timer(_PROGRESS_S, self._look)

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
            return
        if not self._pausing:
            self._start_next()

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
        self._tell(f"auto labeled {count(run.done - run.failed, 'sample')}{unreadable}")
        self._start_next()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like a run that hangs."""
        if (reason := why_fallen(event)) is not None:
            self._preparing = None
            self._settling = False
            if self._active is not None:
                self.post_message(RunEnded(self._active.run.id, reason))
            else:
                self._tell(reason, wrong=True)

    # -- in between

    @property
    def _shown_now(self) -> Run | None:
        return self._shown if self._active is not None else None

    def _look(self) -> None:
        """Show how far the run has come."""
        self._next_look = None
        if self._active is not None:
            self._shown = self._session.run(self._active.run.id)
            self.refresh()
            self.post_message(self.Progressed())

    def _ask(self, asked: RunRequest | Run) -> None:
        if self.refusal is not None:
            self._tell(self.refusal, wrong=True)
            return
        self._preparing = asked
        self._prepare(asked)
        self._tell()

    def _start_next(self) -> None:
        """Begin the run that has waited longest, if one waits."""
        waiting = run_queue.waiting(self._session)
        if waiting and not self.busy and not self._session.read_only:
            self._ask(waiting[0])

    def _failed_to_begin(self, asked: RunRequest | Run, error: str) -> None:
        self._tell(error, wrong=True)
        if isinstance(asked, Run) and asked.state is RunState.QUEUED:
            with suppress(HardcaseError):  # it was given up meanwhile
                self._session.stop_run(asked.id, RunState.FAILED, error)
            self._start_next()

    def _keep_where(self, run: Run, request: RunRequest) -> None:
        self._where[run.id] = request.where

    def _stop(self, active: ActiveRun, error: str) -> None:
        run_id, resume = active.run.id, self._key("resume_run")
        if active.cancelled and self._pausing:
            self._session.stop_run(run_id, RunState.PAUSED)
            self._tell(f"run paused · {self._key('pause_run')} goes on with it")
        elif active.cancelled:
            self._session.stop_run(run_id, RunState.CANCELLED)
            self._tell(f"run cancelled; what was done is kept · {resume} resumes it")
        else:
            self._session.stop_run(run_id, RunState.FAILED, error)
            self._tell(f"run failed: {error}", wrong=True)

    def _tell(self, text: str = "", *, wrong: bool = False) -> None:
        self.refresh(layout=True)
        self.post_message(self.Said(text, wrong))

    # -- what it looks like

    def render(self) -> Content:
        """Draw progress, then the other runs, newest first."""
        past = [run for run in self._session.runs if run.id != self.at_work][:_HISTORY]
        lines = history_lines(past, self.at_work)
        if (run := self._shown_now) is not None:
            elapsed, done = time.monotonic() - self._began, run.done - self._done_before
            rate = done / elapsed if elapsed > 0 else 0.0
            keys = self._key("cancel_run"), self._key("pause_run")
            lines = [*progress_lines(run, rate, *keys), *lines]
        elif self._preparing is not None:
            lines = [Content("Reading the model…"), *lines]
        return Content("\n").join(lines)
