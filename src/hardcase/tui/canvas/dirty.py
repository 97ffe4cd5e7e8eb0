"""Changed cells as the few regions worth sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GAP = 8  # unchanged cells that cost less to send than the move over them


def dirty_regions(changed: NDArray[np.bool_]) -> list[Region]:
    """Return regions that cover the true cells of a (rows, columns) array.

    Changes of a row less than `_GAP` cells apart share a region, and so do equal spans of
    neighbouring rows.
    """
    regions: list[Region] = []
    open_spans: dict[tuple[int, int], int] = {}  # (start, end) -> first row
    rows = len(changed)
    for y in range(rows + 1):
        spans = _spans(changed[y].nonzero()[0].tolist()) if y < rows else []
        for span in [s for s in open_spans if s not in spans]:
            first = open_spans.pop(span)
            regions.append(Region(span[0], first, span[1] - span[0], y - first))
        for span in spans:
            open_spans.setdefault(span, y)
    return regions


def _spans(columns: list[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for x in columns:
        if spans and x - spans[-1][1] < _GAP:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    return spans
