"""Which digit sets which label, in a few lines."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from rich.cells import cell_len

from hardcase.model.text import printable
from hardcase.tui.widgets.text import fit_start

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = "1234567890"
_GAP = 2
_LEAST = 6
"""Cells that a digit and its label take at least: four letters tell most labels apart."""


def digits(labels: Sequence[str], width: int, rows: int, more: str) -> list[str]:
    """Return up to `rows` lines of `width` cells: each digit with its label, in columns.

    As few lines as show the names whole. Where they are too long for all lines there are, all are
    cut to the same length; where that would leave too little of them, some labels are left out.
    Their number is told after `more`, the key that lists all.
    """
    count = min(len(labels), len(_DIGITS))
    while count:
        entries = [f"{_DIGITS[n]} {printable(labels[n])}" for n in range(count)]
        if count < len(labels):
            entries.append(f"{more} +{len(labels) - count:,}")
        widest = max(map(cell_len, entries))
        for lines in range(1, rows + 1):
            columns = ceil(len(entries) / lines)
            column = (width + _GAP) // columns - _GAP
            if widest <= column or (lines == rows and column >= _LEAST):
                return _in_columns(entries, columns, min(column, widest))
        count -= 1
    return []


def _in_columns(entries: Sequence[str], columns: int, width: int) -> list[str]:
    gap = " " * _GAP
    return [
        gap.join(fit_start(e, width) for e in entries[first : first + columns]).rstrip()
        for first in range(0, len(entries), columns)
    ]
