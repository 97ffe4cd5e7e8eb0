"""Other looks at a rendered picture: what is done to it, and where its boxes lie in the original.

A view changes the content of the model's input, the part that shows the picture; what pads it stays
as it is. Most are what hard-example services name as their augmentations (ModelArts' reasons 19 to
29), which in turn are augmenters of imgaug (Jung et al., 2020). Their strengths are ours: mild, so
that a person would give the same label, and what a model says of a view is worth as much as what it
says of the image. On cifar10_train_4000 and coco_train128 views twice as strong order worse.
`_GEOMETRY` moves pixels, `_LOOKS` changes them in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from hardcase.inference.superpixels import superpixels
from hardcase.model import evidence
from hardcase.model.boxes import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from hardcase.inference.preprocess import Placement

BLUR_SHARE = 0.01
CROP_SHARE = 0.9
SCALE_FACTOR = 0.9
SHIFT_SHARE = 1 / 16
SHEAR_FACTOR = 0.1
SHARPENING_PERCENT = 150
BRIGHTENING_STEP = 25
_LEAST_WIDTH = 0.5
_BORDER_PARTS = 8  # no view looks further beyond a border than an eighth of the longer side


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = xx x + xy y + x0 and y' = yy y + y0: from content pixels to those of the view."""

    xx: float
    yy: float
    x0: float
    y0: float
    xy: float = 0.0

    def back(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Take (N, 4) boxes of the view to where they lie in the original, in content pixels.

        Exact for upright maps. Under shear a box around an object of unknown outline has no exact
        origin; it is taken for an ellipse, whose box is sqrt((xx w)^2 + (xy h)^2) wide in the view,
        but at least half as wide as it was seen.
        """
        centre_y = ((boxes[:, 1] + boxes[:, 3]) / 2 - self.y0) / self.yy
        centre_x = ((boxes[:, 0] + boxes[:, 2]) / 2 - self.x0 - self.xy * centre_y) / self.xx
        height = (boxes[:, 3] - boxes[:, 1]) / abs(self.yy)
        seen = boxes[:, 2] - boxes[:, 0]
        least = (_LEAST_WIDTH * seen) ** 2
        width = np.sqrt(np.maximum(seen**2 - (self.xy * height) ** 2, least)) / abs(self.xx)
        if not self.xy:
            width = seen / abs(self.xx)
        half_x, half_y = width / 2, height / 2
        corners = (centre_x - half_x, centre_y - half_y, centre_x + half_x, centre_y + half_y)
        return np.stack(corners, axis=1).astype(np.float64)

    def seen(self, size: tuple[int, int]) -> Box | None:
        """Return the part of a content of `size` that the view shows; None for all of it.

        A shear here leaves nothing out, see `shear`.
        """
        width, height = size
        if self.xy:
            return None
        xs = sorted(((0 - self.x0) / self.xx, (width - self.x0) / self.xx))
        ys = sorted(((0 - self.y0) / self.yy, (height - self.y0) / self.yy))
        box = Box(max(xs[0], 0.0), max(ys[0], 0.0), min(xs[1], width), min(ys[1], height))
        return None if np.allclose(box, (0, 0, width, height)) else box


def flip(width: int, _height: int) -> Affine:
    """Mirror left to right: x' = w - x."""
    return Affine(-1.0, 1.0, float(width), 0.0)


def updown(_width: int, height: int) -> Affine:
    """Mirror top to bottom: y' = h - y."""
    return Affine(1.0, -1.0, 0.0, float(height))


def crop(width: int, height: int) -> Affine:
    """Enlarge the middle CROP_SHARE of each side to the whole: x' = (x - (1 - c) w / 2) / c.

    imgaug's `Crop` with its sizes kept. The border is not shown.
    """
    margin = (1 - CROP_SHARE) / 2 / CROP_SHARE
    return Affine(1 / CROP_SHARE, 1 / CROP_SHARE, -margin * width, -margin * height)


def scale(width: int, height: int) -> Affine:
    """Shrink to SCALE_FACTOR about the middle: x' = s x + (1 - s) w / 2; all is shown."""
    margin = (1 - SCALE_FACTOR) / 2
    return Affine(SCALE_FACTOR, SCALE_FACTOR, margin * width, margin * height)


def translation(width: int, height: int) -> Affine:
    """Shift right and down by SHIFT_SHARE of each side: x' = x + t w. Two borders are not shown."""
    return Affine(1.0, 1.0, SHIFT_SHARE * width, SHIFT_SHARE * height)


def shear(width: int, height: int) -> Affine:
    """Slant by SHEAR_FACTOR (5.7 degrees) and fit to the width, so that nothing gets lost.

    x' = k (x + s y) with k = w / (w + s h).
    """
    fit = width / (width + SHEAR_FACTOR * height)
    return Affine(fit, 1.0, 0.0, 0.0, fit * SHEAR_FACTOR)


def blur(shown: Image.Image) -> Image.Image:
    """Gaussian blur of standard deviation BLUR_SHARE of the shorter side."""
    return shown.filter(ImageFilter.GaussianBlur(BLUR_SHARE * min(shown.size)))


def sharpening(shown: Image.Image) -> Image.Image:
    """Unsharp mask: v + 1.5 (v - blurred v), blurred by BLUR_SHARE of the shorter side.

    SHARPENING_PERCENT is the 1.5. The inverse of `blur`: edges get steeper, noise louder.
    """
    radius = BLUR_SHARE * min(shown.size)
    return shown.filter(ImageFilter.UnsharpMask(radius, SHARPENING_PERCENT, 0))


def brightening(shown: Image.Image) -> Image.Image:
    """Add BRIGHTENING_STEP to every value, cut at 255; imgaug's `Add`."""
    return ImageChops.add(shown, Image.new("RGB", shown.size, (BRIGHTENING_STEP,) * 3))


def inversion(shown: Image.Image) -> Image.Image:
    """Turn to the negative: 255 - v; imgaug's `Invert`."""
    return ImageChops.invert(shown)


_GEOMETRY: dict[str, Callable[[int, int], Affine]] = {
    evidence.FLIP: flip,
    evidence.CROP: crop,
    evidence.UPDOWN: updown,
    evidence.SCALE: scale,
    evidence.TRANSLATION: translation,
    evidence.SHEAR: shear,
}

_LOOKS: dict[str, Callable[[Image.Image], Image.Image]] = {
    evidence.BLUR: blur,
    evidence.SUPERPIXELS: superpixels,
    evidence.SHARPENING: sharpening,
    evidence.BRIGHTENING: brightening,
    evidence.INVERSION: inversion,
}


def view(canvas: Image.Image, placement: Placement, name: str, pad: int | None) -> Image.Image:
    """Return the view `name` of a rendered picture.

    What it leaves free is filled with the grey `pad` (0-255), or mirrors the picture at its border
    if that is None. Detectors know padding and would find mirrored objects twice; to classifiers
    padding is odd: on cifar10_train_4000 a shift by a tenth costs 9.7 points of accuracy
    with it and 6.5 with mirrored borders.
    """
    shown = canvas.crop(placement.content)
    if name in _GEOMETRY:
        shown = _moved(shown, _GEOMETRY[name](*shown.size), pad)
    elif name in _LOOKS:
        shown = _LOOKS[name](shown)
    else:
        raise ValueError(f"no view is called {name}")
    if shown.size == canvas.size:
        return shown
    out = canvas.copy()
    out.paste(shown, placement.content[:2])
    return out


def to_original(
    boxes: NDArray[np.floating], placement: Placement, name: str
) -> NDArray[np.float64]:
    """Take (N, 4) boxes of a view to where they lie in the original, both in input pixels."""
    if name not in _GEOMETRY:
        return boxes.astype(np.float64)
    x1, y1, x2, y2 = placement.content
    offset = np.array([x1, y1, x1, y1], dtype=np.float64)
    return _GEOMETRY[name](x2 - x1, y2 - y1).back(boxes - offset) + offset


def shown_part(placement: Placement, name: str) -> Box | None:
    """Return the part of the source image that a view shows, in source pixels; None for all."""
    if name not in _GEOMETRY:
        return None
    x1, y1, x2, y2 = placement.content
    box = _GEOMETRY[name](x2 - x1, y2 - y1).seen((x2 - x1, y2 - y1))
    if box is None:
        return None
    corners = np.array([box], dtype=np.float64) + np.array([x1, y1, x1, y1])
    return Box(*placement.to_source(corners)[0].tolist())


def _moved(shown: Image.Image, to: Affine, pad: int | None) -> Image.Image:
    if not to.xy and abs(to.xx) == abs(to.yy) == 1.0 and (to.xx < 0 or to.yy < 0):
        across, along = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
        return shown.transpose(across if to.xx < 0 else along)
    slant = -to.xy / to.xx / to.yy
    start = -to.x0 / to.xx - slant * to.y0, -to.y0 / to.yy
    source, border = (shown, 0) if pad is not None else _with_mirrored_border(shown)
    return source.transform(
        shown.size,
        Image.Transform.AFFINE,
        (1 / to.xx, slant, start[0] + border, 0.0, 1 / to.yy, start[1] + border),
        Image.Resampling.BILINEAR,
        fillcolor=(pad or 0,) * 3,
    )


def _with_mirrored_border(shown: Image.Image) -> tuple[Image.Image, int]:
    """Return the picture with as much around it as any view shows, and how much that is."""
    border = -(-max(shown.size) // _BORDER_PARTS)
    around = ((border, border), (border, border), (0, 0))
    pixels = np.pad(np.asarray(shown), around, mode="symmetric")
    return Image.fromarray(pixels), border
