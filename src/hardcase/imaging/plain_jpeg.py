"""Small JPEGs without anything special in them, in half the time that Pillow takes to open one.

Of a picture of 32x32 pixels, decoding is a third of the time; the rest is reading its header into
Python objects that nobody asks for. Here only the size is read, and the file is handed to Pillow's
own decoder. Whatever is out of the ordinary is left to `imaging.open`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1 << 16
"""Larger files spend their time in the decoder, whoever opens them."""
MOST_PIXELS = 1 << 20
"""Larger pictures do not fit into so few bytes, unless somebody wants to fill the memory."""

_START, _SCAN = b"\xff\xd8\xff", 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive; all by Huffman codes
_SPECIAL = frozenset({0xE1, 0xE2})  # EXIF and XMP; colour profiles and further pictures
_PASSED = frozenset({0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}) - _SPECIAL
_MODES = {1: "L", 3: "RGB"}


def plain_jpeg(data: bytes, max_size: tuple[int, int] | None) -> Image.Image | None:
    """Return the RGB image of a JPEG file, None for one that has to be opened in the usual way.

    That is what is no JPEG, carries EXIF (so it may lie on its side), a colour profile or further
    pictures, has more than a million
    pixels, has other channels than grey or RGB, is damaged or cut off, or could be decoded at
    reduced scale and still be no smaller than `max_size` (width, height in pixels).
    """
    found = _frame(data)
    if found is None:
        return None
    mode, size = found
    if max_size is not None and size[0] >= 2 * max_size[0] and size[1] >= 2 * max_size[1]:
        return None
    try:
        image = Image.frombytes(mode, size, data, "jpeg", mode, "")
    except (ValueError, OSError, MemoryError):
        return None
    return image if mode == "RGB" else image.convert("RGB")


def _frame(data: bytes) -> tuple[str, tuple[int, int]] | None:
    """Return mode and (width, height) of the only frame, from the segments before the first scan.

    None unless each segment is one that is known here, behind the one before; so the decoder, which
    reads the file itself, sees the same frame.
    """
    found = None
    for marker, start, end in _segments(data):
        if marker == _SCAN:
            return found
        if marker in _FRAMES and found is None and end - start >= 6:
            precision, channels = data[start], data[start + 5]
            height = int.from_bytes(data[start + 1 : start + 3])
            width = int.from_bytes(data[start + 3 : start + 5])
            if precision != 8 or channels not in _MODES or not 0 < width * height <= MOST_PIXELS:
                return None
            found = _MODES[channels], (width, height)
        elif marker not in _PASSED:
            return None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of what each segment holds; end where there is none."""
    if not data.startswith(_START):
        return
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if not at + 4 <= end <= len(data):
            return
        yield data[at + 1], at + 4, end
        at = end
