"""The grammar of the command line.

`hardcase [--log-file F] [COMMAND ...]`, where anything that is not a command is a path for `open`.
Only the grammar of the command that is run gets built.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hardcase import __version__
from hardcase.cli.output import write_stdout
from hardcase.cli.table import COMMANDS, GROUPS
from hardcase.errors import UsageError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.cli.output import Output

_ABOUT = """\
usage: hardcase [--log-file FILE] [PATH [--no-mouse] | COMMAND ...]

Label images, let a model label the rest, and review the hard examples first.
`hardcase PATH` opens the app on a job or a folder, `hardcase` alone on the list of jobs.
JOB is a job file or the folder that holds it.
"""

_OWN = frozenset({"-h", "--help", "--version", "--log-file"})
"""Options before the command."""

_OPTIONS = """\
options:
  --log-file FILE  append what happens to FILE
  --version        print the version
  -h, --help       print this, or after a command what that command takes
"""


@dataclass(frozen=True, slots=True)
class Request:
    """A command line that was understood."""

    values: argparse.Namespace
    run: Callable[[argparse.Namespace, Output], int]
    log_file: Path | None


class Parser(argparse.ArgumentParser):
    """An argument parser that reports wrong use in one line."""

    def __init__(self, prog: str, **options: object) -> None:
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, allow_abbrev=False, formatter_class=form, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where to read more, and exit with 2."""
        print(f"{printable(f'hardcase: {message}')}; see: {self.prog} --help", file=sys.stderr)
        sys.exit(UsageError.exit_code)


def parse(argv: Sequence[str]) -> Request:
    """Understand a command line. Raises SystemExit (0 after --help, 2) and UsageError."""
    own, rest = _split(argv)
    top = _top_parser().parse_args(own)
    if top.help:
        write_stdout(overview())
        sys.exit(0)
    name, rest = _command(rest)
    spec = COMMANDS[name].load()
    parser = Parser(f"hardcase {name}", description=_description(name, spec.run))
    parser.add_argument("--json", action="store_true", help="print JSON, as described above")
    parser.add_argument("--log-file", type=Path, default=top.log_file, help=argparse.SUPPRESS)
    spec.arguments(parser)
    values = parser.parse_intermixed_args(_joined_filters(rest))
    return Request(values, spec.run, values.log_file)


def overview() -> str:
    """Return what `hardcase --help` prints."""
    lines = [_ABOUT]
    for group, commands in GROUPS.items():
        lines.append(f"to {group}:")
        lines += [f"  {c.name:<13}{c.summary}" for c in commands]
        lines.append("")
    return "\n".join([*lines, _OPTIONS])


def _top_parser() -> Parser:
    parser = Parser("hardcase", add_help=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--version", action="version", version=f"hardcase {__version__}")
    parser.add_argument("--log-file", type=Path)
    return parser


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options of the program itself, which come first, and what comes after them."""
    end = 0
    while end < len(argv) and argv[end].partition("=")[0] in _OWN:
        end += 2 if argv[end] == "--log-file" else 1
    return list(argv[:end]), list(argv[end:])


def _command(rest: list[str]) -> tuple[str, list[str]]:
    if not rest or rest[0].startswith("-"):
        return "open", rest  # `hardcase --no-mouse`: an option of the app
    first = rest[0]
    if first in COMMANDS:
        return first, rest[1:]
    if os.sep not in first and not os.path.lexists(first):
        from difflib import get_close_matches  # noqa: PLC0415 - only after a typing error

        close = get_close_matches(first, COMMANDS, n=1)
        hint = f"did you mean: hardcase {close[0]}" if close else "see: hardcase --help"
        raise UsageError(f"{printable(first)!r} is no command, and no file or folder here; {hint}")
    return "open", rest


def _joined_filters(rest: list[str]) -> list[str]:
    """Join `--filter -hard` into `--filter=-hard`, which argparse would take for an option."""
    out: list[str] = []
    for token in rest:
        if out and out[-1] == "--filter" and token.startswith("-") and not token.startswith("--"):
            out[-1] = f"--filter={token}"
        else:
            out.append(token)
    return out


def _description(name: str, run: Callable[..., int]) -> str:
    # argparse reads a %% of a description only beside a %(prog)s
    return inspect.cleandoc(run.__doc__ or COMMANDS[name].summary)
