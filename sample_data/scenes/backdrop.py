"""Where the fruit lies: a table of wood, cloth, slate, marble or paint, and a calm wall."""

from __future__ import annotations

import numpy as np

from .paint import Array, Light, linear, mix, noise, smoothstep

TABLES = ("wood", "dark wood", "linen", "check", "slate", "marble", "paint")
WALLS = ("#8fa9a6", "#c9b79a", "#6d8196", "#a3ad8c", "#4d5660", "#d8cfc2", "#8c6f66", "#35484f")


def draw_light(rng: np.random.Generator) -> Light:
    """Place a lamp above and to one side, warm or cool, with its sky and table light."""
    side = rng.choice((-1, 1)) * rng.uniform(0.35, 0.8)
    direction = np.asarray([side, -rng.uniform(0.5, 0.85), rng.uniform(0.5, 0.8)], np.float32)
    direction /= np.linalg.norm(direction)
    warm = rng.uniform(-0.06, 0.12)
    key = np.asarray([1 + warm, 1.0, 1 - 1.2 * warm], np.float32) * np.float32(
        rng.uniform(0.85, 1.1)
    )
    sky = np.asarray([0.28, 0.30, 0.34], np.float32) * np.float32(rng.uniform(0.8, 1.2))
    return Light(direction, key, sky, np.asarray([0.16, 0.13, 0.10], np.float32))


def paint_backdrop(
    height: int, width: int, light: Light, rng: np.random.Generator
) -> tuple[Array, int]:
    """Return the empty scene (height, width, 3) and the row where the table begins."""
    horizon = 0 if rng.random() < 0.25 else int(height * rng.uniform(0.16, 0.38))
    table = _table(str(rng.choice(TABLES)), height, width, horizon, rng)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    lx = float(np.sign(light.direction[0]))
    fall = 0.78 + 0.22 * lx * (columns / width * 2 - 1)
    depth = 0.82 + 0.25 * np.clip((rows - horizon) / max(1, height - horizon), 0, 1)
    scene = table * (fall * depth)[..., None] * (light.key * 0.62 + light.sky)
    if horizon:
        scene[:horizon] = _wall(horizon, width, lx, rng)
        seam = np.exp(-np.clip(rows - horizon, 0, None) / 6) * (rows >= horizon)
        scene *= (1 - 0.35 * seam)[..., None]
    return scene.astype(np.float32), horizon


def _wall(height: int, width: int, lx: float, rng: np.random.Generator) -> Array:
    """Paint a wall out of focus, lighter on the lamp's side, sometimes with discs of light."""
    colour = linear(str(rng.choice(WALLS)))
    rows = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 0.62 + 0.28 * lx * columns - 0.12 * rows
    shade = shade + 0.08 * noise(rng, height, width, 60, 80)
    wall = colour * shade[..., None]
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(4, 10))):
            x, y = rng.uniform(-1, 1), rng.uniform(0, 1)
            size = rng.uniform(0.05, 0.13)
            away = np.hypot(columns - x, (rows - y) * height / width * 2) / size
            disc = smoothstep(1.15, 0.85, away) * np.float32(rng.uniform(0.06, 0.22))
            wall = mix(wall, linear("#ffe7b0"), disc)
    return wall


def _table(kind: str, height: int, width: int, horizon: int, rng: np.random.Generator) -> Array:
    """Reflectance of the table top (height, width, 3)."""
    rows = np.arange(height, dtype=np.float32)[:, None] - horizon
    columns = np.arange(width, dtype=np.float32)[None, :] - width / 2
    # a plane seen at a slant: columns spread and rows thin out towards the viewer
    if horizon:
        reach = np.float32(1.3 * (height - horizon))
        near = (np.clip(rows, 0, None) + reach) / np.float32(height - horizon + reach)
        u = columns / near
        v = -np.float32(0.55 * (height - horizon)) / near
    else:
        u, v = columns + 0 * rows, rows
    if kind in ("wood", "dark wood"):
        light_wood = kind == "wood"
        a, b = ("#c69a63", "#a87a45") if light_wood else ("#5a3c28", "#40291b")
        across = width / rng.uniform(3.5, 6)
        plank = np.floor(u / across + 50.3)
        tone = rng.uniform(0, 1, 200).astype(np.float32)[np.clip(plank, 0, 199).astype(np.int32)]
        grain = noise(rng, height, width, 120, 5) * 0.6 + noise(rng, height, width, 60, 14) * 0.5
        rgb = mix(linear(a), linear(b), np.clip(0.5 * tone + 0.35 + 0.45 * grain, 0, 1))
        gap = np.abs((u / across + 50.3) % 1 - 0.5) > 0.5 - 1.4 / across
        return rgb * np.where(gap, 0.45, 1.0).astype(np.float32)[..., None]
    if kind in ("linen", "check"):
        base = linear(str(rng.choice(("#d9cfbc", "#c7ccd2", "#e3ded2", "#9fb0b8"))))
        weave = 0.05 * noise(rng, height, width, 1.6, 9) + 0.05 * noise(rng, height, width, 9, 1.6)
        fold = 0.10 * noise(rng, height, width, 70, 130)
        rgb = base * (1 + weave + fold)[..., None]
        if kind == "check":
            tint = linear(str(rng.choice(("#7f98b8", "#88a888", "#b08a90"))))
            step = width / 12
            stripe_x = ((u / step) % 2 < 1).astype(np.float32)
            stripe_y = ((v / step) % 2 < 1).astype(np.float32)
            rgb = mix(rgb, rgb * tint * 1.6, 0.38 * (stripe_x + stripe_y + 0 * u))
        return rgb
    if kind == "slate":
        cloud = noise(rng, height, width, 40, 60) * 0.5 + noise(rng, height, width, 5, 7) * 0.35
        return mix(linear("#3b444b"), linear("#59646b"), np.clip(0.5 + 0.5 * cloud, 0, 1))
    if kind == "marble":
        broad = noise(rng, height, width, 130, 170) + 0.45 * noise(rng, height, width, 40, 50)
        broad = broad + 0.12 * noise(rng, height, width, 10, 12) + (columns + rows) / width
        vein = np.exp(-np.abs(broad) * 16) + 0.5 * np.exp(-np.abs(broad - 0.5) * 30)
        cloud = 0.12 + 0.12 * noise(rng, height, width, 50, 60)
        return mix(linear("#dcdad6"), linear("#878d94"), np.clip(0.5 * vein + cloud, 0, 1))
    paint = linear(str(rng.choice(("#5f8f8c", "#6f86a8", "#b9a58a", "#7c8f6a", "#47586e"))))
    wear = noise(rng, height, width, 90, 6) * 0.10 + noise(rng, height, width, 50, 60) * 0.12
    return paint * (1 + wear)[..., None]
