"""Tags that name marked boxes."""

from __future__ import annotations

from hardcase.imaging.contrast import rgb
from hardcase.imaging.overlay import Overlay
from hardcase.imaging.tags import Span, place_tags
from hardcase.model.boxes import Box

COLUMNS, ROWS = 60, 20
MARKED = Overlay(Box(0, 0, 1, 1), "cat", score=0.3, mark="1")


def test_a_marked_box_is_named_and_its_score_left_out() -> None:
    (tag,) = place_tags([(MARKED, (10, 5, 40, 15))], COLUMNS, ROWS)
    assert (tag.row, tag.column, tag.text) == (4, 10, " 1 cat ")


def test_its_tag_goes_inside_rather_than_over_another_text() -> None:
    taken = [Span(row, 0, "a" * COLUMNS, rgb("#f0d060")) for row in (0, 1)]
    (tag,) = place_tags([(MARKED, (10, 1, 40, ROWS - 1))], COLUMNS, ROWS, taken)
    assert (tag.row, tag.text) == (2, " 1 cat ")


def test_where_nothing_is_free_it_is_named_all_the_same() -> None:
    taken = [Span(row, 0, "a" * COLUMNS, rgb("#f0d060")) for row in range(ROWS)]
    assert len(place_tags([(MARKED, (10, 1, 40, 15))], COLUMNS, ROWS, taken)) == 1
