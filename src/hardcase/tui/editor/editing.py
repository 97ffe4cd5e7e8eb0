"""The boxes of one sample while they are edited: pure steps from one state to the next.

All numbers are source pixels of the oriented image. Coordinates are rounded as the job file keeps
them, so that what is shown is what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor
from typing import TYPE_CHECKING

from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MIN_SIDE = 1.0
"""No edit makes a side of a box shorter than this."""

_DECIMALS = 3  # of a pixel, as in the job file


class Edge(StrEnum):
    """The sides of a box."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Draft:
    """The annotations of a sample of `width` x `height` pixels, one of them perhaps selected.

    Every annotation has a box. Their order, which is that of the overlays too, never changes
    but by what is added at the end or taken out.
    """

    annotations: tuple[Annotation, ...]
    width: int
    height: int
    selected: int | None = None

    @property
    def annotation(self) -> Annotation | None:
        """The selected annotation, None if there is none."""
        return None if self.selected is None else self.annotations[self.selected]

    @property
    def box(self) -> Box | None:
        """The box of the selected annotation, None if there is none."""
        return self.annotation.box if self.annotation else None


# Selecting


def selecting(draft: Draft, index: int | None) -> Draft:
    """Select the `index`-th box, the nearest there is, or none."""
    last = len(draft.annotations) - 1
    if index is not None:
        index = min(max(index, 0), last) if last >= 0 else None
    return replace(draft, selected=index)


def stepped(draft: Draft, step: int) -> Draft:
    """Select the next (1) or previous (-1) box, going round."""
    count = len(draft.annotations)
    if not count:
        return draft
    start = draft.selected
    if start is None:
        start = -1 if step > 0 else 0
    return replace(draft, selected=(start + step) % count)


# Editing. Each step returns the draft itself, or an equal one, if there is nothing to do.


def with_box(draft: Draft, box: Box) -> Draft:
    """Give the selected annotation another box; it is a person's then."""
    return _with(draft, box=box) if box != draft.box else draft


def nudged(draft: Draft, dx: float, dy: float) -> Draft:
    """Move the selected box, stopping at the edge of the image."""
    if draft.box is None:
        return draft
    moved = rounded(draft.box.moved(dx, dy, draft.width, draft.height))
    return draft if moved == rounded(draft.box) else with_box(draft, moved)


def pulled(draft: Draft, edge: Edge, by: float) -> Draft:
    """Move one edge of the selected box outwards (`by` > 0) or inwards (`by` < 0)."""
    if draft.box is None:
        return draft
    after = resized(draft.box, edge, by, draft.width, draft.height)
    return draft if after == rounded(draft.box) else with_box(draft, after)


def carried(draft: Draft, *, x: float | None = None, y: float | None = None) -> Draft:
    """Move the nearer of the left and right edges to column `x`, of top and bottom to row `y`.

    What lies outside the image is taken to its edge; places are rounded to whole pixels.
    """
    if draft.box is None:
        return draft
    x1, y1, x2, y2 = draft.box
    if x is not None:
        x1, x2 = _nearer_at(x1, x2, min(max(round(x), 0), draft.width))
    if y is not None:
        y1, y2 = _nearer_at(y1, y2, min(max(round(y), 0), draft.height))
    return snapped_to(draft, Box(x1, y1, x2, y2))


def dragged(draft: Draft, edges: Collection[Edge], dx: float, dy: float) -> Draft:
    """Move some edges of the selected box by (dx, dy), all of it if there are none."""
    if not edges:
        return nudged(draft, dx, dy)
    for edge in edges:
        by = dx if edge in (Edge.LEFT, Edge.RIGHT) else dy
        draft = pulled(draft, edge, by if edge in (Edge.RIGHT, Edge.BOTTOM) else -by)
    return draft


def snapped_to(draft: Draft, box: Box) -> Draft:
    """Give the selected annotation another box, of which what lies in the image counts."""
    inside = _sized(rounded(box), draft.width, draft.height)
    return draft if inside is None else with_box(draft, inside)


def copied(draft: Draft, annotations: Sequence[Annotation]) -> Draft:
    """Add what lies in the image of annotations of another one, but for what is there already.

    The copies are a person's. The first of them is selected, if there is one.
    """
    there = {(a.label, a.box and rounded(a.box)) for a in draft.annotations}
    copies = []
    for annotation in annotations:
        box = annotation.box and _sized(annotation.box, draft.width, draft.height)
        if box is not None and (annotation.label, box) not in there:
            there.add((annotation.label, box))
            copies.append(Annotation(annotation.label, box))
    return replaced(draft, (*draft.annotations, *copies))


def relabeled(draft: Draft, label: str) -> Draft:
    """Give the selected annotation another label; it is a person's then."""
    annotation = draft.annotation
    return draft if annotation is None or annotation.label == label else _with(draft, label=label)


def added(draft: Draft, box: Box, label: str) -> Draft:
    """Add a person's box at the end, selected."""
    annotations = (*draft.annotations, Annotation(label, box))
    return replace(draft, annotations=annotations, selected=len(annotations) - 1)


def deleted(draft: Draft) -> Draft:
    """Take the selected box out; the one after it, else the one before, is selected."""
    index = draft.selected
    if index is None:
        return draft
    rest = draft.annotations[:index] + draft.annotations[index + 1 :]
    return selecting(replace(draft, annotations=rest), index)


def replaced(draft: Draft, annotations: Sequence[Annotation]) -> Draft:
    """Put other annotations in place; the first that differs is selected, if one does."""
    after = tuple(annotations)
    pairs = zip(after, draft.annotations, strict=False)
    changed = next((i for i, (new, old) in enumerate(pairs) if new != old), None)
    if changed is None and len(after) > len(draft.annotations):
        changed = len(draft.annotations)
    index = draft.selected if changed is None else changed
    return selecting(replace(draft, annotations=after), index)


# Geometry


def rounded(box: Box) -> Box:
    """Return the box as the job file keeps it."""
    return Box(*(round(v, _DECIMALS) for v in box))


def resized(box: Box, edge: Edge, by: float, width: int, height: int) -> Box:
    """Return the box with one edge moved outwards by `by` pixels, inwards if that is negative.

    It stops at the image's edge and `MIN_SIDE` before the opposite one.
    """
    x1, y1, x2, y2 = rounded(box)
    match edge:
        case Edge.LEFT:
            x1 = min(max(x1 - by, 0.0), max(x1, x2 - MIN_SIDE))
        case Edge.TOP:
            y1 = min(max(y1 - by, 0.0), max(y1, y2 - MIN_SIDE))
        case Edge.RIGHT:
            x2 = max(min(x2 + by, float(width)), min(x2, x1 + MIN_SIDE))
        case Edge.BOTTOM:
            y2 = max(min(y2 + by, float(height)), min(y2, y1 + MIN_SIDE))
    return rounded(Box(x1, y1, x2, y2))


def spanned(
    corner: tuple[float, float], opposite: tuple[float, float], width: int, height: int
) -> Box:
    """Return the box of whole pixels between two points, inside the image, 1x1 at least."""
    x1, x2 = _span(corner[0], opposite[0], width)
    y1, y2 = _span(corner[1], opposite[1], height)
    return Box(x1, y1, x2, y2)


def _nearer_at(low: float, high: float, place: float) -> tuple[float, float]:
    return (place, high) if abs(place - low) < abs(place - high) else (low, place)


def _sized(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box inside the image, None if it is too small to be a box there."""
    inside = box.clipped(width, height)
    if inside is None:
        return None
    inside = rounded(inside)
    return inside if round(min(inside.width, inside.height), _DECIMALS) >= MIN_SIDE else None


def _span(a: float, b: float, limit: int) -> tuple[float, float]:
    first = min(max(floor(min(a, b)), 0), limit - 1)
    last = min(max(ceil(max(a, b)), first + 1), limit)
    return float(first), float(last)


def _with(draft: Draft, *, box: Box | None = None, label: str | None = None) -> Draft:
    index = draft.selected
    if index is None:
        return draft
    old = draft.annotations[index]
    new = replace(old, box=box or old.box, label=label or old.label, score=None, by=HUMAN)
    annotations = (*draft.annotations[:index], new, *draft.annotations[index + 1 :])
    return replace(draft, annotations=annotations)
