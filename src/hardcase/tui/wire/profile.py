"""Profiles of the line: how much of a picture is sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.model.text import printable
from hardcase.tui.wire.lossy import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "HARDCASE_LINE"
"""Environment variable that sets the profile."""


class Profile(StrEnum):
    """How to treat the line."""

    AUTO = "auto"
    """Full, or lean on a slow line; there, the rest of a picture follows when nobody types."""
    FULL = "full"
    LEAN = "lean"
    PLAIN = "plain"
    """Textual's own output, to compare with or in case of trouble."""


# Bytes a cell: 100 KB on 120x40 cells, less what moves and text may take, and 30 KB less the 4 %
# by which what leads from row to row is reckoned too low.
# `keep`: were every pixel that far off, that would be 40.3 dB and 28.1 dB.
FULL = Quality(budget=20.2, least=2.0, keep=18)
LEAN = Quality(budget=6.0, least=15.0, keep=300, named=True)


def chosen_profile(environ: Mapping[str, str]) -> Profile:
    """Return the profile asked for, auto if none is. Raises UsageError if there is no such."""
    asked = environ.get(VARIABLE, "").strip().lower() or Profile.AUTO
    try:
        return Profile(asked)
    except ValueError as error:
        known = ", ".join(Profile)
        raise UsageError(f"{VARIABLE} is {printable(asked)}; set it to one of {known}") from error


_KNOW_REPEAT = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour")


def knows_repeat(environ: Mapping[str, str]) -> bool:
    """Whether the terminal surely has REP (`CSI n b`).

    Many more have it, but `xterm-256color` is also what mosh and others call themselves that have
    not.
    """
    if any(environ.get(name) for name in ("TMUX", "STY")):
        return False
    return environ.get("TERM", "").startswith(_KNOW_REPEAT)
