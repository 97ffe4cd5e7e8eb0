"""Text from files (names, labels, metadata) is data: it must never drive the terminal."""

from __future__ import annotations

import unicodedata

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
