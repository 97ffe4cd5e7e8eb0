"""What holds of every decoder: known boxes come back, and nonsense harms nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from family_models import CASES, CLASSES, COUNT, NAMES, SCORES, SIZE
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hardcase.errors import ModelError
from hardcase.inference.decoders import decode, shapes, split
from hardcase.inference.decoders.nms import suppress
from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.profile.schema import InputSpec, Profile
from hardcase.model.job import Task

NUMBER = st.floats(width=32, allow_nan=True, allow_infinity=True)
DETECTORS = [decoder for decoder in Decoder if decoder is not Decoder.CLASSIFIER]
ON_A_GRID = {"yolox", "nanodet"}  # their encoders here put the two boxes into fixed cells
_ORDER = {
    "dfine": ("labels", "boxes", "scores"),
    "ssd-scores": ("boxes", "scores"),
}
ACTIVATIONS = {
    "rtdetr of logits": Activation.SIGMOID,
    "detr of sigmoids": Activation.SIGMOID,
}


def profile_of(decoder, activation=None):
    family = decoder.family
    return Profile(
        Task.DETECTION,
        decoder,
        InputSpec(SIZE),
        NAMES,
        iou_threshold=family.iou_threshold,
        activation=activation or family.activations[0],
        first_class=family.first_class,
    )


def outputs_of(case, boxes, count):
    """Return what a case answers for two boxes, in the order in which its decoder reads."""
    answer = case.answer(boxes)
    names = _ORDER.get(case.decoder, tuple(answer))
    if case.scaled:  # by the model, which multiplies by the size that it is told
        answer[case.scaled] = answer[case.scaled] * [*SIZE, *SIZE]
    return [answer[name] for name in names[:count]]


@st.composite
def two_boxes(draw):
    """Two boxes of at least 2 pixels within the input, as corners."""
    left, top, side = (
        st.floats(low, high).map(lambda value: round(value, 3))
        for low, high in ((0, SIZE[0] - 10), (0, SIZE[1] - 10), (2, 10))
    )
    rows = [[draw(left), draw(top), draw(side), draw(side)] for _ in range(2)]
    return np.array([[x, y, x + w, y + h] for x, y, w, h in rows])


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.decoder not in ON_A_GRID]
)
@given(boxes=two_boxes())
def test_any_two_boxes_come_back_as_they_were(name, boxes):
    case = CASES[name]
    profile = profile_of(Decoder(case.decoder), ACTIVATIONS.get(name))
    found = decode(tuple(outputs_of(case, boxes, len(shapes(profile)))), profile, 0.3)
    order = np.argsort(-found.scores)
    np.testing.assert_allclose(found.boxes[order], boxes, atol=2e-3)
    np.testing.assert_allclose(found.scores[order], SCORES, atol=1e-4)
    assert found.classes[order].tolist() == CLASSES.tolist()


@pytest.mark.parametrize("decoder", [d for d in DETECTORS if d.family.suppressed])
def test_families_that_select_themselves_keep_boxes_that_cover_each_other(decoder):
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9.5]])
    kept = suppress(boxes, np.array([0.9, 0.8]), np.zeros(2, int), decoder.family.iou_threshold)
    assert len(kept) == 2


def shape_of(shape, decoder):
    """Return a strategy of shapes that fit, up to a dozen rows."""
    if decoder is Decoder.NANODET:
        return st.just((43, COUNT + 32))
    return st.tuples(*(st.integers(0, 12) if axis is None else st.just(axis) for axis in shape))


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("decoder", DETECTORS)
@given(data=st.data())
def test_whatever_a_model_answers_only_sound_candidates_come_out(decoder, data):
    profile = profile_of(decoder)
    outputs = tuple(
        data.draw(
            shape_of(shape, decoder).flatmap(
                lambda s: arrays.arrays(np.float32, s, elements=NUMBER)
            )
        )
        for shape in shapes(profile)
    )
    floor = data.draw(st.sampled_from([0.0, 0.01, 0.5]))
    try:
        found = decode(outputs, profile, floor)
    except (ValueError, ModelError):
        return
    assert np.isfinite(found.boxes).all()
    assert ((found.scores >= floor) & (found.scores <= 1)).all()
    assert ((found.classes >= 0) & (found.classes < COUNT)).all()
    assert found.boxes.shape == (len(found.scores), 4)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(DETECTORS),
    st.lists(arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5), max_size=4),
    st.integers(1, 3),
)
def test_outputs_of_any_shape_are_split_or_refused(decoder, given_shapes, count):
    profile = profile_of(decoder)
    wanted = len(shapes(profile))
    outputs = [np.zeros(shape) for shape in given_shapes][:wanted]
    outputs += [np.zeros(())] * (wanted - len(outputs))
    try:
        parts = split(outputs, profile, count)
    except ModelError:
        return
    assert len(parts) == count
    assert all(len(part) == wanted for part in parts)


def test_a_profile_whose_labels_are_too_few_for_nanodet_is_told():
    profile = replace(profile_of(Decoder.NANODET), labels=("a",) * 30)
    with pytest.raises(ModelError, match="none of a NanoDet"):
        decode((np.zeros((43, 35)),), profile, 0.1)
