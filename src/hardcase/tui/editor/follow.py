"""Keeping what is edited in sight of a zoomed view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.editor.editing import Edge

if TYPE_CHECKING:
    from hardcase.imaging.view import Placement
    from hardcase.model.boxes import Box

_AHEAD = 0.25
"""Of the view: how much further a pan goes, so that not every step sends a new picture."""
_HAIR = 1e-6  # of a cell


def pan_to_box(box: Box, placement: Placement) -> tuple[float, float]:
    """Return how many cells (dx, dy) to pan so that a box is in sight; (0, 0) if it is.

    Of a box larger than the view, as much as fits.
    """
    left, top = placement.to_cell(box.x1, box.y1)
    right, bottom = placement.to_cell(box.x2, box.y2)
    return _shift(left, right, placement.columns), _shift(top, bottom, placement.rows)


def pan_to_edge(box: Box, edge: Edge, placement: Placement) -> tuple[float, float]:
    """Return how many cells (dx, dy) to pan so that an edge of a box is in sight."""
    left, top = placement.to_cell(box.x1, box.y1)
    right, bottom = placement.to_cell(box.x2, box.y2)
    if edge in (Edge.LEFT, Edge.RIGHT):
        at = left if edge is Edge.LEFT else right
        return _shift(at, at, placement.columns), 0.0
    at = top if edge is Edge.TOP else bottom
    return 0.0, _shift(at, at, placement.rows)


def _shift(first: float, last: float, size: int) -> float:
    """Return how far a view of `size` cells must go to hold the cells from `first` to `last`."""
    before, after = first, last - size
    ahead = min(_AHEAD * size, max(size - (last - first), 0.0))
    if before < -_HAIR and after <= _HAIR:
        return max(before, after) - ahead
    if after > _HAIR and before >= -_HAIR:
        return min(before, after) + ahead
    return 0.0  # it is in sight, or fills the view
