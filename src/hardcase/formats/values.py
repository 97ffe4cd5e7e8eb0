"""Values out of untrusted files: strict numbers, bounded text, boxes that fit their image."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from hardcase.errors import FormatError
from hardcase.model.boxes import Box
from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.formats.base import ImageSize

MAX_JSON_BYTES = 1 << 30
MAX_TEXT_BYTES = 256 << 20
MAX_SMALL_BYTES = 16 << 20
MAX_COORDINATE = 1e7
MAX_ID = 2**53
MAX_EXTRA_DEPTH = 8
SLACK = 1.0
"""Pixels that a box may stick out of its image before the clipping is worth a word."""

Corners = tuple[float, float, float, float]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,16}")


def read_bytes(path: Path, limit: int = MAX_SMALL_BYTES) -> bytes:
    """Return the content of a regular file of at most `limit` bytes; FormatError otherwise."""
    try:
        if not path.is_file():
            raise FormatError(f"{printable(str(path))} is not a file: give the annotation file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise FormatError(f"cannot read {printable(str(path))}: {error.strerror}") from error
    if len(content) > limit:
        raise FormatError(f"{printable(str(path))} is larger than {limit >> 20} MiB: split it")
    return content


def decode_text(content: bytes, place: str) -> str:
    """Return UTF-8 text without its byte order mark; FormatError names the line that is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormatError(f"{place}:{line}: not UTF-8 text: save the file as UTF-8") from error


def read_text(path: Path, limit: int = MAX_SMALL_BYTES) -> str:
    """Return the text of a UTF-8 file of at most `limit` bytes; FormatError otherwise."""
    return decode_text(read_bytes(path, limit), printable(path.name))


def parse_json(text: str, place: str) -> Any:
    """Parse JSON. Numbers beyond reason become infinities, which no field accepts.

    Raises FormatError with the line for what is no JSON or is nested too deep.
    """
    try:
        return json.loads(text, parse_int=_json_integer, parse_constant=float)
    except json.JSONDecodeError as error:
        raise FormatError(f"{place}:{error.lineno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise FormatError(f"{place}: nested too deep to be an annotation file") from error


def _json_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 18 else float(digits)


def real(value: object) -> float:
    """Return a finite number given as a JSON number or as decimal text; ValueError otherwise."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 64 or not _NUMBER.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is not a number")
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_shown(value)} is not a number")  # noqa: TRY004 - callers report values
    if not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError(f"{value} is not a finite number")
    return float(value)


def whole(value: object) -> int:
    """Return an integer given as a JSON number or as text ("7", 7.0); ValueError otherwise."""
    if isinstance(value, str):
        text = value.strip()
        if not _INTEGER.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is not a whole number")
        return int(text)
    number = real(value)
    if not number.is_integer() or abs(number) > MAX_ID:
        raise ValueError(f"{value} is not a whole number")
    return int(number)


def share(value: object) -> float:
    """Return a number in [0, 1] (a score or coefficient); ValueError otherwise."""
    number = real(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{number:g} is not between 0 and 1")
    return number


def truth(value: object) -> bool:
    """Return a boolean given as true/false, 0/1 or as text in any case; ValueError otherwise."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in {"1", "true", "yes"}:
        return True
    if text in {"0", "false", "no", ""}:
        return False
    raise ValueError(f"{_shown(value)} is neither true nor false")


def plain_json(value: object, depth: int = MAX_EXTRA_DEPTH) -> bool:
    """Whether `value` is JSON of finite numbers, at most `depth` levels deep."""
    if value is None or isinstance(value, bool | str):
        return True
    if isinstance(value, int | float):
        return math.isfinite(value)
    if depth <= 0:
        return False
    if isinstance(value, list):
        return all(plain_json(v, depth - 1) for v in value)
    if isinstance(value, dict):
        return all(isinstance(k, str) and plain_json(v, depth - 1) for k, v in value.items())
    return False


def fit_box(corners: Corners, size: ImageSize) -> tuple[Box, str]:
    """Return the part of a box inside an image of `size` and a remark, "" if nothing is odd.

    Clipping by up to `SLACK` pixels is not remarked on: it is rounding. Raises ValueError for boxes
    without area, the wrong way round, or outside the image.
    """
    x1, y1, x2, y2 = corners
    if max(map(abs, corners)) > MAX_COORDINATE:
        raise ValueError(f"box {_corners(corners)} is far outside of any image")
    if x2 < x1 or y2 < y1:
        raise ValueError(f"box {_corners(corners)} has a negative width or height")
    if x1 == x2 or y1 == y2:
        raise ValueError(f"box {_corners(corners)} has no area")
    width, height = size
    box = Box(x1, y1, x2, y2).clipped(width, height)
    if box is None:
        raise ValueError(f"box {_corners(corners)} lies outside of the {width}x{height} image")
    if max(abs(a - b) for a, b in zip(box, corners, strict=True)) > SLACK:
        return box, f"box {_corners(corners)} was clipped to the {width}x{height} image"
    return box, ""


def _corners(corners: Corners) -> str:
    return "({:g}, {:g}, {:g}, {:g})".format(*corners)


def decimal(value: float) -> str:
    """Return a number with at most 3 decimals and no needless zeros: 12, 0.5, 33.333."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
