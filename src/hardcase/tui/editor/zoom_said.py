"""What a key that zooms came to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardcase.imaging.view import View
    from hardcase.tui.canvas.canvas import ImageCanvas


def zoom_said(canvas: ImageCanvas, before: View) -> str:
    """Return the zoom reached from the view `before`, or why there is no other.

    The keys of a zoomed picture differ, so a key that came to nothing must not pass unsaid.
    """
    if canvas.placement is None:
        return "there is no picture to zoom yet"
    zoom = f"zoom {canvas.view.zoom:.2g}×"
    return zoom if canvas.view != before else f"{zoom}: it goes no further"
