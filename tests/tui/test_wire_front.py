"""The front buffer shows what Textual would have shown, in fewer bytes."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from wire_pictures import decibels, picture, scene
from wire_screens import Seeing, plainly

from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.front import FrontBuffer
from hardcase.tui.wire.lossy import Quality
from hardcase.tui.wire.profile import FULL, LEAN

COLUMNS, ROWS = 24, 5
WORDS = [
    "a",
    "box of",
    "  ",
    "      ",
    "▄",
    "▀",
    "▄▄▄▄▄▄▄",
    "█",
    "▌▗",
    "漢字",
    "e\u0301té",
    "…→",
    "━━┃",
]
COLOURS = [None, "#102030", "#112131", "#f0e0d0", "red", "bright_blue"]

SWITCHES = ("bold", "italic", "underline", "strike", "reverse")


def some_update(source: random.Random) -> list[tuple[int, int, Strip]]:
    """Make up an update as the compositor makes them: whole left or right halves of rows."""
    half = COLUMNS // 2
    pieces = []
    for _ in range(source.randrange(5)):
        parts = [
            Segment(source.choice(WORDS), some_style(source)) for _ in range(source.randint(1, 5))
        ]
        strip = Strip(parts).adjust_cell_length(half, Style(bgcolor="#203040"))
        pieces.append((source.randrange(ROWS), source.choice([0, half]), strip))
    return pieces


def some_style(source: random.Random) -> Style | None:
    if source.random() < 0.1:
        return None
    switches = {name: True for name in SWITCHES if source.random() < 0.15}
    return Style(color=source.choice(COLOURS), bgcolor=source.choice(COLOURS), **switches)


def buffer(columns: int = COLUMNS, rows: int = ROWS, **means: bool) -> FrontBuffer:
    front = FrontBuffer(ColorSystem.TRUECOLOR, Means(**means))
    front.resize(columns, rows)
    return front


def line(y: int, *parts: tuple[str, str], width: int = COLUMNS) -> list[tuple[int, int, Strip]]:
    strip = Strip([Segment(text, Style.parse(style)) for text, style in parts])
    return [(y, 0, strip.adjust_cell_length(width, Style.parse("on #000000")))]


def whole(text: str = "", style: str = "") -> list[tuple[int, int, Strip]]:
    return [piece for y in range(ROWS) for piece in line(y, (text, style))]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32), st.booleans())
def test_random_updates_look_as_textual_draws_them(seed: int, repeat: bool) -> None:
    source = random.Random(seed)
    front, ours, plain = buffer(repeat=repeat), Seeing(COLUMNS, ROWS), Seeing(COLUMNS, ROWS)
    for _ in range(6):
        pieces = some_update(source)
        front.paint(pieces)
        plain.feed(plainly(pieces))
        if source.random() < 0.6:
            ours.feed(front.update(None)[0])
    ours.feed(front.update(None)[0])
    assert ours.cells() == plain.cells()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 300))
def test_sending_in_parts_ends_with_the_same_screen(seed: int, limit: int) -> None:
    source = random.Random(seed)
    front, ours, plain = buffer(), Seeing(COLUMNS, ROWS), Seeing(COLUMNS, ROWS)
    for _ in range(6):
        pieces = some_update(source)
        front.paint(pieces)
        plain.feed(plainly(pieces))
        ours.feed(front.update(None, limit)[0])
    for _ in range(4 * ROWS):
        data, complete = front.update(None, limit)
        ours.feed(data)
        if complete:
            break
    assert complete
    assert ours.cells() == plain.cells()


def test_what_is_shown_already_costs_nothing() -> None:
    front = buffer()
    front.paint(whole("some text", "bold #aabbcc on #102030"))
    assert front.update(FULL)[0]
    front.paint(whole("some text", "bold #aabbcc on #102030"))
    assert front.update(FULL) == (b"", True)


def test_one_letter_costs_a_move_and_the_letter() -> None:
    front = buffer()
    front.paint(whole("some text", "#aabbcc on #000000"))
    front.update(None)
    front.paint(line(2, ("some next", "#aabbcc on #000000")))
    data, _ = front.update(None)
    assert data == b"\x1b[3;6Hn"


def test_a_sentence_is_not_cut_at_its_blanks() -> None:
    front = buffer()
    front.paint(whole())
    front.update(None)
    front.paint(line(0, ("one two three", "bold #ffffff on #000000")))
    assert b"one two three" in front.update(None)[0]


def test_short_gaps_of_same_letters_are_written_over() -> None:
    front = buffer()
    front.paint(line(0, ("abcdef", "#ffffff on #000000")))
    front.update(None)
    front.paint(line(0, ("Xbc-ef", "#ffffff on #000000")))
    assert front.update(None)[0].endswith(b"Xbc-")


def test_blanks_of_default_colours_are_erased() -> None:
    front = buffer()
    front.paint(whole("x" * COLUMNS))
    front.update(None)
    front.paint([(1, 0, Strip([Segment("ab" + " " * (COLUMNS - 2))]))])
    data, _ = front.update(None)
    assert data.endswith(b"ab\x1b[K")


def test_repeated_characters_use_rep_only_where_it_is_known() -> None:
    sizes = {}
    for repeat in (False, True):
        front = buffer(repeat=repeat)
        front.paint(whole("▄" * COLUMNS, "#ffffff on #000080"))
        data, _ = front.update(None)
        assert (b"\x1b[23b" in data) is repeat
        sizes[repeat] = len(data)
    assert sizes[True] < sizes[False] / 4


def test_swapped_colours_cost_no_colour_codes() -> None:
    front = buffer()
    parts = [("▄", "#ffffff on #000080"), ("▄", "#000080 on #ffffff")] * 6
    front.paint(line(0, *parts, width=12))
    front.resize(12, 1)
    front.paint(line(0, *parts, width=12))
    data, _ = front.update(None)
    assert data.count(b"\x1b[38") + data.count(b"\x1b[48") == 1


def test_a_wide_character_is_drawn_whole_when_half_of_it_is_written_over() -> None:
    front, ours, plain = buffer(), Seeing(COLUMNS, ROWS), Seeing(COLUMNS, ROWS)
    for text in ("a漢b", "漢ab", " a漢", "字字"):
        pieces = line(0, (text, "#ffffff on #000000"))
        front.paint(pieces)
        plain.feed(plainly(pieces))
        ours.feed(front.update(None)[0])
        assert ours.cells()[0] == plain.cells()[0]


def test_joined_emoji_and_marks_stay_in_one_piece_and_the_cursor_is_set_after_them() -> None:
    front = buffer()
    front.paint(line(0, ("👩‍🔧x e\u0301y", "#ffffff on #000000")))
    data = front.update(None)[0].decode()
    assert "👩‍🔧\x1b[" in data
    assert "e\u0301\x1b[" in data


def test_control_characters_never_reach_the_terminal() -> None:
    front = buffer()
    front.paint([(0, 0, Strip([Segment("a\x1b]0;title\x07b\x9bm\r\n\x00c")]))])
    data = front.update(None)[0].removeprefix(b"\x1b[m\x1b[2J\x1b[H").decode()
    assert "\x1b]" not in data
    assert not {"\x07", "\x9b", "\r", "\n", "\x00"} & set(data)


def test_links_begin_and_end() -> None:
    front = buffer()
    front.paint([(0, 0, Strip([Segment("docs", Style(link="https://example.org"))]))])
    data = front.update(None)[0].decode()
    assert "https://example.org\x1b\\docs" in data
    assert data.index("docs") < data.index("\x1b]8;;\x1b\\")


def test_forgetting_clears_and_draws_all_of_it_again() -> None:
    front, ours, plain = buffer(), Seeing(COLUMNS, ROWS), Seeing(COLUMNS, ROWS)
    front.paint(whole("some text", "#aabbcc on #102030"))
    plain.feed(plainly(whole("some text", "#aabbcc on #102030")))
    ours.feed(front.update(None)[0])
    ours.feed("\x1b[3;4Hsomebody wrote all over it\x1b[41m\x1b[2K")
    front.forget()
    ours.feed(front.update(None)[0])
    assert ours.cells() == plain.cells()


def test_what_lies_over_the_edge_is_cut() -> None:
    front = buffer(4, 1)
    front.paint([(0, 2, Strip([Segment("abcdef")])), (3, 0, Strip([Segment("below")]))])
    data, complete = front.update(None)
    assert complete
    assert b"ab" in data
    assert b"c" not in data.removeprefix(b"\x1b[m\x1b[2J\x1b[H")


def test_text_goes_before_pictures_when_there_is_little_room() -> None:
    front, rows = buffer(), random.Random(0)
    front.paint(whole())
    front.update(FULL)
    for y in range(ROWS):
        parts = [("▄", noise(rows)) for _ in range(12)] + [(f"  row {y}", "#ffffff on #000000")]
        front.paint(line(y, *parts))
    sent, complete = b"", False
    while str(ROWS - 1).encode() not in sent:
        data, complete = front.update(FULL, 60)
        assert not complete
        sent += data
    # What is left of the room after the last row of text may begin the picture.
    assert sent.count("▄".encode()) <= 12


def noise(source: random.Random) -> str:
    first, second = (f"#{source.randrange(1 << 24):06x}" for _ in range(2))
    return f"{first} on {second}"


# -- pictures


def shown(screen: Seeing) -> np.ndarray:
    """Return the (2 rows, columns, 3) pixels of a screen full of half blocks."""
    rows = []
    for cells in screen.cells()[:20]:
        for quarter in (0, 2):
            colours = "".join(str(cell[quarter]) for cell in cells)
            rows.append(np.frombuffer(bytes.fromhex(colours), dtype=np.uint8).reshape(-1, 3))
    return np.array(rows, dtype=np.int64)


@pytest.mark.parametrize(("quality", "least"), [(FULL, 39), (LEAN, 31)])
def test_pictures_take_the_bytes_of_the_profile_and_no_more(quality, least) -> None:
    pixels = scene(1)
    front, screen = buffer(60, 20), Seeing(60, 20)
    front.paint(picture(pixels))
    data, _ = front.update(quality)
    screen.feed(data)
    assert 0.85 < len(data) / (60 * 20 * quality.budget) < 1.0
    assert decibels(shown(screen), pixels) >= least


def test_pictures_that_are_cheap_take_no_bytes_for_what_nobody_sees() -> None:
    pixels = scene(1)
    pixels[:, :, 1:] = 100
    pixels[:, :, 0] = np.linspace(0, 120, 60).astype(np.uint8)
    front, screen = buffer(60, 20), Seeing(60, 20)
    front.paint(picture(pixels))
    data, _ = front.update(LEAN)
    screen.feed(data)
    assert len(data) < 0.7 * 60 * 20 * LEAN.budget
    assert 36 < decibels(shown(screen), pixels) < 50


@pytest.mark.parametrize("quality", [FULL, LEAN])
def test_what_is_spoilt_never_adds_up(quality: Quality) -> None:
    front, screen = buffer(60, 20), Seeing(60, 20)
    pixels = scene(2).astype(float)
    random_ = np.random.default_rng(0)
    for _ in range(12):
        pixels = np.clip(pixels + random_.normal(0.8, 1.2, pixels.shape), 0, 255)
        front.paint(picture(pixels.astype(np.uint8)))
        screen.feed(front.update(quality)[0])
    fresh, anew = buffer(60, 20), Seeing(60, 20)
    fresh.paint(picture(pixels.astype(np.uint8)))
    anew.feed(fresh.update(quality)[0])
    best, seen = (decibels(shown(s), pixels.astype(np.uint8)) for s in (anew, screen))
    assert seen > best - 2.5


def test_a_better_profile_sends_what_is_missing_and_no_text() -> None:
    front, screen = buffer(60, 21), Seeing(60, 21)
    pixels = scene(4)
    front.paint([*picture(pixels), *line(20, ("some text", "#ffffff on #000000"), width=60)])
    screen.feed(front.update(LEAN)[0])
    coarse = decibels(shown(screen), pixels)
    front.reconsider()
    data, _ = front.update(FULL)
    screen.feed(data)
    assert b"text" not in data
    assert decibels(shown(screen), pixels) > coarse + 7


@pytest.mark.parametrize("quality", [FULL, LEAN])
def test_text_on_a_picture_and_flat_areas_are_exact(quality: Quality) -> None:
    source = random.Random(1)
    parts = [("▄", noise(source)) for _ in range(5)]
    text = [(" person 0.9 ", "#000000 on #56b4e9"), ("      ", "on #56b0e0")]
    front, ours, plain = buffer(), Seeing(COLUMNS, ROWS), Seeing(COLUMNS, ROWS)
    pieces = line(2, *parts, *text, ("▄", noise(source)))
    front.paint(pieces)
    plain.feed(plainly(pieces))
    ours.feed(front.update(quality)[0])
    assert ours.cells()[2][5:23] == plain.cells()[2][5:23]
