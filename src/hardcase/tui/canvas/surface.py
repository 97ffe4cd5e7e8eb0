"""What the pictures of a canvas are made for: its terminal, the colours there, the line to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS

from hardcase.imaging.kitty import CELL, PICTURE_BYTES, fits
from hardcase.imaging.preview import Request
from hardcase.terminal import Depth, Mode, Terminal, detect
from hardcase.tui.canvas.cells import Ground
from hardcase.tui.canvas.image import TerminalImage
from hardcase.tui.canvas.sheets import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.geometry import Region, Size
    from textual.widget import Widget

    from hardcase.imaging.view import View
    from hardcase.tui.wire.ahead import Place


class Surface:
    """Belongs to a mounted canvas. `image` is its image of the terminal's own, where it has one."""

    def __init__(self, canvas: Widget, depth: Depth | None = None) -> None:
        app = canvas.app
        self._canvas = canvas
        self._terminal: Terminal = getattr(app, "terminal", None) or detect(os.environ)
        self._dithers = not getattr(app, "fits_pictures", False)
        self._system = COLOR_SYSTEMS.get(app.console.color_system or "", ColorSystem.TRUECOLOR)
        self._letterbox: tuple[int, int, int] | None = None
        self.depth = self._terminal.depth if depth is None else depth
        self.image: TerminalImage | None = None
        if self._terminal.mode is Mode.KITTY and self.depth is Depth.FULL:
            self.image = TerminalImage(canvas, tmux=self._terminal.multiplexer == "tmux")

    @property
    def letterbox(self) -> tuple[int, int, int]:
        """The colour around a picture: what is behind the canvas."""
        if self._letterbox is None:
            self._letterbox = self._canvas.background_colors[1].rgb
        return self._letterbox

    def restyled(self) -> None:
        """Look at the colours again: the theme may have changed."""
        self._letterbox = None

    @property
    def pump(self) -> Any:
        """What paces the line, None where Textual writes by itself; there is no public way."""
        return getattr(self._canvas.app._driver, "pump", None)  # noqa: SLF001

    def request(self, path: Path, view: View, size: Size) -> Request:
        """Return what to ask for, to see an image on `size` cells."""
        return Request(
            path,
            *size,
            view=view,
            depth=self.depth,
            letterbox=self.letterbox,
            mode=self._mode(size),
            dithers=self._dithers,
            cell=self._terminal.cell or CELL,
            budget=self.image.budget if self.image else PICTURE_BYTES,
        )

    def _mode(self, size: Size) -> Mode:
        if self._terminal.mode is not Mode.KITTY:
            return self._terminal.mode
        return Mode.KITTY if self.image and fits(*size) else Mode.HALF

    def desk(self, region: Region) -> Desk:
        """Return what cells are made for at a place of the screen, now."""
        image_id = self.image.id if self.image else 0
        ground = Ground(*region.size, self.depth, self.letterbox, image_id)
        place: Place | None = None
        if self.pump is not None and not image_id:
            place = self.pump.place(region.y, region.x)
        return Desk(ground, self._system, place)
