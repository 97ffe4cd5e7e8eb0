"""The samples of a job as numpy columns, so that a filter over 100,000 takes a millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.job import HUMAN, Sample, Status
from hardcase.session.views import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

STATUS_CODES: dict[Status, int] = {status: code for code, status in enumerate(Status)}


class Columns:
    """One row a sample, in path order. `update` keeps them in step with the job.

    `ids` int64; `status` int8 codes of `STATUS_CODES`; `hard`, `missing`, `broken` bool;
    `coefficient` float32, NaN where unknown; `score_low` and `score_high` float32, the range of the
    sample's scores, NaN without any; `reasons` uint32, one bit a reason id; `day` int32 days since
    1970, -1 unknown; `labels` (N, words) uint64, one bit a label; `makers` uint64, one bit a maker.
    """

    def __init__(self, samples: Mapping[int, Sample]) -> None:
        ordered = sorted(samples.values(), key=lambda s: s.path)
        size = len(ordered)
        self.folded_paths = [s.path.casefold() for s in ordered]
        self.ids = np.fromiter((s.id for s in ordered), np.int64, size)
        self._row_of = {s.id: row for row, s in enumerate(ordered)}
        self._bits: dict[str, int] = {}
        self._maker_bits: dict[str, int] = {}
        self._label_counts: dict[str, int] = {}
        self.status = np.zeros(size, np.int8)
        self.hard = np.zeros(size, bool)
        self.missing = np.zeros(size, bool)
        self.broken = np.zeros(size, bool)
        self.coefficient = np.full(size, np.nan, np.float32)
        self.score_low = np.full(size, np.nan, np.float32)
        self.score_high = np.full(size, np.nan, np.float32)
        self.reasons = np.zeros(size, np.uint32)
        self.day = np.full(size, -1, np.int32)
        self.labels = np.zeros((size, 1), np.uint64)
        self.makers = np.zeros(size, np.uint64)
        self._days: dict[str, int] = {}
        self._hard_order: NDArray[np.int64] | None = None
        for row, sample in enumerate(ordered):
            self._write(row, sample)

    def update(self, edits: Iterable[tuple[Sample | None, Sample | None]]) -> bool:
        """Follow a change. Return False if samples came, went or moved: build new columns then."""
        for before, after in edits:
            if before is None or after is None or before.path != after.path:
                return False
            row = self._row_of[after.id]
            self._count_labels(before, -1)
            if before.coefficient != after.coefficient or before.hard != after.hard:
                self._hard_order = None
            self._write(row, after)
        return True

    def order(self, mask: NDArray[np.bool_], sort: Sort) -> NDArray[np.int64]:
        """Return the ids of the rows in `mask` (N,), sorted."""
        if sort is Sort.PATH:
            return self.ids[mask]
        if self._hard_order is None:
            unknown = np.isnan(self.coefficient)
            coefficient = np.where(unknown, -1.0, self.coefficient)
            self._hard_order = np.lexsort((~self.hard, -coefficient))
        order = self._hard_order
        return self.ids[order[mask[order]]]

    def label_bit(self, name: str) -> tuple[int, np.uint64] | None:
        """Return word and mask of a label's bit, None if no sample ever carried it."""
        bit = self._bits.get(name)
        return None if bit is None else (bit // 64, np.uint64(1 << (bit % 64)))

    def label_names(self) -> list[str]:
        """Names that ever were on a sample."""
        return list(self._bits)

    def maker_mask(self, accept: Iterable[str]) -> np.uint64:
        """Return the bits of the given makers (`human`, run signatures)."""
        return np.uint64(sum(1 << self._maker_bits[m] for m in accept if m in self._maker_bits))

    def makers_seen(self) -> list[str]:
        """Everybody who made or confirmed an annotation."""
        return list(self._maker_bits)

    def label_counts(self) -> Mapping[str, int]:
        """Return the number of annotations a label."""
        return self._label_counts

    def status_count(self, status: Status) -> int:
        """Return the number of samples in a status."""
        return int(np.count_nonzero(self.status == STATUS_CODES[status]))

    def _write(self, row: int, sample: Sample) -> None:
        self.status[row] = STATUS_CODES[sample.status]
        self.hard[row] = sample.hard
        self.missing[row] = sample.missing
        self.broken[row] = sample.error is not None
        self.coefficient[row] = np.nan if sample.coefficient is None else sample.coefficient
        self.reasons[row] = sum(1 << r for r in sample.reasons)
        self.day[row] = self._day(sample.updated_at[:10])
        self._write_annotations(row, sample)
        self._count_labels(sample, +1)

    def _write_annotations(self, row: int, sample: Sample) -> None:
        scores = [a.score for a in sample.annotations if a.score is not None]
        self.score_low[row] = min(scores, default=np.nan)
        self.score_high[row] = max(scores, default=np.nan)
        self.labels[row] = 0
        makers = {a.by for a in sample.annotations}
        if sample.labeled_by is not None:
            makers.add(sample.labeled_by)
        self.makers[row] = sum(1 << self._maker_bit(m) for m in makers)
        for name in {a.label for a in sample.annotations}:
            word, offset = divmod(self._bits.setdefault(name, len(self._bits)), 64)
            if word >= self.labels.shape[1]:
                self.labels = np.pad(self.labels, ((0, 0), (0, 1)))
            self.labels[row, word] |= np.uint64(1 << offset)

    def _maker_bit(self, maker: str) -> int:
        # Sixty-two runs have a bit each; older jobs than that share the last one.
        return self._maker_bits.setdefault(maker, min(len(self._maker_bits), 63))

    def _count_labels(self, sample: Sample, step: int) -> None:
        for a in sample.annotations:
            self._label_counts[a.label] = self._label_counts.get(a.label, 0) + step

    def _day(self, date: str) -> int:
        day = self._days.get(date)
        if day is None:
            day = int(np.datetime64(date, "D").astype(np.int64)) if date else -1
            self._days[date] = day
        return day


def made_by_human(sample: Sample) -> bool:
    """Whether a person had a hand in the sample's annotations."""
    return sample.labeled_by == HUMAN or any(a.by == HUMAN for a in sample.annotations)
