"""What a look at an image may turn to: closer, further off, beside; and which of that is next."""

from __future__ import annotations

from dataclasses import replace
from math import log

from hardcase.imaging.view import FIT, Placement, View, centred, panned, place, zoomed

ZOOM_FACTOR = 1.5
PAN_CELLS = (8, 4)
"""Columns and rows that a key of panning moves by."""

_WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def closer(view: View, placement: Placement) -> View:
    """Return the view that shows less, larger."""
    return zoomed(view, placement, ZOOM_FACTOR)


def further(view: View, placement: Placement) -> View:
    """Return the view that shows more, smaller, down to the whole image."""
    return zoomed(view, placement, 1 / ZOOM_FACTOR)


def beside(view: View, placement: Placement, dx: float, dy: float) -> View:
    """Return the view (dx, dy) cells to the right and down; it stops at the image edge."""
    moved = panned(view, placement, dx, dy)
    p = placement
    return centred(moved, place(moved, p.width, p.height, p.columns, p.rows))


def nearest(view: View, placement: Placement, before: View) -> list[View]:
    """Return the views that one key leads to, those first that go on as from `before` to `view`."""
    columns, rows = PAN_CELLS
    found = [closer(view, placement)]
    if not view.is_fit:
        found += [beside(view, placement, x * columns, y * rows) for x, y in _WAYS]
        found.append(further(view, placement))
    found = [v for v in dict.fromkeys(found) if v not in (view, FIT)]
    onwards = replace(
        view,
        zoom=view.zoom * view.zoom / before.zoom,
        x=2 * view.x - before.x,
        y=2 * view.y - before.y,
    )
    return sorted(found, key=lambda v: _apart(v, onwards))


def _apart(one: View, other: View) -> float:
    """Return how different views are, in parts of what is shown."""
    aside = abs(one.x - other.x) + abs(one.y - other.y)
    return abs(log(one.zoom / other.zoom)) + aside * one.zoom
