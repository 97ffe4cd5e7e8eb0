"""Places of a picture have names of two letters, and a cross shows where one is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.imaging.cells import CellGrid, blank
from hardcase.imaging.depth import Depth
from hardcase.imaging.overlay import Overlay, draw
from hardcase.imaging.rulers import LETTERS, Aim, Ruler, names, rulers, signposts
from hardcase.imaging.view import FIT, Placement, View, place
from hardcase.model.boxes import Box

PLACEMENTS = st.builds(
    lambda w, h, c, r, zoom, x, y: place(View(zoom, x, y), w, h, c, r),
    *(st.integers(1, 6000), st.integers(1, 6000), st.integers(1, 220), st.integers(1, 70)),
    *(st.floats(1, 40), st.floats(0, 1), st.floats(0, 1)),
)


@given(PLACEMENTS, st.sampled_from(LETTERS + LETTERS.upper()))
def test_every_letter_names_a_place_in_what_is_shown_or_none(placement, letter) -> None:
    x1, y1, x2, y2 = placement.source_box
    for ruler, low, high in zip(rulers(placement), (x1, y1), (x2, y2), strict=True):
        place_of = ruler.at(letter)
        known = LETTERS.index(letter.lower()) < ruler.marks
        assert (place_of is not None) == known
        assert place_of is None or low - 1e-6 <= place_of <= high + 1e-6


@given(PLACEMENTS)
def test_rulers_reach_from_side_to_side_in_even_steps(placement) -> None:
    for ruler, shown in zip(
        rulers(placement), (placement.shown_columns, placement.shown_half_rows / 2), strict=True
    ):
        places = [ruler.at(letter) for letter in LETTERS[: ruler.marks]]
        assert (places[0], places[-1]) == (ruler.first, ruler.last)
        assert np.diff(places) == pytest.approx(ruler.step, rel=1e-6, abs=1e-9)
        assert 2 <= ruler.marks <= max(2, min(26, shown + 0.5))


def test_a_capital_is_halfway_to_the_next_mark_and_the_last_is_the_end() -> None:
    ruler = Ruler(100, 200, 11)
    assert (ruler.at("a"), ruler.at("A"), ruler.at("b")) == (100, 105, 110)
    assert ruler.at("k") == ruler.at("K") == 200
    assert ruler.at("l") is None
    assert ruler.at("1") is ruler.at("") is ruler.at("ab") is None


@given(PLACEMENTS, st.booleans())
def test_rulers_lie_on_the_picture_a_letter_a_cell(placement, across) -> None:
    aim = Aim(0, 0, across)
    cells = [(span.row, span.column) for span in names(aim, placement)]
    x1, y1, x2, y2 = placement.cells_of(*placement.source_box)
    assert all(x1 <= column <= x2 and y1 <= row <= y2 for row, column in cells)
    across_ruler, down = rulers(placement)
    columns = {column for row, column in cells[down.marks :]}
    rows = {row for row, _ in cells[: down.marks]}
    if x2 > x1 and y2 > y1:
        assert (len(columns), len(rows)) == (across_ruler.marks, down.marks)


def drawn(aim: Aim | None, overlays=(), depth: Depth = Depth.FULL, hard: bool = False) -> CellGrid:
    picture = blank(80, 20, depth, (30, 60, 90))
    return draw(picture, whole(), overlays, aim=aim, hard=hard)


def whole() -> Placement:
    return place(FIT, 320, 160, 80, 20)


@pytest.mark.parametrize("depth", list(Depth))
def test_the_letters_asked_for_look_different_from_the_others(depth) -> None:
    column, row = drawn(Aim(160, 80, True), depth=depth), drawn(Aim(160, 80, False), depth=depth)
    assert column.chars[0, 3] == row.chars[0, 3] == "b"
    assert (column.chars[:, 0] == list(LETTERS[:20])).all()
    if depth is not Depth.MONO:
        assert (column.bg[0, 3] != row.bg[0, 3]).any()
        assert (column.bg[5, 0] != row.bg[5, 0]).any()


def test_lines_cross_where_the_aim_is() -> None:
    grid = drawn(Aim(162, 84, True))
    assert grid.chars[10, 40] == "┼"
    assert {*grid.chars[1:10, 40], *grid.chars[11:, 40]} == {"│"}
    assert set(grid.chars[10, 1:40]) == {"─"}


def test_points_within_the_picture_bear_their_own_names() -> None:
    placement, grid = whole(), drawn(Aim(0, 0, True))
    marks = list(signposts(placement))
    assert marks
    across, down = rulers(placement)
    for (column, row, first), (_, _, second) in zip(marks[::2], marks[1::2], strict=True):
        assert "".join(grid.chars[row, column : column + 2]) == first + second
        x, y = placement.to_cell(across.at(first), down.at(second))
        assert (column, row) == (int(x), int(y))


def test_while_aiming_no_tag_or_mark_hides_a_place() -> None:
    box = Overlay(Box(100, 60, 200, 120), "cat", 0.9, selected=True)
    assert "c" in "".join(drawn(None, [box]).chars[6])
    aiming = drawn(Aim(0, 0, True), [box], hard=True)
    assert "cat" not in "".join(aiming.chars.ravel().tolist())
    assert "HARD" not in "".join(aiming.chars.ravel().tolist())
    assert "━" in aiming.chars
