"""Geometry between source pixels and cells."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.imaging.view import (
    FIT,
    MAX_ENLARGEMENT,
    Placement,
    View,
    around,
    centred,
    max_zoom,
    panned,
    place,
    zoomed,
)

sizes = st.integers(1, 5000)
cells = st.integers(1, 200)
views = st.builds(View, st.floats(0.5, 50), st.floats(0, 1), st.floats(0, 1))
placements = st.builds(place, views, sizes, sizes, cells, cells)


@given(placements, st.floats(-100, 6000), st.floats(-100, 6000))
def test_source_to_cell_and_back_is_the_identity(p: Placement, x: float, y: float) -> None:
    there = p.to_cell(x, y)
    assert p.to_source(*there) == pytest.approx((x, y), abs=1e-6 * max(1, abs(x), abs(y)))


@given(placements)
def test_what_is_shown_lies_inside_the_image_and_the_canvas(p: Placement) -> None:
    x1, y1, x2, y2 = p.source_box
    assert -1e-6 <= x1 < x2 <= p.width
    assert -1e-6 <= y1 < y2 <= p.height
    assert 0 <= p.column <= p.column + p.shown_columns <= p.columns
    assert 0 <= p.half_row <= p.half_row + p.shown_half_rows <= 2 * p.rows


@given(placements)
def test_the_shown_rectangle_maps_to_the_shown_cells(p: Placement) -> None:
    x1, y1, x2, y2 = p.source_box
    left, top = p.to_cell(x1, y1)
    right, bottom = p.to_cell(x2, y2)
    assert (left, 2 * top) == pytest.approx((p.column, p.half_row), abs=1e-4)
    assert right == pytest.approx(p.column + p.shown_columns, abs=1e-4)
    assert 2 * bottom == pytest.approx(p.half_row + p.shown_half_rows, abs=1e-4)


@given(sizes, sizes, cells, cells)
def test_fit_shows_everything_centred_and_fills_one_direction(
    width: int, height: int, columns: int, rows: int
) -> None:
    p = place(FIT, width, height, columns, rows)
    assert p.source_box == pytest.approx((0, 0, width, height))
    assert p.shown_columns == columns or p.shown_half_rows == 2 * rows
    assert abs(2 * p.column + p.shown_columns - columns) <= 1
    assert abs(p.half_row + p.shown_half_rows / 2 - rows) <= 1


@given(placements)
def test_no_cell_is_half_letterbox(p: Placement) -> None:
    rows, columns = p.cells
    assert (2 * rows.start, columns.start) == (p.half_row, p.column)
    assert 2 * (rows.stop - rows.start) == p.shown_half_rows
    assert columns.stop - columns.start == p.shown_columns


@given(sizes, sizes, cells, cells)
def test_pixels_are_square_but_for_the_rounding_to_cells(
    width: int, height: int, columns: int, rows: int
) -> None:
    p = place(FIT, width, height, columns, rows)
    scale = max(width / columns, height / (2 * rows))
    wanted = width / scale, height / scale / 2
    for shown, asked in zip((p.shown_columns, p.shown_half_rows / 2), wanted, strict=True):
        assert shown == 1 or abs(shown - asked) <= 0.5 + 1e-9


@given(placements, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_box_touches_the_cells_its_corners_lie_in(
    p: Placement, a: float, b: float, c: float, d: float
) -> None:
    (x1, x2), (y1, y2) = sorted((a * p.width, c * p.width)), sorted((b * p.height, d * p.height))
    left, top, right, bottom = p.cells_of(x1, y1, x2, y2)
    assert left <= right
    assert top <= bottom
    start, end = p.to_cell(x1, y1), p.to_cell(x2, y2)
    assert left - 1e-5 <= start[0] <= left + 1 + 1e-5
    assert top - 1e-5 <= start[1] <= top + 1 + 1e-5
    assert end[0] <= right + 1 + 1e-5
    assert end[1] <= bottom + 1 + 1e-5


def test_a_box_on_cell_borders_does_not_reach_into_the_next_cells() -> None:
    p = place(FIT, 100, 100, 100, 50)
    assert p.cells_of(10, 20, 30, 40) == (10, 10, 29, 19)
    assert p.cells_of(10.2, 20.2, 10.3, 20.3) == (10, 10, 10, 10)


def test_the_image_is_reached_to_its_edges_by_panning() -> None:
    view = View(4.0)
    for dx, dy, corner in [(-9, -9, (0, 0)), (9, 9, (640, 480))]:
        for _ in range(60):
            view = panned(view, place(view, 640, 480, 80, 24), dx, dy)
        box = place(view, 640, 480, 80, 24).source_box
        assert (box[:2] if dx < 0 else box[2:]) == pytest.approx(corner)


def test_panning_back_from_an_edge_moves_at_once() -> None:
    view = View(4.0)
    for _ in range(100):
        view = panned(view, place(view, 640, 480, 80, 24), 50, 0)
    before = place(view, 640, 480, 80, 24)
    after = place(panned(view, before, -1, 0), 640, 480, 80, 24)
    assert before.left - after.left == pytest.approx(before.step[0])


@given(views, sizes, sizes, cells, cells)
def test_centring_a_view_shows_the_same(
    view: View, width: int, height: int, columns: int, rows: int
) -> None:
    p = place(view, width, height, columns, rows)
    again = place(centred(view, p), width, height, columns, rows)
    assert again.source_box == pytest.approx(p.source_box, abs=1e-3)


def test_zooming_out_far_enough_is_fit_and_in_is_bounded() -> None:
    view = FIT
    for _ in range(40):
        view = zoomed(view, place(view, 640, 480, 80, 24), 1.5)
    deepest = place(view, 640, 480, 80, 24)
    assert view.zoom == max_zoom(640, 480, 80, 24)
    assert deepest.step_x == pytest.approx(1 / MAX_ENLARGEMENT)
    for _ in range(40):
        view = zoomed(view, place(view, 640, 480, 80, 24), 1 / 1.5)
    assert view == FIT


@given(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.02, 0.1), st.floats(0.02, 0.1))
def test_zooming_to_a_box_shows_all_of_it_larger(x: float, y: float, w: float, h: float) -> None:
    box = (x * 640, y * 480, (x + w) * 640, (y + h) * 480)
    fit = place(FIT, 640, 480, 80, 24)
    p = place(around(box, fit), 640, 480, 80, 24)
    x1, y1, x2, y2 = p.source_box
    assert x1 - 1e-6 <= box[0] < box[2] <= x2 + 1e-6
    assert y1 - 1e-6 <= box[1] < box[3] <= y2 + 1e-6
    assert p.step_x < fit.step_x


def test_each_zoom_step_shows_less() -> None:
    zooms = [1, 1.5, 2, 4, 8]
    areas = []
    for zoom in zooms:
        x1, y1, x2, y2 = place(View(zoom), 640, 480, 80, 24).source_box
        areas.append((x2 - x1) * (y2 - y1))
    assert all(a > b for a, b in pairwise(areas))
