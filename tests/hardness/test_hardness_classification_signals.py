from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hardness_evidence import classified, detected, look
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness import SIGNALS, measure
from hardcase.model.evidence import ORIGINAL, Evidence
from hardcase.model.job import Task


def signals(evidence: Evidence) -> dict[str, float]:
    row = measure(evidence, Task.CLASSIFICATION, 0.3)
    return dict(zip(SIGNALS, row, strict=True))


def test_probability_margin_and_entropy() -> None:
    s = signals(classified(0.2, 0.7, 0.1))
    assert s["max_probability"] == pytest.approx(0.7)
    assert s["margin"] == pytest.approx(0.5)
    h = -(0.2 * math.log(0.2) + 0.7 * math.log(0.7) + 0.1 * math.log(0.1)) / math.log(3)
    assert s["entropy"] == pytest.approx(h, abs=1e-5)


def test_entropy_runs_from_sure_to_all_alike() -> None:
    assert signals(classified(0.0, 1.0, 0.0))["entropy"] == 0
    assert signals(classified(0.25, 0.25, 0.25, 0.25))["entropy"] == 1


def test_sigmoid_outputs_that_do_not_sum_to_one_are_measured_too() -> None:
    s = signals(classified(0.9, 0.9))
    assert (s["margin"], s["entropy"]) == (0, 1)
    assert signals(classified(0.0, 0.0))["entropy"] == 1


def test_a_single_class_has_its_probability_as_margin() -> None:
    s = signals(classified(0.75))
    assert (s["margin"], s["entropy"]) == (0.75, 0)


def test_view_probability_averages_original_and_mirrored() -> None:
    s = signals(classified(0.8, 0.2, flip=(0.4, 0.6), blur=(0.0, 1.0)))
    assert s["view_probability"] == pytest.approx(0.6)


def test_view_probability_without_views_is_the_probability() -> None:
    only = {ORIGINAL: np.array([0.8, 0.2], dtype=np.float32)}
    s = signals(Evidence(32, 32, look(), probabilities=only))
    assert s["view_probability"] == pytest.approx(0.8)
    assert (s["flip_disagreement"], s["blur_disagreement"]) == (0, 0)


@pytest.mark.parametrize("view", ["flip", "blur"])
def test_disagreement_is_how_far_the_prediction_falls_behind(view: str) -> None:
    name = f"{view}_disagreement"
    assert signals(classified(0.8, 0.2, **{view: (0.51, 0.49)}))[name] == 0
    assert signals(classified(0.8, 0.2, **{view: (0.2, 0.8)}))[name] == pytest.approx(0.75)


def test_evidence_of_a_detector_is_refused() -> None:
    with pytest.raises(ValueError, match="no probabilities"):
        measure(detected(), Task.CLASSIFICATION, 0.3)


vector = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(tuple)


@given(vector, vector, vector)
def test_any_evidence_gives_finite_json_numbers_in_range(
    p: tuple, flip: tuple, blur: tuple
) -> None:
    s = signals(classified(*p, flip=flip, blur=blur))
    json.dumps(list(s.values()), allow_nan=False)
    for name in (
        "max_probability",
        "margin",
        "entropy",
        "view_probability",
        "flip_disagreement",
        "blur_disagreement",
    ):
        assert 0 <= s[name] <= 1, name


@pytest.mark.parametrize("view", ["crop", "translation"])
def test_the_label_keeps_its_probability_in_other_looks(view: str) -> None:
    ordinary = classified(0.2, 0.8)
    seen = {ORIGINAL: np.array([0.2, 0.8], np.float32), view: np.array([0.7, 0.3], np.float32)}
    s = signals(Evidence(32, 32, ordinary.pixels, probabilities=seen))
    assert s[f"{view}_probability"] == pytest.approx(0.3)
    assert s[f"{view}_disagreement"] == pytest.approx(1 - 0.3 / 0.7, abs=1e-5)


@pytest.mark.parametrize("view", ["crop", "translation"])
def test_a_look_that_was_not_taken_is_zero_and_one_that_leaves_nothing_is_not(view: str) -> None:
    ordinary = classified(0.2, 0.8)
    assert signals(ordinary)[f"{view}_probability"] == 0
    seen = {ORIGINAL: np.array([0.2, 0.8], np.float32), view: np.array([1.0, 0.0], np.float32)}
    s = signals(Evidence(32, 32, ordinary.pixels, probabilities=seen))
    assert 0 < s[f"{view}_probability"] < 1e-5
