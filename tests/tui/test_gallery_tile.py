from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardcase.imaging.depth import Depth
from hardcase.imaging.overlay import Overlay
from hardcase.imaging.preview import Preview, Renderer, Request
from hardcase.model.boxes import Box
from hardcase.tui.gallery.tile import Inks, Tile, paint

SIZE = 20, 9
PAIRS = {
    "text": ((230, 230, 230), (18, 18, 18)),
    "muted": ((168, 168, 168), (18, 18, 18)),
    "cursor": ((255, 255, 255), (31, 78, 121)),
    "frame": ((240, 180, 41), (18, 18, 18)),
    "hard": ((240, 180, 41), (18, 18, 18)),
    "open": ((86, 180, 233), (18, 18, 18)),
}
INKS = Inks(
    {name: (np.array(fg, np.uint8), np.array(bg, np.uint8)) for name, (fg, bg) in PAIRS.items()},
    Depth.FULL,
)
MONO = replace(INKS, depth=Depth.MONO)
TILE = Tile(1, Path("x.png"), "folder/0123456789-of-many.png", "cat", "#ff0000", mark=("◐", "open"))


@pytest.fixture
def preview(tmp_path) -> Preview:
    Image.new("RGB", (40, 30), (90, 160, 20)).save(tmp_path / "x.png")
    return Renderer().render(Request(tmp_path / "x.png", SIZE[0] - 2, SIZE[1] - 2))


def lines(painted) -> list[str]:
    return lines_of(painted.grid)


def lines_of(grid) -> list[str]:
    return ["".join(row) for row in grid.chars.tolist()]


def draw(tile, preview=None, *, cursor=False, inks=INKS):
    return paint(tile, preview, SIZE, inks, cursor=cursor)


def test_label_and_name_are_under_the_picture_and_the_name_is_cut_in_the_middle(preview) -> None:
    *_, label, name = lines(draw(TILE, preview))
    assert label.strip() == "■ cat"
    assert name.strip().startswith("folder/01")
    assert "…" in name
    assert name.strip().endswith("many.png")


def test_marks_are_at_the_upper_right_corner(preview) -> None:
    plain, hard = draw(TILE, preview), draw(replace(TILE, hard=True), preview)
    assert lines(plain)[0].rstrip().endswith("◐")
    assert "▲" not in lines(plain)[0]
    assert lines(hard)[0].rstrip().endswith("▲  ◐")


@pytest.mark.parametrize("inks", [INKS, MONO], ids=["colours", "no colours"])
def test_cursor_and_selection_can_be_told_apart_from_each_other_and_from_none(inks) -> None:
    looks = set()
    for selected in (False, True):
        for cursor in (False, True):
            grid = draw(replace(TILE, selected=selected), cursor=cursor, inks=inks).grid
            looks.add((grid.chars.tobytes(), grid.fg.tobytes(), grid.bg.tobytes()))
            assert ("✓" in lines_of(grid)[0]) is selected
            assert lines_of(grid)[4].startswith("▐") is cursor
    assert len(looks) == 4


def test_a_picture_still_to_come_says_so_and_nothing_of_it_is_a_picture() -> None:
    painted = draw(TILE)
    assert any("…" in line for line in lines(painted)[:-2])
    assert not painted.picture.any()


def test_an_unreadable_image_says_so(preview) -> None:
    broken = replace(preview, grid=None, placement=None, error="x.png is no image")
    assert any("cannot be read" in line for line in lines(draw(TILE, broken)))


def test_a_problem_stands_in_for_the_picture() -> None:
    assert any("missing" in line for line in lines(draw(replace(TILE, problem="file is missing"))))


def test_boxes_are_outlined_without_tags(preview) -> None:
    boxed = replace(TILE, overlays=(Overlay(Box(5, 5, 30, 25), "cat", 0.5, "#ff0000"),))
    painted = draw(boxed, preview)
    assert painted.grid.differs(draw(TILE, preview).grid)[:-2].any()
    assert not any("cat" in line for line in lines(painted)[:-2])


def test_only_whole_cells_of_the_image_may_be_sent_inexactly(preview) -> None:
    painted = draw(TILE, preview)
    placement = preview.placement
    assert placement is not None
    assert painted.picture.any()
    rows, columns = painted.picture.nonzero()
    assert 2 * rows.min() >= placement.half_row
    assert 2 * rows.max() + 2 <= placement.half_row + placement.shown_half_rows
    assert columns.min() >= 1 + placement.column


def test_an_empty_place_is_blank() -> None:
    assert {line.strip() for line in lines(draw(None))} == {""}


@given(
    name=st.text(max_size=40),
    label=st.text(max_size=40),
    size=st.tuples(st.integers(1, 60), st.integers(1, 20)),
    selected=st.booleans(),
    cursor=st.booleans(),
)
def test_any_name_and_label_fit_any_tile_and_are_harmless(
    name, label, size, selected, cursor
) -> None:
    tile = replace(TILE, name=name, label=label, selected=selected, hard=True, note=" .50")
    painted = paint(tile, None, size, INKS, cursor=cursor)
    assert painted.grid.chars.shape == size[::-1]
    for row in painted.grid.chars.tolist():
        assert not any(ord(c) < 32 or ord(c) == 127 for cell in row for c in cell)
