"""Quick review: fixes of many boxes that wait, and become one Change or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import UsageError
from hardcase.model.changes import Edit, Table
from hardcase.model.job import HUMAN, Task
from hardcase.model.text import printable
from hardcase.session.boxes.box_index import box_index
from hardcase.session.clock import now
from hardcase.session.commands import edited

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hardcase.model.changes import Change
    from hardcase.model.job import Annotation, Sample
    from hardcase.session.boxes.box_index import BoxIndex, BoxSort
    from hardcase.session.labeling import LabelingSession

STRUCK = -1
"""The fate of a box that is to be deleted."""


class BoxReview:
    """The boxes of some samples, and what is to become of each.

    `names` are the labels there are, those of the job first; `boxes` refer to them by index.
    `fate` (N,) int32 is the label that a box will have, `STRUCK` if it is to go. Nothing reaches
    the job before `apply`.
    """

    def __init__(self, session: LabelingSession, ids: Iterable[int]) -> None:
        if session.task is not Task.DETECTION:
            raise UsageError("quick review is of boxes: only detection jobs have those")
        self._session = session
        self._ids = [int(i) for i in ids]
        self.names = [label.name for label in session.labels]
        self.boxes = self._gather()
        self.fate: NDArray[np.int32] = self.boxes.label.copy()
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    # -- queries

    @property
    def pending(self) -> NDArray[np.bool_]:
        """Which boxes wait for a fix, (N,)."""
        waiting: NDArray[np.bool_] = self.fate != self.boxes.label
        return waiting

    def counts(self) -> list[tuple[int, int]]:
        """Return how many boxes each of `names` has, and how many of them wait for a fix."""
        size = len(self.names)
        boxes = np.bincount(self.boxes.label, minlength=size)
        waiting = np.bincount(self.boxes.label[self.pending], minlength=size)
        return list(zip(boxes.tolist(), waiting.tolist(), strict=True))

    def rows(self, label: int, sort: BoxSort, *, descending: bool) -> NDArray[np.int64]:
        """Return the (M,) rows whose label in the job is `label`, sorted."""
        return self.boxes.rows(label, sort, descending=descending)

    # -- fixes

    def relabel(self, rows: NDArray[np.int64], name: str) -> int:
        """Let boxes become another label; their own takes a fix back. Return how many change.

        A label that the job lacks is made when the fixes are applied.
        """
        if name not in self.names:
            self.names.append(name)
        return self._decide(rows, self.names.index(name))

    def strike(self, rows: NDArray[np.int64]) -> int:
        """Let boxes go; if all of them go already, keep them. Return how many change."""
        if len(rows) and (self.fate[rows] == STRUCK).all():
            return self._decide(rows, self.boxes.label[rows])
        return self._decide(rows, STRUCK)

    def undo(self) -> NDArray[np.int64]:
        """Take back the last fix; return the rows it was about, none if there is no fix."""
        return self._step(self._done, self._undone)

    def redo(self) -> NDArray[np.int64]:
        """Repeat the fix taken back last; return the rows it was about."""
        return self._step(self._undone, self._done)

    def apply(self) -> Change | None:
        """Make all fixes as one Change, None if there are none. Raises UsageError.

        The person becomes the maker of what was relabeled; statuses follow the rules for edited
        annotations: a labeled sample without any left becomes unlabeled.
        """
        rows = np.flatnonzero(self.pending)
        of_sample: dict[int, list[int]] = defaultdict(list)
        for row, sample_id in zip(rows.tolist(), self.boxes.sample[rows].tolist(), strict=True):
            of_sample[sample_id].append(row)
        moment, edits = now(), []
        for sample_id, waiting in of_sample.items():
            before = self._session.sample(sample_id)
            after = replace(edited(before, self._fixed(before, waiting)), updated_at=moment)
            edits.append(Edit(Table.SAMPLES, sample_id, before, after))
        used = {self.names[fate] for fate in set(self.fate[rows].tolist()) - {STRUCK}}
        new = self._session.label_edits([name for name in self.names if name in used])
        return self._session.commit(self._title(rows, len(edits)), [*new, *edits])

    # -- following

    def follow(self) -> tuple[NDArray[np.int64], int]:
        """Read the boxes anew after the job changed.

        Returns the new row of each of the old ones, (N,), -1 where there is no such box any more,
        and how many fixes were lost with those. A fix goes with its box as long as the sample has
        one of that label at that place.
        """
        old, fate, pending = self.boxes, self.fate, self.pending
        self.boxes = self._gather()
        where = _moved(old, self.boxes)
        there = where >= 0
        self.fate = self.boxes.label.copy()
        self.fate[where[there]] = fate[there]
        self._done = [step.moved(where) for step in self._done]
        self._undone = [step.moved(where) for step in self._undone]
        return where, int(np.count_nonzero(pending & ~there))

    # -- inside

    def _gather(self) -> BoxIndex:
        there = {sample.id: sample for sample in self._session.samples()}
        return box_index((there[i] for i in self._ids if i in there), self.names)

    def _decide(self, rows: NDArray[np.int64], fate: NDArray[np.int32] | int) -> int:
        before = self.fate[rows]
        after = np.broadcast_to(np.asarray(fate, np.int32), before.shape)
        changed = before != after
        if changed.any():
            step = _Step(rows[changed], before[changed], after[changed])
            self.fate[step.rows] = step.after
            self._done.append(step)
            self._undone.clear()
        return int(np.count_nonzero(changed))

    def _step(self, source: list[_Step], target: list[_Step]) -> NDArray[np.int64]:
        if not source:
            return np.zeros(0, np.int64)
        step = source.pop()
        self.fate[step.rows] = step.before
        target.append(_Step(step.rows, step.after, step.before))
        return step.rows

    def _fixed(self, sample: Sample, rows: Sequence[int]) -> list[Annotation]:
        fixed: list[Annotation | None] = list(sample.annotations)
        for row in rows:
            index, fate = int(self.boxes.index[row]), int(self.fate[row])
            old = sample.annotations[index] if index < len(sample.annotations) else None
            if old is None or old.label != self.names[self.boxes.label[row]]:
                raise UsageError(f"the boxes of {printable(sample.path)} are others by now")
            new = None
            if fate != STRUCK:
                new = replace(old, label=self.names[fate], score=None, by=HUMAN)
            fixed[index] = new
        return [annotation for annotation in fixed if annotation is not None]

    def _title(self, rows: NDArray[np.int64], samples: int) -> str:
        struck = int(np.count_nonzero(self.fate[rows] == STRUCK))
        parts = ((len(rows) - struck, "relabeled"), (struck, "deleted"))
        done = ", ".join(f"{number} {what}" for number, what in parts if number)
        where = "1 sample" if samples == 1 else f"{samples} samples"
        return f"review boxes of {where}: {done}"


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One fix: `before` and `after` are the fates of `rows`, (M,) each."""

    rows: NDArray[np.int64]
    before: NDArray[np.int32]
    after: NDArray[np.int32]

    def moved(self, where: NDArray[np.int64]) -> _Step:
        """Return the fix for the boxes that are still there, at their new rows."""
        rows = where[self.rows]
        there = rows >= 0
        return _Step(rows[there], self.before[there], self.after[there])


def _moved(old: BoxIndex, new: BoxIndex) -> NDArray[np.int64]:
    """Return the row in `new` of each box of `old`, (N,), -1 where there is none."""
    if old.same_boxes(new):
        return np.arange(len(old))
    rows: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(new.identities()):
        rows[key].append(row)
    for found in rows.values():
        found.reverse()
    return np.array(
        [rows[key].pop() if rows.get(key) else -1 for key in old.identities()], np.int64
    ).reshape(-1)
