"""Pictures take the bytes they may, in the colours there are; text beside them is exact."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from wire_pictures import decibels, front, marked, picture, scene
from wire_screens import Seeing

from hardcase.imaging.cells import half_blocks
from hardcase.imaging.contrast import rgb
from hardcase.imaging.depth import Depth, flat
from hardcase.model.palette import LABEL_COLOURS
from hardcase.tui.wire.ahead import Place, encoded
from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.lossy import Quality, cheapened, picture_mask
from hardcase.tui.wire.profile import FULL, LEAN
from hardcase.tui.wire.rate import Rate
from hardcase.tui.wire.sheet import Sheet

SIZE = (60, 20)
_COLOURS = re.compile(r"\x1b\[([\d;]*)m")


def shown(screen: Seeing, rows: int = SIZE[1]) -> np.ndarray:
    """Return the (2 rows, columns, 3) pixels of a screen full of half blocks."""
    found = []
    for cells in screen.cells()[:rows]:
        for quarter in (0, 2):
            colours = "".join(str(cell[quarter]) for cell in cells)
            found.append(np.frombuffer(bytes.fromhex(colours), dtype=np.uint8).reshape(-1, 3))
    return np.array(found, dtype=np.int64)


def some_picture(seed: int, kind: str) -> np.ndarray:
    source = np.random.default_rng(seed)
    if kind == "photo":
        return scene(seed, noise=float(source.uniform(0, 20)))
    if kind == "noise":
        return source.integers(0, 256, (2 * SIZE[1], SIZE[0], 3)).astype(np.uint8)
    few = source.integers(0, 256, (3, 3)).astype(np.uint8)
    if kind == "few colours":
        return few[source.integers(0, 3, (2 * SIZE[1], SIZE[0]))]
    return np.repeat(few[source.integers(0, 3, 2 * SIZE[1])][:, None], SIZE[0], axis=1)


KINDS = st.sampled_from(["photo", "noise", "few colours", "stripes"])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1 << 32), KINDS, st.sampled_from([FULL, LEAN]))
def test_no_picture_takes_more_than_it_may_nor_hardly_more_than_if_it_were_exact(
    seed: int, kind: str, quality: Quality
) -> None:
    pieces = picture(some_picture(seed, kind))
    exact, bounded = front(*SIZE), front(*SIZE, named=quality.named)
    exact.paint(pieces)
    bounded.paint(pieces)
    size = len(bounded.update(quality)[0])
    assert size <= 1.03 * len(exact.update(None)[0]) + 40
    assert size <= quality.budget * SIZE[0] * SIZE[1]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1 << 32), KINDS)
def test_more_bytes_are_never_worse(seed: int, kind: str) -> None:
    pixels = some_picture(seed, kind)
    found = []
    for budget in (3.0, 6.0, 12.0, 24.0):
        buffer, screen = front(*SIZE), Seeing(*SIZE)
        buffer.paint(picture(pixels))
        screen.feed(buffer.update(Quality(budget, least=0.5, keep=0))[0])
        found.append(decibels(shown(screen), pixels))
    assert all(more > less - 0.3 for less, more in pairwise(found)), found


@settings(max_examples=6, deadline=None)
@given(
    st.integers(0, 1 << 32),
    st.sampled_from([FULL, LEAN]),
    st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]),
)
def test_text_is_exact_whatever_the_picture_beside_it(
    seed: int, quality: Quality, system: ColorSystem
) -> None:
    pixels = some_picture(seed, "photo")
    style = Style.parse("#5f87af on #1c1c1c")
    text = [(y, 20, Strip([Segment(f" {y} person ▌ ▄ ", style)])) for y in range(SIZE[1])]
    lossy, exact = front(*SIZE, system=system), front(*SIZE, system=system)
    screens = []
    for buffer, how in ((lossy, quality), (exact, None)):
        buffer.paint([*picture(pixels), *text])
        screen = Seeing(*SIZE)
        screen.feed(buffer.update(how)[0])
        screens.append([row[20:30] for row in screen.cells()])
    assert screens[0] == screens[1]


@pytest.mark.parametrize(
    ("system", "allowed"),
    [
        (ColorSystem.EIGHT_BIT, r"(38|48);5;(1[6-9]|[2-9]\d|1\d\d|2[0-4]\d|25[0-5])"),
        (ColorSystem.STANDARD, r"3[0-7]|9[0-7]|4[0-7]|10[0-7]"),
    ],
)
@pytest.mark.parametrize("quality", [None, FULL, LEAN])
def test_a_terminal_of_few_colours_is_sent_no_others(system, allowed, quality) -> None:
    buffer = front(*SIZE, system=system)
    buffer.paint(picture(scene(5)))
    data = buffer.update(quality)[0].decode()
    codes = [found[1] for found in _COLOURS.finditer(data) if found[1]]
    assert codes
    assert all(re.fullmatch(f"({allowed})(;({allowed}))?", code) for code in codes)


@pytest.mark.parametrize("quality", [FULL, LEAN])
@pytest.mark.parametrize("colour", [(120, 60, 30), (10, 90, 160), (200, 180, 140)])
def test_colours_that_a_palette_lacks_are_mixed(quality: Quality, colour) -> None:
    pixels = np.full((2 * SIZE[1], SIZE[0], 3), colour, dtype=np.uint8)
    pixels[:, ::2] += 1  # else it is flat, and that is left alone
    buffer, screen = front(*SIZE, system=ColorSystem.EIGHT_BIT), Seeing(*SIZE)
    buffer.paint(picture(pixels))
    screen.feed(buffer.update(quality)[0])
    mean = shown(screen)[:, 4:].mean(axis=(0, 1))
    assert np.abs(mean - colour).max() < 12


def test_flat_areas_are_not_dithered() -> None:
    buffer, screen = front(*SIZE, system=ColorSystem.EIGHT_BIT), Seeing(*SIZE)
    buffer.paint(picture(np.full((2 * SIZE[1], SIZE[0], 3), (120, 60, 30), dtype=np.uint8)))
    screen.feed(buffer.update(FULL)[0])
    assert len(np.unique(shown(screen).reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("quality", [FULL, LEAN])
def test_dither_does_not_spill_into_the_letterbox_of_the_same_cell(quality: Quality) -> None:
    pixels = scene(5) // 3 + 160
    pixels[0] = 18  # of the letterbox, and of the palette
    buffer, screen = front(*SIZE, system=ColorSystem.EIGHT_BIT), Seeing(*SIZE)
    buffer.paint(picture(pixels))
    screen.feed(buffer.update(quality)[0])
    assert (shown(screen)[0] == 18).all()


def test_a_small_change_is_drawn_like_the_picture_around_it() -> None:
    pixels = scene(7)
    buffer, screen = front(*SIZE), Seeing(*SIZE)
    buffer.paint(picture(pixels))
    screen.feed(buffer.update(LEAN)[0])
    before = decibels(shown(screen), pixels)
    pixels[10:14, 20:30] = 255 - pixels[10:14, 20:30]
    buffer.paint(picture(pixels))
    data = buffer.update(LEAN)[0]
    screen.feed(data)
    assert len(data) < 20 * 2 * 3 * LEAN.budget
    assert decibels(shown(screen), pixels) > before - 1.5


def test_a_letterboxed_picture_may_take_what_the_letterbox_does_not() -> None:
    pixels = np.full((2 * SIZE[1], SIZE[0], 3), 18, dtype=np.uint8)
    pixels[:, 20:40] = some_picture(4, "photo")[:, 20:40]
    grid = half_blocks(pixels)
    sheet = Sheet.of(grid, grid, ColorSystem.TRUECOLOR, (slice(None), slice(20, 40)))
    assert sheet.roomy == 2.0
    budget, sent = LEAN.budget * 20 * SIZE[1], {}
    for roomy in (1.0, sheet.roomy):
        place = Place(0, 0, SIZE[0], LEAN, Means(named=True), None)
        ahead = encoded(sheet.cells, place, roomy=roomy)
        assert ahead is not None
        sent[roomy] = sum(len(band.data) for band in ahead.bands)
    assert sent[1.0] <= 1.03 * budget < sent[2.0] <= 2.06 * budget


@pytest.mark.parametrize(("off", "same"), [(3, True), (120, False)])
def test_a_line_goes_on_with_the_colour_before_it_unless_that_is_far_off(
    off: int, same: bool
) -> None:
    buffer = front(8, 1)
    block, under = (marked(np.full(3, grey)) for grey in (100, 100 + off))
    line = Segment("│", Style(color="#ff0000", bgcolor=under))
    buffer.paint([(0, 2, Strip([Segment("▄", Style(color=block, bgcolor=block)), line]))])
    where = picture_mask(buffer.wanted)
    assert where[0, 2:4].all()
    drawn = cheapened(buffer.wanted, where, FULL, None, Rate(price=5.0, _known=True))
    assert (drawn.bg[0, 3] == drawn.bg[0, 2]) is np.bool_(same)


def test_what_a_moved_box_hid_takes_few_bytes_however_busy_the_picture_is() -> None:
    columns, rows = 120, 56
    pixels = np.random.default_rng(3).integers(0, 256, (2 * rows, columns, 3)).astype(np.uint8)
    buffer = front(columns, rows)
    buffer.paint(picture(pixels))
    buffer.update(FULL)
    pixels[:, [10, 11, 80, 81]] = 255 - pixels[:, [10, 11, 80, 81]]
    buffer.paint(picture(pixels))
    assert 500 < len(buffer.update(FULL)[0]) < 3000


def test_a_moved_box_tells_the_colours_of_its_edges_once_not_row_by_row() -> None:
    columns, rows = 120, 56
    pixels = scene(5, rows, columns)
    buffer, screen = front(columns, rows), Seeing(columns, rows)
    buffer.paint(picture(pixels))
    screen.feed(buffer.update(FULL)[0])
    upper = Style(color="#ff8800", bgcolor=marked(np.full(3, 100)))
    edge = Strip([Segment("▕", upper)])
    buffer.paint([(y, x, edge) for y in range(4, 50) for x in (20, 90)])
    pixels[8:100, 22] = np.random.default_rng(1).integers(0, 256, (92, 3))
    hidden = [(y, 22, Strip([list(strip)[22]])) for y, _, strip in picture(pixels)[4:50]]
    buffer.paint(hidden)
    data = buffer.update(FULL)[0]
    assert data.count(b"38;2;255;136;0") == data.count(b"48;2;100;100;100") == 1
    screen.feed(data)
    assert all(screen.cells()[y][x][0] == "▕" for y in range(4, 50) for x in (20, 90))


@pytest.mark.parametrize("colour", LABEL_COLOURS)
@pytest.mark.parametrize("char", ["│", "▌"])
def test_in_16_colours_a_line_over_a_picture_has_the_colour_of_its_tag(colour, char) -> None:
    drawn = flat(rgb(colour), Depth.ANSI)
    pixels = scene(3)
    line = Segment(char, Style(color=marked(drawn), bgcolor=marked(np.zeros(3))))
    tag = Segment("x", Style(bgcolor=f"rgb({','.join(map(str, drawn.tolist()))})"))
    buffer = front(*SIZE, system=ColorSystem.STANDARD)
    buffer.paint([*picture(pixels), (3, 10, Strip([line])), (3, 20, Strip([tag]))])
    screen = Seeing(*SIZE)
    screen.feed(buffer.update(FULL)[0])
    row = screen.cells()[3]
    assert row[20][2] in row[10]
