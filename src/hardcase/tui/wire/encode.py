"""Cells as what a terminal understands, in few bytes.

What most runs of a picture need, two colours, is made for all of them at once with numpy; what few
runs need (moves, attributes, links, wide characters) is made one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.glyphs import (
    BLANK,
    BLOCKS,
    CLUSTER,
    CONTINUED,
    FULL,
    is_simple,
    patterns,
    text_of,
)
from hardcase.tui.wire.sgr import attribute_codes, colour_code, colour_controls
from hardcase.tui.wire.styles import ANY, ATTRIBUTES, DEFAULT, LINK_SHIFT, SHOWS_ON_BLANKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Cells

_SHORTEST_ERASE = 4
_END_LINK = "\x1b]8;;\x1b\\"


@dataclass(slots=True)
class Pen:
    """What the terminal would draw with next, and where: row and column, -1 when unknown."""

    row: int = -1
    column: int = -1
    fg: int = DEFAULT
    bg: int = DEFAULT
    attr: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What the terminal understands besides the plain codes."""

    repeat: bool = False
    """REP (`CSI n b`): draw the last character again."""
    named: bool = False
    """Whether the 256 named colours are those of xterm, so that they can stand for true ones."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Cells to draw, in the order they are drawn: flat arrays of equal length."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    code: NDArray[np.int32]
    fg: NDArray[np.int32]
    bg: NDArray[np.int32]
    attr: NDArray[np.int32]
    soft: NDArray[np.int32]

    @classmethod
    def of(cls, cells: Cells, where: NDArray[np.bool_], *, down: bool = False) -> Batch:
        """Take the cells `where`, by rows, or `down` the columns."""
        row, column = where.T.nonzero()[::-1] if down else where.nonzero()
        return cls(row, column, *(array[row, column] for array in cells.arrays))


def encode(
    batch: Batch, pen: Pen, *, columns: int, means: Means, links: Sequence[str], limit: int
) -> tuple[bytes, int]:
    """Return what draws the first cells of a batch on lines of `columns`, and how many.

    All of them, unless that takes more than `limit` bytes; then as many rows as fit, and at least
    one. `pen` is moved along.
    """
    if not len(batch.code):
        return b"", 0
    ink = _turned(_carried(batch), pen)
    starts = _run_starts(ink)
    texts, after = _texts(ink, starts, columns, means)
    controls = _controls(ink, starts, after, pen, means=means, links=links)
    parts = list(chain.from_iterable(zip(controls, texts, strict=True)))
    count, runs = _fitting(parts, ink.row[starts], limit)
    last = runs - 1
    done = int(starts[runs]) if runs < len(starts) else len(ink.code)
    at = int(starts[last])
    pen.row, pen.column = int(after[0][last]), int(after[1][last])
    pen.fg, pen.bg, pen.attr = int(ink.fg[at]), int(ink.bg[at]), int(ink.attr[at])
    if pen.attr >> LINK_SHIFT:
        # Nobody else's text may become part of the link.
        parts.insert(count, _END_LINK.encode())
        count += 1
        pen.attr &= ATTRIBUTES
    return b"".join(parts[:count]), done


def _fitting(parts: list[bytes], rows: NDArray[np.intp], limit: int) -> tuple[int, int]:
    """Return how many parts, and how many runs, make up the whole rows that fit."""
    lengths = np.fromiter(map(len, parts), dtype=np.intp, count=len(parts))
    total = lengths.cumsum()[1::2]
    if total[-1] <= limit:
        return len(parts), len(rows)
    row_ends = np.append((rows[1:] != rows[:-1]).nonzero()[0], len(rows) - 1)
    fit = int((total[row_ends] <= limit).sum())
    runs = int(row_ends[max(fit, 1) - 1]) + 1
    return 2 * runs, runs


def _carried(batch: Batch) -> Batch:
    """Let blanks take foreground and attributes from what is before them, where they can.

    That way a sentence is one run, not one a word. Before the first, the pen's are as good.
    """
    free = (batch.code == BLANK) & (batch.fg == ANY)
    if not free.any():
        return batch
    source = np.maximum.accumulate(np.where(free, -1, np.arange(len(free))))
    known = source >= 0
    source = np.where(known, source, 0)
    carried = free & known & ((batch.attr[source] & SHOWS_ON_BLANKS) == 0)
    fg = np.where(carried, batch.fg[source], batch.fg)
    attr = np.where(carried, batch.attr[source], batch.attr)
    return replace(batch, fg=fg, attr=attr)


def _turned(batch: Batch, pen: Pen) -> Batch:
    """Settle the foreground of blanks, and swap the colours of blocks where that saves a colour.

    A block that draws the other quarters in swapped colours looks the same. Each block stands to
    the one before it as it is or swapped, whichever shares more colours with it. Those of pictures
    stay as they were chosen.
    """
    fg = batch.fg
    if (fg == ANY).any():
        # These could not carry: they keep whatever foreground there is.
        source = np.maximum.accumulate(np.where(fg == ANY, -1, np.arange(len(fg))))
        fg = np.where(source >= 0, fg[np.maximum(source, 0)], pen.fg)
    pattern = patterns(batch.code)
    block = (pattern > 0) & (batch.attr == 0) & (fg >= 0) & (batch.bg >= 0) & (batch.soft == 0)
    both = block[1:] & block[:-1]
    if not both.any():
        return replace(batch, fg=fg)
    bg = batch.bg
    straight = (fg[1:] == fg[:-1]).astype(np.int8) + (bg[1:] == bg[:-1])
    crossed = (fg[1:] == bg[:-1]).astype(np.int8) + (bg[1:] == fg[:-1])
    flips = np.concatenate(([0], np.cumsum(both & (crossed > straight))))
    chain_start = np.maximum.accumulate(np.where(np.append(False, both), 0, np.arange(len(fg))))
    turned = ((flips - flips[chain_start]) & 1).astype(np.bool_)
    code = batch.code.copy()
    code[turned] = BLOCKS[FULL - pattern[turned]]
    return replace(batch, code=code, fg=np.where(turned, bg, fg), bg=np.where(turned, fg, bg))


def _run_starts(ink: Batch) -> NDArray[np.intp]:
    """Return where runs begin: cells side by side of one style, or a single unusual one."""
    alone = ~is_simple(ink.code)
    breaks = np.ones(len(alone), dtype=np.bool_)
    breaks[1:] = (
        (ink.row[1:] != ink.row[:-1])
        | (ink.column[1:] != ink.column[:-1] + 1)
        | (ink.fg[1:] != ink.fg[:-1])
        | (ink.bg[1:] != ink.bg[:-1])
        | (ink.attr[1:] != ink.attr[:-1])
        | alone[1:]
        | alone[:-1]
    )
    breaks &= ink.code != CONTINUED
    breaks[0] = True
    starts: NDArray[np.intp] = breaks.nonzero()[0]
    return starts


def _texts(
    ink: Batch, starts: NDArray[np.intp], columns: int, means: Means
) -> tuple[list[bytes], tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return what each run writes, and the row and column of the cursor after it, -1 unknown."""
    code = ink.code
    plain = np.where((code < CLUSTER) & (code > 0), code, BLANK)
    drawn = plain.astype("<u4").tobytes().decode("utf-32-le").encode()
    size = 1 + (plain > 0x7F).astype(np.intp) + (plain > 0x7FF) + (plain > 0xFFFF)
    offsets = np.concatenate(([0], size.cumsum()))
    ends = np.append(starts[1:], len(code))
    bounds = zip(offsets[starts].tolist(), offsets[ends].tolist(), strict=True)
    texts = [drawn[start:end] for start, end in bounds]

    simple = is_simple(code[starts])
    for n in (~simple).nonzero()[0].tolist():
        texts[n] = text_of(int(code[starts[n]])).encode()
    placed = simple & np.logical_or.reduceat(code >= CLUSTER, starts)
    for n in placed.nonzero()[0].tolist():
        texts[n] = "".join(map(text_of, code[starts[n] : ends[n]].tolist())).encode()
    right = ink.column[ends - 1] + 1
    # At the right edge, and after what terminals differ about, who knows.
    sure = simple & (right < columns)
    row, column = np.where(sure, ink.row[starts], -1), np.where(sure, right, -1)
    long = ends - starts
    erasable = (long >= _SHORTEST_ERASE) & (right == columns) & (ink.bg[starts] == DEFAULT)
    erasable &= ((ink.attr[starts] & SHOWS_ON_BLANKS) == 0) & simple
    for n in erasable.nonzero()[0].tolist():
        kept = texts[n].rstrip(b" ")
        blanks = len(texts[n]) - len(kept)
        if blanks >= _SHORTEST_ERASE:
            texts[n] = kept + b"\x1b[K"
            row[n], column[n] = ink.row[starts[n]], columns - blanks
    if means.repeat:
        for n in ((long > 2) & simple & ~erasable).nonzero()[0].tolist():
            texts[n] = _repeated(texts[n])
    return texts, (row, column)


def _repeated(text: bytes) -> bytes:
    """Say a run of one character with REP, if that is shorter."""
    chars = text.decode()
    if chars.count(chars[0]) != len(chars):
        return text
    repeat = f"{chars[0]}\x1b[{len(chars) - 1}b".encode()
    return min(repeat, text, key=len)


def _controls(
    ink: Batch,
    starts: NDArray[np.intp],
    after: tuple[NDArray[np.intp], NDArray[np.intp]],
    pen: Pen,
    *,
    means: Means,
    links: Sequence[str],
) -> list[bytes]:
    """Return what goes before the text of each run: move and style."""
    row, column = ink.row[starts], ink.column[starts]
    before_row = np.append(pen.row, after[0][:-1])
    before_column = np.append(pen.column, after[1][:-1])
    fg, bg, attr = ink.fg[starts], ink.bg[starts], ink.attr[starts]
    before_fg, before_bg, before_attr = (
        np.append(first, values[:-1])
        for first, values in ((pen.fg, fg), (pen.bg, bg), (pen.attr, attr))
    )
    new_fg, new_bg, new_attr = fg != before_fg, bg != before_bg, attr != before_attr
    controls = colour_controls(np.where(new_fg, fg, ANY), np.where(new_bg, bg, ANY), means.named)
    for n in new_attr.nonzero()[0].tolist():
        old, new = int(before_attr[n]), int(attr[n])
        codes = attribute_codes(old & ATTRIBUTES, new & ATTRIBUTES)
        if new_fg[n]:
            codes += colour_code(int(fg[n]), 38, named=means.named)
        if new_bg[n]:
            codes += colour_code(int(bg[n]), 48, named=means.named)
        style = f"\x1b[{codes[:-1]}m" if codes else ""
        if old >> LINK_SHIFT != new >> LINK_SHIFT:
            style = (links[new >> LINK_SHIFT] or _END_LINK) + style
        controls[n] = style.encode()
    moves = (row != before_row) | (column != before_column)
    for n in moves.nonzero()[0].tolist():
        here = int(before_row[n]), int(before_column[n])
        controls[n] = move(here, (int(row[n]), int(column[n]))).encode() + controls[n]
    return controls


def move(here: tuple[int, int], there: tuple[int, int]) -> str:
    """Return the shortest way from a row and column (-1 unknown) to another."""
    row, column = there
    if row == 0 and column == 0:
        best = "\x1b[H"
    else:
        best = f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"
    if here[0] == row and column > here[1]:
        step = column - here[1]
        best = min(best, "\x1b[C" if step == 1 else f"\x1b[{step}C", key=len)
    elif here[0] == row and column == 0:
        best = "\r"
    elif 0 <= here[0] == row - 1 and here[1] >= column:
        best = min(best, "\x1b[B" + "\b" * (here[1] - column), key=len)
    return best
