"""The cells of a detector's feature maps, whose order many outputs follow."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Size = tuple[int, int]


def sides(size: Size, stride: int, *, up: bool = False) -> Size:
    """Return how many (columns, rows) a feature map of an input of (width, height) has."""
    more = stride - 1 if up else 0
    return (size[0] + more) // stride, (size[1] + more) // stride


def count(size: Size, strides: tuple[int, ...], *, up: bool = False) -> int:
    """Return how many cells the feature maps of these strides have together."""
    maps = [sides(size, stride, up=up) for stride in strides]
    return sum(columns * rows for columns, rows in maps)


@lru_cache(maxsize=8)
def cells(
    size: Size, strides: tuple[int, ...], *, up: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return column and row (N, 2) and stride (N, 1) of each cell, rows first, fine map first."""
    places, steps = [], []
    for stride in strides:
        across, down = sides(size, stride, up=up)
        columns, rows = np.meshgrid(np.arange(across), np.arange(down))
        places.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        steps.append(np.full((columns.size, 1), stride))
    return np.concatenate(places).astype(np.float32), np.concatenate(steps).astype(np.float32)
