"""The queue judged anew in the background, as people decide. It owns the worker for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widget import Widget

from hardcase.errors import HardcaseError
from hardcase.model.changes import Change, Kind, Table
from hardcase.model.job import Sample
from hardcase.model.memory import give_back
from hardcase.precedence import keys
from hardcase.session.judging import ranking
from hardcase.session.judging.ranking import Ranking, next_after
from hardcase.tui.fallen import why_fallen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.worker import Worker

    from hardcase.session import LabelingSession

_GAP_S = 0.02
"""Seconds between two slices. A key goes through a dozen queues until it is painted; without a gap
it waited for a slice in each of them, a second together."""


class QueueLearner(Widget, can_focus=False):
    """Counts decisions, has them learned from on a thread, and records what came of it.

    It shows nothing. `recording` is true while it alters the job, so that who follows the job can
    wait for `Learned` instead of drawing every slice.
    """

    DEFAULT_CSS = "QueueLearner { display: none; }"

    class Learned(Message):
        """The queue has another order."""

    @dataclass
    class Failed(Message):
        """The queue could not be judged; its order stays."""

        reason: str

    @dataclass
    class Judged(Message):
        """What the worker found; None if too little was decided."""

        ranked: ranking.Ranked | None

    def __init__(self, session: LabelingSession) -> None:
        super().__init__()
        self.recording = False
        self._session = session
        self._slices: Iterator[Change] | None = None
        self._judging = False
        self._decided = 0
        self.brief: tuple[str, ...] = ()
        self._look_up()

    def on_mount(self) -> None:
        """Follow the job, beginning with what was decided before it was opened."""
        self._unsubscribe = self._session.subscribe(self._follow)
        self._judge()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._unsubscribe()
        self._slices = None

    def _follow(self, change: Change) -> None:
        if change.kind is Kind.RECORD:
            return
        if any(edit.table is Table.RUNS for edit in change.edits):
            self._look_up()
        self._decided += sum(_decides(e.before, e.after) for e in change.edits)
        learned = ranking.learned(self._session)
        if self._decided >= next_after(learned) - learned:
            self._judge()

    def _judge(self) -> None:
        """Have the queue judged, unless that is under way; then the next decision asks again."""
        if self._judging or self._slices is not None or self._session.read_only:
            return
        self._judging = True
        self._decided = 0
        self._work(Ranking(self._session))

    @work(thread=True, exclusive=True, group="learn", exit_on_error=False)
    def _work(self, taken: Ranking) -> None:
        ranked = taken.judge()
        del taken
        give_back()
        self.post_message(self.Judged(ranked))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like a queue that learned."""
        if (reason := why_fallen(event)) is not None:
            self._judging = False
            self.post_message(self.Failed(reason))

    def on_queue_learner_judged(self, message: Judged) -> None:
        """Begin to record what moved."""
        message.stop()
        self._judging = False
        if message.ranked is not None and self.is_attached:
            self._slices = ranking.apply(self._session, message.ranked)
            self._record()

    def _record(self) -> None:
        """Record a slice and let the keys come in before the next one."""
        if self._slices is None:
            return
        if (left := keys.left) > 0:
            self.set_timer(left, self._record)
            return
        self.recording = True
        try:
            done = next(self._slices, None) is None
        except HardcaseError:
            done = True  # the disk is in trouble, which the screen tells; the old order stays
        finally:
            self.recording = False
        if not done:
            self.set_timer(_GAP_S, self._record)
            return
        self._slices = None
        self._look_up()
        self.post_message(self.Learned())

    def _look_up(self) -> None:
        learned = ranking.learned(self._session)
        decisions = f"{learned:,} decision{'' if learned == 1 else 's'}"
        self.brief = (f"queue learned from {decisions}", f"learned from {learned:,}")
        if not learned:
            self.brief = ()


def _decides(before: object, after: object) -> bool:
    if isinstance(before, Sample) and isinstance(after, Sample):
        return before.status is not after.status
    return False
