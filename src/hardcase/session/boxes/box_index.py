"""All boxes of some samples as numpy columns, so that 100,000 of them are sorted in an instant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from hardcase.model.job import Sample


class BoxSort(StrEnum):
    """What boxes are sorted by."""

    AREA = "area"
    ASPECT = "aspect ratio"
    SCORE = "score"
    HARD = "hardness of the image"


@dataclass(frozen=True, slots=True, eq=False)
class BoxIndex:
    """One row a box, N in all, in the order of the samples and of their annotations.

    `sample` (N,) int64 ids; `index` (N,) int32, which annotation of the sample it is; `label` (N,)
    int32, an index into the names given to `box_index`; `box` (N, 4) float64, x1 y1 x2 y2 in source
    pixels; `score` (N,) float32 in [0, 1], NaN where there is none; `hard` (N,) float32, the hard
    coefficient of the image, NaN where unknown.
    """

    sample: NDArray[np.int64]
    index: NDArray[np.int32]
    label: NDArray[np.int32]
    box: NDArray[np.float64]
    score: NDArray[np.float32]
    hard: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def area(self) -> NDArray[np.float64]:
        """Area in square pixels, (N,)."""
        width, height = self._sides
        return width * height

    @property
    def aspect(self) -> NDArray[np.float64]:
        """Width over height, (N,)."""
        width, height = self._sides
        return width / height

    @property
    def _sides(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.box[:, 2] - self.box[:, 0], self.box[:, 3] - self.box[:, 1]

    def keys(self, sort: BoxSort) -> NDArray[np.floating]:
        """Return what boxes are sorted by, (N,); NaN where it is not known."""
        match sort:
            case BoxSort.AREA:
                return self.area
            case BoxSort.ASPECT:
                return self.aspect
            case BoxSort.SCORE:
                return self.score
            case BoxSort.HARD:
                return self.hard

    def same_boxes(self, other: BoxIndex) -> bool:
        """Whether the rows are the same boxes with the same labels."""
        return (
            np.array_equal(self.sample, other.sample)
            and np.array_equal(self.index, other.index)
            and np.array_equal(self.label, other.label)
            and np.array_equal(self.box, other.box)
        )

    def identities(self) -> Iterable[tuple[float, ...]]:
        """Yield what a box is known by, a row each: its sample, its label and where it is."""
        columns = (self.sample.tolist(), self.label.tolist(), *self.box.T.tolist())
        return zip(*columns, strict=True)

    def rows(self, label: int, sort: BoxSort, *, descending: bool) -> NDArray[np.int64]:
        """Return the (M,) rows of a label, sorted; those without a value last either way."""
        rows = np.flatnonzero(self.label == label)
        keys = self.keys(sort)[rows]
        return rows[np.argsort(-keys if descending else keys, kind="stable")]


def box_index(samples: Iterable[Sample], names: list[str]) -> BoxIndex:
    """Return the boxes of samples; labels that `names` lacks are added at its end."""
    number = {name: n for n, name in enumerate(names)}
    ids, indices, labels = [], [], []
    corners: list[float] = []
    scores, hard = [], []
    nan = float("nan")
    for sample in samples:
        coefficient = nan if sample.coefficient is None else sample.coefficient
        for index, a in enumerate(sample.annotations):
            if a.box is None:
                continue
            if a.label not in number:
                number[a.label] = len(names)
                names.append(a.label)
            ids.append(sample.id)
            indices.append(index)
            labels.append(number[a.label])
            corners.extend(a.box)
            scores.append(nan if a.score is None else a.score)
            hard.append(coefficient)
    return BoxIndex(
        np.array(ids, np.int64),
        np.array(indices, np.int32),
        np.array(labels, np.int32),
        np.array(corners, np.float64).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(hard, np.float32),
    )
