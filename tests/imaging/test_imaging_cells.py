"""Pixels to cells, and cells to segments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from rich.console import Console
from rich_pixels import Pixels

from hardcase.imaging.cells import LETTERBOX, blank, half_blocks
from hardcase.imaging.depth import Depth
from hardcase.imaging.picture import picture
from hardcase.imaging.segments import CellRenderer, lines
from hardcase.imaging.view import FIT, View, place


def checker(width: int, height: int) -> Image.Image:
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[::2, ::2] = pixels[1::2, 1::2] = 255
    return Image.fromarray(pixels)


def decoded(grid_lines: list) -> list[list[tuple[str, tuple | None, tuple | None]]]:
    """Return the segments as one (char, fg, bg) a cell."""
    return [
        [
            (
                char,
                segment.style.color and tuple(segment.style.color.triplet),
                segment.style.bgcolor and tuple(segment.style.bgcolor.triplet),
            )
            for segment in line
            for char in segment.text
        ]
        for line in grid_lines
    ]


@settings(max_examples=30, deadline=None)
@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 5).map(lambda n: 2 * n), st.integers(1, 9), st.just(3)),
        elements=st.sampled_from([0, 90, 255]),
    )
)
def test_segments_show_every_pixel_in_its_half_of_its_cell(pixels: np.ndarray) -> None:
    shown = decoded(lines(half_blocks(pixels)))
    for y in range(len(pixels) // 2):
        for x in range(pixels.shape[1]):
            top, bottom = tuple(pixels[2 * y, x].tolist()), tuple(pixels[2 * y + 1, x].tolist())
            char, fg, bg = shown[y][x]
            assert bg == top
            assert (char, fg) == ("▄", bottom) if top != bottom else (char, fg) == (" ", None)


def test_neighbours_of_one_style_share_a_segment_and_equal_styles_are_one_object() -> None:
    pixels = np.zeros((2, 6, 3), dtype=np.uint8)
    pixels[1] = 200
    pixels[:, 3] = 9
    (line,) = lines(half_blocks(pixels))
    assert [s.text for s in line] == ["▄▄▄", " ", "▄▄"]
    assert line[0].style is line[2].style


def test_only_the_asked_rows_are_made() -> None:
    grid = half_blocks(np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3))
    assert lines(grid, [2, 0]) == [lines(grid)[2], lines(grid)[0]]


def test_reducing_averages_areas() -> None:
    grid = picture(checker(80, 80), place(FIT, 80, 80, 20, 10))
    assert abs(grid.bg.astype(int) - 128).max() <= 3


def test_enlarging_repeats_pixels() -> None:
    grid = picture(checker(4, 4), place(FIT, 4, 4, 16, 8))
    assert set(np.unique(grid.bg)) == {0, 255}
    assert (grid.bg[:2, :4] == 255).all()
    assert (grid.bg[:2, 4:8] == 0).all()


def test_the_letterbox_is_neutral_and_the_picture_lies_between() -> None:
    image = Image.new("RGB", (100, 100), (243, 12, 12))
    p = place(FIT, 100, 100, 60, 10)
    grid = picture(image, p)
    assert (grid.bg[:, : p.column] == LETTERBOX).all()
    assert (grid.bg[:, p.column + p.shown_columns :] == LETTERBOX).all()
    assert (grid.bg[:, p.column : p.column + p.shown_columns] == (243, 12, 12)).all()


def test_a_zoomed_view_shows_its_part_of_the_image() -> None:
    image = Image.new("RGB", (100, 100), (0, 0, 202))
    image.paste((202, 0, 0), (0, 0, 50, 100))
    grid = picture(image, place(View(4.0, 0.2, 0.5), 100, 100, 40, 20))
    assert (grid.bg == (202, 0, 0)).all()


def test_a_reduced_image_gives_the_same_picture() -> None:
    y, x = np.mgrid[0:400, 0:600]
    image = Image.fromarray(np.stack([x / 3, y / 2, x / 4], axis=2).astype(np.uint8))
    p = place(View(1.5, 0.4, 0.6), 600, 400, 60, 20)
    full, reduced = picture(image, p), picture(image.reduce(2), p)
    assert abs(full.bg.astype(int) - reduced.bg).max() <= 6


def test_mono_uses_denser_blocks_for_brighter_cells_and_no_colour() -> None:
    levels = np.repeat(np.array([0, 130, 190, 230, 255], dtype=np.uint8), 2)
    pixels = np.repeat(np.tile(levels, (4, 1))[..., None], 3, axis=2)
    grid = half_blocks(pixels, Depth.MONO)
    density = {c: i for i, c in enumerate(" ░▒▓█")}
    means = [np.mean([density[c] for c in grid.chars[:, i : i + 2].flat]) for i in range(0, 10, 2)]
    assert means == sorted(means)
    assert (means[0], means[-1]) == (0, 4)
    assert all(s.style.color is None and s.style.bgcolor is None for s in lines(grid)[0])


@pytest.mark.parametrize("depth", list(Depth))
def test_a_grid_cannot_be_changed_and_has_its_size(depth: Depth) -> None:
    grid = picture(checker(30, 20), place(FIT, 30, 20, 12, 7), depth)
    assert (grid.columns, grid.rows, grid.depth) == (12, 7, depth)
    for array in (grid.chars, grid.fg, grid.bg):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = array[0, 1]


def test_grids_tell_which_cells_differ() -> None:
    one = blank(5, 3, Depth.FULL, (10, 10, 10))
    pixels = np.full((6, 5, 3), 10, dtype=np.uint8)
    pixels[2, 4] = 99
    changed = one.differs(half_blocks(pixels))
    assert np.argwhere(changed).tolist() == [[1, 4]]


@pytest.mark.parametrize("depth", list(Depth))
def test_rich_pixels_draws_with_our_renderer(depth: Depth) -> None:
    image = Image.new("RGBA", (6, 3), (255, 0, 0, 255))
    console = Console(width=20, force_terminal=True, color_system="truecolor")
    with console.capture() as capture:
        console.print(Pixels.from_image(image, renderer=CellRenderer(depth)), end="")
        console.print(Pixels.from_image(image, (4, 4), renderer=CellRenderer(depth)), end="")
    plain = [line for line in capture.get().split("\n") if line]
    assert len(plain) == 2 + 2
    if depth is Depth.FULL:
        assert "48;2;255;0;0" in plain[0]
