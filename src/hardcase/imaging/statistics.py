"""How an image looks, in four numbers: see `Look`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.model.evidence import PixelStatistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEASURED_SIDE = 256
"""Larger images are reduced to this longest side, so that numbers compare across resolutions."""

_MIXTURES = np.array(  # of R, G, B: luma (ITU-R BT.601), R - G, (R + G) / 2 - B
    [[0.299, 0.587, 0.114], [1.0, -1.0, 0.0], [0.5, 0.5, -1.0]], dtype=np.float32
)


class Look:
    """How an (H, W, 3) uint8 image looks, H and W at least 1: as a whole, and in parts.

    It is first reduced by area averaging to at most `MEASURED_SIDE` pixels a side, parts with it,
    so that their numbers compare with those of the whole. Then

    - brightness: mean of Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), over 255; [0, 1]
    - saturation: mean of (max - min) / max over R, G, B, 0 for black (HSV); [0, 1]
    - colourfulness: M3 = sqrt(s_rg^2 + s_yb^2) + 0.3 sqrt(m_rg^2 + m_yb^2), where m and s are mean
      and standard deviation of rg = R - G and yb = (R + G) / 2 - B, channels in [0, 1];
      Hasler & Suesstrunk, "Measuring colourfulness in natural images" (2003)
    - sharpness: ln(1 + variance of the Laplacian of Y in 0-255), 4 neighbours, inner pixels only,
      0 for images narrower than 3 pixels; Pech-Pacheco et al., "Diatom autofocusing in brightfield
      microscopy: a comparative study" (2000)

    Raises ValueError for any other shape or dtype.
    """

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0 or rgb.dtype != np.uint8:
            message = f"expected uint8 pixels of shape (H, W, 3), got {rgb.dtype} {rgb.shape}"
            raise ValueError(message)
        # a plane a channel: neighbours in memory are what vector instructions are made for
        planes = np.ascontiguousarray(_reduced(rgb).transpose(2, 0, 1))
        self._shape = height, width = planes.shape[1:]
        self._scale = width / rgb.shape[1], height / rgb.shape[0]
        values = planes.reshape(3, -1).astype(np.float32)
        self._luma, self._rg, self._yb = (_MIXTURES @ values).reshape(3, height, width)
        red, green, blue = planes
        brightest = np.maximum(np.maximum(red, green), blue)
        chroma = brightest - np.minimum(np.minimum(red, green), blue)
        self._saturation = np.divide(chroma, np.maximum(brightest, 1), dtype=np.float32)
        self._laplacian = _laplacian(self._luma)

    def whole(self) -> PixelStatistics:
        """Measure all of it."""
        height, width = self._shape
        return self._measure(0, 0, width, height)

    def part(self, box: NDArray[np.floating]) -> PixelStatistics:
        """Measure the pixels of the reduced image that a box touches, at least one.

        `box` (4,) is x1, y1, x2, y2 in pixels of the image given, inside it.
        """
        (height, width), (across, down) = self._shape, self._scale
        x1, y1 = min(int(box[0] * across), width - 1), min(int(box[1] * down), height - 1)
        x2 = min(max(int(np.ceil(box[2] * across)), x1 + 1), width)
        y2 = min(max(int(np.ceil(box[3] * down)), y1 + 1), height)
        return self._measure(x1, y1, x2, y2)

    def _measure(self, x1: int, y1: int, x2: int, y2: int) -> PixelStatistics:
        rows, columns = slice(y1, y2), slice(x1, x2)
        rg, yb = self._rg[rows, columns], self._yb[rows, columns]
        inner = self._laplacian[y1 : max(y2 - 2, y1), x1 : max(x2 - 2, x1)]
        spread, mean = np.hypot(rg.std(), yb.std()), np.hypot(rg.mean(), yb.mean())
        return PixelStatistics(
            brightness=float(self._luma[rows, columns].mean() / 255.0),
            saturation=float(self._saturation[rows, columns].mean()),
            colourfulness=float((spread + 0.3 * mean) / 255.0),
            sharpness=float(np.log1p(inner.var())) if inner.size else 0.0,
        )


def measure(rgb: NDArray[np.uint8]) -> PixelStatistics:
    """Measure an (H, W, 3) uint8 image as a whole; see `Look`."""
    return Look(rgb).whole()


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    factor = MEASURED_SIDE / max(height, width)
    if factor >= 1:
        return rgb
    size = max(1, round(width * factor)), max(1, round(height * factor))
    image = Image.fromarray(np.ascontiguousarray(rgb))
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def _laplacian(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the Laplacian (H - 2, W - 2) at the inner pixels; empty where there are none."""
    out = luma[:-2, 1:-1] + luma[2:, 1:-1]
    out += luma[1:-1, :-2]
    out += luma[1:-1, 2:]
    out -= 4 * luma[1:-1, 1:-1]
    return out
