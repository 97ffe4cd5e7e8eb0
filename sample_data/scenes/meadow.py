"""Classification scenes: one flower in front of a meadow, dusk, sky or soil out of focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from . import props
from .backdrop import draw_light
from .difficulty import Difficulty, photograph
from .flowers import SPECIES, draw_bloom, paint_bloom
from .paint import Array, Canvas, Light, linear, mix, noise, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 240
GROUNDS = (
    ("#2f5a24", "#7da040"),
    ("#1e3b22", "#44702f"),
    ("#4f7a3a", "#a9c268"),
    ("#5b86a8", "#bcd3dd"),
    ("#2c4a5a", "#6a8f8a"),
    ("#6b5636", "#b59a62"),
)
BLURS = ("#f0d040", "#d85a3a", "#9a78c8", "#f0f0e4", "#86b048", "#b8d878")


def render_meadow(
    rng: np.random.Generator, species: str, difficulty: Difficulty
) -> NDArray[np.uint8]:
    """Paint a picture (240, 240, 3) of one flower of the species."""
    light = draw_light(rng)
    canvas = Canvas(_ground(rng), np.zeros((SIZE, SIZE), np.int16))
    if difficulty.crowding:
        _neighbours(canvas, species, difficulty, light, rng)
    radius = rng.uniform(66, 96)
    spread = 12.0
    if difficulty.scale:
        tiny = rng.random() < 0.6
        radius = 46 - 28 * difficulty.scale if tiny else 120 + 70 * difficulty.scale
        spread = 34.0
    x, y = SIZE / 2 + rng.normal(0, spread), SIZE * 0.46 + rng.normal(0, spread)
    _stem(canvas, x, y, radius, light=light, rng=rng)
    # no two flowers of a species are the same: even easy ones lean towards their look-alike
    likeness = max(rng.uniform(0, 0.5), difficulty.lookalike * rng.uniform(0.85, 1.0))
    bloom = draw_bloom(species, likeness, rng)
    tilt = rng.uniform(0, 0.6)
    paint_bloom(canvas, x, y, radius, bloom, light=light, rng=rng, tilt=tilt)
    if difficulty.occlusion:
        count = round(2 + 6 * difficulty.occlusion)
        canvas.put(props.blades(SIZE, SIZE, count, rng, light))
        for _ in range(round(1 + 3 * difficulty.occlusion)):
            at = (x + rng.normal(0, 0.5) * radius, y + rng.normal(0, 0.5) * radius)
            length = radius * rng.uniform(0.7, 1.3)
            canvas.put(props.paint_leaf(*at, length, rng.uniform(-3, 3), light=light, rng=rng))
    return photograph(canvas.rgb, difficulty, rng)


def _ground(rng: np.random.Generator) -> Array:
    """Two colours in soft clouds, lighter above, with a few discs of distant flowers."""
    dark, pale = (linear(code) for code in GROUNDS[int(rng.integers(len(GROUNDS)))])
    rows = np.linspace(0.25, -0.25, SIZE, dtype=np.float32)[:, None]
    clouds = noise(rng, SIZE, SIZE, 70, 60) * 0.45 + noise(rng, SIZE, SIZE, 26, 18) * 0.2
    rgb = mix(dark, pale, np.clip(0.45 + rows + clouds, 0, 1))
    down = np.arange(SIZE, dtype=np.float32)[:, None]
    across = np.arange(SIZE, dtype=np.float32)[None, :]
    for _ in range(int(rng.integers(3, 12))):
        size = rng.uniform(6, 20)
        away = np.hypot(across - rng.uniform(0, SIZE), down - rng.uniform(0, SIZE)) / size
        disc = smoothstep(1.2, 0.75, away) * np.float32(rng.uniform(0.08, 0.35))
        rgb = mix(rgb, linear(str(rng.choice(BLURS))), disc)
    return rgb


def _stem(
    canvas: Canvas, x: float, y: float, radius: float, *, light: Light, rng: np.random.Generator
) -> None:
    """Paint a curved stem from the flower to the lower edge, with a leaf or two."""
    bend = rng.uniform(-0.35, 0.35)
    down = np.arange(SIZE, dtype=np.float32)[:, None]
    across = np.arange(SIZE, dtype=np.float32)[None, :]
    centre = x + bend * (down - y) ** 2 / SIZE
    half = radius * 0.05 + 1
    off = (across - centre) / half
    alpha = np.clip((1 - np.abs(off)) * half, 0, 1) * (down > y)
    round_ = np.clip(1 - 0.5 * off * np.sign(light.direction[0]) * -1 - 0.3 * off * off, 0.2, 1.5)
    rgb = linear("#5d8a34") * (round_ * 0.6)[..., None] * (light.key + light.sky)
    layer = props.Layer(rgb.astype(np.float32), alpha.astype(np.float32), 0, 0)
    canvas.put(layer)
    for side in (-1, 1):
        if rng.random() < 0.7:
            at = y + radius * rng.uniform(1.05, 1.5)
            length = radius * rng.uniform(0.7, 1.1)
            lean = np.pi / 2 - side * rng.uniform(0.9, 1.3)
            foot = x + bend * (at - y) ** 2 / SIZE
            middle = (foot + np.cos(lean) * length / 2, at - abs(np.sin(lean)) * length / 2)
            canvas.put(props.paint_leaf(*middle, length, -lean, light=light, rng=rng))


def _neighbours(
    canvas: Canvas,
    species: str,
    difficulty: Difficulty,
    light: Light,
    rng: np.random.Generator,
) -> None:
    """Smaller flowers of other species behind, slightly out of focus."""
    others = [name for name in SPECIES if name != species]
    for _ in range(round(1 + 3 * difficulty.crowding)):
        x, y = rng.uniform(0.05, 0.95, 2) * SIZE
        bloom = draw_bloom(str(rng.choice(others)), 0.0, rng)
        size = rng.uniform(30, 52)
        tilt = rng.uniform(0, 0.7)
        paint_bloom(canvas, x, y, size, bloom, light=light, rng=rng, tilt=tilt)
    peak = float(canvas.rgb.max())
    picture = Image.fromarray(np.uint8(np.clip(np.sqrt(canvas.rgb / peak), 0, 1) * 255))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.6)), np.float32) / 255
    canvas.rgb[:] = soft * soft * np.float32(peak)
