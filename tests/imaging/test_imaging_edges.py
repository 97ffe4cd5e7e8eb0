"""Edges of boxes go to strong edges of the image nearby, and stay where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardcase.errors import ImageError
from hardcase.imaging.edges import MAX_SIDE, open_pixels, snapped
from hardcase.model.boxes import Box


def scene(width: int, height: int, box: tuple[int, int, int, int], noise: int = 0) -> np.ndarray:
    pixels = np.full((height, width, 3), 60, dtype=np.uint8)
    if noise:
        pixels += np.random.default_rng(1).integers(0, noise, pixels.shape, dtype=np.uint8)
    x1, y1, x2, y2 = box
    pixels[y1:y2, x1:x2] = (200, 180, 30)
    return pixels


@st.composite
def sloppy(draw: st.DrawFn) -> tuple[np.ndarray, Box, Box, float]:
    """An object, a box that is off by up to a reach at every side, and the reach."""
    reach = draw(st.integers(2, 9))
    sides = st.integers(4 * reach, 60)
    w, h = draw(sides), draw(sides)
    x, y = draw(st.integers(2 * reach, 60)), draw(st.integers(2 * reach, 60))
    right = Box(x, y, x + w, y + h)
    off = [draw(st.floats(-0.95 * reach, 0.95 * reach)) for _ in range(4)]
    box = Box(*(v + d for v, d in zip(right, off, strict=True)))
    size = (x + w + 2 * reach, y + h + 2 * reach)
    return scene(*size, tuple(map(int, right)), noise=9), box, right, reach


@given(sloppy())
def test_a_box_off_by_less_than_the_reach_fits_afterwards(case) -> None:
    pixels, box, right, reach = case
    assert snapped(pixels, box, (reach, reach)) == right


@given(sloppy())
def test_a_box_that_fits_stays(case) -> None:
    pixels, _, right, reach = case
    assert snapped(pixels, right, (reach, reach)) == right


@given(st.floats(0, 40), st.floats(0, 40), st.floats(1, 40), st.floats(1, 40), st.integers(0, 4))
def test_where_nothing_stands_out_a_box_stays(x, y, w, h, noise) -> None:
    pixels = scene(90, 90, (0, 0, 0, 0), noise)
    box = Box(x, y, x + w, y + h)
    assert snapped(pixels, box, (9, 9)) == box


@st.composite
def anything(draw: st.DrawFn) -> tuple[np.ndarray, Box, tuple[float, float]]:
    """Stripes up and down and across, any box, any reach."""
    w, h = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, y = draw(st.floats(0, 0.99 * w)), draw(st.floats(0, 0.99 * h))
    share = st.floats(0.01, 1)
    box = Box(x, y, x + draw(share) * (w - x), y + draw(share) * (h - y))
    reach = draw(st.floats(0, 60)), draw(st.floats(0, 60))
    columns, rows = (120 * ((rng.random(n) < 0.1).cumsum() % 2) for n in (w, h))
    pixels = np.repeat((rows[:, None] + columns)[..., None], 3, axis=2).astype(np.uint8)
    return pixels, box, reach


@settings(max_examples=200)
@given(anything())
def test_whatever_the_image_a_box_stays_a_box_in_it(case) -> None:
    pixels, box, (rx, ry) = case
    h, w = pixels.shape[:2]
    after = snapped(pixels, box, (rx, ry))
    assert 0 <= after.x1 < after.x2 <= w
    assert 0 <= after.y1 < after.y2 <= h
    assert after.x1 <= (box.x1 + box.x2) / 2 <= after.x2
    assert all(abs(a - b) <= r + 1e-9 for a, b, r in zip(after, box, (rx, ry) * 2, strict=True))


def test_the_nearer_of_two_edges_as_strong_is_taken() -> None:
    pixels = scene(100, 50, (30, 10, 80, 40))
    pixels[10:40, 20:25] = (200, 180, 30)
    assert snapped(pixels, Box(27, 10, 80, 40), (10, 10)).x1 == 25


def test_an_image_too_large_is_looked_at_reduced(tmp_path) -> None:
    Image.new("RGB", (3 * MAX_SIDE, 30)).save(tmp_path / "wide.png")
    pixels, dx, dy = open_pixels(tmp_path / "wide.png")
    assert pixels.shape == (10, MAX_SIDE, 3)
    assert (dx, dy) == (3, 3)


def test_what_is_no_image_is_told(tmp_path) -> None:
    (tmp_path / "no.png").write_bytes(b"no")
    with pytest.raises(ImageError, match="not an image"):
        open_pixels(tmp_path / "no.png")
