from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.imaging.view import View, panned, place
from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation
from hardcase.tui.actions import ACTIONS
from hardcase.tui.bindings import first_key
from hardcase.tui.editor import editing
from hardcase.tui.editor.colours import faded
from hardcase.tui.editor.editing import Draft, Edge
from hardcase.tui.editor.follow import pan_to_box, pan_to_edge
from hardcase.tui.editor.line import parts

TINY = 1e-6
SIZES = st.integers(1, 5000)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    width, height = draw(SIZES), draw(SIZES)

    def span(limit: int) -> tuple[float, float]:
        size = draw(st.floats(1, limit))
        first = draw(st.floats(0, limit - size))
        return first, min(first + size, float(limit))

    annotations = []
    for n in range(draw(st.integers(0, 4))):
        (x1, x2), (y1, y2) = span(width), span(height)
        annotations.append(Annotation("ab"[n % 2], Box(x1, y1, x2, y2), 0.5, "toy#1"))
    return editing.stepped(Draft(tuple(annotations), width, height), draw(st.sampled_from([1, -1])))


STEPS = st.floats(-6000, 6000).filter(lambda v: abs(v) >= 1)
POINTS = st.tuples(st.floats(-9e3, 9e3), st.floats(-9e3, 9e3))
BOXES = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.floats(-9e3, 9e3), st.floats(-9e3, 9e3), st.floats(1e-3, 9e3), st.floats(1e-3, 9e3)),
)
"""Boxes inside, outside or across the edges of an image."""
OPERATIONS = st.one_of(
    st.tuples(st.just("nudged"), STEPS, STEPS),
    st.tuples(st.just("pulled"), st.sampled_from(Edge), STEPS),
    st.tuples(st.just("relabeled"), st.sampled_from(["a", "b"])),
    st.tuples(st.just("deleted")),
    st.tuples(st.just("stepped"), st.sampled_from([1, -1])),
    st.tuples(st.just("drawn"), POINTS, POINTS),
    st.tuples(st.just("dragged"), st.sets(st.sampled_from(Edge)), STEPS, STEPS),
    st.tuples(st.just("snapped_to"), BOXES),
    st.tuples(st.just("copied"), st.lists(st.builds(Annotation, st.just("a"), BOXES), max_size=3)),
    st.tuples(st.just("reset")),
)


def applied(draft: Draft, operation: tuple, start: Draft) -> Draft:
    name, *values = operation
    if name == "drawn":
        box = editing.spanned(*values, draft.width, draft.height)
        return editing.added(draft, box, "a")
    if name == "reset":
        return editing.replaced(draft, start.annotations)
    return getattr(editing, name)(draft, *values)


@settings(max_examples=200, deadline=None)
@given(drafts(), st.lists(OPERATIONS, max_size=12))
def test_whatever_is_done_boxes_stay_inside_and_at_least_a_pixel_large(start, operations) -> None:
    draft = start
    for operation in operations:
        before, draft = draft, applied(draft, operation, start)
        for annotation in draft.annotations:
            x1, y1, x2, y2 = annotation.box
            assert 0 <= x1 < x2 <= draft.width
            assert 0 <= y1 < y2 <= draft.height
            assert min(x2 - x1, y2 - y1) >= 1 - 2e-3  # half of what is rounded off, at both ends
        count = len(draft.annotations)
        assert (draft.selected is None) == (count == 0)
        assert draft.selected is None or 0 <= draft.selected < count
        if operation[0] in {"nudged", "pulled", "relabeled", "dragged", "snapped_to"}:
            others = [n for n in range(count) if n != draft.selected]
            assert all(draft.annotations[n] is before.annotations[n] for n in others)


@given(drafts(), STEPS, STEPS)
def test_moving_keeps_the_size_of_a_box(draft, dx, dy) -> None:
    after = editing.nudged(draft, dx, dy)
    if draft.box is not None:
        assert after.box.width == pytest.approx(draft.box.width, abs=2e-3)
        assert after.box.height == pytest.approx(draft.box.height, abs=2e-3)


@given(drafts(), st.sampled_from(Edge), STEPS)
def test_pulling_an_edge_leaves_the_other_three(draft, edge, by) -> None:
    after = editing.pulled(draft, edge, by)
    if draft.box is None:
        assert after == draft
        return
    pairs = zip(("left", "top", "right", "bottom"), draft.box, after.box, strict=True)
    for name, old, new in pairs:
        assert name == edge or new == pytest.approx(old, abs=1e-3)


@given(drafts(), STEPS, STEPS)
def test_an_edited_box_is_a_persons_and_one_that_could_not_move_is_not(draft, dx, dy) -> None:
    after = editing.nudged(draft, dx, dy)
    if after.annotations != draft.annotations:
        assert after.annotation.by == HUMAN
        assert after.annotation.score is None
    elif draft.box is not None:
        assert after.annotation.by == "toy#1"
        assert after.annotation.score == 0.5


@pytest.mark.parametrize(
    ("edge", "by", "expected"),
    [
        ("left", 4, (36, 40, 120, 120)),
        ("left", -4, (44, 40, 120, 120)),
        ("right", 4, (40, 40, 124, 120)),
        ("right", 999, (40, 40, 320, 120)),
        ("top", 8, (40, 32, 120, 120)),
        ("top", 999, (40, 0, 120, 120)),
        ("bottom", 8, (40, 40, 120, 128)),
        ("bottom", -999, (40, 40, 120, 41)),
        ("left", -999, (119, 40, 120, 120)),
    ],
)
def test_each_edge_moves_outwards_and_inwards(edge, by, expected) -> None:
    assert editing.resized(Box(40, 40, 120, 120), Edge(edge), by, 320, 160) == expected


def test_a_box_smaller_than_a_pixel_can_grow_but_not_shrink() -> None:
    box = Box(10.25, 10, 10.75, 20)
    assert editing.resized(box, Edge.RIGHT, -1, 320, 160) == box
    assert editing.resized(box, Edge.RIGHT, 2, 320, 160) == (10.25, 10, 12.75, 20)


@given(drafts(), st.lists(st.builds(Annotation, st.sampled_from("ab"), BOXES), max_size=6))
def test_copies_are_a_persons_and_never_twice_the_same(draft, others) -> None:
    after = editing.copied(draft, others)
    count = len(draft.annotations)
    assert after.annotations[:count] == draft.annotations
    copies = after.annotations[count:]
    assert all(a.by == HUMAN and a.score is None for a in copies)
    assert editing.copied(after, others).annotations == after.annotations
    assert len(copies) <= len(others)
    if copies:
        assert after.selected == count


@given(drafts())
def test_a_corner_drags_two_edges_and_no_edge_all_of_the_box(draft) -> None:
    if draft.box is None:
        return
    corner = editing.dragged(draft, {Edge.LEFT, Edge.TOP}, -3, -5)
    assert corner == editing.pulled(editing.pulled(draft, Edge.LEFT, 3), Edge.TOP, 5)
    assert editing.dragged(draft, (), -3, -5) == editing.nudged(draft, -3, -5)


def test_extras_of_an_annotation_survive_editing() -> None:
    old = Annotation("a", Box(0, 0, 9, 9), 0.5, "toy#1", {"difficult": True})
    new = editing.nudged(Draft((old,), 99, 99, 0), 5, 0).annotation
    assert new == Annotation("a", Box(5, 0, 14, 9), None, HUMAN, {"difficult": True})


def test_after_a_deletion_the_next_box_is_selected_else_the_one_before() -> None:
    a, b, c = (Annotation(name, Box(0, 0, 9, 9)) for name in "abc")
    assert editing.deleted(Draft((a, b, c), 99, 99, 1)).annotation == c
    assert editing.deleted(Draft((a, b, c), 99, 99, 2)).annotation == b
    assert editing.deleted(Draft((a,), 99, 99, 0)).selected is None


def test_what_comes_back_is_selected() -> None:
    a, b, c = (Annotation(name, Box(0, 0, 9, 9)) for name in "abc")
    assert editing.replaced(Draft((a, c), 99, 99, 0), (a, b, c)).annotation == b
    assert editing.replaced(Draft((a, b), 99, 99, 0), (a, b, c)).annotation == c
    assert editing.replaced(Draft((a, b, c), 99, 99, 2), (a, b)).annotation == b


@given(
    drafts().filter(lambda d: d.box is not None),
    st.integers(10, 200),
    st.integers(5, 60),
    st.floats(1, 40),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_pan_that_follows_a_box_brings_it_into_sight(draft, columns, rows, zoom, at) -> None:
    size = (draft.width, draft.height, columns, rows)
    view = View(zoom, *at)
    placement = place(view, *size)
    after = place(panned(view, placement, *pan_to_box(draft.box, placement)), *size)
    x1, y1 = after.to_cell(draft.box.x1, draft.box.y1)
    x2, y2 = after.to_cell(draft.box.x2, draft.box.y2)
    for first, last, room in ((x1, x2, columns), (y1, y2, rows)):
        if last - first <= room:
            assert -0.01 <= first <= last <= room + 0.01
        else:
            assert first <= 0.01
            assert last >= room - 0.01
    assert pan_to_box(draft.box, after) == pytest.approx((0, 0), abs=0.01)


def test_a_box_in_sight_moves_nothing_and_one_beyond_is_followed_with_some_room_ahead() -> None:
    view = View(4.0, 0.5, 0.5)
    placement = place(view, 320, 160, 80, 20)  # shows x 120..200, y 60..100, a cell is 1x2
    assert pan_to_box(Box(130, 70, 140, 80), placement) == (0, 0)
    assert pan_to_box(Box(195, 70, 205, 80), placement) == (5 + 20, 0)
    assert pan_to_edge(Box(100, 70, 150, 80), Edge.LEFT, placement) == (-20 - 20, 0)
    assert pan_to_edge(Box(100, 70, 150, 80), Edge.RIGHT, placement) == (0, 0)
    assert pan_to_edge(Box(100, 70, 150, 110), Edge.BOTTOM, placement) == (0, 5 + 5)


def line(draft: Draft, width: int) -> str:
    return "".join(text for text, _ in parts(draft, "#ffffff", width, partial(first_key, ACTIONS)))


def test_the_line_tells_place_label_score_maker_corners_and_size() -> None:
    cat = Annotation("cat", Box(1, 2.25, 300, 100), 0.87, "toy#1")
    draft = Draft((cat, cat), 320, 160, 1)
    expected = "2/2 ■ cat 0.87 by toy#1  x1 1  y1 2.2  x2 300  y2 100  299×97.8 px"
    assert line(draft, 100) == expected


@given(st.text(max_size=60), st.integers(60, 130))
def test_the_line_never_outgrows_its_width(label, width) -> None:
    annotation = Annotation(label, Box(1234.5, 1234.5, 3333.25, 3333.3), 0.5, "m" * 70 + "#1")
    draft = Draft((annotation,) * 120, 5000, 5000, 110)
    from rich.cells import cell_len

    numbers = cell_len(
        "111/120 ■ … 0.50  x1 1234.5  y1 1234.5  x2 3333.2  y2 3333.3  2098.8×2098.8 px"
    )
    assert cell_len(line(draft, width)) <= max(width, numbers)
    assert "\x1b" not in line(draft, width)


def test_the_line_says_how_to_begin_where_there_is_no_box() -> None:
    assert line(Draft((), 320, 160), 78) == "no boxes · b draws one, O: no objects here"


def test_other_boxes_fade_to_a_colour_just_as_light() -> None:
    assert faded("#ffffff") == "#ffffff"
    assert faded("#ff0000") not in {"#ff0000", "#000000"}
    assert faded("no colour") == "#ffffff"
