"""Fitting names from files into cells."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from hardcase.model.text import printable

_BARS = " ▁▂▃▄▅▆▇█"


def fit(text: str, width: int) -> str:
    """Return `text`, made printable, in exactly `width` cells: padded, or cut in the middle.

    The end of a file name tells more than its middle, so that is where the ellipsis goes.
    """
    return set_cell_size(elide(text, width), max(width, 0))


def elide(text: str, width: int) -> str:
    """Return `text`, made printable, in at most `width` cells, cut in the middle if need be."""
    shown = printable(text)
    if cell_len(shown) <= width:
        return shown
    if width <= 1:
        return "…"[:width]
    tail = (width - 1) // 2
    head = width - 1 - tail
    return f"{_head(shown, head)}…{_head(shown[::-1], tail)[::-1]}"


def shorten(text: str, width: int) -> str:
    """Return a sentence, made printable, in at most `width` cells, cut between words.

    What stands after the last ` · `, a key and what it does, stays whole if there is room for it
    and as much again.
    """
    shown = printable(text)
    if cell_len(shown) <= width:
        return shown
    said, dot, tail = shown.rpartition(" · ")
    tail = dot + tail
    if not said or 2 * cell_len(tail) > width:
        said, tail = shown, ""
    head = _head(said, width - cell_len(tail) - 1)
    words = head.rpartition(" ")[0]
    if cell_len(words) * 2 >= cell_len(head) and not said[len(head) :].startswith(" "):
        head = words  # else it is one long word, which is better than none
    return f"{head.rstrip(' ,;:')}…{tail}"[: max(width, 0)]


def fit_end(text: str, width: int) -> str:
    """Return `text`, made printable, in exactly `width` cells: padded, or cut at the beginning.

    Names of files mostly begin alike: what tells one from another, and the suffix, is at the end.
    """
    shown = printable(text)
    if cell_len(shown) > width:
        shown = f"…{_head(shown[::-1], width - 1)[::-1]}"[: max(width, 0)]
    return set_cell_size(shown, max(width, 0))


def fit_start(text: str, width: int) -> str:
    """Return `text`, made printable, in exactly `width` cells: padded, or cut at the end."""
    return set_cell_size(cut(text, width), max(width, 0))


def cut(text: str, width: int) -> str:
    """Return `text`, made printable, in at most `width` cells, cut at the end if need be."""
    shown = printable(text)
    return shown if cell_len(shown) <= width else f"{_head(shown, width - 1)}…"[: max(width, 0)]


def bar(value: float) -> str:
    """Return one character whose height is `value` in [0, 1]."""
    return _BARS[round(min(max(value, 0.0), 1.0) * (len(_BARS) - 1))]


def _head(text: str, width: int) -> str:
    used = 0
    for n, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:n]
    return text
