"""What the terminal shows, and how to make it show what it should.

`wanted` is the newest state; `_shown` is what was really sent, colours as they were sent; `_meant`
is what the shown cells stood for. A cell is drawn when it is wanted otherwise than it was meant,
unless it is a picture's and what is shown is close enough. Since that always compares with what is
shown, small differences cannot add up.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from rich.color import ColorSystem

from hardcase.tui.wire.cells import Cells
from hardcase.tui.wire.encode import Batch, Means, Pen, encode, move
from hardcase.tui.wire.glyphs import BLANK, CONTINUED, UNKNOWN, is_line
from hardcase.tui.wire.lossy import Quality, cheapened, near, picture_mask
from hardcase.tui.wire.named import palette_of
from hardcase.tui.wire.rate import Rate
from hardcase.tui.wire.styles import ANY, DEFAULT, SHOWS_ON_BLANKS, StyleTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Piece

UNLIMITED = 1 << 40
_LONGEST_BRIDGE = 3
"""Letters that take no more bytes than a jump over them."""
_FEW = 0.15
"""Share of a picture up to which it is but a box that was moved."""
_NOT_ASCII = 0x7F
_COLOURS = {ColorSystem.EIGHT_BIT: 256, ColorSystem.STANDARD: 16}
_CLEAR = b"\x1b[m\x1b[2J\x1b[H"


class FrontBuffer:
    """The cells of one terminal. Nothing here writes; `update` returns what to write."""

    def __init__(self, system: ColorSystem, means: Means | None = None) -> None:
        self.means = means or Means()
        self._styles = StyleTable(system)
        self._palette = palette_of(_COLOURS[system]) if system in _COLOURS else None
        self._rates: dict[Quality | None, Rate] = defaultdict(Rate)
        self._pen = Pen()
        self._clear = True
        self.roomy = 1.0
        """Times the budget of a cell that those of a picture may take, letterbox taking none."""
        self._resize(0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.wanted.columns, self.wanted.rows

    def forget(self) -> None:
        """Take nothing on the terminal for granted: the next update clears and draws all of it."""
        self._shown = Cells.unknown(*self.size)
        self._meant = Cells.unknown(*self.size)
        self._pen = Pen()
        self._clear = True

    def reconsider(self) -> None:
        """Judge every cell that is not shown exactly again, by the quality of the next update."""
        for shown, meant in zip(self._shown.arrays, self._meant.arrays, strict=True):
            self._meant.code[shown != meant] = UNKNOWN

    def resize(self, columns: int, rows: int) -> bool:
        """Take on a size; return whether it is another one, so that all must be painted."""
        if (columns, rows) == self.size:
            return False
        self._resize(columns, rows)
        return True

    def _resize(self, columns: int, rows: int) -> None:
        self.wanted = Cells.unknown(columns, rows)
        self.forget()

    def paint(self, pieces: Sequence[Piece]) -> None:
        """Change what the terminal should show."""
        self.wanted.paint(pieces, self._styles)

    def update(
        self, quality: Quality | None, limit: int = UNLIMITED, *, hurried: bool = False
    ) -> tuple[bytes, bool]:
        """Return what to write now, and whether the terminal shows what it should after that.

        `quality` None is exact. At most about `limit` bytes, in whole rows: text goes first, then
        pictures from the top. `hurried` leaves pictures, and what lies on them, for later.
        """
        pictures = np.zeros(self.wanted.code.shape, dtype=np.bool_)
        changed = self._differs()
        if not changed.any():
            return b"", True
        left = False
        if hurried:
            passing = self._passing() & changed
            left = bool(passing.any())
            changed &= ~passing
        elif quality is not None:
            pictures = picture_mask(self.wanted) & changed
            close = near(self.wanted, self._shown, pictures, quality.keep)
            _copy(self.wanted, self._meant, close)
            changed &= ~close
        changed = self._whole_characters(changed | self._bridges(changed))
        pictures &= changed
        drawn = self.wanted
        if pictures.any() or (self._palette and self.wanted.soft.any()):
            rate = self._rates[quality]
            drawn = cheapened(self.wanted, pictures, quality, self._palette, rate, roomy=self.roomy)
        text = b"" if not self._clear else self._cleared(changed)
        sent, complete = [text], True
        upright = self._upright(pictures)
        whole = limit >= UNLIMITED
        parts = [changed & ~upright] if whole else [changed & ~pictures, pictures & ~upright]
        batches = [Batch.of(drawn, part) for part in parts]
        for batch in [Batch.of(drawn, upright, down=True), *batches]:
            if not len(batch.code):
                continue
            room = limit - sum(map(len, sent))
            if room <= 0 or not complete:
                complete = False
                break
            text, done = encode(
                batch,
                self._pen,
                columns=self.wanted.columns,
                means=self.means,
                links=self._styles.links,
                limit=room,
            )
            sent.append(text)
            complete = self._settle(drawn, batch, done) and complete
        return b"".join(sent), complete and not left

    def move_to(self, row: int, column: int) -> bytes:
        """Return what moves the cursor somewhere, empty if it is there."""
        here = self._pen.row, self._pen.column
        self._pen.row, self._pen.column = row, column
        return b"" if here == (row, column) else move(here, (row, column)).encode()

    def _differs(self) -> NDArray[np.bool_]:
        differs: NDArray[np.bool_] = self.wanted.code != self._meant.code
        for wanted, meant in zip(self.wanted.arrays[1:], self._meant.arrays[1:], strict=True):
            differs |= wanted != meant
        if self._clear:
            differs[:] = True
        differs &= self.wanted.code != UNKNOWN
        return differs

    def _cleared(self, changed: NDArray[np.bool_]) -> bytes:
        """Clear the terminal; what is blank after that need not be drawn."""
        self._clear = False
        self._pen = Pen(0, 0)
        blank = Cells.unknown(*self.size)
        blank.code[:], blank.fg[:], blank.bg[:] = BLANK, ANY, DEFAULT
        self._shown = blank
        same = (self.wanted.code == BLANK) & (self.wanted.bg == DEFAULT)
        same &= (self.wanted.fg == ANY) & (self.wanted.attr == 0)
        _copy(self.wanted, self._meant, same)
        changed &= ~same
        return _CLEAR

    def _whole_characters(self, changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Widen to whole characters: one half of a wide one never stands alone."""
        rest = (self.wanted.code == CONTINUED) | (self._shown.code == CONTINUED)
        if not rest.any():
            return changed
        while True:
            wider = changed.copy()
            wider[:, 1:] |= changed[:, :-1] & rest[:, 1:]
            wider[:, :-1] |= changed[:, 1:] & rest[:, 1:]
            wider &= self.wanted.code != UNKNOWN
            if (wider == changed).all():
                return changed
            changed = wider

    def _bridges(self, changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the unchanged letters between changed ones that cost less than a jump over them.

        They have the style of the cell before them.
        """
        wanted = self.wanted
        same = np.zeros_like(changed)
        left, right = (np.s_[:, :-1], np.s_[:, 1:])
        alike = (wanted.fg[right] == wanted.fg[left]) & (wanted.attr[right] == wanted.attr[left])
        free = (wanted.fg[right] == ANY) & ((wanted.attr[left] & SHOWS_ON_BLANKS) == 0)
        same[right] = (alike | free) & (wanted.bg[right] == wanted.bg[left])
        letter = same & ~changed & (wanted.code >= BLANK) & (wanted.code < _NOT_ASCII)
        bridges = np.zeros_like(changed)
        for width in range(1, _LONGEST_BRIDGE + 1):
            last = changed.shape[1] - width
            ends = changed[:, : last - 1] & changed[:, width + 1 :]
            for n in range(1, width + 1):
                ends = ends & letter[:, n : n + last - 1]
            for n in range(1, width + 1):
                bridges[:, n : n + last - 1] |= ends
        return bridges

    def _passing(self) -> NDArray[np.bool_]:
        """Return the cells that are left for later in a hurry."""
        return picture_mask(self.wanted)

    def _upright(self, pictures: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the edges of boxes that are better drawn from top to bottom than row by row.

        All of an edge has one colour, which would have to be told again beside what it hid.
        """
        if np.count_nonzero(pictures) > _FEW * np.count_nonzero(self.wanted.soft):
            return np.zeros_like(pictures)
        lines = pictures & is_line(self.wanted.code)
        upright = lines.copy()
        upright[:, 1:] &= ~lines[:, :-1]
        upright[:, :-1] &= ~lines[:, 1:]
        return upright

    def _settle(self, drawn: Cells, batch: Batch, done: int) -> bool:
        """Record what was sent."""
        at = batch.row[:done], batch.column[:done]
        fields = zip(
            drawn.arrays, self._shown.arrays, self.wanted.arrays, self._meant.arrays, strict=True
        )
        for sent, shown, wanted, meant in fields:
            shown[at], meant[at] = sent[at], wanted[at]
        return done == len(batch.code)


def _copy(source: Cells, target: Cells, where: NDArray[np.bool_]) -> None:
    for old, new in zip(source.arrays, target.arrays, strict=True):
        new[where] = old[where]
