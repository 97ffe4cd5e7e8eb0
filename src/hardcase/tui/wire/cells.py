"""An update of the compositor as a grid of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len
from textual._compositor import ChopsUpdate, LayoutUpdate

from hardcase.tui.wire.glyphs import (
    BLANK,
    BLOCKS,
    CONTINUED,
    FULL,
    UNKNOWN,
    codes_of,
    is_simple,
    patterns,
    text_of,
)
from hardcase.tui.wire.parts import PartsUpdate
from hardcase.tui.wire.styles import ANY, SHOWS_ON_BLANKS, StyleTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray
    from textual._compositor import CompositorUpdate
    from textual.strip import Strip

Piece = tuple[int, int, "Strip"]
"""Row, column, and what is there from there on."""


def pieces_of(update: CompositorUpdate) -> list[Piece] | None:
    """Return what an update draws, None if it is of a kind unknown here."""
    if isinstance(update, PartsUpdate):
        return update.pieces
    if type(update) is LayoutUpdate:
        return list(_laid_out(update))
    if type(update) is ChopsUpdate:
        return list(_chopped(update))
    return None


def _laid_out(update: LayoutUpdate) -> Iterator[Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield y, x, strip
            x += strip.cell_length


def _chopped(update: ChopsUpdate) -> Iterator[Piece]:
    for y, x1, x2 in update.spans:
        if not 0 <= y < len(update.chops):
            continue
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            # A chop that meets the span was rendered whole, so no need to cut it.
            if strip is not None and x < x2 and end > x1:
                yield y, x, strip


@dataclass(slots=True, eq=False)
class Cells:
    """What `rows` x `columns` cells show; five int32 arrays of that shape.

    `code` as in `glyphs`; `fg`, `bg` and `attr` as in `styles`; `soft` is 1 in pictures. There is
    one way to say a thing: a full block is a blank, no block draws its upper left quarter (it is
    the background), and a blank has no foreground.
    """

    code: NDArray[np.int32]
    fg: NDArray[np.int32]
    bg: NDArray[np.int32]
    attr: NDArray[np.int32]
    soft: NDArray[np.int32]

    @classmethod
    def unknown(cls, columns: int, rows: int) -> Self:
        """Return cells nothing is known of."""
        code = np.full((rows, columns), UNKNOWN, dtype=np.int32)
        return cls(code, *(np.zeros((rows, columns), dtype=np.int32) for _ in range(4)))

    @property
    def columns(self) -> int:
        """Width in cells."""
        return int(self.code.shape[1])

    @property
    def rows(self) -> int:
        """Height in cells."""
        return int(self.code.shape[0])

    @property
    def arrays(self) -> tuple[NDArray[np.int32], ...]:
        """All five."""
        return self.code, self.fg, self.bg, self.attr, self.soft

    def paint(self, pieces: Sequence[Piece], styles: StyleTable) -> None:
        """Draw pieces; what goes over the edge is cut."""
        pieces = [piece for piece in pieces if 0 <= piece[0] < self.rows and piece[1] >= 0]
        if not pieces:
            return
        segments = [list(strip) for _, _, strip in pieces]
        texts = [text for line in segments for text, _, _ in line]
        codes, lengths = codes_of(texts)
        values = styles.values([style for line in segments for _, style, _ in line])
        values = np.repeat(values, lengths, axis=0)

        counts = np.fromiter(map(len, segments), dtype=np.intp, count=len(segments))
        ends = np.concatenate(([0], lengths.cumsum()))[counts.cumsum()]
        sizes = np.diff(ends, prepend=0)
        starts = np.array([x for _, x, _ in pieces]) - (ends - sizes)
        columns = np.repeat(starts, sizes) + np.arange(len(codes))
        rows = np.repeat(np.array([y for y, _, _ in pieces]), sizes)

        drawn = _canonical(codes, values)
        inside = columns < self.columns
        if not inside.all():
            rows, columns = rows[inside], columns[inside]
            drawn = tuple(array[inside] for array in drawn)
        for array, new in zip(self.arrays, drawn, strict=True):
            array[rows, columns] = new
        if (codes == CONTINUED).any():
            self._mend()

    def _mend(self) -> None:
        """Blank what is left of wide characters that were cut."""
        rest = self.code == CONTINUED
        before = np.roll(self.code, 1, axis=1)
        before[:, 0] = BLANK
        orphan = rest & is_simple(before)
        followed = np.roll(rest, -1, axis=1)
        followed[:, -1] = False
        wide = np.zeros_like(rest)
        suspects = (~is_simple(self.code)) & ~rest & (self.code > 0) & ~followed
        for y, x in zip(*suspects.nonzero(), strict=True):
            wide[y, x] = cell_len(text_of(int(self.code[y, x]))) > 1
        self.code[orphan | wide] = BLANK


def _canonical(
    codes: NDArray[np.int32], values: NDArray[np.int32]
) -> tuple[NDArray[np.int32], ...]:
    """Return code, fg, bg, attr and soft in the one way there is to say them."""
    codes = codes.copy()
    fg, bg, attr, soft = (values[:, n].copy() for n in range(4))
    pattern = patterns(codes)
    block = (pattern >= 0) & (attr == 0) & (fg >= 0) & (bg >= 0)
    flip = block & ((pattern & 1) == 1)
    fg[flip], bg[flip] = bg[flip], fg[flip]
    pattern[flip] = FULL - pattern[flip]
    pattern[block & (fg == bg)] = 0
    codes[block] = BLOCKS[pattern[block]]
    blank = (codes == BLANK) & ((attr & SHOWS_ON_BLANKS) == 0)
    fg[blank] = ANY
    attr[blank] = 0
    return codes, fg, bg, attr, soft
