"""The samples of a job as numpy columns, so that a filter over 100,000 takes a millisecond."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.job import HUMAN, Sample, Status
from hardcase.session.views import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

STATUS_CODES: dict[Status, int] = {status: code for code, status in enumerate(Status)}


class Members:
    """Which of some names each of N rows has: one bit a name, (N, words) uint64."""

    def __init__(self, size: int) -> None:
        self._bits: dict[str, int] = {}
        self._words = np.zeros((size, 1), np.uint64)

    @property
    def names(self) -> list[str]:
        """Every name that a row ever had."""
        return list(self._bits)

    def write(self, row: int, names: Iterable[str]) -> None:
        """Let the row have these names and no others."""
        words: dict[int, int] = {}
        for name in names:
            word, offset = divmod(self._bits.setdefault(name, len(self._bits)), 64)
            words[word] = words.get(word, 0) | 1 << offset
        missing = max(words, default=0) + 1 - self._words.shape[1]
        if missing > 0:
            self._words = np.pad(self._words, ((0, 0), (0, missing)))
        self._words[row] = 0
        for word, bits in words.items():
            self._words[row, word] = bits

    def having(self, names: Iterable[str]) -> Mask:
        """Return the (N,) rows that have one of the names."""
        mask = np.zeros(self._words.shape[1], np.uint64)
        for name in names:
            if name in self._bits:
                word, offset = divmod(self._bits[name], 64)
                mask[word] |= np.uint64(1 << offset)
        return np.asarray((self._words & mask).any(axis=1))

    def having_none(self) -> Mask:
        """Return the (N,) rows without a name."""
        return ~np.asarray(self._words.any(axis=1))


class Columns:
    """One row a sample, in path order. `update` keeps them in step with the job.

    `ids` int64; `status` int8 codes of `STATUS_CODES`; `hard`, `missing`, `broken` bool;
    `coefficient` float32, NaN where unknown; `score_low` and `score_high` float32, the range of the
    sample's scores, NaN without any; `reasons` uint32, one bit a reason id; `day` int32 days since
    1970, -1 unknown; `labels` and `makers`, what the labels are and who made or confirmed them.
    """

    def __init__(self, samples: Mapping[int, Sample]) -> None:
        ordered = sorted(samples.values(), key=lambda s: s.path)
        size = len(ordered)
        self.folded_paths = [s.path.casefold() for s in ordered]
        self.ids = np.fromiter((s.id for s in ordered), np.int64, size)
        self.status = np.zeros(size, np.int8)
        self.hard = np.zeros(size, bool)
        self.missing = np.zeros(size, bool)
        self.broken = np.zeros(size, bool)
        self.coefficient = np.full(size, np.nan, np.float32)
        self.score_low = np.full(size, np.nan, np.float32)
        self.score_high = np.full(size, np.nan, np.float32)
        self.reasons = np.zeros(size, np.uint32)
        self.day = np.full(size, -1, np.int32)
        self.labels = Members(size)
        self.makers = Members(size)
        self._row_of = {s.id: row for row, s in enumerate(ordered)}
        self._label_counts: Counter[str] = Counter()
        self._hard_order: NDArray[np.int64] | None = None
        for row, sample in enumerate(ordered):
            self._write(row, sample)

    def update(self, edits: Sequence[tuple[Sample | None, Sample | None]]) -> bool:
        """Follow a change. Return False if new columns have to be built.

        That is so if samples came, went or moved, and cheaper if most of them changed.
        """
        if len(edits) > max(1000, len(self.ids) // 4):
            return False
        for before, after in edits:
            if before is None or after is None or before.path != after.path:
                return False
            if before.coefficient != after.coefficient or before.hard != after.hard:
                self._hard_order = None
            self._label_counts.subtract(a.label for a in before.annotations)
            self._write(self._row_of[after.id], after)
        return True

    def order(self, mask: Mask, sort: Sort) -> NDArray[np.int64]:
        """Return the ids of the rows in `mask` (N,), sorted."""
        if sort is Sort.PATH:
            return self.ids[mask]
        if self._hard_order is None:
            unknown = np.isnan(self.coefficient)
            coefficient = np.where(unknown, -1.0, self.coefficient)
            self._hard_order = np.lexsort((~self.hard, -coefficient))
        order = self._hard_order
        return self.ids[order[mask[order]]]

    def label_counts(self) -> Mapping[str, int]:
        """Return the number of annotations a label."""
        return self._label_counts

    def status_count(self, status: Status) -> int:
        """Return the number of samples in a status."""
        return int(np.count_nonzero(self.status == STATUS_CODES[status]))

    def _write(self, row: int, sample: Sample) -> None:
        annotations = sample.annotations
        scores = [a.score for a in annotations if a.score is not None]
        self.status[row] = STATUS_CODES[sample.status]
        self.hard[row] = sample.hard
        self.missing[row] = sample.missing
        self.broken[row] = sample.error is not None
        self.coefficient[row] = np.nan if sample.coefficient is None else sample.coefficient
        self.score_low[row] = min(scores, default=np.nan)
        self.score_high[row] = max(scores, default=np.nan)
        self.reasons[row] = sum(1 << r for r in sample.reasons if 0 <= r < 32)
        self.day[row] = _day(sample.updated_at[:10])
        self.labels.write(row, {a.label for a in annotations})
        confirmed = () if sample.labeled_by is None else (sample.labeled_by,)
        self.makers.write(row, {*(a.by for a in annotations), *confirmed})
        self._label_counts.update(a.label for a in annotations)


@lru_cache(maxsize=1024)
def _day(date: str) -> int:
    """Days since 1970 of an ISO date, -1 if it is none: what a job file says is not trusted."""
    try:
        return (dt.date.fromisoformat(date) - dt.date(1970, 1, 1)).days
    except ValueError:
        return -1


def made_by_human(sample: Sample) -> bool:
    """Whether a person had a hand in the sample's annotations."""
    return sample.labeled_by == HUMAN or any(a.by == HUMAN for a in sample.annotations)
