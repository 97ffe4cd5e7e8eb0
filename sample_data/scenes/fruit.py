"""Fruit as surfaces of revolution: outline, skin, shading, stem.

A fruit of radius 1 stands on the origin's plane with its stem up (-y). Its outline is a half width
w(t) along the axis, t from -1 (stem) to 1 (base); the surface x^2 + z^2 = w(t)^2 gives exact
normals (2x, -d(w^2)/dy, 2z) up to length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .paint import Array, Layer, Light, grid, linear, mix, noise, smoothstep

KINDS = ("apple", "peach", "orange", "lemon", "pear")


@dataclass(frozen=True, slots=True)
class Form:
    """Outline control points (t, half width), half height in radii, and how the skin shines."""

    outline: tuple[tuple[float, float], ...]
    half_height: float
    gloss: float
    sharpness: float
    pores: float


FORMS = {
    "apple": Form(
        ((-1, 0.30), (-0.93, 0.62), (-0.75, 0.86), (-0.4, 0.99), (-0.1, 1.0), (0.25, 0.95),
         (0.6, 0.78), (0.85, 0.55), (0.97, 0.36), (1, 0.1)), 0.90, 0.55, 55, 0.02,
    ),
    "peach": Form(
        ((-1, 0.15), (-0.92, 0.52), (-0.7, 0.80), (-0.35, 0.97), (0, 1.0), (0.35, 0.94),
         (0.7, 0.70), (0.9, 0.40), (1, 0.04)), 0.94, 0.05, 7, 0.0,
    ),
    "orange": Form(
        ((-1, 0.0), (-0.9, 0.45), (-0.7, 0.72), (-0.35, 0.94), (0, 1.0), (0.35, 0.94),
         (0.7, 0.72), (0.9, 0.45), (1, 0.0)), 0.96, 0.24, 22, 0.20,
    ),
    "lemon": Form(
        ((-1, 0.03), (-0.95, 0.15), (-0.86, 0.22), (-0.72, 0.48), (-0.45, 0.78), (0, 0.92),
         (0.45, 0.80), (0.75, 0.46), (0.87, 0.20), (0.95, 0.15), (1, 0.05)), 1.22, 0.30, 26, 0.12,
    ),
    "pear": Form(
        ((-1, 0.05), (-0.95, 0.22), (-0.8, 0.33), (-0.5, 0.42), (-0.25, 0.56), (0, 0.78),
         (0.25, 0.95), (0.45, 1.0), (0.7, 0.90), (0.88, 0.62), (1, 0.22)), 1.34, 0.28, 30, 0.03,
    ),
    "tomato": Form(
        ((-1, 0.35), (-0.85, 0.75), (-0.4, 0.98), (0, 1.02), (0.4, 0.97), (0.85, 0.68),
         (1, 0.25)), 0.80, 0.95, 80, 0.0,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fruit:
    """One fruit on the table: centre and radius in pixels, `angle` in radians (0 is stem up).

    `likeness` 0-1 moves apples and peaches towards each other.
    """

    kind: str
    x: float
    y: float
    radius: float
    angle: float
    likeness: float = 0.0


@cache
def _outline(kind: str) -> tuple[Array, Array, Array]:
    """Sample t, w(t)^2 and its slope over t in -1.3 to 1.3 (negative beyond the ends)."""
    form = FORMS[kind]
    t = np.linspace(-1.3, 1.3, 1041)
    points = np.asarray(form.outline)
    square = np.interp(t, points[:, 0], points[:, 1] ** 2)
    square -= 4.0 * np.clip(np.abs(t) - 1, 0, None)
    kernel = np.hanning(101)
    padded = np.pad(square, 50, mode="edge")
    square = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return (
        t.astype(np.float32),
        square.astype(np.float32),
        np.gradient(square, t).astype(np.float32),
    )


def paint_fruit(fruit: Fruit, light: Light, rng: np.random.Generator) -> Layer:
    """Paint the body of `fruit`; the alpha of the layer is its silhouette."""
    form = FORMS[fruit.kind]
    reach = fruit.radius * max(1.05, form.half_height * 1.03) + 2
    dx, dy, left, top = grid(fruit.x, fruit.y, reach)
    cos, sin = np.float32(np.cos(fruit.angle)), np.float32(np.sin(fruit.angle))
    x = (dx * cos + dy * sin) / np.float32(fruit.radius)
    y = (dy * cos - dx * sin) / np.float32(fruit.radius)
    t = y / np.float32(form.half_height)

    ts, squares, slopes = _outline(fruit.kind)
    square = np.interp(t, ts, squares).astype(np.float32)
    slope = np.interp(t, ts, slopes).astype(np.float32) / np.float32(form.half_height)
    steep = np.sqrt(4 * x * x + slope * slope) + 1e-3
    alpha = np.clip(0.5 - (x * x - square) / steep * fruit.radius, 0, 1).astype(np.float32)

    z = np.sqrt(np.clip(square - x * x, 1e-4, None))
    normal = np.stack([2 * x, -slope, 2 * z], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    hollow = _dimple(fruit, x, y, normal, rng)
    if form.pores:
        size = normal.shape[:2]
        cell = max(1.5, fruit.radius * 0.055)
        normal[..., 0] += form.pores * noise(rng, *size, cell, cell)
        normal[..., 1] += form.pores * noise(rng, *size, cell, cell)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)

    turn = np.arctan2(x, z)
    skin = _skin(fruit, turn, t, normal, rng) * (1 - 0.55 * hollow[..., None])
    # normals live in the fruit's frame until here; the lamp lives in the picture's
    nx = normal[..., 0] * cos - normal[..., 1] * sin
    ny = normal[..., 0] * sin + normal[..., 1] * cos
    rgb = _lit(fruit, skin, (nx, ny, normal[..., 2]), light)
    _paint_stem(fruit, x, y, rgb, alpha)
    return Layer(rgb, alpha, left, top)


def _dimple(fruit: Fruit, x: Array, y: Array, normal: Array, rng: np.random.Generator) -> Array:
    """Bend the normals into the stem dimple and, on a peach, the cleft; return the depth (0-1)."""
    if fruit.kind in ("lemon", "pear"):
        return np.zeros_like(x)
    form = FORMS[fruit.kind]
    place = -form.half_height * rng.uniform(0.62, 0.88)
    wide, deep = {"orange": (0.10, 0.5), "tomato": (0.3, 0.5)}.get(fruit.kind, (0.30, 1.5))
    u, v = x / wide, (y - np.float32(place)) / (wide * 0.55)
    hollow = np.exp(-(u * u + v * v)).astype(np.float32)
    normal[..., 0] -= deep * u * hollow
    normal[..., 1] -= deep * v * hollow
    if fruit.kind == "peach":
        # the seam is a meridian; it fades as the peach is made to look like an apple
        lean = rng.uniform(-0.55, 0.55)
        along = np.sqrt(np.clip(1 - (y / np.float32(form.half_height)) ** 2, 0, 1))
        off = (x - np.float32(lean) * along) / 0.07
        seam = np.exp(-off * off) * np.float32(1 - 0.75 * fruit.likeness)
        normal[..., 0] -= 0.9 * off * seam
        hollow = np.maximum(hollow, 0.55 * seam)
    return hollow


def _skin(fruit: Fruit, turn: Array, t: Array, normal: Array, rng: np.random.Generator) -> Array:
    """Colour of the skin (h, w, 3), linear: ground colour, blush, streaks and speckles."""
    height, width = turn.shape
    cell = max(2.0, 0.35 * fruit.radius)
    cloud = noise(rng, height, width, cell, cell)
    towards = rng.normal((0, 0, 0.4))
    towards /= np.linalg.norm(towards)
    face = (normal @ towards.astype(np.float32)) + 0.35 * cloud
    table = noise(rng, 128, 256, 90, 5)
    streak = table[
        np.clip((t + 1) * 63.5, 0, 127).astype(np.int32),
        np.clip((turn + 1.6) * 79, 0, 255).astype(np.int32),
    ]
    if fruit.kind == "apple":
        sort = rng.choice(3, p=(0.6, 0.28, 0.12))
        ground = linear(("#d8a83c", "#e3c052", "#9cc23e")[sort])
        blush = linear(("#a80f16", "#c4231c", "#b4c94a")[sort])
        cover = smoothstep(-0.75 + 0.35 * sort, 0.15 + 0.4 * sort, face + 0.25 * streak)
        peachy = mix(linear("#e9a24c"), linear("#c8402c"), smoothstep(-0.35, 0.6, face))
        skin = mix(mix(ground, blush, cover), peachy, 0.75 * fruit.likeness)
        return skin * (1 + 0.12 * streak[..., None])
    if fruit.kind == "peach":
        ground = linear(rng.choice(("#f2b25e", "#f0a566", "#f5c27a")))
        blush = linear(rng.choice(("#cf4a3a", "#d8604a", "#c23b3c")))
        low = rng.uniform(-0.3, 0.25) - 0.45 * fruit.likeness
        skin = mix(ground, blush, smoothstep(low, low + 0.85, face))
        return mix(skin, skin * linear("#e8a8a0"), 0.5 * fruit.likeness)
    if fruit.kind == "orange":
        skin = mix(linear("#f08a12"), linear("#e8760a"), smoothstep(-0.6, 0.6, cloud))
        return mix(skin, linear("#e0a030"), float(rng.uniform(0, 0.3)))
    if fruit.kind == "lemon":
        skin = mix(linear("#f5d420"), linear("#eab914"), smoothstep(-0.7, 0.7, cloud))
        ends = smoothstep(0.7, 1.0, np.abs(t))
        return mix(skin, linear("#b9c23a"), ends * np.float32(rng.uniform(0.1, 0.7)))
    if fruit.kind == "tomato":
        return mix(linear("#c8160c"), linear("#d8380f"), smoothstep(-0.6, 0.8, face))
    ripe = float(rng.uniform(0, 1))
    ground = mix(linear("#96b53a"), linear("#d6c24a"), ripe)
    skin = mix(ground, linear("#c07a3a"), smoothstep(0.35, 1.3, face) * np.float32(0.7))
    fine = max(1.2, 0.04 * fruit.radius)
    speckle = smoothstep(0.45, 0.8, noise(rng, height, width, fine, fine))
    return mix(skin, linear("#7a6426"), 0.4 * speckle)


def _lit(fruit: Fruit, skin: Array, normal: tuple[Array, Array, Array], light: Light) -> Array:
    """Light by wrapped Lambert plus sky and table light, Blinn-Phong gloss, and fuzz on peaches."""
    form = FORMS[fruit.kind]
    nx, ny, nz = normal
    lx, ly, lz = (np.float32(v) for v in light.direction)
    fuzzy = 1.0 if fruit.kind == "peach" else 0.0
    wrap = np.float32(0.18 + 0.15 * fuzzy)
    facing = np.clip((nx * lx + ny * ly + nz * lz + wrap) / (1 + wrap), 0, 1)
    above = 0.5 - 0.5 * ny
    shaded = smoothstep(0.15, 1.0, ny) * np.float32(0.6)
    ambient = light.sky * above[..., None] + light.bounce * (1 - above)[..., None]
    rgb = skin * (light.key * facing[..., None] + ambient * (1 - shaded)[..., None])
    half = np.asarray([lx, ly, lz + 1], np.float32)
    half /= np.linalg.norm(half)
    shine = np.clip(nx * half[0] + ny * half[1] + nz * half[2], 0, 1) ** form.sharpness
    gloss = form.gloss * (1 + 0.8 * fruit.likeness * fuzzy)
    if fruit.kind == "apple":
        gloss *= 1 - 0.8 * fruit.likeness
    rim = (1 - nz) ** 3
    rgb += light.key * (gloss * shine)[..., None]
    rgb += light.sky * ((0.06 + 0.16 * fuzzy) * rim)[..., None]
    return rgb.astype(np.float32)


def _paint_stem(fruit: Fruit, x: Array, y: Array, rgb: Array, alpha: Array) -> None:
    """Draw a brown stem inside the silhouette (apple, pear), a green button (orange, tomato)."""
    tip = np.float32(-FORMS[fruit.kind].half_height)
    if fruit.kind in ("apple", "pear"):
        lean = 0.12 * np.sin((tip - y) * 3)
        inside = (y > tip * 1.02) & (y < tip * 0.74)
        mark = np.clip(1.5 - np.abs(x - lean) / 0.045, 0, 1) * inside
        mark = mark * np.float32(1 - 0.5 * fruit.likeness)
        colour = linear("#4a2f18")
    elif fruit.kind in ("orange", "tomato"):
        star = 1 + (0.5 * np.cos(5 * np.arctan2(x, (y - tip * 0.75) * 1.6)))
        size = 0.08 if fruit.kind == "orange" else 0.26 * star
        away = np.hypot(x, (y - tip * np.float32(0.75)) * 1.6)
        mark = np.clip((size - away) * 12, 0, 1)
        colour = linear("#5c7a26")
    else:
        return
    mark = (mark * alpha).astype(np.float32)
    rgb += mark[..., None] * (colour - rgb)
