"""What samples are as values of columns; made of rows alone, so on any thread."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.model.job import Sample, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

STATUS_CODES: dict[Status, int] = {status: code for code, status in enumerate(Status)}


class Names(NamedTuple):
    """The names that each of M rows has: `some[which[m]]`."""

    which: NDArray[np.int64]
    some: tuple[tuple[str, ...], ...]

    def of(self, rows: NDArray[np.int64]) -> Names:
        """Return those of some of the rows."""
        return self._replace(which=self.which[rows])

    def then(self, more: Names) -> Names:
        """Return those of more rows behind these."""
        which = np.concatenate([self.which, more.which + len(self.some)])
        return Names(which, self.some + more.some)


class Values(NamedTuple):
    """M samples: an array (M,) for each plain column of `Columns`, labels and makers."""

    arrays: Mapping[str, NDArray[np.generic]]
    labels: Names
    makers: Names

    def of(self, rows: NDArray[np.int64]) -> Values:
        """Return those of some of the samples."""
        arrays = {name: values[rows] for name, values in self.arrays.items()}
        return Values(arrays, self.labels.of(rows), self.makers.of(rows))

    def then(self, more: Values) -> Values:
        """Return those of more samples behind these."""
        arrays = {n: np.concatenate([a, more.arrays[n]]) for n, a in self.arrays.items()}
        return Values(arrays, self.labels.then(more.labels), self.makers.then(more.makers))


def values_of(samples: Sequence[Sample]) -> Values:
    """Return what samples are, a column at a time, since there may be 100,000."""
    said = [s.annotations for s in samples]
    scores = [[a.score for a in some if a.score is not None] for some in said]
    arrays = {
        "status": np.array([STATUS_CODES[s.status] for s in samples], np.int8),
        "hard": np.array([s.hard for s in samples], bool),
        "missing": np.array([s.missing for s in samples], bool),
        "broken": np.array([s.error is not None for s in samples], bool),
        "coefficient": np.array([s.coefficient for s in samples], np.float32),
        "score_low": np.array([min(some, default=np.nan) for some in scores], np.float32),
        "score_high": np.array([max(some, default=np.nan) for some in scores], np.float32),
        "reasons": np.array([_bits(s.reasons) for s in samples], np.uint32),
        "day": np.array([_day(s.updated_at[:10]) for s in samples], np.int32),
    }
    labels = _names([a.label for a in some] for some in said)
    makers = ([a.by for a in some] for some in said)
    confirmed = ([] if s.labeled_by is None else [s.labeled_by] for s in samples)
    both = (made + by for made, by in zip(makers, confirmed, strict=True))
    return Values(arrays, labels, _names(both))


def _names(rows: Iterable[list[str]]) -> Names:
    number: dict[tuple[str, ...], int] = {}
    which = [number.setdefault(tuple(names), len(number)) for names in rows]
    return Names(np.array(which, np.int64), tuple(number))


@lru_cache(maxsize=4096)
def _bits(reasons: tuple[int, ...]) -> int:
    return sum(1 << r for r in set(reasons) if 0 <= r < 32)


@lru_cache(maxsize=1024)
def _day(date: str) -> int:
    """Days since 1970 of an ISO date, -1 if it is none: what a job file says is not trusted."""
    try:
        return (dt.date.fromisoformat(date) - dt.date(1970, 1, 1)).days
    except ValueError:
        return -1
