"""Text from files (names, labels, metadata) is data: it must never drive the terminal."""

from __future__ import annotations

import csv
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LABEL_LENGTH = 200

_HARMLESS_FORMAT = {"\u200c", "\u200d"}  # joiners that some scripts need


def printable(text: str) -> str:
    """Return `text` on one line, control, bidi and undecodable characters made visible as `�`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "�"
        if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        and c not in _HARMLESS_FORMAT
        else c
        for c in text
    )


def clean_label(name: str) -> str:
    """Return a label name fit to keep: trimmed and printable.

    Raises ValueError when nothing is left or it is longer than `MAX_LABEL_LENGTH` characters.
    """
    cleaned = printable(name.strip())
    if not cleaned:
        message = "a label needs a name"
        raise ValueError(message)
    if len(cleaned) > MAX_LABEL_LENGTH:
        message = f"a label name has at most {MAX_LABEL_LENGTH} characters"
        raise ValueError(message)
    return cleaned


def split_names(text: str) -> list[str]:
    """Return the names in `a, b, "c, d"`, trimmed; an empty one stands where nothing is said."""
    lines = " ".join(text.splitlines())  # the reader of CSV would end at the first
    try:
        parts = next(csv.reader([lines], skipinitialspace=True), [])
    except csv.Error:  # longer than any list of names
        parts = text.split(",")
    return [part.strip() for part in parts]


def joined_names(names: Iterable[str]) -> str:
    """Return names as `split_names` reads them, in quotes where it takes them."""
    return ", ".join(
        '"{}"'.format(name.replace('"', '""')) if "," in name or name.startswith('"') else name
        for name in names
    )
