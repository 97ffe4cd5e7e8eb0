"""What the model saw and did not accept, offered by number while a box is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.canvas.canvas import Overlay
from hardcase.tui.editor.colours import NO_COLOUR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardcase.imaging.view import Placement
    from hardcase.model.job import Annotation


def in_sight(seen: Sequence[Annotation], placement: Placement) -> list[Annotation]:
    """Return the candidates whose middle a view shows."""
    left, top, right, bottom = placement.source_box
    return [
        a
        for a in seen
        if a.box is not None
        and left <= (a.box.x1 + a.box.x2) / 2 <= right
        and top <= (a.box.y1 + a.box.y2) / 2 <= bottom
    ]


def overlays_of(seen: Sequence[Annotation], colours: Mapping[str, str]) -> list[Overlay]:
    """Return candidates as the canvas draws them, each with its number in its tag."""
    return [
        Overlay(a.box, a.label, None, colours.get(a.label, NO_COLOUR), mark=str(n))
        for n, a in enumerate(seen, 1)
        if a.box is not None
    ]
