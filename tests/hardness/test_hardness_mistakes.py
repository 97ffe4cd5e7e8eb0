"""Mistakes in labels: each kind is found where it is, and sound labels are spared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.mistakes import (
    LOWEST,
    MISTAKE_SHARE,
    Boxes,
    compare_boxes,
    compare_classes,
    judge_boxes,
    share_below,
)
from hardcase.model.boxes import Box
from hardcase.model.evidence import FLIP, ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.findings import MistakeKind

PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5.0)
NAMES = ("cat", "dog", "bird")
CAT, DOG = 0, 1
HERE, THERE = (10, 10, 60, 60), (200, 200, 260, 260)


def seen(*found: tuple[tuple[float, float, float, float], float, int], flip=None) -> Evidence:
    """Evidence with (box, score, class) each; the mirror image says the same by itself."""

    def detections(these) -> Detections:
        return Detections(
            np.array([box for box, _, _ in these], np.float32).reshape(-1, 4),
            np.array([score for _, score, _ in these], np.float32),
            np.array([c for _, _, c in these], np.int64),
        )

    views = {ORIGINAL: detections(found), FLIP: detections(found if flip is None else flip)}
    return Evidence(400, 300, PIXELS, detections=views)


def labeled(evidence: Evidence, *given: tuple[tuple[float, float, float, float], int]) -> Boxes:
    boxes = np.array([box for box, _ in given], np.float64).reshape(-1, 4)
    return compare_boxes(evidence, boxes, np.array([c for _, c in given], np.int64))


SOUND = labeled(seen((HERE, 0.9, CAT)), (HERE, CAT))


def judged(image: Boxes):
    """The mistakes of an image among many sound ones."""
    return judge_boxes([image, *[SOUND] * 50], NAMES)[0]


def test_sound_labels_have_no_mistake():
    assert judge_boxes([SOUND] * 50, NAMES) == [[]] * 50


def test_another_label_is_swapped():
    (found,) = judged(labeled(seen((HERE, 0.9, DOG)), (HERE, CAT)))
    assert found.kind is MistakeKind.SWAPPED
    assert (found.given, found.seen, found.index) == ("cat", "dog", 0)
    assert found.box == Box(*HERE)
    assert found.confidence == pytest.approx(0.9)
    assert found.score > 0.8


def test_an_object_that_nobody_labeled_is_extra():
    (found,) = judged(labeled(seen((HERE, 0.9, CAT), (THERE, 0.8, DOG)), (HERE, CAT)))
    assert found.kind is MistakeKind.EXTRA
    assert (found.given, found.seen, found.index) == (None, "dog", None)
    assert found.box == Box(*THERE)
    assert found.score == pytest.approx(0.8)


def test_an_object_that_the_mirror_image_does_not_show_is_half_as_likely():
    (found,) = judged(labeled(seen((THERE, 0.8, DOG), flip=())))
    assert found.score == pytest.approx(0.4)


def test_a_box_without_an_object_is_missed():
    (found,) = judged(labeled(seen((HERE, 0.9, CAT)), (HERE, CAT), (THERE, DOG)))
    assert found.kind is MistakeKind.MISSED
    assert (found.given, found.seen, found.index) == ("dog", None, 1)
    assert found.box == Box(*THERE)
    assert found.score > 0.5


def test_a_box_without_an_object_means_little_where_the_model_misses_many():
    tiny = [((5.0 * n, 0.0, 5.0 * n + 3, 3.0), CAT) for n in range(60)]
    unseen = labeled(seen(), *tiny)
    alone = labeled(seen(), (HERE, CAT))
    large = [labeled(seen((HERE, 0.9, CAT)), (HERE, CAT))] * 300
    mistakes = judge_boxes([unseen, *large, alone], NAMES)
    assert max((m.score for m in mistakes[0]), default=0) < 0.3
    assert mistakes[-1][0].score > 0.5


def test_a_box_beside_its_object_is_badly_placed_and_that_is_all_that_is_told():
    shifted = (40, 10, 90, 60)
    (found,) = judged(labeled(seen((HERE, 0.9, CAT)), (shifted, CAT)))
    assert found.kind is MistakeKind.PLACED
    assert (found.given, found.seen, found.index) == ("cat", "cat", 0)
    assert found.box == Box(*HERE)
    assert found.score == pytest.approx(0.9**0.5 * (1 - 20 / 80), rel=1e-5)


def test_the_box_of_a_neighbour_is_not_taken_for_a_better_place():
    evidence = seen((HERE, 0.9, CAT))
    (found,) = judged(labeled(evidence, (HERE, CAT), ((40, 10, 90, 60), CAT)))
    assert found.kind is MistakeKind.MISSED
    assert found.index == 1


def test_a_box_that_fits_about_as_well_as_people_agree_is_spared():
    assert judged(labeled(seen((HERE, 0.9, CAT)), ((14, 10, 64, 60), CAT))) == []


def test_labels_that_the_model_does_not_know_are_left_alone():
    assert judged(labeled(seen((HERE, 0.9, DOG)), (HERE, -1))) == []


def test_an_image_without_labels_or_candidates_is_sound():
    assert judge_boxes([labeled(seen())], NAMES) == [[]]
    assert judge_boxes([], NAMES) == []


boxes = st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(1, 90), st.integers(1, 90))
places = boxes.map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
candidates = st.lists(st.tuples(places, st.floats(0, 1, width=32), st.integers(0, 2)), max_size=6)
annotations = st.lists(st.tuples(places, st.integers(-1, 2)), max_size=6)


@given(st.lists(st.tuples(candidates, annotations), max_size=4))
def test_whatever_is_seen_scores_lie_between_0_and_1_and_fall(images):
    compared = [labeled(seen(*found), *labels) for found, labels in images]
    for (_, labels), mistakes in zip(images, judge_boxes(compared, NAMES), strict=True):
        scores = [m.score for m in mistakes]
        assert scores == sorted(scores, reverse=True)
        assert all(LOWEST <= score <= 1 for score in scores)
        told = [m.index for m in mistakes if m.index is not None]
        assert len(told) == len(set(told))
        assert all(0 <= index < len(labels) for index in told)


def classified(*p: float, flip=None) -> Evidence:
    views = {ORIGINAL: np.array(p, np.float32), FLIP: np.array(flip or p, np.float32)}
    return Evidence(40, 30, PIXELS, probabilities=views)


def test_a_classified_image_scores_by_what_the_model_gives_to_its_label():
    sure, best, confidence = compare_classes(classified(0.98, 0.01, 0.01), [CAT])
    wrong, other, seen_as = compare_classes(classified(0.001, 0.998, 0.001), [CAT])
    assert sure < 0.001
    assert wrong > 0.9
    assert (best, other) == (DOG, DOG)
    assert (confidence, seen_as) == (pytest.approx(0.01), pytest.approx(0.998))


def test_the_score_of_a_class_is_the_posterior_of_a_mistake():
    q = MISTAKE_SHARE / 2
    score, _, _ = compare_classes(classified(0.1, 0.8, 0.1), [CAT])
    assert score == pytest.approx(q * 0.9 / (q * 0.9 + (1 - MISTAKE_SHARE) * 0.1), rel=1e-5)


def test_the_mirror_image_counts_as_much():
    score, _, _ = compare_classes(classified(0.0, 1.0, 0.0, flip=(1.0, 0.0, 0.0)), [CAT])
    half, _, _ = compare_classes(classified(0.5, 0.5, 0.0), [CAT])
    assert score == pytest.approx(half)


def test_of_several_labels_each_may_be_what_the_model_sees():
    score, best, _ = compare_classes(classified(0.5, 0.49, 0.01), [CAT, DOG])
    assert score < 0.01
    assert best == 2


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(-5, 0)), min_size=1, max_size=300),
)
def test_the_share_below_counts_what_is_no_larger(rows):
    values = np.array([v for v, _ in rows], np.float64)
    sizes = np.array([s for _, s in rows])
    shares = share_below(values, sizes)
    assert ((shares > 0) & (shares <= 1)).all()
    if len(rows) <= 200:
        expected = [(1 + (values <= v).sum()) / (len(values) + 1) for v in values]
        assert shares == pytest.approx(expected)
