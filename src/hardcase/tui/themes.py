"""Three themes. Nothing rests on a tint alone, so that 16 colours are enough to read them."""

from __future__ import annotations

import os

from textual.theme import Theme

from hardcase.errors import UsageError
from hardcase.model.text import printable

VARIABLE = "HARDCASE_THEME"
"""Environment variable that chooses a theme: dark, light or contrast."""

THEMES = (
    Theme(
        name="hardcase-dark",
        primary="#4aa3df",
        secondary="#8fb8de",
        accent="#56b4e9",
        warning="#f0b429",
        error="#ff6b6b",
        success="#5fbf77",
        foreground="#e6e6e6",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        dark=True,
        variables={
            "cursor-background": "#1f4e79",
            "cursor-foreground": "#ffffff",
            "hint-key": "#f0b429",
            "line": "#5f5f5f",
            "muted": "#a8a8a8",
        },
    ),
    Theme(
        name="hardcase-light",
        primary="#005f87",
        secondary="#3a6ea5",
        accent="#005f87",
        warning="#8a4b00",
        error="#b00020",
        success="#1b6e2e",
        foreground="#1a1a1a",
        background="#ffffff",
        surface="#f4f4f4",
        panel="#e6e6e6",
        dark=False,
        variables={
            "cursor-background": "#005f87",
            "cursor-foreground": "#ffffff",
            "hint-key": "#8a4b00",
            "line": "#8a8a8a",
            "muted": "#5a5a5a",
        },
    ),
    Theme(
        name="hardcase-contrast",
        primary="#00ffff",
        secondary="#ffffff",
        accent="#00ffff",
        warning="#ffff00",
        error="#ff7070",
        success="#00ff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
        text_alpha=1.0,
        variables={
            "muted": "#ffffff",
            "cursor-background": "#ffff00",
            "cursor-foreground": "#000000",
            "hint-key": "#ffff00",
            "line": "#ffffff",
        },
    ),
)
DEFAULT_THEME = THEMES[0].name
LIGHT_THEME = THEMES[1].name


def user_theme(*, light: bool = False) -> str:
    """Return the theme to begin with; without `HARDCASE_THEME`, by the terminal's background.

    Raises UsageError if `HARDCASE_THEME` names another.
    """
    asked = os.environ.get(VARIABLE, "").strip().lower()
    if not asked:
        return LIGHT_THEME if light else DEFAULT_THEME
    names = [theme.name.removeprefix("hardcase-") for theme in THEMES]
    if asked not in names:
        raise UsageError(f"{VARIABLE} is {printable(asked)}; set it to one of {', '.join(names)}")
    return f"hardcase-{asked}"
