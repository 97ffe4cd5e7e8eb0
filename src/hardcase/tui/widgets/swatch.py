"""The colour of a label as a small square that shows on any background."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.content import Content, Span

from hardcase.imaging.contrast import swatch_ground

SWATCH = "■"
_PLAIN = re.compile("#[0-9a-fA-F]{6}")


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


def on_ground(content: Content, ground: str) -> Content:
    """Return a content drawn on `ground`, `#rrggbb`, whose squares all show there."""
    spans = []
    for span in content.spans:
        colour, start = str(span.style), span.start
        if _PLAIN.fullmatch(colour) and content.plain[start : start + 1] == SWATCH:
            style = f"{colour} on {swatch_ground(colour, ground)}"
            spans.append(Span(start, start + 1, style))
        else:
            spans.append(span)
    return Content(content.plain, spans)
