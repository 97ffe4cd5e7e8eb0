"""A tile of quick review: the part of the image around its box, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pytest

from hardcase.imaging.depth import Depth
from hardcase.imaging.preview import Renderer, Request
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Task
from hardcase.session.boxes.box_index import BoxSort
from hardcase.session.boxes.box_review import BoxReview
from hardcase.tui.gallery.tile import Inks, Tile, paint
from hardcase.tui.review.tile import box_caption, box_tile, part_around

DARK, LIGHT = np.zeros(3, np.uint8), np.full(3, 255, np.uint8)


@pytest.fixture
def review(make_job):
    session = make_job(Task.DETECTION, 1)
    session.set_annotations(
        1,
        [
            Annotation("cat", Box(10, 5, 30, 15), 0.875, "toy#1"),
            Annotation("cat", Box(38, 28, 40, 30)),
        ],
    )
    return BoxReview(session, [1])


def _tile(review, row=0, sort=BoxSort.AREA, **more):
    options = {"folder": "", "selected": False, "outlined": False, **more}
    session = review._session
    sample = session.sample(1)
    return box_tile(
        review, row, sample, session.image_path(1), {"dog": "#112233"}, sort=sort, **options
    )


def _painted(tile, depth=Depth.FULL):
    request = Request(tile.path, 18, 6, part=tile.part, depth=depth)
    inks = Inks(dict.fromkeys(Inks.NAMES, (LIGHT, DARK)), depth)
    return paint(tile, Renderer().render(request), (20, 8), inks, cursor=False).grid


def test_some_of_what_is_around_a_box_is_shown_and_more_around_a_tiny_one():
    assert part_around(Box(10, 20, 60, 40)) == (0, 10, 70, 50)
    assert part_around(Box(10, 10, 12, 12)) == (4, 4, 18, 18)


@pytest.mark.parametrize(
    ("sort", "name"),
    [
        (BoxSort.AREA, "20×10 000.png"),
        (BoxSort.ASPECT, "2.00 000.png"),
        (BoxSort.SCORE, "20×10 000.png"),
        (BoxSort.HARD, "000.png"),
    ],
)
def test_the_name_begins_with_what_boxes_are_sorted_by(review, sort, name):
    assert _tile(review, sort=sort).name == name


def test_the_fate_of_a_box_is_told_in_words_and_marks(review):
    plain = _tile(review)
    assert (plain.label, plain.note, plain.struck) == ("cat", " .88", False)
    review.relabel(np.array([0]), "dog")
    changed = _tile(review)
    assert (changed.label, changed.mark[0], changed.swatch) == ("→ dog", "→", "#112233")
    review.strike(np.array([0]))
    struck = _tile(review)
    assert (struck.label, struck.mark[0], struck.swatch, struck.struck) == ("✗ cat", "✗", "", True)


def test_the_caption_tells_all_that_is_known(review):
    sample = review._session.sample(1)
    review.relabel(np.array([0]), "dog")
    assert box_caption(review, 0, sample, sample.annotations[0]) == (
        "to become dog · cat 0.88 · 20×10 px · ratio 2.00 · by toy#1 · unlabeled"
    )
    assert "by a person" in box_caption(review, 1, sample, sample.annotations[1])


def test_what_lies_around_the_box_is_dimmer_and_what_is_struck_fades(review):
    clear = _painted(Tile(1, _tile(review).path, "", "", part=_tile(review).part))
    focused = _painted(_tile(review))
    middle, corner = (3, 10), (5, 2)
    assert (focused.bg[middle] == clear.bg[middle]).all()
    assert focused.bg[corner].sum() < 0.6 * clear.bg[corner].sum()
    review.strike(np.array([0]))
    struck = _painted(_tile(review))
    assert struck.bg[middle].sum() < 0.4 * clear.bg[middle].sum()


def test_the_edge_of_the_box_is_straight_where_the_picture_is_of_one_colour(review):
    grid = _painted(_tile(review))
    halves = np.repeat(grid.bg[:6, 1:19].astype(int).sum(axis=2), 2, axis=0)
    lower = grid.chars[:6, 1:19] == "▄"
    halves[1::2] = np.where(lower, grid.fg[:6, 1:19].astype(int).sum(axis=2), halves[1::2])
    x1, y1, x2, y2 = (
        Renderer()
        .render(Request(_tile(review).path, 18, 6, part=_tile(review).part))
        .placement.halves_of(_tile(review).focus)
    )
    bright = halves > 0.8 * halves.max()
    inside = np.zeros_like(bright)
    inside[y1 : y2 + 1, x1 : x2 + 1] = True
    marks = np.zeros_like(bright)
    marks[:2, -3:] = True  # the mark in the corner
    assert ((bright == inside) | marks).all()
    assert (y1 % 2, y2 % 2) != (0, 1)  # an edge goes through cells


def test_with_outlines_nothing_is_dimmed(review):
    tile = _tile(review, outlined=True)
    assert tile.focus is None
    assert [overlay.box for overlay in tile.overlays] == [Box(10, 5, 30, 15)]


@pytest.mark.parametrize("depth", Depth)
def test_tiles_are_drawn_in_any_number_of_colours(review, depth):
    review.strike(np.array([1]))
    for row in (0, 1):
        assert _painted(_tile(review, row), depth).rows == 8
