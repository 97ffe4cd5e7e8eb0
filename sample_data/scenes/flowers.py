"""Flowers seen from the front: rings of petals around a disc, drawn in polar coordinates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from .paint import Array, Canvas, Layer, Light, grid, linear, mix, noise, smoothstep


@dataclass(frozen=True, slots=True)
class Bloom:
    """One flower. Lengths are shares of its radius.

    `petals` in all, spread over `rings` that lie upon each other; `width` is the half width of a
    petal at its widest, which is at `belly` (0 base, 1 tip); `crumple` bends the outline; colours
    run from `base` to `tip`; `disc` is the radius of the middle.
    """

    petals: int
    rings: int
    width: float
    belly: float
    crumple: float
    base: Array
    tip: Array
    disc: float
    disc_inner: Array
    disc_outer: Array
    seeds: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Where each pixel lies in a flower: `u`, `v` in radii, the same as `angle` and `away`.

    `radius` is in pixels; the upper left corner of the patch is at (`left`, `top`).
    """

    u: Array
    v: Array
    angle: Array
    away: Array
    radius: float
    left: int
    top: int


SPECIES = ("aster", "daisy", "poppy", "rudbeckia", "sunflower")


def draw_bloom(species: str, likeness: float, rng: np.random.Generator) -> Bloom:
    """Draw a flower of the species; `likeness` 0-1 moves it towards its look-alike.

    Sunflower and rudbeckia differ in the number of petals and the size of the disc, aster and
    daisy in colour and the fineness of the petals.
    """
    near = np.float32(likeness)
    jitter = rng.uniform(0.9, 1.1)
    if species == "sunflower":
        few = round(float(rng.integers(30, 42)) - 14 * near)
        gold = mix(linear("#f6c21a"), linear("#f0a812"), float(rng.uniform(0, 1)))
        bloom = Bloom(few, 3, 0.105, 0.45, 0.05, gold * linear("#f0c8a0"), gold, 0.43 * jitter,
                      linear("#2e1a0c"), linear("#7a4a1c"), 21)  # fmt: skip
        return replace(bloom, disc=bloom.disc - 0.11 * near, width=0.105 + 0.03 * near)
    if species == "rudbeckia":
        few = round(float(rng.integers(11, 16)) + 9 * near)
        gold = mix(linear("#f7c325"), linear("#f3a514"), float(rng.uniform(0, 1)))
        rust = mix(gold, linear("#b8520f"), float(rng.uniform(0.15, 0.8)))
        bloom = Bloom(few, 2, 0.175, 0.62, 0.06, rust, gold, 0.23 * jitter,
                      linear("#2a150c"), linear("#4a2612"), 13)  # fmt: skip
        return replace(bloom, disc=bloom.disc + 0.09 * near, width=0.175 - 0.05 * near)
    if species == "daisy":
        tint = mix(linear("#f4f3ec"), linear("#d8b4dc"), near * np.float32(0.75))
        return Bloom(int(rng.integers(20, 28)), 2, 0.085, 0.72, 0.04, tint * 0.82, tint,
                     0.27 * jitter, linear("#e0a21a"), linear("#f2c62c"), 13)  # fmt: skip
    if species == "aster":
        violet = mix(linear("#8a5fc8"), linear("#b46fc0"), float(rng.uniform(0, 1)))
        violet = mix(violet, linear("#dcc4e6"), near * np.float32(0.75))
        few = round(float(rng.integers(36, 50)) - 14 * near)
        return Bloom(few, 3, 0.050 + 0.02 * float(near), 0.66, 0.05, violet * 0.8, violet,
                     0.21 * jitter, linear("#d88a12"), linear("#f0b428"), 13)  # fmt: skip
    red = mix(linear("#d81f12"), linear("#e8481a"), float(rng.uniform(0, 1)))
    red = mix(red, linear("#f09a1e"), near * near * np.float32(0.7))
    return Bloom(int(rng.integers(4, 7)), 2, 0.62, 0.62, 0.10, linear("#1c0a10"), red,
                 0.16 * jitter, linear("#5f6b3a"), linear("#1d1712"), 8)  # fmt: skip


def paint_bloom(
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    bloom: Bloom,
    *,
    light: Light,
    rng: np.random.Generator,
    tilt: float,
) -> None:
    """Paint `bloom` at (x, y), `radius` in pixels; `tilt` 0-1 turns it away from the viewer."""
    dx, dy, left, top = grid(x, y, radius * 1.12 + 2)
    lean = rng.uniform(-0.6, 0.6)
    cos, sin = np.float32(np.cos(lean)), np.float32(np.sin(lean))
    squash = np.float32(1 - 0.5 * tilt)
    u = (dx * cos + dy * sin) / np.float32(radius)
    v = (dy * cos - dx * sin) / np.float32(radius) / squash
    frame = Frame(u, v, np.arctan2(v, u), np.hypot(u, v), radius, left, top)
    turn = rng.uniform(0, 2 * np.pi)
    for ring in range(bloom.rings):
        layer = _ring(bloom, ring, turn, frame, light=light, rng=rng)
        shadow = Image.fromarray(np.uint8(layer.alpha * 255))
        soft = np.asarray(shadow.filter(ImageFilter.GaussianBlur(radius / 28)), np.float32) / 255
        step = max(1, round(radius / 40))
        aside = -step if light.direction[0] > 0 else step
        dark = Layer(np.zeros_like(layer.rgb), 0.45 * soft, left + aside, top + 2 * step)
        canvas.put(dark)
        canvas.put(layer)
    canvas.put(_disc(bloom, frame, light, rng))


def _ring(
    bloom: Bloom, ring: int, turn: float, frame: Frame, *, light: Light, rng: np.random.Generator
) -> Layer:
    """Paint every `rings`-th petal; these do not touch each other."""
    angle, radius = frame.angle, frame.radius
    count = max(2, bloom.petals // bloom.rings + (ring < bloom.petals % bloom.rings))
    step = 2 * np.pi / count
    local = angle - turn - ring * step / bloom.rings
    index = np.round(local / step)
    local = (local - index * step).astype(np.float32)
    which = index.astype(np.int32) % count
    sway = rng.normal(0, 0.06 * min(1.0, step), count).astype(np.float32)[which]
    reach = (rng.uniform(0.88, 1.04, count) - 0.06 * ring).astype(np.float32)[which]
    tone = rng.uniform(0.86, 1.06, count).astype(np.float32)[which]
    along = frame.away * np.cos(local - sway) / reach
    across = frame.away * np.sin(local - sway) / reach
    if bloom.crumple:
        ripple = noise(rng, *angle.shape, radius / 5, radius / 5)
        along = along * (1 + bloom.crumple * 0.6 * ripple)
    s = np.clip(along, 1e-3, 1)
    # s^p (1-s)^q has its maximum at p / (p + q); sharp tips where q is large
    p, q = 1.2 * bloom.belly, 1.2 * (1 - bloom.belly)
    peak = bloom.belly**p * (1 - bloom.belly) ** q
    half = bloom.width * s**p * (1 - s) ** q / peak
    alpha = np.clip((half - np.abs(across)) * radius * reach, 0, 1) * (along > 0) * (along < 1)
    side = np.clip(across / (half + 1e-3), -1, 1)
    # a petal is a shallow trough with fine ridges along it
    direction = np.cos(angle) * light.direction[1] - np.sin(angle) * light.direction[0]
    facing = 0.86 + 0.22 * side * direction - 0.16 * side * side
    ridges = 1 + 0.07 * np.cos(side * 9) + 0.05 * noise(rng, *angle.shape, radius / 9, radius / 9)
    blend = smoothstep(0.12, 0.62 if bloom.petals > 8 else 0.42, along)
    colour = mix(bloom.base, bloom.tip, blend)
    shade = facing * ridges * tone * (0.7 + 0.3 * smoothstep(0.1, 0.75, along))
    rgb = colour * shade[..., None] * (light.key * 0.78 + light.sky)
    return Layer(rgb.astype(np.float32), alpha.astype(np.float32), frame.left, frame.top)


def _disc(bloom: Bloom, frame: Frame, light: Light, rng: np.random.Generator) -> Layer:
    """Paint the middle: a dome with seeds on two families of spirals."""
    u, v, angle = frame.u, frame.v, frame.angle
    rho = frame.away / np.float32(bloom.disc)
    height = np.sqrt(np.clip(1 - rho * rho, 0.02, None))
    lx, ly, lz = (float(value) for value in light.direction)
    facing = np.clip(0.25 + 0.55 * (u * lx + v * ly) / bloom.disc + 0.6 * lz * height, 0.1, 1.3)
    spin = np.log(rho + 0.05) * bloom.seeds * 0.62
    seeds = np.cos(bloom.seeds * angle + spin) * np.cos(bloom.seeds * 0.62 * angle - spin)
    rough = 1 + 0.38 * seeds * smoothstep(0.15, 0.5, rho) + 0.15 * noise(rng, *u.shape, 2.5, 2.5)
    colour = mix(bloom.disc_inner, bloom.disc_outer, smoothstep(0.45, 0.85, rho))
    rgb = colour * (facing * rough)[..., None] * (light.key + light.sky)
    fringe = 1 + 0.05 * np.cos(angle * 2 * bloom.seeds)
    alpha = np.clip((fringe - rho) * bloom.disc * frame.radius, 0, 1)
    return Layer(rgb.astype(np.float32), alpha.astype(np.float32), frame.left, frame.top)
