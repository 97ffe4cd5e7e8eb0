"""Quadrant blocks: the best two colours of four pixels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from hardcase.imaging.cells import CellGrid
from hardcase.imaging.depth import Depth, palette
from hardcase.imaging.picture import picture
from hardcase.imaging.quadrants import GLYPHS, quadrants
from hardcase.imaging.view import FIT, place
from hardcase.terminal import Mode


def shown(grid: CellGrid) -> np.ndarray:
    """Return the (2 rows, 2 columns, 3) pixels that a terminal would draw."""
    patterns = np.searchsorted(np.sort(GLYPHS), grid.chars)
    patterns = np.argsort(GLYPHS)[patterns]
    out = np.empty((2 * grid.rows, 2 * grid.columns, 3), dtype=np.uint8)
    for n in range(4):
        front = (patterns >> n & 1).astype(bool)[..., None]
        out[n // 2 :: 2, n % 2 :: 2] = np.where(front, grid.fg, grid.bg)
    return out


def best_error(four: np.ndarray) -> float:
    """Return the least sum of squares over all ways to draw (4, 3) pixels in two means."""
    errors = []
    for members in itertools.product([False, True], repeat=4):
        inside = np.array(members)
        error = 0.0
        for part in (four[inside], four[~inside]):
            if len(part):
                error += ((part - part.mean(axis=0)) ** 2).sum()
        errors.append(error)
    return min(errors)


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, (2, 2, 3)))
def test_no_other_way_to_part_the_pixels_is_better(pixels: np.ndarray) -> None:
    drawn = shown(quadrants(pixels)).astype(float)
    error = ((drawn - pixels) ** 2).sum()
    # Colours are rounded to whole values and then to 64 levels: at most 3 off in each channel.
    best = best_error(pixels.reshape(4, 3).astype(float))
    assert error <= best + 12 + 12 * 3**2 + 2 * 3 * np.sqrt(12 * best)


@pytest.mark.parametrize("pattern", range(16))
def test_two_colours_are_drawn_as_they_are(pattern: int) -> None:
    front = (pattern >> np.arange(4) & 1).astype(bool).reshape(2, 2, 1)
    pixels = np.where(front, (255, 0, 0), (0, 0, 255)).astype(np.uint8)
    assert (shown(quadrants(pixels)) == pixels).all()


def test_a_flat_cell_is_a_blank() -> None:
    grid = quadrants(np.full((4, 6, 3), 90, dtype=np.uint8))
    assert (grid.chars == " ").all()
    assert grid.chars.shape == (2, 3)


@pytest.mark.parametrize("depth", [Depth.XTERM, Depth.ANSI])
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_only_colours_of_the_palette_are_used(depth: Depth, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    grid = quadrants(noise, depth)
    known = {tuple(c) for c in palette(depth).tolist()}
    assert {tuple(c) for c in np.concatenate([grid.fg, grid.bg]).reshape(-1, 3).tolist()} <= known


def test_without_colours_light_is_how_many_quadrants_are_lit() -> None:
    lit = []
    for level in (0, 60, 120, 180, 255):
        grid = quadrants(np.full((16, 16, 3), level, dtype=np.uint8), Depth.MONO)
        lit.append(int((shown(grid)[..., 0] == 255).sum()))
    assert lit == sorted(lit)
    assert (lit[0], lit[-1]) == (0, 256)
    assert len(set(lit)) == 5


def test_fine_detail_across_survives_that_half_blocks_lose() -> None:
    pixels = np.zeros((40, 40, 3), dtype=np.uint8)
    pixels[:, ::2] = 255
    image, p = Image.fromarray(pixels), place(FIT, 40, 40, 20, 10)
    sharp = picture(image, p, mode=Mode.QUADRANT)
    assert (shown(sharp)[:, :, 0] == pixels[::2, :, 0]).all()
    half = picture(image, p)
    assert set(np.unique(half.bg)) <= {125, 126, 127, 128, 129, 130}
