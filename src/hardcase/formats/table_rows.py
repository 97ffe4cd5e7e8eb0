"""Rows of a CSV file: which character parts its cells, which column is which, one line a row.

Where the decimal sign is a comma, spreadsheets put semicolons between the cells and may write a
first line `sep=;`. The header tells: cells are parted by what makes it one.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.files import is_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.formats.problems import Problems

SIDES = ("x1", "y1", "x2", "y2")
COLUMNS = ("path", "label", *SIDES, "score")
_NUMBERS = frozenset((*SIDES, "score"))
_OTHER_NAMES = {
    "path": ("file", "filename", "file_name", "image", "image_path", "filepath"),
    "label": ("class", "category", "name", "label_name", "class_name"),
    "x1": ("xmin",),
    "y1": ("ymin",),
    "x2": ("xmax",),
    "y2": ("ymax",),
    "score": ("confidence",),
}
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r"sep=[,;\t]\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+\s*")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first row tells: the delimiter and the number of each column.

    `titles` are those of the header in lower case, empty if the first row is data.
    """

    delimiter: str
    columns: dict[str, int]
    titles: tuple[str, ...]

    @property
    def boxed(self) -> bool:
        """Whether there are columns for boxes."""
        return self.columns.keys() >= set(SIDES)

    def row(self, line: str) -> dict[str, str]:
        """Return the cells of a line by column, none if all are empty. Raises csv.Error."""
        cells = _cells(line, self.delimiter)
        if not any(cell.strip() for cell in cells):
            return {}
        return {
            column: self._plain(column, cells[i])
            for column, i in self.columns.items()
            if i < len(cells)
        }

    def _plain(self, column: str, cell: str) -> str:
        if column in _NUMBERS and self.delimiter != "," and _DECIMAL_COMMA.fullmatch(cell):
            return cell.replace(",", ".")
        return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; `Layout.row` takes the guard off."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def layout_of(line: str) -> Layout:
    """Return what the first row tells. Raises ValueError, with the reason, if it tells none."""
    problem = "no columns path and label: add the header path,label"
    for delimiter in _DELIMITERS:
        try:
            cells = _cells(line, delimiter)
        except csv.Error as error:
            if delimiter == ",":
                problem = f"not CSV: {error}"
            continue
        titles = tuple(cell.strip().lower() for cell in cells)
        columns = _columns(titles)
        if columns.keys() >= {"path", "label"}:
            return Layout(delimiter, columns, titles)
        if len(cells) >= 2 and is_image(Path(PurePosixPath(cells[0].strip()).name)):
            return Layout(delimiter, {c: i for i, c in enumerate(COLUMNS[: len(cells)])}, ())
    raise ValueError(problem)


def read_rows(text: str, name: str, problems: Problems) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield place ("t.csv:3") and cells of each row with a path; the others become problems.

    Bytes that were not UTF-8 are expected as lone surrogates. Raises FormatError if the first row
    tells no columns.
    """
    layout: Layout | None = None
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        place = f"{name}:{number}"
        if layout is None:
            if _says_nothing(line, number):
                continue
            try:
                layout = layout_of(line)
            except ValueError as error:
                raise FormatError(f"{place}: {error}") from error
            if layout.titles:
                continue
        try:
            row = layout.row(line)
        except csv.Error as error:
            problems.add(place, f"not CSV, {error}: left out")
            continue
        if not all(map(_is_text, row.values())):
            problems.add(place, "not UTF-8 text: left out")
        elif row and not row.get("path"):
            problems.add(place, "has no path: left out")
        elif row:
            yield place, row


def first_line(text: str) -> str:
    """Return the line that tells the columns, empty if there is none."""
    lines = enumerate(io.StringIO(text, newline=None), 1)
    return next((line for number, line in lines if not _says_nothing(line, number)), "")


def _says_nothing(line: str, number: int) -> bool:
    """Whether a line before the columns are known is empty, or the one that names the delimiter."""
    empty = not line.strip(f'{_DELIMITERS}" \n')
    return empty or (number == 1 and _SEPARATOR_LINE.fullmatch(line) is not None)


def _cells(line: str, delimiter: str) -> list[str]:
    # A line is a row: neither path nor label has several, and a quote that is not closed spoils no
    # other row so.
    (cells,) = csv.reader([line.rstrip("\n")], delimiter=delimiter, strict=True)
    return cells


def _is_text(cell: str) -> bool:
    """Whether a cell was UTF-8: bytes that were not are lone surrogates now."""
    return cell.isascii() or not any("\ud800" <= c <= "\udfff" for c in cell)


def _columns(titles: tuple[str, ...]) -> dict[str, int]:
    """Return the numbers of the columns that a header names."""
    named = {c: [t for t in (c, *_OTHER_NAMES.get(c, ())) if t in titles] for c in COLUMNS}
    return {column: titles.index(found[0]) for column, found in named.items() if found}
