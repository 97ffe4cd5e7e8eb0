"""What a model and a look at the pixels say about one image, before anybody decides anything.

`inference` produces evidence, `hardness` turns it into signals; neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

ORIGINAL = "original"
"""The view that is the image as it is. Others are named after what was done to it: flip, blur."""


class PixelStatistics(NamedTuple):
    """How an image or a region of it looks. See `imaging.statistics` for the formulas."""

    brightness: float
    """Mean luma in [0, 1]."""
    saturation: float
    """Mean HSV saturation in [0, 1]."""
    colourfulness: float
    """Hasler & Süsstrunk's M3 in [0, about 1.5]."""
    sharpness: float
    """Natural log of (1 + variance of the Laplacian of luma in 0-255)."""


@dataclass(frozen=True, slots=True)
class Detections:
    """Boxes after non-maximum suppression, best first.

    `boxes` (N, 4) float32, x1 y1 x2 y2 in source pixels, inside the image. `scores` (N,) float32 in
    [0, 1]. `classes` (N,) int64, indices into the profile's labels.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One image as seen by a model.

    `width` and `height` are of the oriented image in pixels. Detection fills `detections`, one
    entry a view, all in the coordinates of the original; candidates below the acceptance threshold
    are among them, since they are evidence of missed objects. Classification fills `probabilities`,
    a (classes,) float32 vector a view. `box_pixels` goes with the original view's accepted boxes,
    in order.
    """

    width: int
    height: int
    pixels: PixelStatistics
    detections: Mapping[str, Detections] | None = None
    probabilities: Mapping[str, NDArray[np.float32]] | None = None
    box_pixels: tuple[PixelStatistics, ...] = ()
