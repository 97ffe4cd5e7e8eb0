"""Objects over several views, and the work they are expected to make."""

from __future__ import annotations

import numpy as np
import pytest
from hardness_evidence import Object, detections
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.detection_objects import (
    VIEWS,
    Objects,
    Work,
    gather_objects,
    object_features,
    object_work,
)
from hardcase.hardness.detection_views import pair
from hardcase.model.boxes import Box
from hardcase.model.evidence import CROP, FLIP, INVERSION, SCALE, Detections

A = (100.0, 100.0, 200.0, 200.0)
B = (300.0, 100.0, 400.0, 200.0)
C = (100.0, 300.0, 200.0, 400.0)


def work(*original: Object, **views: tuple[Object, ...]) -> Work:
    found = detections(*original)
    seen = {name: pair(found, detections(*objects)) for name, objects in views.items()}
    return object_work(found, seen, 0.3)


def gathered(original: Detections, *views: Detections) -> Objects:
    return gather_objects(original, [pair(original, view) for view in views])


def everywhere(*found: Object) -> dict[str, tuple[Object, ...]]:
    return dict.fromkeys(VIEWS, found)


def test_an_object_is_seen_on_average_over_the_views() -> None:
    views = [detections((A, 0.6, 0)), detections((A, 0.9, 0), (B, 0.4, 1)), detections()]
    objects = gathered(detections((A, 0.8, 0)), *views)
    assert objects.score.tolist() == pytest.approx([0.8, 0.0])
    assert objects.seen.tolist() == pytest.approx([0.5, 0.4 / 3])
    assert objects.classes.tolist() == [0, 1]


def test_an_object_that_two_views_show_is_one_object() -> None:
    views = [detections((B, 0.4, 1)), detections((B, 0.6, 1))]
    objects = gathered(detections(), *views)
    assert objects.seen.tolist() == pytest.approx([0.5])


def test_a_view_that_does_not_show_a_place_has_no_say_on_it() -> None:
    found = detections((A, 0.8, 0))
    left = Detections(found.boxes, found.scores, found.classes, Box(0.0, 0.0, 250.0, 480.0))
    objects = gathered(detections((A, 0.8, 0), (B, 0.7, 0)), left)
    assert objects.seen.tolist() == pytest.approx([0.8, 0.7])


def test_without_views_an_object_is_seen_as_it_scores() -> None:
    objects = gathered(detections((A, 0.8, 0)))
    assert objects.seen.tolist() == objects.score.tolist() == pytest.approx([0.8])


def test_a_box_that_other_looks_do_not_show_is_more_likely_wrong() -> None:
    sure = work((A, 0.8, 0), **everywhere((A, 0.8, 0)))
    alone = work((A, 0.8, 0), **everywhere())
    assert 0 < sure.wrong_boxes < 0.3
    assert alone.wrong_boxes > 2 * sure.wrong_boxes


def test_what_other_looks_show_is_missed_the_more_the_surer_they_are() -> None:
    none, faint, strong = (
        work((A, 0.9, 0), **everywhere((A, 0.9, 0), *more)).missed_boxes
        for more in ((), ((B, 0.1, 0),), ((B, 0.8, 0),))
    )
    assert none == 0
    assert 0 < faint < 0.2
    assert strong > 0.25


def test_a_box_of_another_class_at_the_same_place_makes_a_label_doubtful() -> None:
    alone = work((A, 0.6, 0), **everywhere((A, 0.6, 0)))
    contested = work((A, 0.6, 0), (A, 0.29, 1), **everywhere((A, 0.6, 0), (A, 0.29, 1)))
    assert contested.wrong_boxes > alone.wrong_boxes


def test_a_second_box_of_an_accepted_object_is_less_likely_missed_than_one_by_itself() -> None:
    shifted = (130.0, 100.0, 230.0, 200.0)
    second, apart = (
        work((A, 0.9, 0), (box, 0.2, 0), **everywhere((A, 0.9, 0), (box, 0.2, 0)))
        for box in (shifted, B)
    )
    assert second.missed_boxes < apart.missed_boxes


def test_only_the_views_that_help_are_listened_to() -> None:
    with_it = work((A, 0.8, 0), **{INVERSION: ((B, 0.9, 0),)})
    assert with_it == work((A, 0.8, 0))


@pytest.mark.parametrize("view", [FLIP, CROP, SCALE])
def test_each_view_counts_by_itself(view: str) -> None:
    assert work((A, 0.8, 0), **{view: ()}).wrong_boxes > work((A, 0.8, 0)).wrong_boxes


def test_nothing_seen_makes_no_work() -> None:
    assert work(**everywhere()) == (0.0, 0.0, 0.0)


def test_any_missed_is_the_chance_of_at_least_one() -> None:
    one = work(**everywhere((B, 0.2, 0)))
    two = work(**everywhere((B, 0.2, 0), (C, 0.2, 0)))
    assert one.any_missed == pytest.approx(one.missed_boxes)
    assert two.missed_boxes == pytest.approx(2 * one.missed_boxes)
    assert two.any_missed == pytest.approx(1 - (1 - one.any_missed) ** 2)


boxes = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    st.floats(0, 600),
    st.floats(0, 400),
    st.floats(0, 300),
    st.floats(0, 300),
)
found = st.lists(st.tuples(boxes, st.floats(0, 1), st.integers(0, 2)), max_size=5).map(tuple)


@given(found, found, found, st.floats(0, 1))
def test_whatever_is_seen_the_work_is_in_range(
    original: tuple, flip: tuple, crop: tuple, threshold: float
) -> None:
    first, part = detections(*original), detections(*crop)
    shown = Detections(part.boxes, part.scores, part.classes, Box(50.0, 50.0, 500.0, 300.0))
    seen = {FLIP: pair(first, detections(*flip)), CROP: pair(first, shown)}
    wrong, missed, any_missed = object_work(first, seen, threshold)
    accepted = int((first.scores >= threshold).sum())
    assert 0 <= wrong <= accepted
    assert missed >= 0
    assert 0 <= any_missed <= 1
    objects = gather_objects(first, list(seen.values()))
    x = object_features(objects, objects.score >= threshold)
    assert x.shape == (len(objects.score), 5)
    assert np.isfinite(x).all()
