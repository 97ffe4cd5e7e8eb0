"""Images of the terminal's own: sent when a picture changes, freed when its canvas goes."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

from hardcase.imaging.kitty import delete, through_tmux, transmit

if TYPE_CHECKING:
    from textual.app import App

    from hardcase.imaging.preview import Preview

_numbers = count(1)


class TerminalImage:
    """The one image of a canvas; another picture takes its place under the same `id`."""

    def __init__(self, app: App[object], *, tmux: bool) -> None:
        self._app = app
        self._tmux = tmux
        # Ids are shared by all programs of a terminal, so they differ from process to process. Two
        # hexadecimal digits at least are not zero: kitty takes a small number for a palette colour.
        self.id = 0x400000 | (os.getpid() & 0x3FFF) << 8 | next(_numbers) & 0xFF
        self._sent: bytes = b""

    def show(self, preview: Preview) -> None:
        """Send the picture of a preview, if it is another than the terminal has."""
        if preview.image and preview.image != self._sent:
            self._sent = preview.image
            size = preview.request.columns, preview.request.rows
            self._write(transmit(preview.image, self.id, *size))

    def forget(self) -> None:
        """Take it that the terminal has lost the image, as it does when the app is suspended."""
        self._sent = b""

    def free(self) -> None:
        """Let the terminal forget the image."""
        if self._sent:
            self._sent = b""
            self._write(delete(self.id))

    def _write(self, commands: str) -> None:
        driver = self._app._driver  # noqa: SLF001 - as App.bell does; there is no public way
        if driver is not None and not self._app.is_headless:
            driver.write(through_tmux(commands) if self._tmux else commands)
