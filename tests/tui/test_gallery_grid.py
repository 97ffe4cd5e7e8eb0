from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.tui.gallery.grid import DEFAULT_SIZE, SIDES, SIZES, TEXT_ROWS, Grid

grids = st.builds(Grid, st.integers(1, 300), st.integers(1, 100), st.sampled_from(SIZES))


@given(grids)
def test_tiles_do_not_overlap_and_stay_inside_where_there_is_room(grid) -> None:
    taken = set()
    for slot in range(grid.page):
        region = grid.region(slot)
        cells = {(x, y) for x in range(*region.column_span) for y in range(*region.line_span)}
        assert not cells & taken
        taken |= cells
    assert max(x for x, _ in taken) < grid.columns
    assert max(y for _, y in taken) < grid.rows


@given(grids, st.data())
def test_the_tile_at_a_cell_is_the_one_drawn_there(grid, data) -> None:
    slot = data.draw(st.integers(0, grid.page - 1))
    region = grid.region(slot)
    x = data.draw(st.integers(region.x, region.right - 1))
    y = data.draw(st.integers(region.y, region.bottom - 1))
    assert grid.slot_at(x, y) == slot


@given(grids, st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_turned_page_holds_the_index_and_keeps_in_step(grid, first, index) -> None:
    turned = grid.turned(first, index)
    assert turned <= index < turned + grid.page
    assert (turned - first) % grid.page == 0


@given(grids)
def test_pictures_are_never_smaller_than_asked_for_where_they_fit(grid) -> None:
    columns, rows = grid.picture
    assert columns >= min(grid.size.columns, max(1, grid.columns - SIDES))
    assert rows >= min(grid.size.rows, max(1, grid.rows - TEXT_ROWS))


@pytest.mark.parametrize(("columns", "rows", "least"), [(80, 18, 8), (120, 34, 18), (200, 54, 50)])
def test_a_page_of_the_default_size_shows_several_rows(columns, rows, least) -> None:
    grid = Grid(columns, rows, SIZES[DEFAULT_SIZE])
    assert grid.page >= least
    assert grid.down >= 2
