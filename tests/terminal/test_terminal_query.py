"""Asking a terminal: one round trip, nothing typed is lost, nothing is left changed."""

from __future__ import annotations

import os
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_fake import KITTY, FakeTerminal, terminal

from hardcase.terminal import Depth, Mode, Terminal, detect
from hardcase.terminal.query import questions
from hardcase.terminal.replies import parse

XTERM = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}


def found(fake: FakeTerminal, timeout: float = 60.0, **environ: str) -> Terminal:
    return detect(XTERM | environ, fake.stdin, fake.stdout, timeout=timeout)


def test_everything_is_learnt_of_a_terminal_that_answers() -> None:
    with terminal() as fake:
        t = found(fake)
    assert (t.program, t.depth, t.placeholders, t.light) == (
        "kitty(0.35.2)",
        Depth.FULL,
        True,
        False,
    )
    assert t.round_trip is not None
    assert t.typed == b""


def test_a_slow_line_is_waited_for_and_measured() -> None:
    with terminal(delay=0.3) as fake:
        t = found(fake)
    assert t.program == "kitty(0.35.2)"
    assert t.round_trip is not None
    assert t.round_trip >= 0.3


def test_a_terminal_that_never_answers_is_given_up() -> None:
    with terminal({}) as fake:
        t = found(fake, timeout=0.1)
    assert (t.asked, t.round_trip, t.depth, t.placeholders) == (True, None, Depth.XTERM, False)


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_what_is_typed_meanwhile_is_kept(delay: float) -> None:
    with terminal(delay=delay, typed=b"jj\x1b[B\xc3\xa9") as fake:
        t = found(fake)
    assert t.typed == b"jj\x1b[B\xc3\xa9"
    assert t.program == "kitty(0.35.2)"


def test_a_reply_that_came_in_half_is_not_taken_for_keys() -> None:
    with terminal({}, typed=b"x\x1bP>|ghos") as fake:
        t = found(fake, timeout=0.1)
    assert (t.typed, t.program) == (b"x", "")


def test_the_terminal_is_left_as_it_was() -> None:
    with terminal() as fake:
        before = termios.tcgetattr(fake.stdin)
        found(fake)
        assert termios.tcgetattr(fake.stdin) == before


def test_questions_that_are_printed_are_wiped_off_and_the_last_is_known_to_all() -> None:
    asked = questions("xterm", None)
    assert asked.startswith("\x1b7")
    assert asked.endswith("\x1b8\x1b[J\x1b[c")
    assert "\x1b_G" not in questions("tmux-256color", "tmux")
    assert questions("screen", "screen") == "\x1b[>c\x1b[c"
    assert questions("linux", None) == questions("vt100", None) == questions("dumb", None) == ""


def test_nothing_is_asked_when_told_not_to_or_off_a_terminal() -> None:
    with terminal() as fake:
        assert not found(fake, HARDCASE_PROBE="off").asked
        with Path(os.devnull).open(encoding="utf-8") as nothing:
            assert not detect(XTERM, nothing, fake.stdout).asked
        assert fake.heard == b""
    assert not detect(XTERM).asked


@pytest.mark.parametrize(
    ("answers", "placeholders"),
    [
        (KITTY, True),
        (KITTY | {"version": b"\x1bP>|ghostty 1.2.3\x1b\\"}, True),
        (KITTY | {"version": b"\x1bP>|kitty(0.26.5)\x1b\\"}, False),
        (KITTY | {"version": b"\x1bP>|kitty(0.28.0)\x1b\\"}, True),
        (KITTY | {"version": b"\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\"}, False),
        (KITTY | {"graphics": b"\x1b_Gi=31;EINVAL:off\x1b\\"}, False),
        (KITTY | {"graphics": b""}, False),
    ],
)
def test_images_are_for_terminals_known_to_place_them(
    answers: dict[str, bytes], placeholders: bool
) -> None:
    with terminal(answers) as fake:
        t = found(fake, HARDCASE_PICTURE="auto")
    assert t.placeholders is placeholders
    assert t.mode is (Mode.KITTY if placeholders else Mode.HALF)


def test_inside_tmux_images_are_only_used_when_asked_for() -> None:
    tmux = KITTY | {"version": b"\x1bP>|tmux 3.4\x1b\\"}
    with terminal(tmux) as fake:
        assert found(fake, TMUX="x", HARDCASE_PICTURE="auto").mode is Mode.HALF
    with terminal(tmux) as fake:
        t = found(fake, TMUX="x", HARDCASE_PICTURE="kitty", COLORTERM="truecolor")
        assert (t.mode, t.multiplexer) == (Mode.KITTY, "tmux")


@pytest.mark.parametrize(
    ("kind", "depth"),
    [
        (b"\x1b[>83;40900;0c", Depth.ANSI),
        (b"\x1b[>83;50000;0c", Depth.FULL),
        (b"\x1b[>84;0;0c", Depth.FULL),  # tmux, whose TERM may begin with screen
        (b"", Depth.ANSI),
    ],
)
def test_24_bit_colours_are_kept_from_an_old_gnu_screen_that_would_garble_them(
    kind: bytes, depth: Depth
) -> None:
    with terminal({"kind": kind, "attributes": b"\x1b[?1;2c"}) as fake:
        told = {"TERM": "screen", "STY": "1.pts", "COLORTERM": "truecolor"}
        assert detect(told, fake.stdin, fake.stdout, timeout=60.0).depth is depth


@pytest.mark.parametrize(
    ("reply", "light"),
    [
        (b"rgb:ffff/ffff/ffff", True),
        (b"rgb:ff/fd/f0", True),
        (b"rgb:0000/0000/8000", False),
        (b"rgb:f/f/f", True),
        (b"?", None),
    ],
)
def test_the_background_says_light_or_dark(reply: bytes, light: bool | None) -> None:
    for end in (b"\x07", b"\x1b\\"):
        with terminal(KITTY | {"background": b"\x1b]11;" + reply + end}) as fake:
            assert found(fake).light is light


@given(st.binary(max_size=200))
def test_hostile_replies_do_no_harm(data: bytes) -> None:
    replies = parse(data + b"\x1bP>|a\x9b2J\x1b\\")
    assert replies.version is None or replies.version.isprintable()
    assert len(replies.typed) <= len(data)
