"""Characters as numbers, one a cell.

A cell holds a code point; `CLUSTER` and up are characters with marks or joined ones, interned;
`CONTINUED` is the rest of a character wider than a cell.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len, get_character_cell_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

UNKNOWN = -1
CONTINUED = 0
BLANK = 0x20
CLUSTER = 0x110000
_LONGEST_CLUSTER = 32
_REPLACEMENT = 0xFFFD

_SIMPLE = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x370, 0x377), (0x37A, 0x37F), (0x384, 0x38A),
    (0x391, 0x3A1), (0x3A3, 0x482), (0x2010, 0x2027), (0x2190, 0x21FF), (0x2500, 0x259F),
)  # fmt: skip

_clusters: dict[str, int] = {}
_texts: list[str] = []
_placed: list[bool] = []
"""Of each cluster, whether it is a place of an image, which takes one cell where it is known."""
_PLACEHOLDER = "\U0010eeee"

# Which quarters of a cell a block draws in the foreground: bits upper left, upper right, lower
# left, lower right.
_QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_FIRST, _LAST = 0x2580, 0x259F
FULL = 15

COMPLEMENT = str.maketrans({_QUARTERS[n]: _QUARTERS[15 - n] for n in range(1, 15)})
"""Of each block the one that draws the other quarters."""


def _pattern_table() -> NDArray[np.int32]:
    table = np.full(_LAST - _FIRST + 2, -1, dtype=np.int32)  # the last one is of all others
    for pattern, char in enumerate(_QUARTERS):
        if char != " ":
            table[ord(char) - _FIRST] = pattern
    return table


_PATTERNS = _pattern_table()
BLOCKS = np.array([ord(char) for char in _QUARTERS], dtype=np.int32)
"""Code points by pattern; the blank is pattern 0."""


def patterns(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the pattern (0-15) of each block, -1 for anything else, blanks too."""
    inside = (codes >= _FIRST) & (codes <= _LAST)
    found: NDArray[np.int32] = _PATTERNS[np.where(inside, codes - _FIRST, len(_PATTERNS) - 1)]
    return found


@cache
def _simple() -> NDArray[np.bool_]:
    """Return which code points take exactly one cell by themselves, whatever is beside them."""
    simple = np.zeros(CLUSTER, dtype=np.bool_)
    for start, end in _SIMPLE:
        simple[start : end + 1] = True
    return simple


def codes_of(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return the codes of all cells of `texts`, and how many cells each text takes."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype="<u4")
    if _simple()[np.minimum(codes, CLUSTER - 1)].all():
        lengths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
        return codes.astype(np.int32), lengths
    cells = list(map(_cells, texts))
    lengths = np.fromiter(map(len, cells), dtype=np.intp, count=len(cells))
    return np.fromiter(chain.from_iterable(cells), np.int32, int(lengths.sum())), lengths


def numbered(chars: NDArray[np.str_]) -> NDArray[np.int32]:
    """Return the codes of an array of cells: one character with its marks each, or the rest of one.

    An empty text is `CONTINUED`.
    """
    points = np.ascontiguousarray(chars).view("<u4").reshape(*chars.shape, -1)
    codes = points[..., 0].astype(np.int32)
    if points.shape[-1] > 1:
        for at in zip(*points[..., 1].nonzero(), strict=True):
            codes[at] = _glyph(str(chars[at]), 1)[0]
    return codes


@lru_cache(maxsize=8192)
def _cells(text: str) -> tuple[int, ...]:
    """Return the codes of a text's cells, as many as Rich says it takes."""
    wanted = cell_len(text)
    if text.isascii() and text.isprintable():
        return tuple(text.encode())
    codes: list[int] = []
    cluster = ""
    for char in (*text, ""):
        joins = char and cluster and (_width(char) == 0 or cluster[-1] == "\u200d")
        if joins:
            cluster += "" if _is_control(char) else char
            continue
        if cluster:
            codes += _glyph(cluster, cell_len(cluster))
        cluster = "" if char and _is_control(char) else char
    if len(codes) == wanted:
        return tuple(codes)
    # Rich measures the whole otherwise than its parts: keep it in one piece.
    printable = "".join(char for char in text if not _is_control(char))
    return tuple(_glyph(printable, wanted))


def _glyph(text: str, width: int) -> list[int]:
    if width <= 0:
        return []
    if len(text) > _LONGEST_CLUSTER:
        code = _REPLACEMENT
        return [code] + [BLANK] * (width - 1)
    if len(text) == 1:
        code = ord(text)
        code = _REPLACEMENT if 0xD800 <= code <= 0xDFFF else code
    else:
        code = _clusters.setdefault(text, CLUSTER + len(_texts))
        if code == CLUSTER + len(_texts):
            _texts.append(text)
            _placed.append(text[:1] == _PLACEHOLDER)
    return [code] + [CONTINUED] * (width - 1)


def _width(char: str) -> int:
    return get_character_cell_size(char)


def _is_control(char: str) -> bool:
    return ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0


def text_of(code: int) -> str:
    """Return the character or characters of a code."""
    return _texts[code - CLUSTER] if code >= CLUSTER else chr(code)


def is_simple(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which codes surely move the cursor by one cell, on any terminal."""
    found: NDArray[np.bool_] = _simple()[np.clip(codes, 0, CLUSTER - 1)] & (codes < CLUSTER)
    clusters = codes >= CLUSTER
    if clusters.any():
        found[clusters] = np.array(_placed)[codes[clusters] - CLUSTER]
    return found


def is_line(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which codes draw lines, or parts of a cell that are no quarters."""
    drawing: NDArray[np.bool_] = (codes >= 0x2500) & (codes <= 0x25A1)
    drawing &= patterns(codes) < 0
    return drawing
