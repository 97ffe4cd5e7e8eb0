"""From a picture to the model's input, and from there back to source pixels.

Letterboxed pictures are resampled bilinearly without antialiasing, as OpenCV's INTER_LINEAR does,
since that is what Ultralytics and YOLOX train and evaluate with. The other fits come from the world
of torchvision, where pictures are antialiased as they shrink, and so they are here. Only the child
process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.planes import image_of, planes_of
from hardcase.inference.profile.schema import Color, Fit, InputSpec, Layout
from hardcase.inference.resample import resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Picture = Image.Image | NDArray[np.uint8] | NDArray[np.float32]
    """A rendered picture, RGB: an image, or its planes (3, H, W) of whole numbers in 0-255."""

WHOLE_READ = 2.0
"""Up to this many source pixels to one of the input, on both sides, whole planes are resampled;
beyond, most of the source is passed by, and Pillow reads no more than it needs."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a source image of `width` x `height` pixels lies in the model's input.

    A source point (x, y) lies at (x * scale_x + left, y * scale_y + top) in input pixels. `content`
    is the part of the input that shows the picture: (x1, y1, x2, y2) in whole input pixels.
    """

    width: int
    height: int
    scale_x: float
    scale_y: float
    left: float
    top: float
    content: tuple[int, int, int, int]

    def to_source(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Take (N, 4) boxes in input pixels to source pixels, cut to the image."""
        out = (boxes.astype(np.float64) - self._offset()) / self._scale()
        limits = np.array([self.width, self.height, self.width, self.height], dtype=np.float64)
        return np.clip(out, 0.0, limits)

    def to_input(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Take (N, 4) boxes in source pixels to input pixels."""
        out: NDArray[np.float64] = boxes.astype(np.float64) * self._scale() + self._offset()
        return out

    def _scale(self) -> NDArray[np.float64]:
        return np.array([self.scale_x, self.scale_y] * 2, dtype=np.float64)

    def _offset(self) -> NDArray[np.float64]:
        return np.array([self.left, self.top] * 2, dtype=np.float64)


def place(spec: InputSpec, width: int, height: int) -> Placement:
    """Return where a source image of `width` x `height` pixels goes in the input of `spec`.

    Sides of a centred letterbox round to the nearest pixel and those of a top-left one round down,
    as Ultralytics and YOLOX do.
    """
    goal_x, goal_y = spec.size
    if spec.fit is Fit.STRETCH:
        return Placement(
            width, height, goal_x / width, goal_y / height, 0.0, 0.0, (0, 0, goal_x, goal_y)
        )
    if spec.fit is Fit.CENTER_CROP:
        scale = max(goal_x / width, goal_y / height)
        left, top = (goal_x - width * scale) / 2, (goal_y - height * scale) / 2
        return Placement(width, height, scale, scale, left, top, (0, 0, goal_x, goal_y))
    scale = min(goal_x / width, goal_y / height)
    if spec.fit is Fit.LETTERBOX_TOP_LEFT:
        inner_x, inner_y = max(int(width * scale), 1), max(int(height * scale), 1)
        x, y = 0, 0
    else:
        inner_x = min(max(round(width * scale), 1), goal_x)
        inner_y = min(max(round(height * scale), 1), goal_y)
        x, y = (goal_x - inner_x) // 2, (goal_y - inner_y) // 2
    content = (x, y, x + inner_x, y + inner_y)
    return Placement(width, height, inner_x / width, inner_y / height, float(x), float(y), content)


def render(image: Image.Image, spec: InputSpec, placement: Placement) -> Picture:
    """Return the picture of `spec.size` that shows the RGB `image` at `placement`.

    `image` may be smaller than the source that `placement` speaks of (decoded at reduced scale). It
    is returned itself where it is that picture already.
    """
    if image.size == spec.size == (placement.width, placement.height):
        return image
    x1, y1, x2, y2 = placement.content
    step_x = image.width / placement.width / placement.scale_x
    step_y = image.height / placement.height / placement.scale_y
    start_x = (x1 - placement.left) * step_x
    start_y = (y1 - placement.top) * step_y
    size = (x2 - x1, y2 - y1)
    if spec.fit in (Fit.LETTERBOX, Fit.LETTERBOX_TOP_LEFT):
        if max(step_x, step_y) <= WHOLE_READ:
            return _letterboxed(planes_of(image), spec, placement.content)
        matrix = (step_x, 0.0, start_x, 0.0, step_y, start_y)
        shown = image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    else:
        end_x, end_y = start_x + size[0] * step_x, start_y + size[1] * step_y
        box = (
            max(start_x, 0.0),
            max(start_y, 0.0),
            min(end_x, image.width),
            min(end_y, image.height),
        )
        shown = image.resize(size, Image.Resampling.BILINEAR, box)
    if shown.size == spec.size:
        return shown
    canvas = Image.new("RGB", spec.size, (spec.pad,) * 3)
    canvas.paste(shown, (x1, y1))
    return canvas


def _letterboxed(
    planes: NDArray[np.uint8], spec: InputSpec, content: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    x1, y1, x2, y2 = content
    shown = resample(planes.astype(np.float32, order="C"), x2 - x1, y2 - y1)
    canvas = np.full((3, *spec.size[::-1]), spec.pad, dtype=np.float32)
    np.rint(shown, out=canvas[:, y1:y2, x1:x2])
    return canvas


def as_image(picture: Picture) -> Image.Image:
    """Return a rendered picture as an image."""
    return picture if isinstance(picture, Image.Image) else image_of(picture)


def tensor(
    pictures: Sequence[Picture], spec: InputSpec, dtype: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """Return the input of B rendered pictures: (B, 3, H, W) or (B, H, W, 3) by `spec.layout`.

    Values are `(v / scale - mean) / std`; an integer `dtype` takes the pixel values as they are,
    and a signed one less 128, as quantised models do.
    """
    planes = [planes_of(p) if isinstance(p, Image.Image) else p for p in pictures]
    pixels = np.stack(planes) if len(planes) > 1 else planes[0][None]
    if spec.color is Color.BGR:
        pixels = pixels[:, ::-1]
    if spec.layout is Layout.NHWC:
        pixels = pixels.transpose(0, 2, 3, 1)
    if np.issubdtype(dtype, np.signedinteger):
        return np.ascontiguousarray(pixels.astype(np.int16) - 128, dtype=dtype)
    if np.issubdtype(dtype, np.integer):
        return np.ascontiguousarray(pixels, dtype=dtype)
    factor, shift = _scaling(spec)
    out = np.empty(pixels.shape, dtype=np.float32)
    np.multiply(pixels, factor, out=out)
    if shift is not None:
        out += shift
    return out.astype(dtype, copy=False)


@lru_cache(maxsize=8)
def _scaling(spec: InputSpec) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return what pixels are multiplied by, and what is added then, if anything."""
    shape = (3, 1, 1) if spec.layout is Layout.NCHW else (3,)
    std = np.array(spec.std, dtype=np.float64)
    factor = (1.0 / (spec.scale * std)).astype(np.float32).reshape(shape)
    shift = (-np.array(spec.mean) / std).astype(np.float32).reshape(shape)
    return factor, shift if shift.any() else None
