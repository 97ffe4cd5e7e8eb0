"""Pictures by the graphics protocol of kitty, held in place by Unicode placeholders.

See https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders. The image is sent under
an id of its own and shown wherever a cell holds U+10EEEE in the colour of that id, so what lies on
top (boxes, tags, dialogs) is plain cells, and nothing has to be known of other widgets. The id and
the cells of a canvas stay the same from picture to picture: a new one costs its pixels only, and a
box that moves costs the cells it leaves and the cells it takes.
"""

from __future__ import annotations

from base64 import standard_b64encode
from functools import lru_cache
from io import BytesIO
from itertools import chain, count
from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.cells import CellGrid
from hardcase.imaging.picture import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.imaging.view import Placement

PLACEHOLDER = "\U0010eeee"
PICTURE_BYTES = 100_000
"""Bytes a picture may take on the line, its base64 included."""

CELL = (8, 16)
"""Pixels of a cell where the terminal does not tell: the shape that all geometry here assumes."""

_CHUNK = 4096  # characters of base64 in one command, by the protocol
_BYTES_A_PIXEL = 0.85  # of a photo in 256 colours as PNG; the start of the search for the size
_COLOURS = 256

# Combining class 230, no decomposition, Unicode 6.0: the marks that stand for row and column
# numbers, in order.
_MARKS = """
305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1
5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733
735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953-954
f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1
1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1
2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f
10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244
"""


def _codes(span: str) -> range:
    first, _, last = span.partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


MARKS = [chr(code) for code in chain.from_iterable(map(_codes, _MARKS.split()))]
"""The mark of each row and column number; there are 297."""


def fits(columns: int, rows: int) -> bool:
    """Whether placeholders can number that many cells."""
    return columns <= len(MARKS) and rows <= len(MARKS)


@lru_cache(maxsize=8)
def placeholders(columns: int, rows: int, image_id: int, ground: tuple[int, int, int]) -> CellGrid:
    """Return the cells that show image `image_id` (1 to 0xFFFFFF).

    Every cell tells its row and column, so that each can be covered and come back alone. Raises
    ValueError if there are too many to number.
    """
    if not fits(columns, rows):
        raise ValueError(f"no placeholders for {columns} x {rows} cells")
    chars = np.array(
        [[PLACEHOLDER + MARKS[y] + MARKS[x] for x in range(columns)] for y in range(rows)]
    )
    colour = np.array([image_id >> 16, image_id >> 8 & 255, image_id & 255], dtype=np.uint8)
    fg = np.broadcast_to(colour, (rows, columns, 3)).copy()
    bg = np.broadcast_to(np.array(ground, dtype=np.uint8), (rows, columns, 3)).copy()
    return CellGrid(chars, fg, bg)


def columns_needed(placement: Placement, cell: tuple[int, int], budget: int) -> int:
    """Return about how many pixels a column gets within a budget of bytes; at least 1."""
    return max(1, ceil(1.2 * cell[0] * _first_scale(placement, cell, budget)))


def encode(
    image: Image.Image,
    placement: Placement,
    letterbox: tuple[int, int, int],
    cell: tuple[int, int] = CELL,
    budget: int = PICTURE_BYTES,
) -> bytes:
    """Return the canvas as PNG in 256 colours, as sharp as `budget` bytes on the line allow.

    It covers the letterbox too and has the shape of the canvas on the screen, `cell` being the
    (width, height) of a cell in pixels: the terminal keeps the shape of what it is sent. It is no
    larger than the canvas; the terminal enlarges it.
    """
    scale, most = _first_scale(placement, cell, budget), _most_scale(placement, cell)
    best = b""
    for trial in count(1):
        png = _png(_canvas(image, placement, letterbox, (cell[0] * scale, cell[1] * scale / 2)))
        sent = ceil(len(png) / 3) * 4
        if sent <= budget or scale <= _SMALLEST:
            best = png
        enough = scale >= most or sent >= _GOOD_USE * budget or trial >= _TRIALS
        if best and enough:
            break
        scale = min(max(0.96 * scale * sqrt(budget / sent), _SMALLEST), most)
    return best


_SMALLEST = 0.02  # of the canvas' pixels a side: no budget is too small for some picture
_GOOD_USE = 0.75
_TRIALS = 3


def transmit(png: bytes, image_id: int, columns: int, rows: int) -> str:
    """Return the commands that make `png` what the placeholders of `image_id` show.

    Sent and placed by separate commands: kitty looks for placeholders when it reads `U=1`, which
    in a combined command comes before the last of the pixels. Between the marks of a synchronized
    update (mode 2026) the old picture stays until the new one is complete.
    """
    text = standard_b64encode(png).decode("ascii")
    parts = [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)]
    commands = [
        _command(
            f"a=t,q=2,f=100,i={image_id},m={int(n < len(parts) - 1)}"
            if n == 0
            else f"q=2,m={int(n < len(parts) - 1)}",
            part,
        )
        for n, part in enumerate(parts)
    ]
    placed = _command(f"a=p,U=1,q=2,i={image_id},p=1,c={columns},r={rows}")
    return "\x1b[?2026h" + "".join(commands) + placed + "\x1b[?2026l"


def delete(image_id: int) -> str:
    """Return the command that frees an image and all that shows it."""
    return _command(f"a=d,d=I,q=2,i={image_id}")


def through_tmux(commands: str) -> str:
    """Return graphics commands as tmux passes them on (`allow-passthrough on`), one by one.

    What is no graphics command is left out: tmux would act on it itself.
    """
    return "".join(
        "\x1bPtmux;" + command.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        for command in _commands(commands)
    )


def _commands(text: str) -> Iterator[str]:
    for part in text.split("\x1b_G")[1:]:
        yield "\x1b_G" + part.partition("\x1b\\")[0] + "\x1b\\"


def _command(keys: str, payload: str = "") -> str:
    return f"\x1b_G{keys};{payload}\x1b\\" if payload else f"\x1b_G{keys}\x1b\\"


def _first_scale(placement: Placement, cell: tuple[int, int], budget: int) -> float:
    """Return the share of the canvas' pixels, along a side, to begin with."""
    pixels = budget * 0.75 / _BYTES_A_PIXEL
    across, down = placement.shown_columns * cell[0], placement.shown_half_rows * cell[1] / 2
    return min(_most_scale(placement, cell), sqrt(pixels / (across * down)))


def _most_scale(placement: Placement, cell: tuple[int, int]) -> float:
    """Return the scale beyond which there is nothing more to show."""
    detail = placement.step_x / cell[0]  # where one pixel is a pixel of the source
    return 1.0 if detail < _PIXELS_SEEN else min(1.0, detail)


_PIXELS_SEEN = 0.3  # pixels of the source this large are to look like squares, not like a blur


def _canvas(
    image: Image.Image,
    placement: Placement,
    letterbox: tuple[int, int, int],
    unit: tuple[float, float],
) -> Image.Image:
    """Return the canvas with `unit` (across, down) pixels to a column and a half row."""
    across, down = unit
    size = round(placement.columns * across), round(2 * placement.rows * down)
    canvas = Image.new("RGB", (max(1, size[0]), max(1, size[1])), letterbox)
    shown = Image.fromarray(sampled(image, placement, across, down))
    canvas.paste(shown, (round(placement.column * across), round(placement.half_row * down)))
    return canvas


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    few = image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", compress_level=6)
    return out.getvalue()
