"""The samples of a job as numpy columns, so that a filter over 100,000 takes a millisecond."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.job import HUMAN, Sample, Status
from hardcase.session.column_values import STATUS_CODES, Names, Values, values_of
from hardcase.session.views import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

_ARRAYS = (
    *("ids", "status", "hard", "missing", "broken", "coefficient", "score_low", "score_high"),
    *("reasons", "day"),
)
"""Attributes of `Columns` that are plain arrays with a row a sample."""


class Members:
    """Which of some names each of N rows has: one bit a name, (N, words) uint64."""

    def __init__(self, size: int) -> None:
        self._bits: dict[str, int] = {}
        self._words = np.zeros((size, 1), np.uint64)

    @property
    def names(self) -> list[str]:
        """Every name that a row ever had."""
        return list(self._bits)

    def write(self, rows: NDArray[np.int64], names: Names) -> None:
        """Let each of the rows (M,) have its names, in any order, and no others."""
        places = [[self._bits.setdefault(n, len(self._bits)) for n in some] for some in names.some]
        missing = (len(self._bits) + 63) // 64 - self._words.shape[1]
        if missing > 0:
            self._words = np.pad(self._words, ((0, 0), (0, missing)))
        words = np.zeros((len(names.some), self._words.shape[1]), np.uint64)
        for row, bits in zip(words, places, strict=True):
            for bit in bits:
                row[bit // 64] |= np.uint64(1 << bit % 64)
        self._words[rows] = words[names.which]

    def without(self, rows: NDArray[np.int64]) -> None:
        """Drop rows (M,)."""
        self._words = np.delete(self._words, rows, axis=0)

    def having(self, names: Iterable[str]) -> Mask:
        """Return the (N,) rows that have one of the names."""
        masks: dict[int, int] = {}
        for name in names:
            if name in self._bits:
                word, offset = divmod(self._bits[name], 64)
                masks[word] = masks.get(word, 0) | 1 << offset
        found = np.zeros(len(self._words), bool)
        for word, mask in masks.items():
            found |= (self._words[:, word] & np.uint64(mask)) != 0
        return found

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
        self._label_counts.update(a.label for s in ordered for a in s.annotations)
        self._put(np.arange(size), values_of(ordered))

    def update(
        self,
        edits: Sequence[tuple[Sample | None, Sample | None]],
        values: Values | None = None,
    ) -> bool:
        """Follow a change. Return False if new columns have to be built: samples came or went.

        `values` are those of the samples after it, where somebody has them already.
        """
        if not edits:
            return True
        gone = [before for before, after in edits if before is not None and after is None]
        if len(gone) == len(edits):
            self._drop(gone)
            return True
        rows, samples, said_before, said_after = [], [], [], []
        for before, after in edits:
            if before is None or after is None or before.path != after.path:
                return False
            rows.append(self._row_of[after.id])
            samples.append(after)
            if before.annotations is not after.annotations:
                said_before.append(before.annotations)
                said_after.append(after.annotations)
            if before.coefficient != after.coefficient or before.hard != after.hard:
                self._hard_order = None
        self._label_counts.subtract(a.label for some in said_before for a in some)
        self._label_counts.update(a.label for some in said_after for a in some)
        self._put(np.array(rows), values_of(samples) if values is None else values)
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

    def _drop(self, gone: Sequence[Sample]) -> None:
        """Follow a deletion, in a hundredth of the time that new columns of 100,000 take."""
        rows = np.array([self._row_of[s.id] for s in gone])
        for name in _ARRAYS:
            setattr(self, name, np.delete(getattr(self, name), rows))
        self.labels.without(rows)
        self.makers.without(rows)
        left = set(rows.tolist())
        self.folded_paths = [p for row, p in enumerate(self.folded_paths) if row not in left]
        self._row_of = {sample_id: row for row, sample_id in enumerate(self.ids.tolist())}
        self._label_counts.subtract(a.label for s in gone for a in s.annotations)
        self._hard_order = None

    def _put(self, rows: NDArray[np.int64], values: Values) -> None:
        """Let the rows (M,) have the values of M samples."""
        for name, column in values.arrays.items():
            getattr(self, name)[rows] = column
        self.labels.write(rows, values.labels)
        self.makers.write(rows, values.makers)


def made_by_human(sample: Sample) -> bool:
    """Whether a person had a hand in the sample's annotations."""
    return sample.labeled_by == HUMAN or any(a.by == HUMAN for a in sample.annotations)
