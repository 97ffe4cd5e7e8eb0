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

    from hardcase.model.boxes import Box

ORIGINAL = "original"
"""The view that is the image as it is. Others are named after what was done to it."""

FLIP = "flip"
BLUR = "blur"
CROP = "crop"
UPDOWN = "updown"
SCALE = "scale"
TRANSLATION = "translation"
SHEAR = "shear"
SUPERPIXELS = "superpixels"
SHARPENING = "sharpening"
BRIGHTENING = "brightening"
INVERSION = "inversion"
VIEWS = (
    FLIP,
    BLUR,
    CROP,
    UPDOWN,
    SCALE,
    TRANSLATION,
    SHEAR,
    SUPERPIXELS,
    SHARPENING,
    BRIGHTENING,
    INVERSION,
)
"""Every other view, in the order of reasons 20, 19 and 21 to 29. `inference.views` makes them."""


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


SHOWN_SHARE = 0.75
"""An object is asked of a view that shows at least this share of its box.

At IoU 0.5 such a box still matches its own cut form with room for the model's error.
"""


@dataclass(frozen=True, slots=True)
class Detections:
    """Boxes after non-maximum suppression, best first.

    `boxes` (N, 4) float32, x1 y1 x2 y2 in source pixels, inside the image. `scores` (N,) float32 in
    [0, 1]. `classes` (N,) int64, indices into the profile's labels.

    `shown` is the part of the image that the view shows, in source pixels; None for all of it.
    Boxes lie inside it. What lies outside was not looked at: before a view is compared with the
    original, the original's boxes are cut to `shown`, and those of which `boxes.share_inside` says
    that less than `SHOWN_SHARE` is inside are left out, on both sides of the comparison: neither
    does the view miss such an object, nor does a stump of it count as a new one.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    shown: Box | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One image as seen by a model.

    `width` and `height` are of the oriented image in pixels. Detection fills `detections`, one
    entry a view, all in the coordinates of the original; candidates below the acceptance threshold
    are among them, since they are evidence of missed objects. Classification fills `probabilities`,
    a (classes,) float32 vector a view. The original is always there; any other view may be missing,
    since costly ones are spent where they tell most. `box_pixels` goes with the original view's
    accepted boxes, in order. `embedding` (D,) float32, D at most `embedding.MAX_DIMENSIONS`, says
    what the original looks like to a network: L2-normalised to within 1/127 a value, images alike
    have a high dot product. None where the network gives none.
    """

    width: int
    height: int
    pixels: PixelStatistics
    detections: Mapping[str, Detections] | None = None
    probabilities: Mapping[str, NDArray[np.float32]] | None = None
    box_pixels: tuple[PixelStatistics, ...] = ()
    embedding: NDArray[np.float32] | None = None
