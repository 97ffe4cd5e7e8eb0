"""Pictures encoded before they are asked for, so that a key only has to send them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.encode import Batch, Means, Pen, encode
from hardcase.tui.wire.front import UNLIMITED, FrontBuffer
from hardcase.tui.wire.glyphs import CONTINUED
from hardcase.tui.wire.lossy import cheapened, picture_mask
from hardcase.tui.wire.rate import Rate
from hardcase.tui.wire.sheet import SheetStrip, paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Cells, Piece
    from hardcase.tui.wire.lossy import Quality
    from hardcase.tui.wire.named import Palette
    from hardcase.tui.wire.sheet import Sheet

_RESET = b"\x1b[m"
_MOST_OF_IT = 0.6
"""Share of a picture that must change; for less, what differs takes fewer bytes."""
_ROOM_FOR_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where pictures will be drawn, and how: all that their encoding depends on.

    `row` and `column` are the first ones on a screen of `columns`.
    """

    row: int
    column: int
    columns: int
    quality: Quality
    means: Means
    palette: Palette | None


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A picture encoded for a place: `data` draws the cells `where` as `drawn`."""

    place: Place
    drawn: Cells
    where: NDArray[np.bool_]
    data: bytes
    pen: Pen
    rate: Rate

    @property
    def nbytes(self) -> int:
        """About how much memory it takes, in bytes."""
        return len(self.data) + sum(a.nbytes for a in self.drawn.arrays) + self.where.nbytes


def encoded(cells: Cells, place: Place, rate: Rate | None = None) -> Ahead | None:
    """Encode a picture whatever the terminal shows now. Safe to call from any thread.

    What lies around the picture is left out, since it mostly stays. None if there is no picture.
    `rate` is that of another picture, to begin with.
    """
    mask = picture_mask(cells)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    where = np.zeros_like(mask)
    where[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    if (cells.code[:, columns[0]] == CONTINUED).any():
        return None  # half a character at the edge
    rate = replace(rate) if rate else Rate()
    drawn = cheapened(cells, mask, place.quality, place.palette, rate)
    batch = Batch.of(drawn, where)
    batch = replace(batch, row=batch.row + place.row, column=batch.column + place.column)
    pen = Pen()
    data, _ = encode(
        batch, pen, columns=place.columns, means=place.means, links=(), limit=UNLIMITED
    )
    return Ahead(place, drawn, where, _RESET + data, pen, rate)


class AheadBuffer(FrontBuffer):
    """A front buffer that takes pictures as arrays, and sends those encoded ahead as they are."""

    _sheet: tuple[Sheet, int, int] | None = None

    def place(self, row: int, column: int, quality: Quality) -> Place:
        """Return all that the encoding of a picture at a row and column depends on."""
        return Place(row, column, self.size[0], quality, self.means, self._palette)

    def paint(self, pieces: Sequence[Piece]) -> None:
        """Change what the terminal should show."""
        sheets = [piece for piece in pieces if isinstance(piece[2], SheetStrip)]
        if not sheets:
            super().paint(pieces)
            return
        super().paint([piece for piece in pieces if not isinstance(piece[2], SheetStrip)])
        self._sheet = paint(self.wanted, sheets) or self._sheet

    def update(
        self, quality: Quality | None, limit: int = UNLIMITED, *, hurried: bool = False
    ) -> tuple[bytes, bool]:
        """Do as a front buffer does, with the picture as it was encoded if that is of use."""
        ahead = None
        if quality is not None and not hurried and not self._clear:
            ahead = self._useful(quality, limit)
        if ahead is None:
            return super().update(quality, limit, hurried=hurried)
        text, complete = super().update(quality, limit - len(ahead.data))
        self._pen = replace(ahead.pen)
        return text + ahead.data, complete

    def _useful(self, quality: Quality, limit: int) -> Ahead | None:
        """Return what draws most of what is to change, taken as shown already; None if nothing."""
        if self._sheet is None:
            return None
        sheet, y, x = self._sheet
        self._sheet = None
        ahead = sheet.ahead
        if ahead is None or ahead.place != self.place(y, x, quality):
            return None
        if limit < len(ahead.data) + _ROOM_FOR_TEXT:
            return None
        part = np.s_[y : y + sheet.grid.rows, x : x + sheet.grid.columns]
        changed = np.zeros_like(ahead.where)
        planes = zip(self.wanted.arrays, self._meant.arrays, sheet.cells.arrays, strict=True)
        for wanted, meant, asked in planes:
            if (wanted[part] != asked)[ahead.where].any():
                return None  # something lies over it by now
            changed |= wanted[part] != meant[part]
        if (changed & ahead.where).sum() < _MOST_OF_IT * ahead.where.sum():
            return None
        halves = self._shown.code[part] == CONTINUED
        if (halves & ahead.where)[:, ahead.where.any(axis=0).argmax()].any():
            return None  # half a character at the edge would be left
        targets = zip(self._shown.arrays, ahead.drawn.arrays, strict=True)
        for shown, drawn in targets:
            shown[part][ahead.where] = drawn[ahead.where]
        for meant, wanted in zip(self._meant.arrays, self.wanted.arrays, strict=True):
            meant[part][ahead.where] = wanted[part][ahead.where]
        self._rates[quality] = replace(ahead.rate)
        return ahead
