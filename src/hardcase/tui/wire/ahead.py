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
"""Share of its rows that must change; for less, what differs takes fewer bytes."""
_BAND = 4096
"""Bytes of rows that are sent together: so many are lost where another picture comes."""


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


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of a picture, from `first` to `last`, exclusive, and what draws them."""

    first: int
    last: int
    data: bytes
    pen: Pen


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A picture encoded for a place: its bands draw the cells `where` as `drawn`.

    Each band can be sent by itself, whatever the terminal would draw with.
    """

    place: Place
    drawn: Cells
    where: NDArray[np.bool_]
    bands: tuple[Band, ...]
    rate: Rate

    @property
    def nbytes(self) -> int:
        """About how much memory it takes, in bytes."""
        arrays = sum(array.nbytes for array in self.drawn.arrays) + self.where.nbytes
        return arrays + sum(len(band.data) for band in self.bands)


def encoded(
    cells: Cells, place: Place, rate: Rate | None = None, roomy: float = 1.0
) -> Ahead | None:
    """Encode a picture whatever the terminal shows now. Safe to call from any thread.

    What lies around the picture is left out, since it mostly stays. None if there is no picture.
    `rate` is that of another picture, to begin with; `roomy` as in `cheapened`.
    """
    mask = picture_mask(cells)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    if (cells.code[:, columns[0]] == CONTINUED).any():
        return None  # half a character at the edge
    where = np.zeros_like(mask)
    where[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    rate = replace(rate) if rate else Rate()
    drawn = cheapened(cells, mask, place.quality, place.palette, rate, roomy=roomy)
    batch = Batch.of(drawn, where)
    width = int(where.any(axis=0).sum())
    batch = replace(batch, row=batch.row + place.row, column=batch.column + place.column)
    bands = []
    first, last = int(rows[0]), int(rows[-1]) + 1
    while first < last:
        pen = Pen()
        data, done = encode(
            batch, pen, columns=place.columns, means=place.means, links=(), limit=_BAND
        )
        bands.append(Band(first, first + done // width, _RESET + data, pen))
        first += done // width
        batch = _without(batch, done)
    return Ahead(place, drawn, where, tuple(bands), rate)


def _without(batch: Batch, count: int) -> Batch:
    """Return the batch without its first cells."""
    arrays = (getattr(batch, name)[count:] for name in Batch.__slots__)
    return Batch(*arrays)


class AheadBuffer(FrontBuffer):
    """A front buffer that takes pictures as arrays, and sends those encoded ahead as they are."""

    _sheet: tuple[Sheet, int, int] | None = None
    """What is wanted as a whole since the last update that was complete, and where."""

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
        whole = paint(self.wanted, sheets)
        if whole is not None:
            self._sheet, self.roomy = whole, whole[0].roomy

    def update(
        self, quality: Quality | None, limit: int = UNLIMITED, *, hurried: bool = False
    ) -> tuple[bytes, bool]:
        """Do as a front buffer does, with the picture as it was encoded if that is of use."""
        if quality is None or hurried or self._clear:
            return super().update(quality, limit, hurried=hurried)
        bands = self._bands(quality)
        if not bands:
            self._sheet = None
            return super().update(quality, limit)
        text, complete = super().update(quality, limit, hurried=True)
        sent = [text]
        room = limit - len(text)
        fit = 0
        while fit < len(bands) and (len(bands[fit].data) <= room or not any(sent)):
            sent.append(bands[fit].data)
            room -= len(bands[fit].data)
            fit += 1
        self._settle_bands(bands[:fit], quality)
        if fit < len(bands):
            return b"".join(sent), False
        self._sheet = None
        if not complete and room > 0:  # what lies around the picture
            text, complete = super().update(quality, room)
            sent.append(text)
        return b"".join(sent), complete

    def _passing(self) -> NDArray[np.bool_]:
        """Return the cells of the picture with all that lies on it: boxes go with their picture."""
        passing = super()._passing()
        if self._sheet is not None:
            sheet, y, x = self._sheet
            part = np.s_[y : y + sheet.grid.rows, x : x + sheet.grid.columns]
            same = np.ones_like(sheet.picture)
            for wanted, asked in zip(self.wanted.arrays, sheet.cells.arrays, strict=True):
                same &= wanted[part] == asked
            passing[part] |= same
        return passing

    def _bands(self, quality: Quality) -> list[Band]:
        """Return what was encoded of the rows that are to change, unless less would do."""
        if self._sheet is None:
            return []
        sheet, y, x = self._sheet
        ahead = sheet.ahead
        if ahead is None or ahead.place != self.place(y, x, quality):
            return []
        part = np.s_[y : y + sheet.grid.rows, x : x + sheet.grid.columns]
        where = ahead.where
        changed = np.zeros_like(where)
        planes = zip(self.wanted.arrays, self._meant.arrays, sheet.cells.arrays, strict=True)
        for wanted, meant, asked in planes:
            if (wanted[part] != asked)[where].any():
                return []  # something lies over it by now
            changed |= wanted[part] != meant[part]
        left_edge = int(where.any(axis=0).argmax())
        if (self._shown.code[part][:, left_edge] == CONTINUED).any():
            return []  # half a character would be left
        width = where.any(axis=0).sum()
        share = (changed & where).sum(axis=1) / width
        bands = [band for band in ahead.bands if share[band.first : band.last].any()]
        rows = sum(band.last - band.first for band in bands)
        return bands if share.sum() >= _MOST_OF_IT * rows else []

    def _settle_bands(self, bands: Sequence[Band], quality: Quality) -> None:
        """Record what was sent."""
        if self._sheet is None or self._sheet[0].ahead is None or not bands:
            return
        sheet, y, x = self._sheet
        ahead = self._sheet[0].ahead
        sent = np.zeros(sheet.grid.rows, dtype=np.bool_)
        for band in bands:
            sent[band.first : band.last] = True
        where = ahead.where & sent[:, None]
        part = np.s_[y : y + sheet.grid.rows, x : x + sheet.grid.columns]
        for shown, drawn in zip(self._shown.arrays, ahead.drawn.arrays, strict=True):
            np.copyto(shown[part], drawn, where=where)
        for meant, wanted in zip(self._meant.arrays, self.wanted.arrays, strict=True):
            np.copyto(meant[part], wanted[part], where=where)
        self._rates[quality] = replace(ahead.rate)
        self._pen = replace(bands[-1].pen)
