"""What terminals answer to questions, told from what a person types meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardcase.model.text import printable

_END = rb"(?:\x1b\\|\x07)"
_PATTERNS = {
    "version": re.compile(rb"\x1bP>\|([^\x1b\x07]*)" + _END),
    "colours": re.compile(rb"\x1bP[01]\$r([^\x1b\x07]*)" + _END),
    "graphics": re.compile(rb"\x1b_G([^\x1b\x07]*)" + _END),
    "background": re.compile(rb"\x1b\]11;([^\x1b\x07]*)" + _END),
    "kind": re.compile(rb"\x1b\[>([0-9;]*)c"),
    "attributes": re.compile(rb"\x1b\[\?([0-9;]*)c"),
}
# A reply whose end did not come in time: from here on nothing was typed by a person.
_UNFINISHED = re.compile(rb"\x1b(?:P>\||P[01]\$r|_G|\]11;|\[[?>])[^\x1b\x07]*\x1b?$")
_KEPT_COLOUR = re.compile(r"48[:;]2[:;]+1[:;]2[:;]3(?![0-9])")
_CHANNELS = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")


@dataclass(frozen=True, slots=True)
class Replies:
    """What a terminal answered; None where it did not. `typed` is everything else that came.

    `kind` is the number of its make and its version (secondary device attributes).
    """

    version: str | None = None
    truecolour: bool | None = None
    graphics: bool | None = None
    background: tuple[int, int, int] | None = None
    kind: tuple[int, int] | None = None
    answered: bool = False
    typed: bytes = b""


def complete(data: bytes) -> bool:
    """Whether the answer to the last question is there."""
    return _PATTERNS["attributes"].search(data) is not None


def parse(data: bytes) -> Replies:
    """Take the replies out of what was read. Hostile bytes become nothing worse than no reply."""
    found: dict[str, str] = {}
    for name, pattern in _PATTERNS.items():
        match = pattern.search(data)
        if match:
            found[name] = printable(match[1].decode("ascii", "replace"))
            data = pattern.sub(b"", data)
    data = _UNFINISHED.sub(b"", data)
    colours = found.get("colours")
    graphics = found.get("graphics")
    return Replies(
        version=found.get("version") or None,
        truecolour=None if colours is None else _KEPT_COLOUR.search(colours) is not None,
        graphics=None if graphics is None else graphics.partition(";")[2] == "OK",
        background=_rgb(found.get("background", "")),
        kind=_kind(found.get("kind", "")),
        answered="attributes" in found,
        typed=data,
    )


def _kind(text: str) -> tuple[int, int] | None:
    """Return the first two of the numbers, of at most nine digits each, None without them."""
    match = re.match(r"(\d{1,9});(\d{1,9})", text)
    return (int(match[1]), int(match[2])) if match else None


def _rgb(text: str) -> tuple[int, int, int] | None:
    """Return 0-255 of X11's `rgb:RRRR/GGGG/BBBB`, 1 to 4 hexadecimal digits a channel."""
    match = _CHANNELS.match(text)
    if match is None:
        return None
    red, green, blue = (int(d, 16) * 255 // (16 ** len(d) - 1) for d in match.groups())
    return red, green, blue
