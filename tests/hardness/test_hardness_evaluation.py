from __future__ import annotations

import numpy as np
import pytest
from hardness_evidence import detections
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.evaluation import (
    auroc,
    average_precision,
    calibration_error,
    calibration_table,
    found_within,
    spearman,
    true_edits,
    true_work,
)

A = (0.0, 0.0, 10.0, 10.0)
B = (20.0, 0.0, 30.0, 10.0)
C = (40.0, 0.0, 50.0, 10.0)


def test_true_work_is_what_is_wrong_or_missed_over_all() -> None:
    truth = detections((A, 1, 0), (B, 1, 0))
    assert true_work(truth, truth) == 0
    assert true_work(detections((A, 0.9, 0), (C, 0.9, 0)), truth) == pytest.approx(2 / 3)
    assert true_work(detections(), truth) == 1
    assert true_work(truth, detections()) == 1
    assert true_work(detections(), detections()) == 0


def test_true_edits_count_what_is_to_be_removed_and_added() -> None:
    truth = detections((A, 1, 0), (B, 1, 0))
    assert true_edits(truth, truth) == 0
    assert true_edits(detections((A, 0.9, 0), (C, 0.9, 0)), truth) == 2
    assert true_edits(detections((A, 0.9, 1)), truth) == 3
    assert true_edits(detections(), detections()) == 0


def test_spearman_knows_order_only() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert spearman(x, x**3) == pytest.approx(1)
    assert spearman(x, -x) == pytest.approx(-1)
    assert spearman(x, np.array([1.0, 3.0, 2.0, 4.0])) == pytest.approx(0.8)
    assert spearman(x, np.ones(4)) == 0
    assert spearman(np.empty(0), np.empty(0)) == 0


def test_spearman_gives_ties_their_mean_rank() -> None:
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Pearson of those
    assert spearman(np.array([0.0, 1.0, 1.0, 2.0]), np.arange(4.0)) == pytest.approx(0.9486833)


def test_auroc_is_the_chance_that_a_wrong_one_outscores_a_right_one() -> None:
    wrong = np.array([True, False, True, False])
    assert auroc(np.array([0.9, 0.1, 0.8, 0.2]), wrong) == 1
    assert auroc(np.array([0.9, 0.5, 0.2, 0.1]), wrong) == 0.75
    assert auroc(np.ones(4), wrong) == 0.5
    assert auroc(np.arange(4.0), np.ones(4, bool)) == 0.5


def test_average_precision() -> None:
    wrong = np.array([True, False, True, False])
    assert average_precision(np.array([4.0, 3.0, 2.0, 1.0]), wrong) == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert average_precision(np.ones(4), wrong) == 0.5
    assert average_precision(np.ones(4), np.zeros(4, bool)) == 0


def test_found_within_counts_what_lies_in_the_first_share() -> None:
    wrong = np.array([True, False, True, False])
    scores = np.array([4.0, 3.0, 2.0, 1.0])
    assert found_within(scores, wrong, 0.25) == 0.5
    assert found_within(scores, wrong, 0.75) == 1
    assert found_within(np.ones(4), wrong, 0.5) == 0.5
    assert found_within(scores, np.zeros(4), 0.5) == 0


def test_calibration_compares_what_was_said_with_what_was_seen() -> None:
    said = np.array([0.1, 0.1, 0.8, 1.0])
    seen = np.array([False, True, True, True])
    table = calibration_table(said, seen, bins=2)
    assert [(b.low, b.high, b.samples) for b in table] == [(0, 0.5, 2), (0.5, 1, 2)]
    assert [b.said for b in table] == pytest.approx([0.1, 0.9])
    assert [b.seen for b in table] == pytest.approx([0.5, 1.0])
    assert calibration_error(said, seen, bins=2) == pytest.approx(0.25)
    assert calibration_error(np.empty(0), np.empty(0)) == 0


samples = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


@given(samples)
def test_measures_do_not_depend_on_the_order_of_the_samples(pairs: list) -> None:
    scores = np.array([p[0] for p in pairs], float)
    wrong = np.array([p[1] for p in pairs])
    for measured in (spearman, auroc, average_precision):
        assert measured(scores, wrong) == pytest.approx(measured(scores[::-1], wrong[::-1]))
    assert found_within(scores, wrong, 1.0) == float(wrong.any())
