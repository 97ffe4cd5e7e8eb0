"""What a job knows of images: which it has seen in drop folders, and what its own look like."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hardcase.errors import ImageError, JobError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.numbers import count
from hardcase.model.seen import Outcome, Seen
from hardcase.session.clock import now
from hardcase.session.collecting.near_duplicates import Looks, look_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.model.job import Sample
    from hardcase.session.collecting.drop_folder import Key
    from hardcase.session.labeling import LabelingSession

_SLICE = 2000
"""How many looks are recorded in one Change."""


class Memory:
    """What was seen in drop folders before. With `again`, what is not in the job counts as new."""

    def __init__(self, session: LabelingSession, *, again: bool = False) -> None:
        self._rows = list(session.seen())
        self._again = again
        self._samples = {sample.id for sample in session.samples()}
        self._by_sha256 = {row.sha256: row for row in self._rows if row.sha256}
        self._next = max((row.id for row in self._rows), default=0)

    def find(self, sha256: str) -> Seen | None:
        """Return what is remembered of an image with this content."""
        return self._by_sha256.get(sha256) if sha256 else None

    def is_settled(self, row: Seen) -> bool:
        """Whether nothing is to be decided about an image any more."""
        if row.outcome is Outcome.PENDING:
            return False
        if row.outcome is Outcome.UNREADABLE or not self._again:
            return True
        return row.outcome is Outcome.TAKEN and row.sample in self._samples

    def settled_keys(self) -> set[Key]:
        """Return the files whose content is known and settled."""
        return {(r.path, r.size, r.mtime_ns) for r in self._rows if r.path and self.is_settled(r)}

    def new_id(self) -> int:
        """Return an id for a row of `Seen`."""
        self._next += 1
        return self._next

    def looks(self) -> dict[int, str]:
        """Return the looks of the job's samples by id; empty text where an image has none."""
        return {
            row.sample: row.look
            for row in self._rows
            if row.sample is not None and row.sample in self._samples
        }


def own_looks(
    session: LabelingSession,
    memory: Memory,
    progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> Looks:
    """Return the looks of the job's images by sample id; what was not known is recorded.

    `progress` is called with how many were opened. Ends early once `stopped`.
    """
    known = memory.looks()
    todo = [s for s in session.samples() if s.id not in known and not s.missing and not s.error]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(todo), _SLICE):
            some = todo[start : start + _SLICE]
            found = list(pool.map(lambda sample: _look(session, sample), some))
            moment = now()
            rows = [
                Seen(memory.new_id(), Outcome.OWN, look=look, sample=sample.id, when=moment)
                for sample, look in zip(some, found, strict=True)
            ]
            known |= {sample.id: look for sample, look in zip(some, found, strict=True)}
            edits = [Edit(Table.SEEN, row.id, None, row) for row in rows]
            session.commit(f"note the looks of {count(len(rows), 'image')}", edits, Kind.RECORD)
            progress(start + len(some))
            if stopped():
                break
    looks = Looks()
    for sample_id, look in known.items():
        if look:
            looks.add(sample_id, look)
    return looks


def unlooked(session: LabelingSession, memory: Memory) -> int:
    """Return how many images `own_looks` would open."""
    known = memory.looks()
    return sum(s.id not in known and not s.missing and not s.error for s in session.samples())


def _look(session: LabelingSession, sample: Sample) -> str:
    try:
        return look_at(session.image_path(sample.id))
    except (ImageError, JobError):
        return ""
