"""Text that models carry about themselves, parsed as literals and never evaluated."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

from hardcase.inference.profile.schema import MAX_LABELS, MAX_SIDE
from hardcase.inference.signature import MAX_METADATA_CHARS
from hardcase.model.text import clean_label

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = ("names", "classes", "labels", "class_names", "id2label")
"""Where models keep names: Ultralytics, and what others call them."""


def literal(text: str, key: str) -> object:
    """Parse a Python literal or, failing that, JSON. Raises ValueError with the metadata's key."""
    if len(text) > MAX_METADATA_CHARS:
        raise ValueError(f"its metadata {key} is longer than {MAX_METADATA_CHARS} characters")
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        pass
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its metadata {key} is not a plain Python literal") from error
    return value


def class_names(text: str, key: str = "names") -> tuple[str, ...]:
    """Parse class names: `{0: 'apple', 1: 'orange'}` or a list of strings. Raises ValueError."""
    try:
        return ordered_names(literal(text, key))
    except ValueError as error:
        message = str(error)
        prefix = "" if message.startswith("its metadata") else f"its metadata {key}: "
        raise ValueError(prefix + message) from error


def own_names(metadata: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Return the names in a model's own metadata and their key. Raises ValueError."""
    for key in _KEYS:
        text = metadata.get(key)
        if text:
            return class_names(text, key), key
    return (), ""


def ordered_names(value: object) -> tuple[str, ...]:
    """Return names in the order of classes from a list or from an object of 0 to N - 1.

    Numbers may be strings, as in JSON. Raises ValueError.
    """
    if isinstance(value, dict):
        numbered = {_number(key): name for key, name in value.items()}
        if len(numbered) != len(value) or sorted(numbered) != list(range(len(value))):
            raise ValueError("classes must be numbered from 0 without gaps")
        value = [numbered[index] for index in range(len(numbered))]
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_LABELS:
        raise ValueError(f"it must hold between 1 and {MAX_LABELS} names")
    if not all(isinstance(name, str) for name in value):
        raise ValueError("names must be text")
    return tuple(clean_label(name) for name in value)


def _number(key: object) -> int:
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 7:
        return int(key)
    raise ValueError("classes must be numbered from 0 without gaps")


def image_size(text: str) -> tuple[int, int]:
    """Parse Ultralytics' imgsz: one side or [height, width]. Returns (width, height)."""
    value = literal(text, "imgsz")
    sides = value if isinstance(value, list | tuple) else (value, value)
    match tuple(sides):
        case (int(height), int(width)) if 0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE:
            return width, height
    raise ValueError("its metadata imgsz must be [height, width] in pixels")
