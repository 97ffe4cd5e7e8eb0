"""Colours of the boxes that are not selected, so that the selected one stands out."""

from __future__ import annotations

from hardcase.imaging.contrast import luminance, rgb

NO_COLOUR = "#ffffff"
"""That of a label that has none."""

_SHARE = 0.6  # of grey
_GAMMA = 2.2


def faded(colour: str) -> str:
    """Return a colour, `#rrggbb`, mixed with the grey that is as light: no less readable."""
    channels = rgb(colour)
    grey = 255 * float(luminance(channels)) ** (1 / _GAMMA)
    mixed = (round(c + (grey - c) * _SHARE) for c in channels.tolist())
    return "#" + "".join(f"{min(c, 255):02x}" for c in mixed)
