"""`hardcase doctor`: what the terminal is, what will be used, and the line that changes it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hardcase.cli.output import is_terminal, write_stdout
from hardcase.cli.table import Spec
from hardcase.terminal import Depth, Mode, Terminal, detect
from hardcase.terminal.detect import PROBE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from hardcase.cli.output import Output


def _arguments(_parser: ArgumentParser) -> None:
    pass


def doctor(_args: Namespace, output: Output) -> int:
    """Say what the terminal can show, what hardcase uses of it, and how to change that.

    On a terminal it ends with a test card, to see what really works. --json prints {term,
    colorterm, program, multiplexer, utf8, columns, rows, cell, asked, round_trip, background,
    colours, colours_from, picture, picture_from, placeholders, line, change: [{why, line}]}.
    """
    from hardcase.tui.wire.profile import chosen_profile  # noqa: PLC0415 - loads numpy

    terminal = detect(os.environ, sys.stdin, sys.stdout)
    line = chosen_profile(os.environ).value
    changes = list(advice(terminal))
    if output.json:
        output.record(_record(terminal, line, changes))
        return 0
    for name, value in _facts(terminal, line):
        output.line(f"{name:<11}{value}")
    for why, command in changes:
        output.line()
        output.line(f"{why}:")
        output.line(f"  {command}")
    if is_terminal(sys.stdout) and terminal.term not in {"", "dumb"}:
        from hardcase.cli.testcard import card  # noqa: PLC0415 - most commands need no numpy

        write_stdout("\n" + card(terminal))
    return 0


def advice(terminal: Terminal) -> Iterator[tuple[str, str]]:
    """Yield why one may want a change, and the exact line for a POSIX shell that makes it."""
    t = terminal
    if not t.utf8:
        yield (
            "the locale is not UTF-8, so blocks and lines may come out as letters",
            ("export LC_ALL=C.UTF-8"),
        )
    if t.depth in (Depth.XTERM, Depth.ANSI) and t.depth_why != "HARDCASE_COLOURS":
        yield (
            "if the 24-bit ramp below is smooth (SSH does not pass COLORTERM on)",
            ("export COLORTERM=truecolor"),
        )
        if t.multiplexer == "tmux":
            yield (
                "and to have tmux pass 24-bit colours on",
                ("tmux set -as terminal-features ',*:RGB'"),
            )
    if t.multiplexer == "screen" and t.depth is Depth.ANSI:
        yield "to have GNU screen pass 256 colours on", "screen -T screen-256color"
    if t.depth is Depth.MONO and t.depth_why == "NO_COLOR":
        yield "colours are off because NO_COLOR is set; to have them", "unset NO_COLOR"
    if t.placeholders and t.depth is Depth.FULL and t.mode is not Mode.KITTY:
        yield "this terminal draws real pixels; to use them", "export HARDCASE_PICTURE=kitty"
    if t.mode is Mode.HALF and t.utf8:
        yield (
            "for sharper edges, if the quadrants below have no gaps",
            ("export HARDCASE_PICTURE=quadrant"),
        )
    if t.asked and t.round_trip is None:
        yield "the terminal does not answer questions; not to wait for it", f"export {PROBE}=off"


def _facts(terminal: Terminal, line: str) -> Iterator[tuple[str, str]]:
    t = terminal
    yield "TERM", t.term or "not set"
    yield "COLORTERM", t.colorterm or "not set"
    yield "terminal", t.program or "unknown"
    yield "inside", t.multiplexer or "neither tmux nor screen"
    yield "locale", "UTF-8" if t.utf8 else "not UTF-8"
    pixels = f", cells of {t.cell[0]}x{t.cell[1]} pixels" if t.cell else ""
    yield "size", f"{t.columns}x{t.rows}{pixels}"
    yield "answers", _answers(t)
    yield "background", {None: "unknown", True: "light", False: "dark"}[t.light]
    yield "colours", f"{_COLOURS[t.depth]} ({t.depth_why}); HARDCASE_COLOURS=16m|256|16|mono"
    known = "known to draw images by placeholders" if t.placeholders else "no images known of"
    yield "graphics", known
    yield "pictures", f"{t.mode} ({t.mode_why}); HARDCASE_PICTURE=half|quadrant|kitty|auto"
    yield "line", f"{line}; HARDCASE_LINE=auto|full|lean|plain"


_COLOURS = {
    Depth.FULL: "24 bit",
    Depth.XTERM: "256",
    Depth.ANSI: "16",
    Depth.MONO: "none",
}


def _answers(terminal: Terminal) -> str:
    if not terminal.asked:
        return "not asked"
    if terminal.round_trip is None:
        return "none in time"
    return f"after {terminal.round_trip * 1000:.0f} ms"


def _record(terminal: Terminal, line: str, changes: list[tuple[str, str]]) -> dict[str, object]:
    t = terminal
    return {
        "term": t.term,
        "colorterm": t.colorterm,
        "program": t.program,
        "multiplexer": t.multiplexer,
        "utf8": t.utf8,
        "columns": t.columns,
        "rows": t.rows,
        "cell": t.cell,
        "asked": t.asked,
        "round_trip": t.round_trip,
        "background": {None: None, True: "light", False: "dark"}[t.light],
        "colours": t.depth.value,
        "colours_from": t.depth_why,
        "picture": t.mode.value,
        "picture_from": t.mode_why,
        "placeholders": t.placeholders,
        "line": line,
        "change": [{"why": why, "line": command} for why, command in changes],
    }


COMMANDS = {"doctor": Spec(_arguments, doctor)}
