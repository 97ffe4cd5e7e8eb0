"""Boxes in source pixels, and the geometry of many boxes at once.

A coordinate is a distance in pixels from the top left corner of the EXIF-oriented image, so a box
that covers a whole image of width W and height H is (0, 0, W, H).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Box(NamedTuple):
    """An axis-aligned rectangle, `x1 < x2` and `y1 < y2`, in source pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        """Horizontal extent in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Vertical extent in pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.width * self.height

    def clipped(self, width: int, height: int) -> Box | None:
        """Return the part inside an image of `width` x `height` pixels, None if nothing is."""
        x1, x2 = max(0.0, self.x1), min(float(width), self.x2)
        y1, y2 = max(0.0, self.y1), min(float(height), self.y2)
        return Box(x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def rounded(self) -> Box:
        """Return the box with coordinates rounded to 1/1000 pixel."""
        return Box(*(round(v, 3) for v in self))

    def moved(self, dx: float, dy: float, width: int, height: int) -> Box:
        """Return the box shifted by up to (dx, dy), its size kept, stopping at the image edge."""
        dx = min(max(dx, -self.x1), width - self.x2)
        dy = min(max(dy, -self.y1), height - self.y2)
        return Box(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)


def as_array(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Stack boxes into an (N, 4) array of x1, y1, x2, y2; (0, 4) when there are none."""
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union of every pair of (N, 4) and (M, 4) boxes: (N, M) in [0, 1]."""
    left_top = np.maximum(a[:, None, :2], b[None, :, :2])
    right_bottom = np.minimum(a[:, None, 2:], b[None, :, 2:])
    intersection: NDArray[np.float64] = np.prod(np.clip(right_bottom - left_top, 0.0, None), axis=2)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=1)
    union = area_a[:, None] + area_b[None, :] - intersection
    return np.where(union > 0, intersection / np.where(union > 0, union, 1.0), 0.0)


def share_inside(boxes: NDArray[np.floating], region: Box) -> NDArray[np.float64]:
    """Return which share of the area of each of (N, 4) boxes lies in `region`: (N,) in [0, 1].

    Boxes without area have 0.
    """
    left_top = np.maximum(boxes[:, :2], region[:2])
    right_bottom = np.minimum(boxes[:, 2:], region[2:])
    inside: NDArray[np.float64] = np.prod(np.clip(right_bottom - left_top, 0.0, None), axis=1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.where(area > 0, inside / np.where(area > 0, area, 1.0), 0.0)
