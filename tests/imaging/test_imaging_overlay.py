"""Boxes and marks on a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hardcase.imaging.cells import CellGrid, half_blocks
from hardcase.imaging.contrast import MIN_CONTRAST, behind, ratio, rgb
from hardcase.imaging.depth import Depth, dithered
from hardcase.imaging.minimap import minimap
from hardcase.imaging.overlay import HARD_TEXT, Overlay, draw, message
from hardcase.imaging.segments import lines
from hardcase.imaging.view import FIT, Placement, View, place
from hardcase.model.boxes import Box
from hardcase.model.palette import LABEL_COLOURS
from hardcase.model.text import printable

COLUMNS, ROWS = 60, 20


def scene(depth: Depth = Depth.FULL, view: View = FIT) -> tuple[CellGrid, Placement]:
    noise = np.random.default_rng(3).integers(0, 256, (2 * ROWS, COLUMNS, 3), dtype=np.uint8)
    return half_blocks(dithered(noise, depth), depth), place(view, 600, 400, COLUMNS, ROWS)


def text(grid: CellGrid) -> list[str]:
    return ["".join(row) for row in grid.chars.tolist()]


def box(left: int, top: int, right: int, bottom: int) -> Box:
    """Return the box through the middle of cells left..right, top..bottom (10 x 20 pixels each)."""
    return Box(10.0 * left + 4, 20.0 * top + 8, 10.0 * right + 6, 20.0 * bottom + 12)


def outlined(grid: CellGrid, picture: CellGrid) -> set[tuple[int, int]]:
    return {(x, y) for y, x in np.argwhere(grid.chars != picture.chars).tolist()}


def test_a_box_is_drawn_through_the_cells_that_hold_its_edges() -> None:
    picture, p = scene()
    grid = draw(picture, p, [Overlay(box(10, 5, 20, 9), "")])
    rows = text(grid)
    assert rows[5][10:21] == "┌─────────┐"
    assert rows[9][10:21] == "└─────────┘"
    for y in (6, 7, 8):
        assert (rows[y][10], rows[y][20]) == ("│", "│")
        assert (grid.chars[y, 11:20] == picture.chars[y, 11:20]).all()


def test_the_selected_box_is_heavy_has_handles_and_lies_on_top() -> None:
    picture, p = scene()
    small = Overlay(box(12, 6, 16, 8), "")
    large = Overlay(box(10, 5, 20, 9), "", selected=True)
    rows = text(draw(picture, p, [large, small]))
    assert rows[5][10:21] == "■━━━━━━━━━■"
    assert rows[6][10] == "┃"
    crossing = Overlay(box(8, 7, 14, 9), "")  # smaller, so by size alone it would be on top
    assert text(draw(picture, p, [large, crossing]))[7][10] == "┃"


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        ((10, 5, 10, 5), {(10, 5): "□"}),
        ((10, 5, 12, 5), {(10, 5): "╶", (11, 5): "─", (12, 5): "╴"}),
        ((10, 5, 10, 7), {(10, 5): "╷", (10, 6): "│", (10, 7): "╵"}),
        ((10, 5, 11, 6), {(10, 5): "┌", (11, 5): "┐", (10, 6): "└", (11, 6): "┘"}),
    ],
)
def test_small_boxes_stay_visible(
    cells: tuple[int, int, int, int], drawn: dict[tuple[int, int], str]
) -> None:
    picture, p = scene()
    many = [Overlay(box(*cells), "")] + [Overlay(box(30, 15, 31, 16), "x")] * 13
    grid = draw(picture, p, many)
    assert {(x, y): str(grid.chars[y, x]) for x, y in drawn} == drawn


@pytest.mark.parametrize(
    ("edges", "drawn"),
    [
        # Cells are 10 x 20 pixels; the box takes cells 10 to 13 and 5 to 7.
        ((100, 100, 140, 160), ["▘▔▔▝", "▏  ▕", "▖▁▁▗"]),
        ((108, 117, 132, 143), ["▗▁▁▖", "▕  ▏", "▝▔▔▘"]),
        ((105, 100, 135, 160), ["▝▔▔▘", "│  │", "▗▁▁▖"]),
        ((100, 110, 140, 150), ["▖──▗", "▏  ▕", "▘──▝"]),
    ],
)
def test_edges_off_the_middle_of_cells_are_drawn_where_they_are(
    edges: tuple[int, int, int, int], drawn: list[str]
) -> None:
    picture, p = scene()
    grid = draw(picture, p, [Overlay(Box(*map(float, edges)), "")])
    shown = grid.chars[5:8, 10:14].copy()
    assert (shown[1, 1:3] == picture.chars[6, 11:13]).all()
    shown[1, 1:3] = " "
    assert ["".join(row) for row in shown.tolist()] == drawn


def test_small_boxes_keep_plain_joins_wherever_they_are() -> None:
    picture, p = scene()
    grid = draw(picture, p, [Overlay(Box(100, 100, 130, 160), "")])
    assert text(grid)[5][10:13] == "┌─┐"


@pytest.mark.parametrize("depth", [Depth.FULL, Depth.MONO])
def test_the_right_edge_of_the_selected_box_has_the_line_in_the_background(depth: Depth) -> None:
    picture, p = scene(depth)
    grid = draw(picture, p, [Overlay(Box(100, 100, 160, 200), "", selected=True)])
    assert (grid.chars[7, 10], grid.chars[7, 15]) == ("▎", "▊")
    assert grid.fg[7, 10].tolist() == grid.bg[7, 15].tolist() == [255, 255, 255]


def test_where_cells_tell_no_colours_lines_stand_on_those_of_the_ground() -> None:
    _, p = scene()
    ids = np.full((ROWS, COLUMNS, 3), 7, dtype=np.uint8)
    odd = CellGrid(np.full((ROWS, COLUMNS), "\U0010eeee"), ids, ids.copy())
    ground = half_blocks(np.full((2 * ROWS, COLUMNS, 3), 90, dtype=np.uint8))
    grid = draw(odd, p, [Overlay(box(5, 3, 50, 17), "")], ground=ground)
    assert grid.bg[3, 20].tolist() == [90, 90, 90]
    assert grid.chars[0, 0] == "\U0010eeee"


def test_a_zoomed_picture_has_a_map_above_its_hint_and_no_tag_on_it() -> None:
    picture, p = scene(view=View(4.0, 0.9, 0.9))
    plain = draw(picture, p, hint="4.0x")
    corner = minimap(p, Depth.FULL)
    assert corner is not None
    mapped = np.s_[-1 - corner.rows : -1, -corner.columns :]
    assert (plain.bg[mapped] == corner.bg).all()
    assert corner.bg[-1, -1].mean() > 200 > corner.bg[0, 0].mean()
    under = Overlay(Box(*p.to_source(COLUMNS - 5, ROWS - 6), *p.to_source(COLUMNS, ROWS)), "under")
    tagged = draw(picture, p, [under], hint="4.0x")
    assert (tagged.chars[mapped] == plain.chars[mapped]).all()
    assert minimap(place(FIT, 600, 400, COLUMNS, ROWS), Depth.FULL) is None


def test_a_box_far_smaller_than_a_cell_is_one_mark() -> None:
    picture, p = scene()
    grid = draw(picture, p, [Overlay(Box(105.1, 101.0, 105.2, 101.1), "x")])
    assert grid.chars[5, 10] == "□"


def test_edges_beyond_the_view_are_not_drawn() -> None:
    picture, p = scene(view=View(2.0))  # shows x 150-450, y 100-300
    rows = text(draw(picture, p, [Overlay(Box(0, 150, 300, 250), "")]))
    top = int(p.to_cell(0, 150)[1])
    assert rows[top][:30] == "▔" * 29 + "▝"
    assert not set(text(draw(picture, p, [Overlay(Box(0, 0, 100, 90), "x")]))[0]) & set("─▔▁│▏▕┐┘x")


overlays = st.lists(
    st.builds(
        lambda x, y, w, h, label, selected, score: Overlay(
            Box(x, y, x + w, y + h), label, score, "#e69f00", selected=selected
        ),
        st.floats(-100, 700),
        st.floats(-100, 500),
        st.floats(0.01, 500),
        st.floats(0.01, 400),
        st.text(max_size=40),
        st.booleans(),
        st.none() | st.floats(0, 1),
    ),
    max_size=16,
)


@settings(max_examples=60, deadline=None)
@given(overlays, st.booleans(), st.sampled_from(list(Depth)), st.floats(1, 9))
def test_whatever_is_drawn_the_lines_keep_their_width_and_are_printable(
    items: list[Overlay], hard: bool, depth: Depth, zoom: float
) -> None:
    picture, p = scene(depth, View(zoom))
    before = picture.chars.copy(), picture.fg.copy(), picture.bg.copy()
    grid = draw(picture, p, items, hard=hard, hint="loading…")
    for line in lines(grid):
        joined = "".join(segment.text for segment in line)
        assert sum(cell_len(c) for c in joined) == COLUMNS
        assert printable(joined) == joined
    assert all(
        (a == b).all() for a, b in zip(before, (picture.chars, picture.fg, picture.bg), strict=True)
    )


def test_the_hard_mark_is_in_the_upper_right_corner_even_without_a_picture() -> None:
    picture, p = scene()
    assert text(draw(picture, p, hard=True))[0].endswith(HARD_TEXT)
    assert text(draw(picture, None, hard=True))[0].endswith(HARD_TEXT)
    assert text(draw(picture, p, hint="2.0x"))[-1].endswith(" 2.0x ")
    assert draw(picture, p) is picture


def test_marks_are_cut_on_a_canvas_too_small_for_them() -> None:
    tiny = half_blocks(np.zeros((2, 4, 3), dtype=np.uint8))
    (row,) = text(draw(tiny, place(FIT, 10, 10, 4, 1), hard=True, hint="x"))
    assert len(row) == 4


@pytest.mark.parametrize("colour", LABEL_COLOURS)
@pytest.mark.parametrize("depth", [Depth.FULL, Depth.XTERM, Depth.ANSI])
def test_lines_stand_out_from_any_picture(colour: str, depth: Depth) -> None:
    picture, p = scene(depth)
    grid = draw(picture, p, [Overlay(box(5, 3, 50, 17), "", colour=colour)])
    where = np.isin(grid.chars, list("─│┌┐└┘"))
    assert where.sum() > 50
    assert (ratio(grid.fg[where], grid.bg[where]) >= MIN_CONTRAST * 0.95).all()


def test_the_picture_stays_behind_lines_where_it_contrasts_already() -> None:
    white = rgb("#ffffff")
    dark = np.array([[40, 20, 10], [0, 0, 60]], dtype=np.uint8)
    assert (behind(white, dark, Depth.FULL) == dark).all()
    light = np.array([[250, 240, 200]], dtype=np.uint8)
    darkened = behind(white, light, Depth.FULL)
    assert ratio(white, darkened)[0] == pytest.approx(MIN_CONTRAST, rel=0.05)
    assert darkened[0, 0] > darkened[0, 2]  # the hue is kept


def test_a_colour_that_is_none_is_drawn_white() -> None:
    for odd in ("", "red", "#12", "#gggggg", "\x1b[31m"):
        assert rgb(odd).tolist() == [255, 255, 255]
    assert rgb("#0a0B0c").tolist() == [10, 11, 12]


@pytest.mark.parametrize("depth", list(Depth))
def test_a_message_is_wrapped_in_the_middle_and_printable(depth: Depth) -> None:
    pixels = np.zeros((2 * 9, 24, 3), dtype=np.uint8)
    grid = message(
        half_blocks(pixels, depth), "the file a\x1b[31mb.jpg is cut off; replace", (0, 0, 0)
    )
    rows = [row.strip() for row in text(grid)]
    assert [r for r in rows if r] == ["the file a�[31mb.jpg", "is cut off; replace"]
    assert rows[3] == "the file a�[31mb.jpg"
    assert all(cell_len("".join(s.text for s in line)) == 24 for line in lines(grid))
