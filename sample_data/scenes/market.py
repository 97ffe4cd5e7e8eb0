"""Detection scenes: fruit on a table, with the visible extent of each as its box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import props
from .backdrop import draw_light, paint_backdrop
from .difficulty import Difficulty, photograph
from .fruit import FORMS, KINDS, Fruit, paint_fruit
from .paint import Canvas, Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = (480, 360)
VISIBLE_SHARE = 0.2
"""A fruit of which less than this share can be seen is not annotated."""


@dataclass(frozen=True, slots=True)
class Box:
    """The visible part of one fruit, in pixels from the upper left corner of the image."""

    label: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MarketScene:
    """`pixels` (H, W, 3) sRGB bytes and the boxes of the fruit in them."""

    pixels: NDArray[np.uint8]
    boxes: tuple[Box, ...]


def render_market(
    rng: np.random.Generator, difficulty: Difficulty, *, empty: bool = False
) -> MarketScene:
    """Draw a scene; `empty` gives a table without any fruit (a negative)."""
    width, height = SIZE
    light = draw_light(rng)
    backdrop, horizon = paint_backdrop(height, width, light, rng)
    canvas = Canvas(backdrop, np.zeros((height, width), np.int16))
    fruit = [] if empty else _arrange(rng, difficulty, horizon)
    if rng.random() < (0.9 if empty else 0.18):
        _put_mug(canvas, horizon, light, rng)
    bowl = len(fruit) >= 3 and rng.random() < 0.15 + 0.5 * bool(difficulty.occlusion)
    if bowl:
        fruit = _in_bowl(fruit, rng)
    full: dict[int, float] = {}
    for identity, item in enumerate(fruit, start=1):
        _put_fruit(canvas, item, identity, light=light, rng=rng, full=full)
    if bowl:
        canvas.put(_bowl_for(fruit, light, rng))
    _put_decoys(canvas, fruit, difficulty, horizon, light=light, rng=rng)
    _put_covers(canvas, fruit, difficulty, light, rng)
    boxes = []
    for identity, item in enumerate(fruit, start=1):
        box = _box(canvas, identity, item.kind, full[identity])
        if box is not None:
            boxes.append(box)
    return MarketScene(photograph(canvas.rgb, difficulty, rng), tuple(boxes))


def _arrange(rng: np.random.Generator, difficulty: Difficulty, horizon: int) -> list[Fruit]:
    """Fruit that lie apart (or, when crowded, upon each other), far ones first."""
    width, height = SIZE
    count = int(rng.integers(2, 7))
    base = rng.uniform(34, 58)
    apart = 0.95
    if difficulty.crowding:
        count = int(rng.integers(9, 12 + round(8 * difficulty.crowding)))
        base = rng.uniform(28, 42)
        apart = 0.72 - 0.3 * difficulty.crowding
    if difficulty.scale:
        tiny = rng.random() < 0.6
        base = 26 - 16 * difficulty.scale if tiny else 90 + 50 * difficulty.scale
        count = int(rng.integers(3, 9)) if tiny else int(rng.integers(1, 4))
    kinds = list(rng.permutation(KINDS))[: int(rng.integers(2, 5))]
    if difficulty.lookalike:
        kinds = ["apple", "peach", "apple", "peach", str(rng.choice(("orange", "lemon", "pear")))]
    placed: list[Fruit] = []
    for _ in range(count * 14):
        if len(placed) == count:
            break
        y = rng.uniform(max(horizon + 8, 0.18 * height), 0.92 * height)
        nearness = 0.78 + 0.34 * (y - horizon) / (height - horizon)
        radius = base * nearness * rng.uniform(0.85, 1.15)
        x = rng.uniform(0.5 * radius, width - 0.5 * radius)
        kind = str(rng.choice(kinds))
        lying = rng.random() < (0.75 if kind == "lemon" else 0.25)
        angle = rng.uniform(-np.pi, np.pi) if lying else rng.normal(0, 0.22)
        likeness = 0.0
        if kind in ("apple", "peach"):
            likeness = rng.uniform(0, 0.25) + 0.75 * difficulty.lookalike * rng.uniform(0.5, 1)
        size = radius * (0.9 if kind in ("pear", "lemon") else 1.0)
        item = Fruit(kind, x, y - 0.3 * radius, size, angle, min(1.0, likeness))
        if all(_distance(item, other) > apart for other in placed):
            placed.append(item)
    return sorted(placed, key=_foot)


def _distance(a: Fruit, b: Fruit) -> float:
    """Distance of two fruit in units of the sum of their mean radii."""
    reach = sum(f.radius * (1 + FORMS[f.kind].half_height) / 2 for f in (a, b))
    return float(np.hypot(a.x - b.x, a.y - b.y) / reach)


def _in_bowl(fruit: list[Fruit], rng: np.random.Generator) -> list[Fruit]:
    """Heap the fruit around the middle of the picture, where the bowl will be."""
    width, height = SIZE
    size = max(40.0, float(np.mean([f.radius for f in fruit])))
    reach = min(0.42 * width, size * 0.75 * len(fruit[:7]))
    heap = []
    for k, f in enumerate(fruit[:7]):
        along = (k % 4 - 1.5) / 2 + rng.uniform(-0.12, 0.12)
        row = 0.0 if k < 4 and len(fruit) > 4 else 1.0
        x = width / 2 + reach * along * (0.75 if row == 0 else 0.95)
        y = 0.50 * height + size * (0.75 * row - 0.4) + rng.uniform(-4, 4)
        radius = size * rng.uniform(0.9, 1.1)
        heap.append(Fruit(f.kind, x, y, radius, f.angle, f.likeness))
    return sorted(heap, key=lambda f: f.y)


def _bowl_for(fruit: list[Fruit], light: Light, rng: np.random.Generator) -> props.Layer:
    """Paint a bowl that reaches around the heap."""
    left = min(f.x - f.radius for f in fruit)
    right = max(f.x + f.radius for f in fruit)
    low = max(f.y for f in fruit)
    return props.paint_bowl((left + right) / 2, low, (right - left) / 2 * 1.08, light, rng)


def _foot(fruit: Fruit) -> float:
    """Return the lowest row of the fruit."""
    form = FORMS[fruit.kind]
    lean = abs(np.cos(fruit.angle))
    return float(fruit.y + fruit.radius * (form.half_height * lean + 0.95 * (1 - lean)))


def _put_fruit(
    canvas: Canvas,
    item: Fruit,
    identity: int,
    *,
    light: Light,
    rng: np.random.Generator,
    full: dict[int, float],
) -> None:
    """Paint shadow, body, and now and then a leaf at the stem; note the unhidden area in `full`."""
    foot, r = _foot(item), item.radius
    away = -float(light.direction[0])
    canvas.shade(item.x + 0.75 * r * away, foot - 0.12 * r, 1.35 * r, 0.42 * r, 0.5)
    canvas.shade(item.x, foot - 0.05 * r, 0.75 * r, 0.16 * r, 0.7)
    layer = paint_fruit(item, light, rng)
    canvas.put(layer, identity)
    full[identity] = float((layer.alpha >= 0.5).sum())
    if item.kind in ("apple", "orange", "peach") and rng.random() < 0.22 and r > 20:
        tip = r * FORMS[item.kind].half_height
        turn = item.angle - np.pi / 2
        x, y = item.x + np.cos(turn) * tip, item.y + np.sin(turn) * tip
        lean = turn + rng.choice((-1, 1)) * rng.uniform(0.7, 1.3)
        length = r * rng.uniform(0.8, 1.1)
        middle = (x + np.cos(lean) * length / 2, y + np.sin(lean) * length / 2)
        canvas.put(props.paint_leaf(*middle, length, lean, light=light, rng=rng))


def _put_mug(canvas: Canvas, horizon: int, light: Light, rng: np.random.Generator) -> None:
    width, height = SIZE
    radius = rng.uniform(26, 38)
    x, y = rng.uniform(0.12, 0.88) * width, horizon + rng.uniform(0.05, 0.3) * height
    canvas.shade(x - light.direction[0] * radius, y + radius, 1.5 * radius, 0.4 * radius, 0.5)
    canvas.put(props.paint_mug(x, y, radius, light, rng))


def _put_decoys(
    canvas: Canvas,
    fruit: list[Fruit],
    difficulty: Difficulty,
    horizon: int,
    *,
    light: Light,
    rng: np.random.Generator,
) -> None:
    """Loose leaves, and sometimes a tomato: red and round, but none of the labels."""
    width, height = SIZE
    empty = not fruit
    for _ in range(int(rng.integers(0, 3)) + 2 * empty):
        x, y = rng.uniform(0, width), rng.uniform(horizon + 0.15 * height, height)
        if all(np.hypot(f.x - x, f.y - y) > 1.6 * f.radius for f in fruit):
            length = rng.uniform(26, 60)
            canvas.shade(x + 3, y + 4, length * 0.5, length * 0.25, 0.35)
            canvas.put(props.paint_leaf(x, y, length, rng.uniform(-3, 3), light=light, rng=rng))
    chance = 0.4 if empty else 0.06 + 0.5 * bool(difficulty.lookalike)
    if rng.random() < chance:
        radius = float(np.mean([f.radius for f in fruit])) * 0.8 if fruit else rng.uniform(28, 40)
        x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.6, 0.9) * height
        item = Fruit("tomato", x, y, radius, rng.normal(0, 0.3))
        if all(_distance(item, other) > 0.95 for other in fruit):
            _put_fruit(canvas, item, 0, light=light, rng=rng, full={})


def _put_covers(
    canvas: Canvas,
    fruit: list[Fruit],
    difficulty: Difficulty,
    light: Light,
    rng: np.random.Generator,
) -> None:
    """Things in front of the fruit: leaves over some, or a crate slat across all."""
    if not difficulty.occlusion or not fruit:
        return
    width, height = SIZE
    if rng.random() < 0.4:
        rows = sorted(f.y for f in fruit)
        board = int(rng.uniform(34, 40) + 30 * difficulty.occlusion)
        y = int(rows[len(rows) // 2] - board * rng.uniform(0.1, 0.6))
        canvas.shade(width / 2, y + board + 4, width, 12, 0.4)
        board = min(board, height - y)
        canvas.put(props.paint_slat(y, board, width, light, rng))
        return
    for item in fruit:
        for _ in range(int(rng.integers(0, 2 + round(2 * difficulty.occlusion)))):
            x = item.x + rng.normal(0, 0.45) * item.radius
            y = item.y + rng.normal(0, 0.45) * item.radius
            length = item.radius * rng.uniform(1.1, 1.7)
            canvas.shade(x + 3, y + 5, length * 0.45, length * 0.25, 0.35)
            canvas.put(props.paint_leaf(x, y, length, rng.uniform(-3, 3), light=light, rng=rng))


def _box(canvas: Canvas, identity: int, label: str, full: float) -> Box | None:
    """Find the smallest box around what is seen of the fruit, if enough of it is seen."""
    seen = canvas.ids == identity
    area = int(seen.sum())
    if area < max(12.0, VISIBLE_SHARE * full):
        return None
    columns = np.flatnonzero(seen.any(axis=0))
    rows = np.flatnonzero(seen.any(axis=1))
    x, y = int(columns[0]), int(rows[0])
    return Box(label, x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)
