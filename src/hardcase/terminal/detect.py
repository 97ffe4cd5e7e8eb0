"""Find out about the terminal: by the environment, by asking it, and by what the user says."""

from __future__ import annotations

import fcntl
import re
import struct
import termios
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO, TypeVar

from hardcase.errors import UsageError
from hardcase.model.text import printable
from hardcase.terminal.modes import Depth, Mode
from hardcase.terminal.query import TIMEOUT, Answer, ask, questions
from hardcase.terminal.replies import Replies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

COLOURS = "HARDCASE_COLOURS"
"""Environment variable that overrides the depth: 16m, 256, 16 or mono."""

PICTURE = "HARDCASE_PICTURE"
"""Environment variable that chooses the mode: half, quadrant, kitty, or auto for the best known."""

PROBE = "HARDCASE_PROBE"
"""Environment variable: `off` asks the terminal nothing."""

# 24-bit colours and their answer to XTVERSION. Those that tell of colours need no entry.
_TRUECOLOUR = re.compile(
    r"(?:kitty|ghostty|wezterm|foot|iterm2|vte|konsole|contour|mintty|mlterm|alacritty|rio|warp)\b"
    r"|xterm\.js|(?:kitty|vte)\(",
    re.IGNORECASE,
)
_TRUECOLOUR_TERMS = re.compile(r"-direct$|kitty|ghostty|alacritty|foot|wezterm|contour")

# Unicode placeholders: kitty since 0.28, Ghostty since its first release. WezTerm and Konsole have
# the graphics but draw placeholders as letters.
_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_PLACEHOLDER_TERMS = ("xterm-kitty", "xterm-ghostty")


_SCREEN, _SCREEN_5 = 83, 50000
"""What GNU screen tells as its kind, and as its version from 5.0 on."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of a terminal, and what will be used.

    `depth_why`, `mode_why` say in a few words where the choice came from. `cell` is (width, height)
    of a cell in pixels, `round_trip` in seconds, None where the terminal does not tell. `light` is
    whether its background is. `typed` is what was read from the keyboard meanwhile.
    """

    term: str = ""
    colorterm: str = ""
    program: str = ""
    multiplexer: str | None = None
    utf8: bool = True
    columns: int = 80
    rows: int = 24
    cell: tuple[int, int] | None = None
    depth: Depth = Depth.FULL
    depth_why: str = ""
    mode: Mode = Mode.HALF
    mode_why: str = ""
    placeholders: bool = False
    light: bool | None = None
    asked: bool = False
    round_trip: float | None = None
    typed: bytes = field(default=b"", repr=False)

    def environment(self) -> dict[str, str]:
        """Return variables that make Rich and Textual, imported later, draw at `depth`."""
        if self.depth is Depth.MONO:
            return {"NO_COLOR": "1"}
        system = {Depth.FULL: "truecolor", Depth.XTERM: "256", Depth.ANSI: "standard"}[self.depth]
        return {"TEXTUAL_COLOR_SYSTEM": system}


def detect(
    environ: Mapping[str, str],
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    *,
    timeout: float = TIMEOUT,
) -> Terminal:
    """Return what is known of the terminal at the other end of `stdin` and `stdout`.

    It is asked only if both are terminals and `HARDCASE_PROBE` is not `off`. Raises UsageError when
    a variable has a value that means nothing.
    """
    depth = _choice(Depth, COLOURS, environ)
    wanted = environ.get(PICTURE, "").strip().lower()
    mode = None if wanted in {"", "auto"} else _choice(Mode, PICTURE, environ, extra=("auto",))
    term, multiplexer = environ.get("TERM", ""), _multiplexer(environ)
    answer = _answer(environ, questions(term, multiplexer), stdin, stdout, timeout)
    replies = answer.replies if answer else Replies()
    program = replies.version or _program(environ)
    if depth is None:
        depth, depth_why = _depth(environ, replies, program, multiplexer)
    else:
        depth_why = COLOURS
    placeholders = _placeholders(term, multiplexer, program, answer)
    mode, mode_why = _mode(mode, depth, auto=wanted == "auto", placeholders=placeholders)
    columns, rows, cell = _size(stdout)
    return Terminal(
        term=printable(term),
        colorterm=printable(environ.get("COLORTERM", "")),
        program=printable(program),
        multiplexer=multiplexer,
        utf8=_utf8(environ),
        columns=columns,
        rows=rows,
        cell=cell,
        depth=depth,
        depth_why=depth_why,
        mode=mode,
        mode_why=mode_why,
        placeholders=placeholders,
        light=_light(replies.background),
        asked=answer is not None,
        round_trip=answer.round_trip if answer else None,
        typed=replies.typed,
    )


E_ = TypeVar("E_", bound="StrEnum")


def _choice(
    kind: type[E_], variable: str, environ: Mapping[str, str], extra: tuple[str, ...] = ()
) -> E_ | None:
    asked = environ.get(variable, "").strip().lower()
    if not asked:
        return None
    try:
        return kind(asked)
    except ValueError as error:
        known = ", ".join([*kind, *extra])
        raise UsageError(f"{variable} is {printable(asked)}; set it to one of {known}") from error


def _multiplexer(environ: Mapping[str, str]) -> str | None:
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    return "screen" if environ.get("STY") or term.startswith("screen") else None


def _program(environ: Mapping[str, str]) -> str:
    name, version = environ.get("TERM_PROGRAM", ""), environ.get("TERM_PROGRAM_VERSION", "")
    return f"{name} {version}".strip()


def _answer(
    environ: Mapping[str, str],
    text: str,
    stdin: TextIO | None,
    stdout: TextIO | None,
    timeout: float,
) -> Answer | None:
    off = environ.get(PROBE, "").strip().lower() in {"off", "0", "no", "false"}
    ends = _descriptor(stdin), _descriptor(stdout)
    if off or not text or ends[0] is None or ends[1] is None:
        return None
    return ask(text, ends[0], ends[1], timeout)


def _descriptor(stream: TextIO | None) -> int | None:
    """Return the descriptor of a terminal, None if the stream is none."""
    try:
        return stream.fileno() if stream is not None and stream.isatty() else None
    except (OSError, ValueError, AttributeError):
        return None


def _depth(
    environ: Mapping[str, str], replies: Replies, program: str, multiplexer: str | None
) -> tuple[Depth, str]:
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") is not None:
        return Depth.MONO, "NO_COLOR"
    told = environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}
    if told and multiplexer == "screen" and not _passes_24_bit(replies.kind):
        depth = Depth.XTERM if "256color" in term else Depth.ANSI
        return depth, "TERM; GNU screen before 5 garbles 24-bit colours"
    if told:
        return Depth.FULL, "COLORTERM"
    if replies.truecolour:
        return Depth.FULL, "the terminal keeps 24-bit colours"
    if replies.version and _TRUECOLOUR.match(program):
        return Depth.FULL, f"known of {printable(program)}"
    if _TRUECOLOUR_TERMS.search(term):
        return Depth.FULL, "TERM"
    if "256color" in term:
        return Depth.XTERM, "TERM"
    return (
        (Depth.MONO, "TERM")
        if term in {"dumb", ""} or term.startswith("vt")
        else (
            Depth.ANSI,
            "TERM",
        )
    )


def _passes_24_bit(kind: tuple[int, int] | None) -> bool:
    """Whether what says to be inside GNU screen is surely none that garbles colours.

    tmux, whose TERM may begin with `screen`, tells another kind.
    """
    return kind is not None and (kind[0] != _SCREEN or kind[1] >= _SCREEN_5)


def _placeholders(term: str, multiplexer: str | None, program: str, answer: Answer | None) -> bool:
    """Whether the terminal is known to draw Unicode placeholders."""
    if multiplexer is not None:
        return False
    if answer is None:
        return term in _PLACEHOLDER_TERMS
    if not answer.replies.graphics:
        return False
    kitty = _KITTY.match(program)
    if kitty:
        return (int(kitty[1]), int(kitty[2])) >= (0, 28)
    return program.lower().startswith("ghostty")


def _mode(asked: Mode | None, depth: Depth, *, auto: bool, placeholders: bool) -> tuple[Mode, str]:
    if asked is Mode.KITTY and depth is not Depth.FULL:
        return Mode.HALF, "kitty needs 24-bit colours"
    if asked is not None:
        return asked, PICTURE
    if not auto:
        return Mode.HALF, "default"
    if placeholders and depth is Depth.FULL:
        return Mode.KITTY, "auto"
    return Mode.HALF, "auto: the terminal is not known to draw images by placeholders"


def _light(background: tuple[int, int, int] | None) -> bool | None:
    if background is None:
        return None
    red, green, blue = background
    return 0.299 * red + 0.587 * green + 0.114 * blue > 127.5


def _utf8(environ: Mapping[str, str]) -> bool:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if environ.get(name):
            return re.search(r"utf-?8", environ[name], re.IGNORECASE) is not None
    return False


def _size(stdout: TextIO | None) -> tuple[int, int, tuple[int, int] | None]:
    """Return columns, rows and the pixels of a cell; 80, 24 and None where they are not told."""
    descriptor = _descriptor(stdout)
    if descriptor is None:
        return 80, 24, None
    try:
        packed = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return 80, 24, None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not rows or not columns:
        return 80, 24, None
    cell = (width // columns, height // rows)
    return columns, rows, cell if min(cell) > 0 else None
