"""The cheapest walk of a pen is the cheapest there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.tui.wire.inks import SLOTS, inks_of
from hardcase.tui.wire.named import NAMED, channels, packed, palette_of
from hardcase.tui.wire.trellis import Drawn, Inks, cheapest

SIZES = np.array([10.0, 14.0, 8.0], dtype=np.float32)


def some_inks(source: np.random.Generator, columns: int, rows: int) -> Inks:
    """Return three slots; the last changes its colour in the middle."""
    colours = source.integers(0, 256, (columns, 3, rows, 3)).astype(np.float32)
    fresh = np.zeros((columns, 3, rows), dtype=np.bool_)
    fresh[0] = True
    fresh[columns // 2, 2] = True
    for x in range(1, columns):
        colours[x] = np.where(fresh[x][..., None], colours[x], colours[x - 1])
    size = np.broadcast_to(SIZES[None, :, None], fresh.shape).astype(np.float32)
    return Inks(colours, fresh, size, size + 1)


def cost_of(pixels, inks: Inks, row: int, pairs, price: float) -> float:
    """Return what it costs to walk through pairs of slots, each cell drawn at its cheapest."""
    total, before = 0.0, None
    for x, pair in enumerate(pairs):
        fresh = inks.fresh[x, :, row]
        new = [before is None or fresh[s] or before[n] != s for n, s in enumerate(pair)]
        size = new[0] * inks.fg[x, pair[0], row] + new[1] * inks.bg[x, pair[1], row]
        total += price * (size + 3 * any(new) + all(new))
        off = ((pixels[x, :, row, None] - inks.colours[x, list(pair), row]) ** 2).sum(axis=-1)
        total += min(off[:, 1].sum() + price, off.min(axis=1).sum() + 3 * price)
        before = pair
    return total


def walked(drawn: Drawn, row: int) -> list[tuple[int, int]]:
    return list(zip(drawn.fg[:, row].tolist(), drawn.bg[:, row].tolist(), strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 32), st.sampled_from([5.0, 80.0, 900.0]), st.sampled_from([2, 4]))
def test_no_walk_costs_less_than_the_one_found(seed: int, price: float, deep: int) -> None:
    source = np.random.default_rng(seed)
    columns, rows = 3, 2
    inks = some_inks(source, columns, rows)
    pixels = source.integers(0, 256, (columns, deep, rows, 3)).astype(np.float32)
    drawn = cheapest(pixels, np.ones((columns, rows), dtype=np.bool_), inks, price)
    for row in range(rows):
        walks = product(product(range(3), repeat=2), repeat=columns)
        least = min(cost_of(pixels, inks, row, pairs, price) for pairs in walks)
        found = cost_of(pixels, inks, row, walked(drawn, row), price)
        assert found == pytest.approx(least, rel=1e-4)


def test_cells_of_one_colour_take_one_change_of_the_pen() -> None:
    pixels = np.full((30, 2, 1, 3), 77, dtype=np.float32)
    used = np.ones((30, 1), dtype=np.bool_)
    inks = inks_of(pixels, used, 50.0, palette=None, named=False)
    drawn = cheapest(pixels, used, inks, 50.0)
    assert drawn.new_bg.sum() == 1
    assert not drawn.pattern.any()


def test_what_is_not_used_costs_nothing_and_changes_nothing() -> None:
    source = np.random.default_rng(3)
    pixels = source.integers(0, 256, (12, 2, 2, 3)).astype(np.float32)
    used = np.ones((12, 2), dtype=np.bool_)
    used[7:, 1] = False
    inks = inks_of(pixels, used, 50.0, palette=None, named=False)
    drawn = cheapest(pixels, used, inks, 50.0)
    cut = cheapest(pixels[:7, :, 1:], used[:7, 1:], Inks(*(a[:7, :, 1:] for a in (
        inks.colours, inks.fresh, inks.fg, inks.bg))), 50.0)  # fmt: skip
    assert walked(drawn, 1)[:7] == walked(cut, 0)


def test_inks_hold_the_colours_of_runs_and_say_when_they_change() -> None:
    pixels = np.zeros((20, 2, 1, 3), dtype=np.float32)
    pixels[:, 0], pixels[10:, 1] = 200, 100
    inks = inks_of(pixels, np.ones((20, 1), dtype=np.bool_), 50.0, palette=None, named=False)
    assert inks.colours.shape == (20, SLOTS, 1, 3)
    assert inks.fresh[0].sum() == 2
    assert inks.fresh[1:10].sum() == 0
    assert inks.fresh[10].sum() == 1
    held = {tuple(c) for c in inks.colours[15, :, 0].tolist()}
    assert {(200.0,) * 3, (0.0,) * 3, (100.0,) * 3} <= held


@pytest.mark.parametrize("count", [16, 256])
def test_colours_of_a_palette_are_their_own_nearest_but_for_greys_as_near(count: int) -> None:
    palette = palette_of(count)
    colours = channels(palette.packed)
    off = np.abs(palette.nearest(colours) - colours).max(axis=1)
    assert off.max() <= 7
    assert (palette.numbers_of(colours) == palette.numbers).all()


def test_numbers_of_256_colours_are_those_terminals_agree_on() -> None:
    numbers = palette_of(256).numbers
    assert numbers.min() >= 16
    assert {NAMED[int(c)] for c in palette_of(256).packed} == set(numbers.tolist())
    assert packed(channels(np.array([0x123456], dtype=np.int32))).tolist() == [0x123456]
