"""What is written can be read, in every theme."""

from __future__ import annotations

import pytest

from colour_vision import contrast
from hardcase.errors import UsageError
from hardcase.tui.themes import THEMES, user_theme

LEAST = {"hardcase-dark": 4.5, "hardcase-light": 4.5, "hardcase-contrast": 7.0}
"""WCAG 2: AA, and AAA for the theme that is made for it."""


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_text_stands_out_from_its_ground(theme) -> None:
    names = ("foreground", "primary", "accent", "warning", "error", "success")
    words = [getattr(theme, name) for name in names]
    words += [theme.variables["muted"], theme.variables["hint-key"]]
    for ground in (theme.background, theme.surface, theme.panel):
        for word in words:
            assert contrast(word, ground) >= LEAST[theme.name], (word, ground)
    at_cursor = theme.variables["cursor-foreground"], theme.variables["cursor-background"]
    assert contrast(*at_cursor) >= LEAST[theme.name]


@pytest.mark.parametrize(
    ("asked", "light", "name"),
    [("", False, "dark"), ("", True, "light"), ("contrast", True, "contrast")],
)
def test_a_theme_is_the_users_or_that_of_the_terminal(monkeypatch, asked, light, name) -> None:
    monkeypatch.setenv("HARDCASE_THEME", asked)
    assert user_theme(light=light) == f"hardcase-{name}"
    monkeypatch.setenv("HARDCASE_THEME", "pink")
    with pytest.raises(UsageError, match="dark, light, contrast"):
        user_theme()
