"""What commands say: results on stdout, everything else on stderr, nothing unescaped on either."""

from __future__ import annotations

import json
import logging
import sys
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from hardcase.model import numbers
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

count = numbers.count

RICH_ROWS = 500
"""Longer tables are written plainly on a terminal too: rich measures every cell first."""


class ReaderGoneError(Exception):
    """Whoever read our output has had enough (`hardcase list JOB | head`)."""


class Output:
    """The two streams of a command.

    `json` is whether `--json` was given: then stdout carries JSON and nothing else, and `line` and
    `table`, which are for people, print nothing.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.json = as_json

    def record(self, data: Mapping[str, Any] | Sequence[Any]) -> None:
        """Print a JSON value on a line of stdout, in ASCII, which no terminal can take amiss."""
        write_stdout(json.dumps(data, separators=(", ", ": ")) + "\n")

    def line(self, text: str = "") -> None:
        """Print a line for people on stdout."""
        if not self.json:
            write_stdout(printable(text) + "\n")

    def note(self, text: str) -> None:
        """Print a line on stderr: a hint, a warning, a problem with one file of many."""
        print(f"hardcase: {printable(text)}", file=sys.stderr)

    def table(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()
    ) -> None:
        """Print a table for people; the columns named in `right` are aligned right."""
        if self.json:
            return
        cells = [[printable(cell) for cell in row] for row in rows]
        if len(rows) <= RICH_ROWS and is_terminal(sys.stdout):
            from hardcase.cli.rich_output import table  # noqa: PLC0415 - pipes need no rich

            write_stdout(table(headers, cells, right))
        else:
            for line in aligned([list(headers), *cells], [h in right for h in headers]):
                write_stdout(line + "\n")

    @contextmanager
    def warnings(self, logger: str) -> Iterator[None]:
        """Print what a logger warns of meanwhile on stderr, a line each."""
        handler = _Notes(self)
        logging.getLogger(logger).addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger(logger).removeHandler(handler)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how many of `total` are done, on stderr if that is a terminal.

        The value is a function to be called with the number done so far.
        """
        if not is_terminal(sys.stderr):
            yield _ignore
            return
        from hardcase.cli.rich_output import progress  # noqa: PLC0415 - pipes need no rich

        with progress(printable(what), total) as update:
            yield update


class _Notes(logging.Handler):
    def __init__(self, output: Output) -> None:
        super().__init__(logging.WARNING)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.note(record.getMessage())


def write_stdout(text: str, *, flush: bool = False) -> None:
    """Print, and push it out if asked. Raises ReaderGoneError if nobody reads any more, OSError."""
    try:
        sys.stdout.write(text)
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def is_terminal(stream: TextIO) -> bool:
    """Whether a person is at the other end. Closed and replaced streams are not terminals."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Yield rows of cells as lines with aligned columns, two blanks between them."""
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        parts = [
            " " * (width - cell_width(cell)) + cell
            if flush_right
            else cell + " " * (width - cell_width(cell))
            for cell, width, flush_right in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(parts).rstrip()


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` takes, wide and combining characters minded."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _ignore(_done: int) -> None:
    pass
