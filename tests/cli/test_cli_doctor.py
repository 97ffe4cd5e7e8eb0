"""`hardcase doctor`: what is found, what is used, and the line that changes it."""

from __future__ import annotations

import pytest

from hardcase.cli.doctor import advice
from hardcase.cli.testcard import card
from hardcase.terminal import Depth, Mode, Terminal


@pytest.fixture(autouse=True)
def _ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a terminal of 256 colours, as SSH makes of it."""
    gone = ("COLORTERM", "NO_COLOR", "TMUX", "STY", "LC_ALL", "LC_CTYPE", "TERM_PROGRAM")
    for name in (*gone, "HARDCASE_COLOURS", "HARDCASE_PICTURE", "HARDCASE_LINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "en_US.UTF-8")


def changes(terminal: Terminal) -> list[str]:
    return [line for _, line in advice(terminal)]


def test_it_says_what_was_found_and_the_line_that_changes_it(cli) -> None:
    result = cli("doctor")
    assert (result.status, result.err) == (0, "")
    assert "TERM       xterm-256color" in result.out
    assert "colours    256 (TERM)" in result.out
    assert "  export COLORTERM=truecolor\n" in result.out
    assert "\x1b" not in result.out  # no test card off a terminal


def test_json_has_the_same(cli, monkeypatch) -> None:
    monkeypatch.setenv("HARDCASE_PICTURE", "quadrant")
    monkeypatch.setenv("HARDCASE_LINE", "lean")
    record = cli("doctor", "--json").record
    assert (record["term"], record["colours"], record["colours_from"]) == (
        "xterm-256color",
        "256",
        "TERM",
    )
    assert (record["picture"], record["line"], record["asked"]) == ("quadrant", "lean", False)
    assert [c["line"] for c in record["change"]] == ["export COLORTERM=truecolor"]


def test_a_wrong_value_is_wrong_use(cli, monkeypatch) -> None:
    monkeypatch.setenv("HARDCASE_PICTURE", "sixel")
    result = cli("doctor")
    assert result.status == 2
    assert "HARDCASE_PICTURE is sixel; set it to one of half" in result.error


@pytest.mark.parametrize(
    ("terminal", "line"),
    [
        (Terminal(depth=Depth.XTERM), "export COLORTERM=truecolor"),
        (Terminal(placeholders=True), "export HARDCASE_PICTURE=kitty"),
        (Terminal(), "export HARDCASE_PICTURE=quadrant"),
        (Terminal(utf8=False), "export LC_ALL=C.UTF-8"),
        (Terminal(depth=Depth.MONO, depth_why="NO_COLOR"), "unset NO_COLOR"),
        (Terminal(asked=True), "export HARDCASE_PROBE=off"),
    ],
)
def test_what_could_be_better_is_told(terminal: Terminal, line: str) -> None:
    assert line in changes(terminal)


def test_what_is_best_already_is_left_alone() -> None:
    assert changes(Terminal(mode=Mode.KITTY, placeholders=True)) == []
    chosen = Terminal(depth=Depth.XTERM, depth_why="HARDCASE_COLOURS", mode=Mode.QUADRANT)
    assert changes(chosen) == []


def test_the_card_has_colours_blocks_and_images_only_where_they_may_work() -> None:
    full = card(Terminal(placeholders=True))
    assert all(sample in full for sample in ("\x1b[48;2;", "\x1b[48;5;", "▄", "▞", "漢字", "U=1"))
    plain = card(Terminal(depth=Depth.MONO))
    assert "\x1b" not in plain
    assert "漢字" in plain
    assert "U=1" not in card(Terminal())
