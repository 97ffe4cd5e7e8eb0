"""Pictures to send, and what came of them."""

from __future__ import annotations

import numpy as np
from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from hardcase.imaging.segments import PICTURE
from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.front import FrontBuffer


def marked(colour: np.ndarray) -> Color:
    """Return the colour as one of a picture."""
    return Color(PICTURE, ColorType.TRUECOLOR, None, ColorTriplet(*map(int, colour)))


def picture(pixels: np.ndarray, row: int = 0) -> list[tuple[int, int, Strip]]:
    """Draw (2 rows, columns, 3) pixels in half blocks."""
    pieces = []
    for y in range(len(pixels) // 2):
        styles = [
            Style(color=marked(b), bgcolor=marked(t))
            for t, b in zip(pixels[2 * y], pixels[2 * y + 1], strict=True)
        ]
        pieces.append((row + y, 0, Strip([Segment("▄", style) for style in styles])))
    return pieces


def front(
    columns: int, rows: int, system: ColorSystem = ColorSystem.TRUECOLOR, **means: bool
) -> FrontBuffer:
    """Return an empty buffer."""
    made = FrontBuffer(system, Means(**means))
    made.resize(columns, rows)
    return made


def scene(seed: int, rows: int = 20, columns: int = 60, noise: float = 6.0) -> np.ndarray:
    """Paint something like a photo: smooth, with edges and some noise."""
    random_ = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 2 * rows, 0:columns] / columns
    base = np.stack([np.sin(3 * x + n) * 60 + np.cos(5 * y * n) * 50 + 128 for n in (1, 2, 3)], 2)
    base[(x - 0.5) ** 2 + (y - 0.3) ** 2 < 0.03] += 60
    return np.clip(base + random_.normal(0, noise, base.shape), 0, 255).astype(np.uint8)


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    """Return the PSNR, at most 99."""
    error = float(np.mean((a.astype(float) - b) ** 2))
    return float(10 * np.log10(255**2 / error)) if error > 1e-5 else 99.0
