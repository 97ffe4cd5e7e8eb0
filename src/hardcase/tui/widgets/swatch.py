"""The colour of a label as a small square that shows on any background."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style

from hardcase.imaging.contrast import swatch_ground

SWATCH = "■"


def swatch(text: str, colour: str, under: Style) -> list[Segment]:
    """Return a text in which squares have a label's colour, `#rrggbb`, on the style `under`.

    A square whose colour would drown there gets a ground of its own.
    """
    square = under + Style(color=colour)
    if under.bgcolor is not None:
        square += Style(
            bgcolor=swatch_ground(colour, under.bgcolor.get_truecolor(foreground=False).hex)
        )
    before, found, after = text.partition(SWATCH)
    parts = ((before, under), (found, square), (after, under))
    return [Segment(part, style) for part, style in parts if part]
