"""An update as the parts of widgets that show where something changed.

Textual's compositor renders every widget that touches the rectangle around all changes, and cuts
all of it where any widget begins or ends. Here only what is dirty and not covered is rendered, as
it is: on the screen of a job that is the picture, two rows of the list and the details.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual._compositor import ChopsUpdate, LayoutUpdate

    from hardcase.tui.wire.cells import Piece


@dataclass(frozen=True)
class PartsUpdate(CompositorUpdate):
    """What to draw; no two pieces overlap. Only `Wired` understands it."""

    pieces: list[Piece]


class PartsCompositor(Compositor):
    """Textual's compositor, but that updates are parts."""

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:  # noqa: FBT001, FBT002 - Textual's
        """Return all that shows; as Textual does it where that is for a file."""
        if simplify:
            return super().render_full_update(simplify=simplify)
        self._dirty_regions.clear()
        return PartsUpdate(_pieces(self, [self.size.region]))  # type: ignore[return-value]

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what shows of the regions that are dirty, None if there is nothing of them."""
        regions = [region.intersection(self.size.region) for region in self._dirty_regions]
        self._dirty_regions.clear()
        pieces = _pieces(self, regions)
        return PartsUpdate(pieces) if pieces else None  # type: ignore[return-value]


def adopt(compositor: Compositor) -> None:
    """Have a compositor return parts from now on. A screen makes its own, and cannot be told."""
    if type(compositor) is Compositor:
        compositor.__class__ = PartsCompositor


def _pieces(compositor: Compositor, regions: Iterable[Region]) -> list[Piece]:
    left = _apart(regions)
    pieces: list[Piece] = []
    for widget, (region, clip) in compositor.visible_widgets.items():  # from the front
        seen = region.intersection(clip)
        if not any(part.overlaps(seen) for part in left):
            continue
        rest: list[Region] = []
        for part in left:
            there = part.intersection(seen)
            if not there:
                rest.append(part)
                continue
            lines = widget.render_lines(there.translate(-region.offset))
            pieces += [
                (y, there.x, strip.adjust_cell_length(there.width))
                for y, strip in zip(there.line_range, lines, strict=False)
            ]
            rest += _around(part, there)
        left = rest
        if not left:
            break
    return pieces


def _apart(regions: Iterable[Region]) -> list[Region]:
    """Return regions that cover the same and do not overlap."""
    apart: list[Region] = []
    for region in regions:
        new = [region] if region else []
        for known in apart:
            new = [part for piece in new for part in _around(piece, known.intersection(piece))]
        apart += new
    return apart


def _around(outer: Region, hole: Region) -> list[Region]:
    """Return what is left of a region without a part of it, which may be empty."""
    if not hole:
        return [outer]
    left = [
        Region(outer.x, outer.y, outer.width, hole.y - outer.y),
        Region(outer.x, hole.bottom, outer.width, outer.bottom - hole.bottom),
        Region(outer.x, hole.y, hole.x - outer.x, hole.height),
        Region(hole.right, hole.y, outer.right - hole.right, hole.height),
    ]
    return [region for region in left if region]
