"""What tags say and where they go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hardcase.imaging.overlay import Overlay
from hardcase.imaging.tags import (
    MAX_TAG_WIDTH,
    MAX_TAGGED,
    Span,
    clusters,
    fitted,
    place_tags,
    wrapped,
)
from hardcase.imaging.tags import tag_text as tag
from hardcase.model.boxes import Box

ANY = Box(0, 0, 1, 1)
COLUMNS, ROWS = 60, 20


def overlay(label: str = "cat", *, selected: bool = False, **more: object) -> Overlay:
    return Overlay(ANY, label, selected=selected, **more)


def placed(*boxes: tuple[Overlay, tuple[int, int, int, int]]) -> list[tuple[int, int, str]]:
    return [(s.row, s.column, s.text) for s in place_tags(boxes, COLUMNS, ROWS)]


def test_a_tag_tells_label_and_score_or_that_a_person_drew_it() -> None:
    assert tag(overlay(score=0.874), 60) == " cat 0.87 "
    assert tag(overlay(score=1.0), 60) == " cat 1.00 "
    assert tag(overlay(by_human=True), 60) == " cat ✓ "
    assert tag(overlay(), 60) == " cat "


def test_a_long_label_is_cut_but_not_its_score() -> None:
    text = tag(overlay("x" * 300, score=0.5), 60)
    assert cell_len(text) == MAX_TAG_WIDTH
    assert text.endswith("…  0.50 ".replace("  ", " "))


def test_hostile_labels_are_made_printable() -> None:
    assert tag(overlay("a\x1b[31m\u202eb\n"), 60) == " a�[31m�b� "
    assert tag(overlay("[red]x[/]"), 60) == " [red]x[/] "


@given(st.text(max_size=50), st.integers(0, 40))
def test_fitted_text_fits_and_every_character_has_its_place(text: str, width: int) -> None:
    result = fitted(text, width)
    assert sum(cells for _, cells in clusters(result)) <= width
    assert "".join(c for c, _ in clusters(result)) == result


def test_marks_stay_with_their_character_and_joiners_go() -> None:
    assert list(clusters("e\u0301x")) == [("e\u0301", 1), ("x", 1)]
    assert list(clusters("日本")) == [("日", 2), ("本", 2)]
    assert list(clusters("\u0301a\u200db\ufe0f")) == [("a", 1), ("b", 1)]
    ((cluster, _),) = clusters("a" + "\u0301" * 500)
    assert len(cluster) < 6


def test_wide_characters_are_cut_at_a_whole_one() -> None:
    assert fitted("日本語", 5) == "日本…"
    assert fitted("日本語", 4) == "日…"
    assert fitted("日本語", 6) == "日本語"


def test_wrapping_cuts_words_that_are_too_long() -> None:
    assert wrapped("one two  three", 7) == ["one two", "three"]
    assert wrapped("abcdefghij k", 5) == ["abcd…", "k"]
    assert wrapped("", 5) == []


def test_a_tag_goes_above_its_box() -> None:
    assert placed((overlay(), (10, 5, 30, 15))) == [(4, 10, " cat ")]


def test_at_the_top_it_goes_on_the_upper_edge_of_a_large_box_or_below_a_small_one() -> None:
    assert placed((overlay(), (10, 0, 30, 15))) == [(0, 11, " cat ")]
    assert placed((overlay(), (10, 0, 13, 1))) == [(2, 10, " cat ")]


def test_tags_stay_on_the_canvas() -> None:
    assert placed((overlay(), (58, 5, 59, 9))) == [(4, COLUMNS - 5, " cat ")]
    assert placed((overlay(), (-20, 5, 30, 9))) == [(4, 0, " cat ")]
    assert placed((overlay(), (-9, -9, 99, 99))) == [(0, 0, " cat ")]
    assert placed((overlay(), (-9, -9, -1, 99))) == []
    assert placed((overlay(selected=True), (70, 5, 80, 9))) == []


def test_the_selected_box_has_a_tag_wherever_it_goes() -> None:
    narrow = (20, -3, 27, 40)  # above and below are off the canvas, and the edge is too short
    assert placed((overlay("elephant"), narrow)) == []
    assert placed((overlay("elephant", selected=True), narrow)) == [(0, 20, " elephant ")]


def test_nothing_to_say_is_no_tag() -> None:
    assert placed((overlay("", selected=True), (10, 5, 30, 15))) == []


def test_a_tag_never_covers_a_small_box() -> None:
    small = (overlay("b"), (12, 4, 14, 5))
    spots = placed((overlay(), (10, 6, 30, 15)), small)
    assert (5, 10, " cat ") not in spots
    assert (6, 11, " cat ") in spots


def test_a_tag_that_would_cover_another_is_left_out() -> None:
    same = (10, 5, 14, 6)
    spots = placed(*[(overlay(f"n{i}"), same) for i in range(4)])
    assert len(spots) == len({(row, column) for row, column, _ in spots}) == 2  # above and below


def test_the_selected_box_has_its_tag_first() -> None:
    same = (10, 5, 14, 6)
    items = [(overlay(f"n{i}"), same) for i in range(5)]
    assert placed(*items, (overlay("me", selected=True), same))[0] == (4, 10, " me ")


def test_in_a_crowd_only_the_selected_box_is_tagged() -> None:
    crowd = [(overlay(), (x, 5, x + 2, 7)) for x in range(0, 4 * MAX_TAGGED, 4)]
    assert len(placed(*crowd)) > 1
    chosen = (overlay("me", selected=True), (50, 10, 55, 14))
    assert [text for *_, text in placed(*crowd, chosen)] == [" me "]


def test_in_a_crowd_marked_boxes_keep_the_tags_that_name_them() -> None:
    crowd = [(overlay(), (x, 5, x + 2, 7)) for x in range(0, 4 * MAX_TAGGED, 4)]
    marked = [(overlay(mark=mark), (x, 12, x + 9, 16)) for mark, x in (("1", 5), ("2", 30))]
    assert {text for *_, text in placed(*crowd, *marked)} == {" 1 cat ", " 2 cat "}


def test_tags_keep_off_the_hard_mark() -> None:
    mark = Span(0, COLUMNS - 8, " ▲ HARD ", None)
    spans = place_tags([(overlay(), (52, 1, 56, 5))], COLUMNS, ROWS, [mark])
    assert [s.row for s in spans] == [6]


@pytest.mark.parametrize("columns", [1, 2, 3, 8])
def test_a_narrow_canvas_cuts_tags(columns: int) -> None:
    items = [(overlay("person", selected=True, score=0.5), (0, 2, columns - 1, 4))]
    for span in place_tags(items, columns, 6):
        assert span.column >= 0
        assert span.column + cell_len(span.text) <= columns
