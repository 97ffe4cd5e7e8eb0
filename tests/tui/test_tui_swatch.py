"""Squares in the colours of labels show on whatever is behind them."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.content import Content

from hardcase.imaging.contrast import SWATCH_CONTRAST, ratio, rgb, swatch_ground
from hardcase.model.palette import LABEL_COLOURS
from hardcase.tui.themes import THEMES
from hardcase.tui.widgets.swatch import on_ground, swatch

GROUNDS = sorted(
    {
        ground
        for theme in THEMES
        for ground in (
            theme.background,
            theme.surface,
            theme.panel,
            theme.variables["cursor-background"],
        )
        if ground
    }
)


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_label_colour_shows_on_the_grounds_of_all_themes(ground: str) -> None:
    for colour in LABEL_COLOURS:
        shown = swatch_ground(colour, ground)
        assert float(ratio(rgb(colour), rgb(shown))) >= SWATCH_CONTRAST, colour


def test_a_ground_that_will_do_stays_as_it_is() -> None:
    assert swatch_ground("#56b4e9", "#121212") == "#121212"


def test_only_the_square_has_a_ground_of_its_own() -> None:
    under = Style.parse("#1a1a1a on #ffffff")
    before, square, after = swatch("  ■ ", "#ffffaa", under)
    assert (before.text, square.text, after.text) == ("  ", "■", " ")
    assert before.style == after.style == under
    assert square.style is not None
    assert square.style.color is not None
    assert square.style.color.name == "#ffffaa"
    assert square.style.bgcolor != under.bgcolor


def test_squares_among_other_words_show_where_they_are_drawn() -> None:
    said = Content.assemble(("drawing ", "bold"), ("■ ", "#ffffaa"), ("cat", "$muted"))
    drawn = on_ground(said, "#ffffff")
    styles = {drawn.plain[span.start : span.end]: str(span.style) for span in drawn.spans}
    assert drawn.plain == said.plain
    assert (styles["drawing "], styles["cat"]) == ("bold", "$muted")
    assert styles["■"] == f"#ffffaa on {swatch_ground('#ffffaa', '#ffffff')}"
