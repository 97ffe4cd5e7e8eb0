"""In the colours of a palette, what is drawn is right on average, and edges stay clean."""

from __future__ import annotations

import numpy as np
import pytest
from wire_pictures import scene

from hardcase.tui.wire.inks import inks_of
from hardcase.tui.wire.mixing import mixed
from hardcase.tui.wire.named import palette_of
from hardcase.tui.wire.trellis import cheapest

SHAPE = (40, 20)


def cells_of(picture: np.ndarray, deep: int) -> np.ndarray:
    """Return (columns, pixels of a cell, rows, 3) of (2 rows, columns or twice as many, 3)."""
    rows, columns = len(picture) // 2, picture.shape[1] // (deep // 2)
    parts = picture.reshape(rows, 2, columns, deep // 2, 3).transpose(2, 1, 3, 0, 4)
    return parts.reshape(columns, deep, rows, 3).astype(np.float32)


def screen_of(columns: int, rows: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    row, column = np.arange(rows) + first, np.arange(columns)
    return np.broadcast_to(row, (columns, rows)), np.repeat(column[:, None], rows, axis=1)


def drawn_by(how: str, pixels: np.ndarray, price: float, count: int, place=None) -> np.ndarray:
    """Return the pixels as they are drawn."""
    columns, deep, rows, _ = pixels.shape
    used = np.ones((columns, rows), dtype=np.bool_)
    inks = inks_of(pixels, used, price, palette=palette_of(count), named=False)
    if how == "mixed":
        drawn = mixed(pixels, used, place or screen_of(columns, rows), inks, price)
    else:
        drawn = cheapest(pixels, used, inks, price)
    across, down = np.arange(columns)[:, None], np.arange(rows)[None]
    fg, bg = (inks.colours[across, slot, down] for slot in (drawn.fg, drawn.bg))
    front = (drawn.pattern[:, None] >> np.arange(deep)[:, None] & 1).astype(np.bool_)
    return np.where(front[..., None], fg[:, None], bg[:, None])


def areas(pixels: np.ndarray) -> np.ndarray:
    """Return the means of squares of 4 x 4 cells."""
    columns, rows = pixels.shape[0] // 4, pixels.shape[2] // 4
    means = pixels.mean(axis=1)[: 4 * columns, : 4 * rows]
    return means.reshape(columns, 4, rows, 4, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("deep", [2, 4])
@pytest.mark.parametrize(("count", "limit"), [(16, 16.0), (256, 4.0)])
def test_areas_have_their_colour_far_closer_than_by_the_nearest(
    deep: int, count: int, limit: float
) -> None:
    pixels = cells_of(scene(2, SHAPE[1], SHAPE[0] * deep // 2), deep)
    off = {
        how: np.abs(areas(drawn_by(how, pixels, 2.0, count)) - areas(pixels)).mean()
        for how in ("mixed", "cheapest")
    }
    assert off["mixed"] < limit
    assert off["mixed"] < off["cheapest"] / 2


def test_rows_make_good_what_those_above_and_below_are_off_by() -> None:
    pixels = cells_of(scene(4, SHAPE[1], SHAPE[0], noise=0), 2)
    columns, rows = SHAPE
    near = drawn_by("mixed", pixels, 20.0, 16)
    place = screen_of(columns, rows)
    apart = drawn_by("mixed", pixels, 20.0, 16, (2 * place[0], place[1]))
    off = [np.abs(areas(drawn) - areas(pixels)).mean() for drawn in (near, apart)]
    assert off[0] < 0.9 * off[1], off


def test_error_goes_to_cells_that_are_above_and_below_on_the_screen() -> None:
    """Cells that share a row of a mosaic with a gap between them lie elsewhere on the screen."""
    pixels = cells_of(scene(6, SHAPE[1], SHAPE[0]), 2)
    columns, rows = SHAPE
    row, column = screen_of(columns, rows)
    moved = column.copy()
    moved[:, 1::2] += 200  # odd rows far to the right, where nothing is above or below
    alone = drawn_by("mixed", pixels, 50.0, 16, (2 * row, column))
    assert (drawn_by("mixed", pixels, 50.0, 16, (row, moved)) == alone).all()
    assert (drawn_by("mixed", pixels, 50.0, 16, (row, column)) != alone).any()


def test_two_of_16_colours_make_what_none_is_near() -> None:
    palette = palette_of(16)
    wanted = np.random.default_rng(2).integers(0, 256, (500, 3)).astype(np.float32)
    first, second = palette.mixed_of(wanted)
    shares = np.array([0.25, 0.5, 0.75])[:, None, None]
    mixes = first * (1 - shares) + second * shares
    off = np.linalg.norm(mixes - wanted, axis=2).min(axis=0).mean()
    assert off < 0.75 * np.linalg.norm(palette.nearest(wanted) - wanted, axis=1).mean()


@pytest.mark.parametrize("count", [16, 256])
def test_the_sides_of_an_edge_in_the_palette_stay_as_they_are(count: int) -> None:
    black, white = np.zeros(3), np.full(3, 255)
    pixels = np.full((*SHAPE[:1], 2, SHAPE[1], 3), 120, dtype=np.float32)
    pixels[:, 0, 10], pixels[:, 1, 10] = black, white
    pixels[::2, :, :10] += 7
    drawn = drawn_by("mixed", pixels, 2.0, count)
    assert (drawn[:, 0, 10] == black).all()
    assert (drawn[:, 1, 10] == white).all()


def test_dots_of_a_flat_grey_are_no_coarser_than_a_few_cells() -> None:
    pixels = np.full((40, 2, 20, 3), 64, dtype=np.float32)
    pixels[::2] += 1
    means = drawn_by("mixed", pixels, 2.0, 16).mean(axis=1)[..., 0]
    runs = np.lib.stride_tricks.sliding_window_view(means, (6, 2)).mean(axis=(2, 3))
    assert runs.max() - runs.min() < 64


def test_a_row_by_itself_has_its_colour_on_average() -> None:
    pixels = np.full((40, 2, 1, 3), 85, dtype=np.float32)  # half way of what cells can show
    pixels[::2] += 1
    assert abs(drawn_by("mixed", pixels, 2.0, 16).mean() - 85) < 10
