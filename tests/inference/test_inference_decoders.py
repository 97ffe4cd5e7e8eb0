"""Raw outputs become exactly the boxes and probabilities they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import ModelError
from hardcase.inference.decoders import (
    MAX_CANDIDATES,
    check_outputs,
    classifier,
    decode,
    grid,
    split,
    yolox,
)
from hardcase.inference.profile.schema import Activation


def test_ultralytics_columns_are_centre_size_and_a_score_per_class(profile):
    output = np.array([[10, 30], [20, 40], [4, 8], [6, 2], [0.9, 0.05], [0.3, 0.6]])
    found = decode((output,), profile("ultralytics", "ab", (64, 64)), 0.1)
    assert found.boxes.tolist() == [[8, 17, 12, 23], [8, 17, 12, 23], [26, 39, 34, 41]]
    assert found.classes.tolist() == [0, 1, 1]
    np.testing.assert_allclose(found.scores, [0.9, 0.3, 0.6], rtol=1e-6)


def test_yolox_cells_are_decoded_on_the_three_grids(profile):
    size = (64, 32)
    assert grid.count(size, yolox.STRIDES) == 8 * 4 + 4 * 2 + 2 * 1
    output = np.zeros((42, 7), dtype=np.float32)
    output[8 + 3] = [0.5, 0.25, np.log(2), np.log(3), 0.8, 0.5, 0.1]  # stride 8: row 1, column 3
    output[32 + 4 + 2] = [0, 0, 0, 0, 1, 0, 0.9]  # stride 16: row 1, column 2
    output[41] = [-0.5, 0, 0, 0, 0.5, 1, 0]  # stride 32: column 1
    found = decode((output,), profile("yolox", "ab", size), 0.2)
    assert found.classes.tolist() == [0, 1, 0]
    np.testing.assert_allclose(found.scores, [0.4, 0.9, 0.5], rtol=1e-6)
    np.testing.assert_allclose(
        found.boxes, [[20, -2, 36, 22], [24, 8, 40, 24], [0, -16, 32, 16]], atol=1e-4
    )


def test_boxes_and_scores_that_are_no_numbers_are_dropped(profile):
    output = np.array(
        [[np.nan, np.inf, 5, 5], [5, 5, 5, 5], [2, 2, 2, 2], [2, 2, 2, 2], [0.9, 0.9, np.nan, 0.9]]
    )
    chosen = profile("ultralytics", "a", (8, 8))
    assert decode((output,), chosen, 0.1).boxes.tolist() == [[4, 4, 6, 6]]


def test_yolox_sizes_beyond_all_numbers_are_dropped(profile):
    output = np.zeros((21, 6), dtype=np.float32)
    output[:, 2] = 1e30
    output[:, 4:] = 1
    assert len(decode((output,), profile("yolox", "a", (32, 32)), 0.1).boxes) == 0


def test_only_the_best_candidates_are_kept_of_very_many(profile):
    count = MAX_CANDIDATES + 10
    output = np.full((5, count), 5.0)
    output[4] = np.linspace(0.1, 0.9, count)
    found = decode((output,), profile("ultralytics", "a", (8, 8)), 0.01)
    assert len(found.scores) == MAX_CANDIDATES
    assert found.scores.min() >= output[4, 10] - 1e-6


def test_classes_without_a_label_are_dropped(profile):
    rows = np.array([[0, 0, 4, 4, 0.9, c] for c in (-1, 0, 1, 2, 1e9, np.nan)])
    found = decode((rows,), profile("end2end", "ab", (8, 8)), 0.1)
    assert found.classes.tolist() == [0, 1]


def test_a_count_cuts_the_lists_and_must_make_sense(profile):
    boxes, scores = np.tile([0.0, 0, 4, 4], (3, 1)), np.array([0.9, 0.8, 0.7])
    classes = np.zeros(3, dtype=np.int64)
    chosen = profile("nms-lists", "a", (8, 8))
    assert len(decode((np.array([2]), boxes, scores, classes), chosen, 0.1).boxes) == 2
    assert len(decode((np.array([1e18]), boxes, scores, classes), chosen, 0.1).boxes) == 3
    for senseless in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="no sensible number"):
            decode((np.array([senseless]), boxes, scores, classes), chosen, 0.1)


def test_lists_of_different_length_are_no_answer(profile):
    chosen = profile("torchvision", "a", (8, 8))
    with pytest.raises(ValueError, match="different number"):
        decode((np.zeros((2, 4)), np.ones(2), np.ones(3)), chosen, 0.1)


def test_whole_numbers_for_boxes_are_refused_since_nobody_knows_their_scale(profile):
    output = np.zeros((6, 3), dtype=np.uint8)
    with pytest.raises(ModelError, match="uint8"):
        decode((output,), profile("ultralytics", "ab", (8, 8)), 0.1)


@pytest.mark.parametrize(
    ("activation", "raw", "expected"),
    [
        (Activation.NONE, [0.25, 0.75], [0.25, 0.75]),
        (Activation.NONE, [1.0004, -0.0004], [1, 0]),
        (Activation.SOFTMAX, [0, np.log(3)], [0.25, 0.75]),
        (Activation.SOFTMAX, [1e5, 0], [1, 0]),
        (Activation.SIGMOID, [0, np.log(3), -1e5], [0.5, 0.75, 0]),
    ],
)
def test_a_classifier_answers_probabilities(activation, raw, expected):
    (out,) = classifier(np.array([raw]), activation)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, atol=1e-6)


@pytest.mark.parametrize(("raw", "dtype"), [([0, 51, 204], np.uint8), ([-128, -77, 76], np.int8)])
def test_bytes_of_a_quantised_softmax_are_probabilities(raw, dtype):
    (out,) = classifier(np.array([raw], dtype=dtype), Activation.NONE)
    np.testing.assert_allclose(out, [0, 0.2, 0.8], atol=1e-6)


def test_logits_without_an_activation_are_the_profiles_fault():
    with pytest.raises(ModelError, match="activation"):
        classifier(np.array([[0.5, 0.5], [2.0, -1.0]]), Activation.NONE)


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_scores_that_are_no_numbers_are_the_trouble_of_their_image_alone(activation, odd):
    one, other, third = classifier(np.array([[0.2, 0.5], [odd, 0.5], [0.2, 0.5]]), activation)
    assert other is None
    assert np.array_equal(one, third)
    assert np.isfinite(one).all()


@given(
    st.integers(2, 40),
    st.integers(1, 40),
    st.integers(0, 999),
    st.sampled_from((Activation.SOFTMAX, Activation.SIGMOID)),
)
def test_what_is_said_of_an_image_does_not_depend_on_those_beside_it(
    classes, count, seed, activation
):
    raw = np.random.default_rng(seed).normal(0, 9, (count, classes)).astype(np.float32)
    for row, together in zip(raw, classifier(raw, activation), strict=True):
        (alone,) = classifier(row[None], activation)
        assert np.array_equal(alone, together)


@pytest.mark.parametrize(
    ("decoder", "labels", "good", "bad"),
    [
        ("classifier", "abc", [(1, 3), ("b", 3), (1, 3, 1, 1), (1, None), ()], [(1, 4), (3,)]),
        ("ultralytics", "ab", [(1, 6, 21), (1, "c", "n")], [(1, 21, 6), (1, 6)]),
        ("yolox", "ab", [(1, 21, 7)], [(1, 21, 8), (1, 22, 7), (1, 300, 6)]),
        ("end2end", "ab", [(1, 300, 6), (300, 6)], [(1, 300, 7), (6,)]),
    ],
)
def test_outputs_of_another_shape_are_refused(profile, decoder, labels, good, bad):
    chosen = profile(decoder, labels, (32, 32))
    for shape in good:
        check_outputs(chosen, [shape])
    for shape in bad:
        with pytest.raises(ModelError, match=decoder):
            check_outputs(chosen, [shape])


def test_a_model_of_too_few_outputs_is_refused_with_what_is_read(profile):
    with pytest.raises(ModelError, match="boxes, labels, scores"):
        check_outputs(profile("torchvision", "a", (8, 8)), [("n", 4)])


def test_answers_are_told_apart_by_picture_or_belong_to_the_only_one(profile):
    lists = profile("torchvision", "a", (8, 8))
    assert not check_outputs(lists, [("n", 4), ("n",), ("n",)])
    (alone,) = split([np.zeros((5, 4)), np.zeros(5), np.zeros(5)], lists, 1)
    assert [part.shape for part in alone] == [(5, 4), (5,), (5,)]
    with pytest.raises(ModelError, match="5x4"):
        split([np.zeros((5, 4)), np.zeros(5), np.zeros(5)], lists, 2)
    both = split([np.zeros((2, 3, 1, 1))], profile("classifier", "abc", (8, 8)), 2)
    assert [part[0].shape for part in both] == [(3,), (3,)]
