"""A small app of real widgets, to be run in a pseudo terminal."""

from __future__ import annotations

import os
import sys

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Input, Label, RichLog

from hardcase.tui.wire.wired import Wired


class Small(Wired, App[None]):
    """A table, a log, an input and a line."""

    BINDINGS = [
        Binding("ctrl+l", "again", priority=True),
        Binding("ctrl+t", "grow", priority=True),
        Binding("ctrl+s", "shell", priority=True),
        Binding("ctrl+f", "type", priority=True),
        Binding("ctrl+z", "suspend_process", priority=True),
    ]
    CSS = "DataTable { height: 6; } RichLog { height: 5; } Label { background: $accent; }"

    def compose(self) -> ComposeResult:
        yield DataTable()
        yield RichLog()
        yield Input(placeholder="漢字 here")
        yield Label("ready")

    def on_mount(self) -> None:
        self.animation_level = "none"
        table = self.query_one(DataTable)
        table.add_columns("name", "größe", "漢字")
        for n in range(30):
            table.add_row(f"row {n}", "é" * (n % 5), "字" * (n % 4))
        self.query_one(Input).cursor_blink = False
        table.focus()

    def action_again(self) -> None:
        self.repaint_terminal()

    def action_grow(self) -> None:
        log = self.query_one(RichLog)
        log.write(f"line {len(log.lines)} [b]漢[/b] …")
        self.query_one(Label).update(f"grown {len(log.lines)}")

    def action_type(self) -> None:
        self.query_one(Input).focus()
        self.query_one(Label).update("type")

    def action_shell(self) -> None:
        with self.suspend():
            os.write(1, b"\x1b[Hsomething else was here")
        self.query_one(Label).update("back again")


if __name__ == "__main__":
    sys.exit(Small().run())
