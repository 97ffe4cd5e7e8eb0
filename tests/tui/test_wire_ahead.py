"""Pictures encoded ahead draw what the front buffer would, and only where nothing else lies."""

from __future__ import annotations

import numpy as np
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.filter import ANSIToTruecolor, Monochrome
from textual.strip import Strip

from hardcase.imaging.cells import CellGrid, half_blocks
from hardcase.imaging.kitty import placeholders
from hardcase.imaging.outline import LINES
from hardcase.tui.wire.ahead import AheadBuffer, encoded
from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.front import UNLIMITED, FrontBuffer
from hardcase.tui.wire.profile import FULL, LEAN
from hardcase.tui.wire.sheet import Sheet
from hardcase.tui.wire.styles import INDEXED

COLUMNS, ROWS = 60, 12
X, Y = 10, 3
SCREEN = (80, 20)


def grid_of(seed: int, tag: str = " 猫 cat ") -> tuple[CellGrid, CellGrid]:
    """A picture drawn over with a line and a tag, and the picture."""
    waves = np.add.outer(np.arange(2 * ROWS) * (seed + 2), np.arange(COLUMNS) * 3)
    ground = half_blocks(np.stack([waves % 251, waves * 2 % 241, waves * 5 % 239], -1).astype("u1"))
    chars, fg, bg = ground.chars.astype("<U8"), ground.fg.copy(), ground.bg.copy()
    chars[4, 10:50], fg[4, 10:50] = LINES[0], (255, 120, 0)
    cells = [part for char in tag for part in ((char, "") if char == "猫" else (char,))]
    chars[2, 5 : 5 + len(cells)] = cells
    fg[2, 5 : 5 + len(cells)], bg[2, 5 : 5 + len(cells)] = (0, 0, 0), (255, 120, 0)
    return CellGrid(chars, fg, bg), ground


def sheet_of(
    seed: int, system: ColorSystem = ColorSystem.TRUECOLOR, tag: str = " 猫 cat "
) -> Sheet:
    return Sheet.of(*grid_of(seed, tag), system)


def pieces(sheet: Sheet) -> list[tuple[int, int, Strip]]:
    return [(Y + y, X, strip) for y, strip in enumerate(sheet.strips)]


def buffer(system: ColorSystem = ColorSystem.TRUECOLOR) -> AheadBuffer:
    front = AheadBuffer(system)
    front.resize(*SCREEN)
    blank = Strip.blank(SCREEN[0])
    front.paint([(y, 0, blank) for y in range(SCREEN[1])])
    front.update(FULL)
    return front


def made(front: AheadBuffer, seed: int) -> Sheet:
    sheet = sheet_of(seed)
    sheet.ahead = encoded(sheet.cells, front.place(Y, X, FULL))
    assert sheet.ahead is not None
    return sheet


def same(front: FrontBuffer, other: FrontBuffer, name: str) -> bool:
    pairs = zip(getattr(front, name).arrays, getattr(other, name).arrays, strict=True)
    return all((mine == theirs).all() for mine, theirs in pairs)


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT])
def test_arrays_paint_what_their_segments_would(system: ColorSystem) -> None:
    fast, slow = buffer(system), buffer(system)
    sheet = sheet_of(1, system)
    fast.paint(pieces(sheet))
    slow.paint([(y, x, Strip(list(strip), strip.cell_length)) for y, x, strip in pieces(sheet)])
    assert same(fast, slow, "wanted")


def test_strips_are_cut_as_those_of_segments_are() -> None:
    strip = sheet_of(1).strips[2]
    plain = Strip(list(strip), strip.cell_length)
    for start, end in ((0, 5), (3, 40), (20, 60), (60, 70)):
        assert strip.crop(start, end).text == plain.crop(start, end).text
    assert [s.text for s in strip.divide([20, 60])] == [s.text for s in plain.divide([20, 60])]
    assert strip.apply_filter(ANSIToTruecolor(None), None) is strip
    assert strip.apply_filter(Monochrome(), None) is not strip


def test_a_picture_encoded_ahead_is_sent_as_it_is_and_known_to_be_shown() -> None:
    front, sheet = buffer(), None
    for seed in (1, 2):
        sheet = made(front, seed)
        front.paint(pieces(sheet))
        data, complete = front.update(FULL)
        assert complete
        assert all(band.data in data for band in sheet.ahead.bands)
        assert front.update(FULL) == (b"", True)
    assert same(front, front, "_shown")
    shown = front._shown.bg[Y : Y + ROWS, X : X + COLUMNS]
    assert (shown == sheet.ahead.drawn.bg)[sheet.ahead.where].all()


def test_what_was_encoded_for_another_place_or_quality_is_not_sent() -> None:
    for place in ((Y + 1, X, FULL), (Y, X, LEAN)):
        front = buffer()
        sheet = sheet_of(1)
        sheet.ahead = encoded(sheet.cells, front.place(*place))
        front.paint(pieces(sheet))
        data, complete = front.update(FULL)
        assert complete
        assert sheet.ahead.bands[0].data not in data


def test_a_dialog_over_the_picture_stays() -> None:
    front = buffer()
    sheet = made(front, 1)
    front.paint(pieces(sheet))
    front.paint([(Y + 5, X + 5, Strip.blank(10))])
    data, complete = front.update(FULL)
    assert complete
    assert sheet.ahead.bands[1].data not in data
    assert front.update(FULL) == (b"", True)


def test_on_a_slow_line_the_bands_that_fit_go_and_a_newer_picture_ends_the_rest() -> None:
    front = buffer()
    first, second = made(front, 1), made(front, 2)
    assert len(first.ahead.bands) > 2
    front.paint(pieces(first))
    data, complete = front.update(FULL, 5000)
    assert not complete
    assert first.ahead.bands[0].data in data
    assert first.ahead.bands[-1].data not in data
    front.paint(pieces(second))
    data, complete = front.update(FULL, UNLIMITED)
    assert complete
    assert first.ahead.bands[-1].data not in data
    assert all(band.data in data for band in second.ahead.bands)


def test_the_places_of_an_image_are_sent_as_they_are_also_where_characters_can_be_repeated() -> (
    None
):
    grid = placeholders(5, 2, 0x400001, (0, 0, 0))
    for means in (Means(), Means(repeat=True)):
        front = AheadBuffer(ColorSystem.TRUECOLOR, means)
        front.resize(8, 2)
        sheet = Sheet.of(grid, None, ColorSystem.TRUECOLOR)
        front.paint([(y, 1, strip) for y, strip in enumerate(sheet.strips)])
        data, _ = front.update(FULL)
        for row in grid.chars:
            assert "".join(row).encode() in data


def test_hurried_updates_leave_the_picture_for_later() -> None:
    front = buffer()
    sheet = made(front, 1)
    front.paint(pieces(sheet))
    data, complete = front.update(FULL, hurried=True)
    assert not complete
    assert sheet.ahead.bands[0].data not in data
    data, complete = front.update(FULL)
    assert complete
    assert sheet.ahead.bands[0].data in data


def test_in_a_hurry_the_boxes_of_a_picture_wait_with_it_but_not_what_lies_over_both() -> None:
    front = buffer()
    front.paint(pieces(sheet_of(1)))
    front.update(FULL)
    front.paint(pieces(sheet_of(2, tag=" other ")))
    front.paint([(Y + 8, X + 20, Strip([Segment("dialog")]))])
    data, complete = front.update(FULL, hurried=True)
    assert b"dialog" in data
    assert b"other" not in data
    assert not complete
    assert b"other" in front.update(FULL)[0]


def test_the_letterbox_is_no_picture_and_stays_exact() -> None:
    _, grid = grid_of(3)
    inside = slice(1, grid.rows - 1), slice(2, grid.columns - 3)
    sheet = Sheet.of(grid, grid, ColorSystem.EIGHT_BIT, inside)
    outside = np.ones(sheet.picture.shape, dtype=np.bool_)
    outside[inside] = False
    assert sheet.picture[inside].all()
    assert not sheet.picture[outside].any()
    assert (sheet.cells.bg[outside] >= INDEXED).all()
