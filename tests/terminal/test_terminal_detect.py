"""What the environment says of a terminal, and what the user says instead."""

from __future__ import annotations

import pytest

from hardcase.errors import UsageError
from hardcase.terminal import Depth, Mode, detect


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color"}, Depth.XTERM),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Depth.FULL),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, Depth.FULL),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, Depth.XTERM),
        ({"TERM": "xterm-kitty"}, Depth.FULL),
        ({"TERM": "xterm-direct"}, Depth.FULL),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts"}, Depth.XTERM),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, Depth.ANSI),
        ({"TERM": "screen-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, Depth.XTERM),
        ({"TERM": "screen", "TMUX": "x", "COLORTERM": "truecolor"}, Depth.FULL),
        ({"TERM": "xterm"}, Depth.ANSI),
        ({"TERM": "linux"}, Depth.ANSI),
        ({"TERM": "vt220"}, Depth.MONO),
        ({}, Depth.MONO),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}, Depth.MONO),
        ({"TERM": "xterm", "NO_COLOR": "1", "HARDCASE_COLOURS": "16M"}, Depth.FULL),
        ({"TERM": "xterm-kitty", "HARDCASE_COLOURS": " mono "}, Depth.MONO),
        ({"TERM": "xterm-256color", "HARDCASE_COLOURS": ""}, Depth.XTERM),
    ],
)
def test_the_depth_follows_the_terminal_unless_told(environ: dict[str, str], depth: Depth) -> None:
    assert detect(environ).depth is depth


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({}, Mode.HALF),
        ({"HARDCASE_PICTURE": "quadrant"}, Mode.QUADRANT),
        ({"HARDCASE_PICTURE": "KITTY"}, Mode.KITTY),
        ({"HARDCASE_PICTURE": "kitty", "HARDCASE_COLOURS": "256"}, Mode.HALF),
        ({"HARDCASE_PICTURE": "auto"}, Mode.KITTY),
        ({"HARDCASE_PICTURE": "auto", "TERM": "xterm-256color"}, Mode.HALF),
    ],
)
def test_the_mode_is_half_blocks_unless_told(environ: dict[str, str], mode: Mode) -> None:
    assert detect({"TERM": "xterm-kitty"} | environ).mode is mode


@pytest.mark.parametrize(
    ("variable", "choices"),
    [
        ("HARDCASE_COLOURS", "16m, 256, 16, mono"),
        ("HARDCASE_PICTURE", "half, quadrant, kitty, auto"),
    ],
)
def test_a_value_that_means_nothing_is_wrong_use(variable: str, choices: str) -> None:
    with pytest.raises(UsageError, match=f"{variable} is many.*set it to one of {choices}"):
        detect({variable: "many\x1b"})


def test_a_name_from_outside_is_made_printable() -> None:
    t = detect({"TERM": "x\x1b[31m", "TERM_PROGRAM": "a\nb", "TERM_PROGRAM_VERSION": "1"})
    assert (t.term + t.program).isprintable()


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_CTYPE": "de_DE.utf8"}, True),
        ({}, False),
    ],
)
def test_the_locale_says_whether_blocks_can_be_drawn(environ: dict[str, str], utf8: bool) -> None:
    assert detect(environ).utf8 is utf8


def test_textual_is_told_the_depth_by_variables_it_knows() -> None:
    systems = {d: detect({"HARDCASE_COLOURS": d.value}).environment() for d in Depth}
    assert systems[Depth.FULL] == {"TEXTUAL_COLOR_SYSTEM": "truecolor"}
    assert systems[Depth.XTERM] == {"TEXTUAL_COLOR_SYSTEM": "256"}
    assert systems[Depth.ANSI] == {"TEXTUAL_COLOR_SYSTEM": "standard"}
    assert systems[Depth.MONO] == {"NO_COLOR": "1"}
