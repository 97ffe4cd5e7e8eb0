from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hardness_evidence import classified, detected, look
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness import SIGNALS, measure
from hardcase.hardness.detection import expected_work
from hardcase.model.job import Task

if TYPE_CHECKING:
    from hardcase.model.evidence import Evidence

A = (100.0, 100.0, 200.0, 200.0)
B = (300.0, 100.0, 400.0, 200.0)
C = (100.0, 300.0, 200.0, 400.0)


def signals(evidence: Evidence, threshold: float = 0.3) -> dict[str, float]:
    row = measure(evidence, Task.DETECTION, threshold)
    return dict(zip(SIGNALS, row, strict=True))


def test_scores_are_split_at_the_threshold() -> None:
    s = signals(detected((A, 0.9, 0), (B, 0.5, 1), (C, 0.2, 0)))
    assert s["accepted"] == 2
    assert s["mean_score"] == pytest.approx(0.7)
    assert s["min_score"] == pytest.approx(0.5)
    assert s["expected_misses"] == pytest.approx(0.2)


def test_a_box_exactly_at_the_threshold_is_accepted() -> None:
    assert signals(detected((A, 0.3, 0)), threshold=0.3)["accepted"] == 1


def test_a_threshold_below_the_noise_floor_is_honoured() -> None:
    assert signals(detected((A, 0.004, 0), (B, 0.002, 0)), threshold=0.003)["accepted"] == 1


def test_expected_work_is_wrong_and_missed_boxes_over_all() -> None:
    s = signals(detected((A, 0.9, 0), (B, 0.5, 1), (C, 0.2, 0)))
    assert s["expected_work"] == pytest.approx((0.1 + 0.5 + 0.2) / 2.2, abs=1e-5)


def test_expected_work_of_nothing_found_is_the_chance_that_something_is_there() -> None:
    assert signals(detected())["expected_work"] == 0.0
    s = signals(detected((A, 0.2, 0), (B, 0.1, 0)))
    assert s["expected_work"] == pytest.approx(1 - 0.8 * 0.9)


def test_candidates_of_next_to_no_score_count_for_nothing() -> None:
    noise = [((float(x), 0.0, x + 5.0, 5.0), 0.005, 0) for x in range(0, 600, 6)]
    assert signals(detected((A, 0.9, 0), *noise)) == signals(detected((A, 0.9, 0)))


def test_view_work_takes_the_better_score_of_both_views() -> None:
    s = signals(detected((A, 0.5, 0), flip=((A, 0.9, 0),)))
    assert s["view_work"] == pytest.approx(0.1)


def test_view_work_counts_what_only_the_mirrored_view_shows_as_missed() -> None:
    s = signals(detected((A, 1.0, 0), flip=((A, 1.0, 0), (B, 0.8, 0))))
    assert s["view_work"] == pytest.approx(0.8 / 1.8, abs=1e-5)
    assert signals(detected(flip=((B, 0.8, 0),)))["view_work"] == pytest.approx(0.8)


def test_view_work_without_a_view_is_the_expected_work() -> None:
    s = signals(detected((A, 0.9, 0), (C, 0.2, 0)))
    assert s["view_work"] == s["expected_work"]


@pytest.mark.parametrize("view", ["flip", "blur"])
def test_views_that_agree_do_not_disagree(view: str) -> None:
    assert signals(detected((A, 0.9, 0), **{view: ((A, 0.9, 0),)}))[f"{view}_disagreement"] == 0


@pytest.mark.parametrize("view", ["flip", "blur"])
def test_disagreement_is_the_soft_jaccard_distance(view: str) -> None:
    s = signals(detected((A, 0.9, 0), (B, 0.6, 0), **{view: ((A, 0.5, 0), (C, 0.7, 0))}))
    assert s[f"{view}_disagreement"] == pytest.approx(1 - 0.5 / (0.9 + 0.6 + 0.7), abs=1e-5)


def test_a_view_of_another_class_disagrees_fully() -> None:
    assert signals(detected((A, 0.9, 0), flip=((A, 0.9, 1),)))["flip_disagreement"] == 1


def test_disagreement_ignores_candidates_that_no_view_accepts() -> None:
    s = signals(detected((A, 0.9, 0), (B, 0.2, 0), flip=((A, 0.9, 0), (C, 0.25, 0))))
    assert s["flip_disagreement"] == 0


def test_a_box_that_slips_below_the_threshold_disagrees_little() -> None:
    s = signals(detected((A, 0.31, 0), flip=((A, 0.29, 0),)))
    assert s["flip_disagreement"] == pytest.approx(1 - 0.29 / 0.31, abs=1e-5)


def test_boxes_are_measured() -> None:
    wide = (0.0, 100.0, 200.0, 200.0)
    s = signals(detected((A, 0.9, 0), (wide, 0.9, 1), (B, 0.1, 0)))
    assert s["box_area_spread"] == pytest.approx(math.log(2) / 2, abs=1e-5)
    assert s["box_aspect"] == pytest.approx(math.sqrt(2), abs=1e-5)
    assert s["box_area_share"] == pytest.approx(30000 / (640 * 480), abs=1e-6)
    assert s["box_edge_share"] == 0.5
    assert s["box_overlap"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("box", "at_edge"),
    [
        ((0.0, 100.0, 50.0, 200.0), True),
        ((100.0, 4.0, 200.0, 200.0), True),
        ((600.0, 100.0, 635.0, 200.0), True),
        ((100.0, 400.0, 200.0, 480.0), True),
        ((10.0, 10.0, 630.0, 470.0), False),
    ],
)
def test_a_box_within_one_percent_of_a_side_is_at_the_edge(box: tuple, at_edge: bool) -> None:
    assert signals(detected((box, 0.9, 0)))["box_edge_share"] == at_edge


def test_boxes_look_like_the_mean_of_the_accepted() -> None:
    looks = (look(brightness=0.2, sharpness=2.0), look(brightness=0.4, sharpness=4.0))
    s = signals(detected((A, 0.9, 0), (B, 0.8, 0), (C, 0.1, 0), box_pixels=looks))
    assert s["box_brightness"] == pytest.approx(0.3)
    assert s["box_sharpness"] == pytest.approx(3.0)


def test_without_boxes_the_box_signals_are_neutral() -> None:
    s = signals(detected(pixels=look(brightness=0.7, sharpness=5.0)))
    names = ("box_area_spread", "box_aspect", "box_area_share", "box_edge_share", "box_overlap")
    assert [s[n] for n in names] == [0, 1, 0, 0, 0]
    assert (s["box_brightness"], s["box_sharpness"]) == (0.7, 5.0)


def test_the_image_is_measured() -> None:
    s = signals(detected(size=(640, 480), pixels=look(0.1, 0.2, 0.3, 4.0)))
    assert s["pixels"] == 640 * 480
    assert s["aspect"] == pytest.approx(4 / 3, abs=1e-5)
    names = ("brightness", "saturation", "colourfulness", "sharpness")
    assert [s[n] for n in names] == [0.1, 0.2, 0.3, 4.0]


def test_evidence_of_a_classifier_is_refused() -> None:
    with pytest.raises(ValueError, match="no detections"):
        measure(classified(0.9, 0.1), Task.DETECTION, 0.3)


boxes = st.builds(
    lambda x, y, w, h: (x, y, min(x + w, 640.0), min(y + h, 480.0)),
    st.floats(0, 639),
    st.floats(0, 479),
    st.floats(0, 640),
    st.floats(0, 480),
)
found = st.lists(st.tuples(boxes, st.floats(0, 1), st.integers(0, 2)), max_size=6).map(tuple)


@given(found, found, found, st.floats(0, 1))
def test_any_evidence_gives_finite_json_numbers_in_range(
    original: tuple, flip: tuple, blur: tuple, threshold: float
) -> None:
    s = signals(detected(*original, flip=flip, blur=blur), threshold)
    json.dumps(list(s.values()), allow_nan=False)
    for name in (
        "mean_score",
        "min_score",
        "expected_work",
        "view_work",
        "flip_disagreement",
        "blur_disagreement",
        "box_edge_share",
        "box_overlap",
    ):
        assert 0 <= s[name] <= 1, name


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0, 1))
def test_more_missed_objects_never_mean_less_work(scores: list[float], extra: float) -> None:
    p = np.array(scores)
    accepted = p >= 0.5
    more = expected_work(np.append(p, extra), np.append(accepted, False))
    assert more >= expected_work(p, accepted) - 1e-12
