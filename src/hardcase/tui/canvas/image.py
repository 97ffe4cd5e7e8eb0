"""Images of the terminal's own: sent when a picture changes, freed when its canvas goes."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any

from hardcase.imaging.kitty import PICTURE_BYTES, delete, through_tmux, transmit

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from hardcase.imaging.preview import Preview

LEAN_BYTES = 30_000
"""Bytes of a picture on a slow line."""

_AGAIN = 0.03  # seconds until a busy line is asked again

_numbers = count(1)


class TerminalImage:
    """The one image of a canvas; another picture takes its place under the same `id`.

    On a busy line the newest picture waits and those between are never sent.
    """

    def __init__(self, canvas: Widget, *, tmux: bool) -> None:
        self._canvas = canvas
        self._tmux = tmux
        # Ids are shared by all programs of a terminal, so they differ from process to process.
        self.id = 0x400000 | (os.getpid() & 0x3FFF) << 8 | next(_numbers) & 0xFF
        self._sent = b""
        self._next: Preview | None = None
        self._timer: Timer | None = None

    @property
    def budget(self) -> int:
        """Bytes a picture may take."""
        pump = self._pump
        return LEAN_BYTES if pump is not None and pump.lean else PICTURE_BYTES

    def show(self, preview: Preview) -> None:
        """Send the picture of a preview as soon as may be, if it is another than was sent."""
        self._next = preview if preview.image else None
        if self._timer is None:
            self._go_on()

    def forget(self) -> None:
        """Take it that the terminal has lost the image, as it does when the app is suspended."""
        self._sent = b""

    def free(self) -> None:
        """Let the terminal forget the image."""
        self._next = None
        if self._timer is not None:
            self._timer.stop()
        if self._sent:
            self._sent = b""
            self._write(delete(self.id), wait=False)

    def _go_on(self) -> None:
        self._timer = None
        preview = self._next
        if preview is None:
            return
        if preview.image != self._sent:
            size = preview.request.columns, preview.request.rows
            if not self._write(transmit(preview.image, self.id, *size), wait=True):
                self._timer = self._canvas.set_timer(_AGAIN, self._go_on)
                return
            self._sent = preview.image
        self._next = None

    def _write(self, commands: str, *, wait: bool) -> bool:
        """Hand commands to the terminal; return False if they must `wait` for a busy line."""
        app = self._canvas.app
        driver = app._driver  # noqa: SLF001 - as App.bell does; there is no public way
        if driver is None or app.is_headless:
            return True
        data = through_tmux(commands) if self._tmux else commands
        pump = self._pump
        if wait and pump is not None:
            return bool(pump.carry(data.encode()))
        driver.write(data)
        return True

    @property
    def _pump(self) -> Any:
        """What paces the line, None where Textual writes by itself."""
        return getattr(self._canvas.app._driver, "pump", None)  # noqa: SLF001
