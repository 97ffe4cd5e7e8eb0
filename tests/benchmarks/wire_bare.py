"""The bare Textual app that latencies are compared with: a Static that repaints plain text.

    python wire_bare.py COLUMNS ROWS

A key press replaces every character of COLUMNS x ROWS cells.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One Static of plain text."""

    CSS: ClassVar = "Screen { align: left top; } Static { width: auto; height: auto; }"

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self._columns, self._rows = columns, rows
        self._count = 0

    def compose(self) -> ComposeResult:
        """Show the first text."""
        yield Static(self._text(), markup=False)

    def on_key(self) -> None:
        """Show another text."""
        self._count += 1
        self.query_one(Static).update(self._text(), layout=False)

    def _text(self) -> str:
        letters = "".join(chr(97 + (n + self._count) % 26) for n in range(self._columns))
        return "\n".join([letters] * self._rows)


if __name__ == "__main__":
    Bare(int(sys.argv[1]), int(sys.argv[2])).run()
