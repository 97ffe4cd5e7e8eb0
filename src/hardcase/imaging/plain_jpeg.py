"""Small JPEGs without anything special in them, in half the time that Pillow takes to open one.

Of a picture of 32x32 pixels, decoding is a third of the time; the rest is reading its header into
Python objects that nobody asks for. Here only the size is read, and the file is handed to Pillow's
own decoder. Whatever is out of the ordinary is left to `imaging.open`.
"""

from __future__ import annotations

import struct

from PIL import Image

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
    at = 2 if data.startswith(_START) else len(data)
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, start, end = data[at + 1], at + 4, at + 2 + (data[at + 2] << 8 | data[at + 3])
        if not start <= end <= len(data):
            return None
        if marker == _SCAN:
            return found
        if marker in _FRAMES and found is None:
            found = _shape(data[start:end])
            if found is None:
                return None
        elif marker not in _PASSED:
            return None
        at = end
    return None


def _shape(frame: bytes) -> tuple[str, tuple[int, int]] | None:
    """Return mode and (width, height) that a frame tells, None for what is not read here."""
    if len(frame) < 6:
        return None
    precision, height, width, channels = struct.unpack_from(">BHHB", frame)
    if precision != 8 or channels not in _MODES or not 0 < width * height <= MOST_PIXELS:
        return None
    return _MODES[channels], (width, height)
