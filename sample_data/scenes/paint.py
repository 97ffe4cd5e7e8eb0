"""The paint box: colours, smooth noise, light, and a canvas that remembers who is visible where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Light:
    """A distant lamp plus its surroundings.

    `direction` is a unit vector towards the lamp (x right, y down, z to the viewer); the colours
    are linear RGB factors: `key` from the lamp, `sky` from above, `bounce` from the table.
    """

    direction: Array
    key: Array
    sky: Array
    bounce: Array


@dataclass(frozen=True, slots=True)
class Layer:
    """A painted patch: `rgb` (h, w, 3) linear, `alpha` (h, w) 0-1, upper left corner at (x, y)."""

    rgb: Array
    alpha: Array
    x: int
    y: int


@dataclass(slots=True)
class Canvas:
    """`rgb` (H, W, 3) linear light; `ids` (H, W) int16 says which object is seen, 0 for none."""

    rgb: Array
    ids: NDArray[np.int16]

    def put(self, layer: Layer, identity: int = 0) -> None:
        """Paint `layer` over the picture; what it covers by half or more now shows `identity`."""
        cut = _cut(self.ids.shape, layer)
        if cut is None:
            return
        rows, columns, patch_rows, patch_columns = cut
        alpha = layer.alpha[patch_rows, patch_columns]
        below = self.rgb[rows, columns]
        below += alpha[..., None] * (layer.rgb[patch_rows, patch_columns] - below)
        self.ids[rows, columns][alpha >= 0.5] = identity

    def shade(self, x: float, y: float, rx: float, ry: float, strength: float) -> None:
        """Darken a soft ellipse (centre and radii in pixels) by up to `strength` (0-1)."""
        height, width = self.ids.shape
        x0, x1 = max(0, int(x - 2.2 * rx)), min(width, int(x + 2.2 * rx) + 1)
        y0, y1 = max(0, int(y - 2.2 * ry)), min(height, int(y + 2.2 * ry) + 1)
        if x0 >= x1 or y0 >= y1:
            return
        across = ((np.arange(x0, x1, dtype=np.float32) - x) / rx) ** 2
        down = ((np.arange(y0, y1, dtype=np.float32) - y) / ry) ** 2
        distance = across[None, :] + down[:, None]
        self.rgb[y0:y1, x0:x1] *= (1 - strength * np.exp(-(distance**1.5)))[..., None]


def _cut(shape: tuple[int, ...], layer: Layer) -> tuple[slice, slice, slice, slice] | None:
    """Return the part of the canvas that the layer meets, and the same part of the layer."""
    height, width = layer.alpha.shape
    x0, x1 = max(0, layer.x), min(shape[1], layer.x + width)
    y0, y1 = max(0, layer.y), min(shape[0], layer.y + height)
    if x0 >= x1 or y0 >= y1:
        return None
    return (
        slice(y0, y1),
        slice(x0, x1),
        slice(y0 - layer.y, y1 - layer.y),
        slice(x0 - layer.x, x1 - layer.x),
    )


def linear(code: str) -> Array:
    """Linear RGB of a '#rrggbb' sRGB colour, by the plain 2.2 power law."""
    values = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.asarray(values, np.float32) ** np.float32(2.2)


def mix(a: Array, b: Array, share: Array | float) -> Array:
    """Blend from `a` to `b`; `share` (h, w) or a number, 0 gives `a`."""
    if isinstance(share, np.ndarray):
        share = share[..., None]
    return (a + (b - a) * share).astype(np.float32)


def smoothstep(low: float, high: float, value: Array) -> Array:
    """Hermite ramp from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def noise(rng: np.random.Generator, height: int, width: int, cell_y: float, cell_x: float) -> Array:
    """Smooth noise (height, width) in about -1 to 1 with features of the given size in pixels."""
    rows = max(2, round(height / cell_y) + 2)
    columns = max(2, round(width / cell_x) + 2)
    grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC))


def grid(x: float, y: float, reach: float) -> tuple[Array, Array, int, int]:
    """Pixel offsets from (x, y) over a square patch of half side `reach`: dx, dy, left, top."""
    left, top = int(np.floor(x - reach)), int(np.floor(y - reach))
    side = int(np.ceil(2 * reach)) + 2
    dx = np.arange(left, left + side, dtype=np.float32) + np.float32(0.5 - x)
    dy = np.arange(top, top + side, dtype=np.float32) + np.float32(0.5 - y)
    full = np.broadcast_to
    return full(dx[None, :], (side, side)), full(dy[:, None], (side, side)), left, top


def to_srgb(rgb: Array) -> NDArray[np.uint8]:
    """Linear light (h, w, 3) to sRGB bytes, with a soft shoulder above 0.8 like film."""
    levels = np.linspace(0, 2, 4097)
    soft = np.where(levels < 0.8, levels, 0.8 + 0.2 * np.tanh((levels - 0.8) / 0.2))
    table = np.round(255 * soft ** (1 / 2.2)).astype(np.uint8)
    return table[np.clip(rgb * 2048 + 0.5, 0, 4096).astype(np.int32)]
