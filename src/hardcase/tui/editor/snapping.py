"""Pulling the selected box to edges of the image."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardcase.errors import ImageError
from hardcase.imaging.edges import open_pixels, snapped
from hardcase.model.boxes import Box
from hardcase.tui.editor.editing import snapped_to

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hardcase.tui.editor.screen import EditScreen

REACH = 1.5
"""Columns of cells, and as many pixels up and down, within which an edge is looked for."""


class SnapDesk:
    """Snaps on a key, off the screen's thread: a large image takes a while to decode.

    The pixels are kept while the editor is open.
    """

    def __init__(self, screen: EditScreen) -> None:
        self.screen = screen
        self._pixels: tuple[NDArray[np.uint8], float, float] | None = None

    def action_edit_snap(self) -> None:
        """Pull the box to strong edges of the image nearby."""
        if self.screen.draft.box is None:
            self.screen.say(self.screen.no_box)
        elif self.screen.commit():
            self.screen.run_worker(self._snap(), exclusive=True, group="snap")

    async def _snap(self) -> None:
        screen, draft = self.screen, self.screen.draft
        box, reach = draft.box, REACH * screen.moving.cell[0]
        if box is None:
            return
        if self._pixels is None:
            path = screen.session.image_path(screen.sample_id)
            try:
                self._pixels = await asyncio.to_thread(open_pixels, path)
            except ImageError as error:
                screen.complain(error)
                return
        found = pulled_to_edges(box, self._pixels, reach)
        if screen.draft != draft or screen.drawing.aiming is not None:
            return  # a key came in between
        if screen.alter(snapped_to(draft, found)):
            screen.say(f"pulled to the edges nearby · {screen.key('edit_undo')} undoes")
        else:
            screen.say("no strong edge is nearby; zoom in or out to look nearer or further")


def pulled_to_edges(box: Box, image: tuple[NDArray[np.uint8], float, float], reach: float) -> Box:
    """Return a box in source pixels pulled to edges of `open_pixels` within `reach` of them."""
    pixels, dx, dy = image
    scaled = Box(box.x1 / dx, box.y1 / dy, box.x2 / dx, box.y2 / dy)
    x1, y1, x2, y2 = snapped(pixels, scaled, (reach / dx, reach / dy))
    return Box(x1 * dx, y1 * dy, x2 * dx, y2 * dy)
