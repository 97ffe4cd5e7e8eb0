"""Things that are not fruit: leaves, a bowl, a crate slat, a mug, blades of grass."""

from __future__ import annotations

import numpy as np

from .paint import Array, Layer, Light, grid, linear, mix, noise, smoothstep


def paint_leaf(
    x: float, y: float, length: float, angle: float, *, light: Light, rng: np.random.Generator
) -> Layer:
    """Paint a leaf `length` pixels long around (x, y), its tip at `angle` radians from +x."""
    dx, dy, left, top = grid(x, y, length * 0.56 + 2)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u = (dx * cos + dy * sin) / np.float32(length / 2)
    bend = np.float32(rng.uniform(-0.2, 0.2))
    v = (dy * cos - dx * sin) / np.float32(length / 2) - bend * (1 - u * u)
    wide = np.float32(rng.uniform(0.3, 0.42))
    edge = wide * np.clip(1 - u * u, 0, 1) * (1 - 0.35 * u)
    alpha = np.clip((edge - np.abs(v)) * length / 2, 0, 1)
    vein = np.exp(-((v / 0.025) ** 2)) * 0.5
    ribs = np.cos((u - 0.9 * np.abs(v)) * 26) * 0.10
    side = np.where(v > 0, 0.78, 1.0) + 0.15 * noise(rng, *u.shape, length / 4, length / 4)
    green = mix(linear("#2f6b1f"), linear("#6f9a2e"), float(rng.uniform(0, 1)))
    rgb = mix(green * (side + ribs)[..., None], linear("#b5c878"), vein)
    rgb = rgb * (light.sky + light.key * 0.75)
    return Layer(rgb.astype(np.float32), alpha.astype(np.float32), left, top)


def paint_bowl(x: float, y: float, radius: float, light: Light, rng: np.random.Generator) -> Layer:
    """Paint the front of a glazed bowl; (x, y) is the middle of its rim, `radius` in pixels."""
    dx, dy, left, top = grid(x, y, radius * 1.06 + 2)
    u, v = dx / np.float32(radius), dy / np.float32(radius)
    # the near rim hangs below the line through the middle; the foot is flat
    rim = 0.16 * np.sqrt(np.clip(1 - u * u, 0, 1))
    base = 0.62 * np.sqrt(np.clip(1 - np.abs(u) ** 2.6, 0, 1))
    alpha = np.clip((v - rim) * radius, 0, 1) * np.clip((base - v) * radius, 0, 1)
    alpha *= np.abs(u) < 1
    colour = linear(rng.choice(("#e9e4d8", "#3f6f8f", "#c9d6d2", "#7d9c8a", "#b98f6a")))
    down = (v - rim) / (base - rim + 1e-3)
    lx, ly = float(light.direction[0]), float(light.direction[1])
    facing = np.clip(0.55 + 0.55 * u * lx + 0.3 * (0.5 - down) - 0.15 * ly, 0.08, 1)
    rgb = colour * (light.key * facing[..., None] + 0.7 * light.sky)
    stripe = np.exp(-(((down - 0.22) / 0.05) ** 2)) * 0.5
    rgb = mix(rgb, rgb * linear("#6080a8"), stripe)
    lip = np.exp(-(((v - rim - 0.025) / 0.018) ** 2)) * 0.35
    gleam = 0.5 * np.exp(-(((u - 0.55 * np.sign(lx)) / 0.07) ** 2 + ((down - 0.45) / 0.25) ** 2))
    rgb = rgb + light.key * (lip + gleam)[..., None]
    return Layer(rgb.astype(np.float32), alpha.astype(np.float32), left, top)


def paint_slat(y: int, height: int, width: int, light: Light, rng: np.random.Generator) -> Layer:
    """Paint a board across the picture, `height` pixels tall, its upper edge at row `y`."""
    wood = mix(linear("#b58a55"), linear("#8a6238"), float(rng.uniform(0, 1)))
    grain = noise(rng, height, width, max(2, height / 9), 90) * 0.22
    grain = grain + 0.10 * noise(rng, height, width, 2, 40)
    edge = np.minimum(np.arange(height), np.arange(height)[::-1]).astype(np.float32)
    bevel = 0.75 + 0.25 * smoothstep(0, 5, edge)
    bevel[:2] += 0.25
    rgb = wood * ((1 + grain) * bevel[:, None])[..., None] * (light.sky + 0.6 * light.key)
    for nail in (0.06, 0.94):
        rows = (np.arange(height, dtype=np.float32) - height / 2) ** 2
        columns = (np.arange(width, dtype=np.float32) - width * nail) ** 2
        rgb *= (1 - 0.7 * np.exp(-(rows[:, None] + columns[None, :]) / 7))[..., None]
    return Layer(rgb.astype(np.float32), np.ones((height, width), np.float32), 0, y)


def paint_mug(x: float, y: float, radius: float, light: Light, rng: np.random.Generator) -> Layer:
    """Paint an enamel mug, `radius` pixels to each side of (x, y), its handle to the right."""
    dx, dy, left, top = grid(x, y, radius * 1.7)
    u, v = dx / np.float32(radius), dy / np.float32(radius)
    curve = 0.22 * np.sqrt(np.clip(1 - u * u, 0, 1))
    body = np.clip((1 - np.abs(u)) * radius, 0, 1) * np.clip((v + 1.05 + curve) * radius, 0, 1)
    body *= np.clip((1.0 + curve - v) * radius, 0, 1)
    ring = np.abs(np.hypot(u - 1.0, v * 0.85) - 0.42) - 0.09
    handle = np.clip(-ring * radius, 0, 1) * (u > 0.95)
    colour = linear(rng.choice(("#e8e8e2", "#2f5f7f", "#587a58", "#d8cfb8")))
    lx = float(light.direction[0])
    facing = np.clip(0.6 + 0.5 * u * lx, 0.1, 1)
    rgb = colour * (light.key * facing[..., None] + 0.8 * light.sky)
    inside = np.clip((1 - np.hypot(u, (v + 1.05) / 0.22)) * radius * 0.3, 0, 1)
    rgb = mix(rgb, rgb * 0.35, inside)
    alpha = np.maximum(body, handle)
    return Layer(rgb.astype(np.float32), alpha.astype(np.float32), left, top)


def blades(height: int, width: int, count: int, rng: np.random.Generator, light: Light) -> Layer:
    """Paint grass blades that rise from the lower edge, over a (height, width) picture."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    alpha: Array = np.zeros((height, width), np.float32)
    rgb: Array = np.zeros((height, width, 3), np.float32)
    for _ in range(count):
        foot, lean = rng.uniform(0, width), rng.uniform(-0.6, 0.6)
        tip, wide = rng.uniform(0, 0.45) * height, rng.uniform(0.015, 0.04) * width
        up = np.clip((height - rows) / (height - tip), 0, 1)
        centre = foot + lean * width * 0.5 * up**1.7
        half = wide * np.clip(1 - up, 0, 1) ** 0.6
        blade = np.clip((half - np.abs(columns - centre)) / 2.5 + 0.5, 0, 1) * (up < 1)
        green = mix(linear("#3b6f22"), linear("#86a83a"), float(rng.uniform(0, 1)))
        rgb = mix(rgb, green * (light.sky + 0.6 * light.key), blade.astype(np.float32))
        alpha = np.maximum(alpha, blade).astype(np.float32)
    return Layer(rgb, alpha, 0, 0)
