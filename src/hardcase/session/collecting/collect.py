"""Collection and filtering: new images of a drop folder that join a job if they are hard.

A round looks at what is new in the folder, lets the model say what is in it, judges that as the
auto labels of the job are judged, and takes what is hard and unlike what the job has: copied into
the job's folder and to be confirmed, in one Change. What became of each image is remembered by its
content, so nothing is decided twice. What the model said is recorded as it comes: a round that is
killed goes on where it stood.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.model.seen import Outcome
from hardcase.session.autolabel.runs import fitting
from hardcase.session.collecting import collect_round as steps
from hardcase.session.collecting.collect_memory import Memory, own_looks, unlooked
from hardcase.session.collecting.copying import clear_incoming
from hardcase.session.collecting.drop_folder import SETTLED_SECONDS, DropFolder, require_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hardcase.hardness.rule import Rule
    from hardcase.session.autolabel.runs import ActiveRun, PreparedRun
    from hardcase.session.collecting.collect_round import Item
    from hardcase.session.collecting.drop_folder import Dropped
    from hardcase.session.collecting.near_duplicates import Looks
    from hardcase.session.labeling import LabelingSession

    Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
    """Shows what is being done, with how many; the value is called with how many are done."""


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """What to collect from `folder`.

    The hardest `budget` of a round are taken; without one what is hard by `rule`, that of the job
    if None. `take_easy` takes the others too, `keep_duplicates` also what looks like what the job
    has, `move` removes from the folder what was taken, and `again` decides anew about what was seen
    before and is not in the job.
    """

    folder: Path
    rule: Rule | None = None
    budget: int | None = None
    take_easy: bool = False
    keep_duplicates: bool = False
    move: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the images of a round, by path; `stopped` if it was told to end."""

    images: tuple[Item, ...] = ()
    stopped: bool = False

    def count(self, outcome: Outcome) -> int:
        """Return how many images came to that."""
        return sum(image.seen.outcome is outcome for image in self.images)


class Collector:
    """Collects from a folder into a job, round by round; the job need not be open in between."""

    def __init__(
        self,
        request: CollectRequest,
        prepared: PreparedRun,
        progress: Progress = lambda _what, _total: nullcontext(lambda _done: None),
        drop: DropFolder | None = None,
    ) -> None:
        self.request = request
        self.drop = drop or DropFolder(request.folder)
        self._prepared = prepared
        self._progress = progress
        self._stop = threading.Event()
        self._active: ActiveRun | None = None

    # -- from any thread

    def stop(self) -> None:
        """End the round under way soon."""
        self._stop.set()
        active = self._active
        if active is not None:
            active.cancel()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, until `stop` is called at the latest."""
        self._stop.wait(seconds)

    # -- on the session's thread

    def begin(self, session: LabelingSession) -> None:
        """Check folder and model against the job, and take note of what was seen before.

        Raises JobError, UsageError.
        """
        require_apart(self.request.folder, session.root)
        fitting(session, self._prepared)
        clear_incoming(session.root)
        self.drop.know(Memory(session, again=self.request.again).settled_keys())

    def ready(self) -> list[Dropped]:
        """Return what is new in the folder, after a moment for files that are being written."""
        ready = self.drop.poll()
        if self.drop.waiting:
            self.wait(SETTLED_SECONDS + 0.1)
            ready = self.drop.poll()
        return ready

    def round(self, session: LabelingSession, ready: Sequence[Dropped]) -> Round:
        """Decide about the files that are `ready`. Raises JobError, ModelError, UsageError.

        Nothing is decided if it is stopped or fails; what the model said by then is kept.
        """
        memory = Memory(session, again=self.request.again)
        items = self._read(ready, memory)
        readable = [item for item in items if item.seen.outcome is Outcome.PENDING]
        run_id = self._said(session, readable) if readable and not self.stopped else None
        looks = self._looks(session, memory) if readable and not self.stopped else None
        if self.stopped:
            return Round(stopped=True)
        if run_id is not None:
            said = [item for item in readable if item.seen.outcome is Outcome.PENDING]
            steps.decide(session, self.request, run_id, said, looks)
        items = steps.copy_taken(session, self.drop.folder, items)
        steps.commit(session, run_id, items)
        session.flush()
        self._follow_up(items)
        return Round(tuple(sorted(items, key=lambda item: item.seen.path)))

    def _read(self, ready: Sequence[Dropped], memory: Memory) -> list[Item]:
        items = []
        with self._progress("reading", len(ready)) as progress:
            for item in steps.read(self.drop, ready, memory):
                items.append(item)
                progress(len(items))
                if self.stopped:
                    break
        return items

    def _said(self, session: LabelingSession, items: Sequence[Item]) -> int:
        saying = steps.Saying(session, self._prepared, items, self.drop.folder)
        self._active = saying.active
        try:
            if self.stopped:
                saying.active.cancel()
            with self._progress(self._prepared.name, saying.todo) as progress:
                saying.work(progress)
        finally:
            self._active = None
        return saying.run_id

    def _looks(self, session: LabelingSession, memory: Memory) -> Looks | None:
        if self.request.keep_duplicates:
            return None
        with self._progress("images of the job", unlooked(session, memory)) as progress:
            return own_looks(session, memory, progress, lambda: self.stopped)

    def _follow_up(self, items: Sequence[Item]) -> None:
        """Know what is decided, and remove what was moved; by now it is safe in the job."""
        for item in items:
            self.drop.know([item.dropped.key])
            if self.request.move and item.sample is not None:
                self.drop.remove(item.dropped)
