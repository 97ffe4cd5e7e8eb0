"""The picture as a few hundred patches of one colour each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATCHES = 200
"""About how many patches a picture becomes."""

_WORKING_SIDE = 96  # px; patches are found in a picture reduced to this, as imgaug does for speed
_ROUNDS = 2
_COMPACTNESS = 20.0  # grey levels a patch's colours may differ by at the distance of a patch's side


def superpixels(shown: Image.Image) -> Image.Image:
    """Replace every patch of similar neighbouring pixels by its mean colour.

    SLIC (Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", 2012):
    k-means in colour and place, each pixel choosing among the patches that began in its own cell of
    a regular grid and the eight around it; D = |colour - mean|^2 + (m / S)^2 |place - mean|^2, with
    S the side of a cell and m = 20. Two rounds, RGB instead of Lab.
    """
    factor = min(1.0, _WORKING_SIDE / max(shown.size))
    size = tuple(max(1, round(side * factor)) for side in shown.size)
    small = np.asarray(shown.resize(size, Image.Resampling.BOX), dtype=np.float32)  # type: ignore[arg-type]
    grid = _grid(small.shape[0], small.shape[1])
    weight = _COMPACTNESS / grid.side
    features = np.concatenate([small.reshape(-1, 3), grid.places * weight], axis=1)
    label = grid.cells
    for _ in range(_ROUNDS):
        centres = _means(features, label, grid.patches)
        distance = ((centres[grid.candidates] - features) ** 2).sum(axis=2)
        label = grid.candidates[distance.argmin(axis=0), np.arange(len(label))]
    colours = _means(features[:, :3], label, grid.patches)[label].reshape(small.shape)
    patches = Image.fromarray(np.round(colours).astype(np.uint8))
    return patches.resize(shown.size, Image.Resampling.NEAREST)


class _Grid(NamedTuple):
    side: float
    patches: int
    places: NDArray[np.float32]
    """(N, 2): x, y of every pixel."""
    cells: NDArray[np.intp]
    """(N,): the cell of every pixel."""
    candidates: NDArray[np.intp]
    """(9, N): that cell and those around it; at the border some come twice."""


@lru_cache(maxsize=16)
def _grid(height: int, width: int) -> _Grid:
    side = max(1.0, (height * width / PATCHES) ** 0.5)
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    y, x = np.mgrid[:height, :width].reshape(2, -1)
    column, row = x * columns // width, y * rows // height
    around = [
        np.clip(row + dy, 0, rows - 1) * columns + np.clip(column + dx, 0, columns - 1)
        for dy in (0, -1, 1)
        for dx in (0, -1, 1)
    ]
    places = np.stack([x, y], axis=1).astype(np.float32)
    return _Grid(side, rows * columns, places, around[0], np.stack(around))


def _means(
    features: NDArray[np.float32], label: NDArray[np.intp], count: int
) -> NDArray[np.float32]:
    """Return the mean (count, F) of the features (N, F) of every label, far off if it has none."""
    sizes = np.bincount(label, minlength=count)
    sums = np.stack([np.bincount(label, column, count) for column in features.T], axis=1)
    means = sums / np.maximum(sizes, 1)[:, None]
    means[sizes == 0] = 1e6
    return means.astype(np.float32)
