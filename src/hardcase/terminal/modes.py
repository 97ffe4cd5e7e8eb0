"""What a terminal can show: how many colours, and what pictures are made of."""

from __future__ import annotations

from enum import StrEnum


class Depth(StrEnum):
    """How many colours the terminal shows."""

    FULL = "16m"
    XTERM = "256"
    ANSI = "16"
    MONO = "mono"


class Mode(StrEnum):
    """How a picture is drawn.

    HALF has 1x2 pixels a cell, both of their own colour. QUADRANT has 2x2 in two colours: sharper
    edges where detail matters more than colour. KITTY sends an image and lays it under the cells.
    """

    HALF = "half"
    QUADRANT = "quadrant"
    KITTY = "kitty"

    @property
    def across(self) -> int:
        """Pixels a cell has from left to right, where it is made of blocks."""
        return 2 if self is Mode.QUADRANT else 1
