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


# `join` and `flat` are measured on photos that fill 120x40 cells: on average 98 KB at 41 dB, and
# 30 KB at 28 dB. `keep` holds in any case: were every pixel that far off, that would be 40.3 dB and
# 28.1 dB. `most` is 40.3 dB for each update.
FULL = Quality(join=100, keep=18, flat=50, most=6.0)
LEAN = Quality(join=1900, keep=300, flat=1400, named=True)


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
