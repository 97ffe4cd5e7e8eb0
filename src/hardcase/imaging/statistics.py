"""How an image looks, in four numbers: see `measure`."""

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


def measure(rgb: NDArray[np.uint8]) -> PixelStatistics:
    """Measure an (H, W, 3) uint8 image or region of one, H and W at least 1.

    It is first reduced by area averaging to at most `MEASURED_SIDE` pixels a side. Then

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
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0 or rgb.dtype != np.uint8:
        raise ValueError(f"expected uint8 pixels of shape (H, W, 3), got {rgb.dtype} {rgb.shape}")
    # a plane a channel: neighbours in memory are what vector instructions are made for
    red, green, blue = planes = np.ascontiguousarray(_reduced(rgb).transpose(2, 0, 1))
    brightest = np.maximum(np.maximum(red, green), blue)
    chroma = brightest - np.minimum(np.minimum(red, green), blue)
    values = planes.reshape(3, -1).astype(np.float32)
    luma, *opponents = _MIXTURES @ values
    return PixelStatistics(
        brightness=float(luma.mean() / 255.0),
        saturation=float(np.divide(chroma, np.maximum(brightest, 1), dtype=np.float32).mean()),
        colourfulness=_colourfulness(opponents[0], opponents[1]),
        sharpness=_sharpness(luma.reshape(red.shape)),
    )


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    factor = MEASURED_SIDE / max(height, width)
    if factor >= 1:
        return rgb
    size = max(1, round(width * factor)), max(1, round(height * factor))
    image = Image.fromarray(np.ascontiguousarray(rgb))
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def _colourfulness(rg: NDArray[np.float32], yb: NDArray[np.float32]) -> float:
    return float((np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())) / 255.0)


def _sharpness(luma: NDArray[np.float32]) -> float:
    if min(luma.shape) < 3:
        return 0.0
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1]
    laplacian += luma[1:-1, :-2]
    laplacian += luma[1:-1, 2:]
    laplacian -= 4 * inner
    return float(np.log1p(laplacian.var()))
