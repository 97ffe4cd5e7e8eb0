"""Tags of boxes: what they say, and where they go so that nothing small is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.cells import cell_len

from hardcase.imaging.contrast import rgb
from hardcase.model.numbers import degree
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from hardcase.imaging.overlay import Overlay

MAX_TAGGED = 12
"""With more boxes than this only the selected one has a tag."""

MAX_TAG_WIDTH = 28
_MAX_MARKS = 3  # combining marks a character may carry

Cells = tuple[int, int, int, int]


class Span(NamedTuple):
    """A text on a (3,) uint8 colour, starting at a cell. It lies inside the canvas."""

    row: int
    column: int
    text: str
    colour: NDArray[np.uint8]


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text with their combining marks, and their width in cells.

    Joiners and variation selectors are left out: terminals disagree about their width.
    """
    pending, width = "", 0
    for char in text:
        cells = cell_len(char)
        if cells:
            if width:
                yield pending, width
            pending, width = char, cells
        elif width and not _shapes(char) and len(pending) <= _MAX_MARKS:
            pending += char
    if width:
        yield pending, width


def _shapes(char: str) -> bool:
    return char in "\u200b\u200c\u200d" or "\ufe00" <= char <= "\ufe0f"


def fitted(text: str, width: int) -> str:
    """Return the text, printable and cut with `…` to at most `width` cells."""
    parts = list(clusters(printable(text)))
    if sum(cells for _, cells in parts) <= width:
        return "".join(cluster for cluster, _ in parts)
    kept, used = "", 0
    for cluster, cells in parts:
        if used + cells > width - 1:
            break
        kept, used = kept + cluster, used + cells
    return f"{kept}…" if width > 0 else ""


def wrapped(text: str, width: int) -> list[str]:
    """Return the text, printable, in lines of at most `width` cells; words too long are cut."""
    lines: list[str] = []
    for word in printable(text).split():
        piece = fitted(word, width)
        if lines and cell_len(lines[-1]) + 1 + cell_len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def tag_text(overlay: Overlay, width: int) -> str:
    """Return ` label 0.87 `, ` label ✓ ` for a person's box or ` 1 label ` for a marked one.

    In at most `width` cells.
    """
    if overlay.mark:
        return fitted(f" {overlay.mark} {overlay.label} ", min(width, MAX_TAG_WIDTH))
    tail = " ✓" if overlay.by_human else ""
    if overlay.score is not None and not overlay.by_human:
        tail = f" {degree(overlay.score)}"
    room = min(width, MAX_TAG_WIDTH) - len(tail) - 2
    if room < 1:
        return fitted(overlay.label, width)
    return f" {fitted(overlay.label, room)}{tail} "


def place_tags(
    boxes: Sequence[tuple[Overlay, Cells]], columns: int, rows: int, taken: Sequence[Span] = ()
) -> list[Span]:
    """Return the tags that fit, the selected box's first.

    A tag goes above its box, else on the upper edge of a large one, else below. It never covers a
    small box nor another tag or the spans `taken`; one that would is left out, unless its box is
    selected or marked.
    """
    occupied = np.zeros((rows, columns), dtype=np.bool_)
    for overlay, cells in boxes:
        if _is_small(cells) and not overlay.selected:
            _fill(occupied, cells)
    for mark in taken:
        _occupy(occupied, mark)
    spans = []
    only_selected = len(boxes) > MAX_TAGGED
    for overlay, cells in reversed(boxes):
        if only_selected and not (overlay.selected or overlay.mark):
            continue
        span = _place(overlay, cells, occupied)
        if span is not None:
            _occupy(occupied, span)
            spans.append(span)
    return spans


def _place(overlay: Overlay, cells: Cells, occupied: NDArray[np.bool_]) -> Span | None:
    rows, columns = occupied.shape
    x1, y1, x2, y2 = cells
    if x2 < 0 or y2 < 0 or x1 >= columns or y1 >= rows:
        return None
    text = tag_text(overlay, columns)
    if not text.strip():
        return None
    width = cell_len(text)
    column = min(max(x1, 0), columns - width)
    places = [(y1 - 1, column)]
    if not _is_small(cells) and width <= x2 - x1 - 1:
        places.append((max(y1, 0), min(max(x1 + 1, 0), columns - width)))
    places.append((y2 + 1, column))
    needed = overlay.selected or bool(overlay.mark)
    if needed and not _is_small(cells):
        places.append((min(max(y1, 0), rows - 1), column))
    if overlay.mark:
        places += [(row, column) for row in range(max(y1, 0) + 1, min(y2, rows))]
    inside = [(row, x) for row, x in places if 0 <= row < rows]
    free = [(row, x) for row, x in inside if not occupied[row, x : x + width].any()]
    chosen = free or (inside if needed else [])
    if not chosen:
        return None
    row, x = chosen[0]
    return Span(row, x, text, rgb(overlay.colour))


def _occupy(occupied: NDArray[np.bool_], span: Span) -> None:
    occupied[span.row, span.column : span.column + cell_len(span.text)] = True


def _is_small(cells: Cells) -> bool:
    x1, y1, x2, y2 = cells
    return x2 - x1 < 6 or y2 - y1 < 3


def _fill(occupied: NDArray[np.bool_], cells: Cells) -> None:
    x1, y1, x2, y2 = cells
    occupied[max(y1, 0) : max(y2 + 1, 0), max(x1, 0) : max(x2 + 1, 0)] = True
