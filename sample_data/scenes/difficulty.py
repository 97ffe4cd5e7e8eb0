"""What makes an image hard, and the camera that takes it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from .paint import Array, linear, noise, to_srgb

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Strengths from 0 (absent) to 1 (severe), one for each way in which an image can be hard."""

    blur: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    grain: float = 0.0
    cast: float = 0.0
    occlusion: float = 0.0
    crowding: float = 0.0
    scale: float = 0.0
    lookalike: float = 0.0

    def names(self) -> list[str]:
        """Return the axes that are present."""
        return [f.name for f in fields(self) if getattr(self, f.name) > 0]


AXES = tuple(f.name for f in fields(Difficulty))


def draw_difficulty(
    rng: np.random.Generator, *, hard: bool, strength: tuple[float, float]
) -> Difficulty:
    """None of the axes, or one or two of them at a strength drawn from the given range."""
    if not hard:
        return Difficulty()
    chosen = rng.choice(AXES, size=rng.choice((1, 2), p=(0.6, 0.4)), replace=False)
    return Difficulty(**{str(name): float(rng.uniform(*strength)) for name in chosen})


def photograph(rgb: Array, difficulty: Difficulty, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Expose linear light (h, w, 3) as sRGB bytes: cast, exposure, vignette, blur, grain."""
    height, width = rgb.shape[:2]
    if difficulty.cast:
        tint = linear(rng.choice(("#ff9d5c", "#7fa8ff", "#a8e08a", "#e08ad0")))
        tint = tint / tint.mean()
        rgb = rgb * (1 + (tint - 1) * np.float32(0.85 * difficulty.cast))
    stops = 4.2 * difficulty.dark - 2.0 * difficulty.bright - 0.25
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    vignette = 1 - (0.10 + 0.35 * difficulty.dark) * (x * x + y * y)
    exposed = rgb * (vignette * np.float32(2.0**-stops))[..., None]
    if difficulty.bright:
        exposed = exposed + np.float32(0.16 * difficulty.bright)
    picture = Image.fromarray(to_srgb(exposed))
    if difficulty.blur:
        picture = _blurred(picture, difficulty.blur * (2.5 + width / 80), rng)
    noisy = 2.0 + 6 * difficulty.dark + 26 * difficulty.grain
    pixels = np.asarray(picture, np.float32)
    fine = rng.standard_normal((height, width), np.float32) * noisy
    colour = np.stack([noise(rng, height, width, 2.5, 2.5) for _ in range(3)], -1) * noisy
    return np.clip(np.round(pixels + fine[..., None] + colour), 0, 255).astype(np.uint8)


def _blurred(picture: Image.Image, reach: float, rng: np.random.Generator) -> Image.Image:
    """Out of focus (radius `reach` pixels), or moved along a line of about 4 x `reach` pixels."""
    if rng.random() < 0.5:
        return picture.filter(ImageFilter.GaussianBlur(reach))
    angle = rng.uniform(0, np.pi)
    steps = max(2, round(1.6 * reach))
    margin = round(steps * 1.3) + 1
    wide = np.pad(np.asarray(picture, np.float32), ((margin,) * 2, (margin,) * 2, (0, 0)), "edge")
    total = np.zeros((picture.height, picture.width, 3), np.float32)
    for k in range(-steps, steps + 1):
        x, y = (margin + round(k * 1.3 * part(angle)) for part in (np.cos, np.sin))
        total += wide[y : y + picture.height, x : x + picture.width]
    return Image.fromarray(np.round(total / (2 * steps + 1)).astype(np.uint8))
