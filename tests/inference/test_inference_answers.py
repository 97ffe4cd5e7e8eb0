"""Evidence travels as JSON, and only evidence in bounds comes out at the other end."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.inference.budget import Plan
from hardcase.inference.process.request import (
    EncoderRequest,
    RunRequest,
    evidence_from_json,
    evidence_to_json,
    request_from_json,
)
from hardcase.inference.profile.schema import profile_from_json
from hardcase.model.boxes import Box
from hardcase.model.evidence import Detections, Evidence, PixelStatistics

PROFILE = profile_from_json(
    {"decoder": "ultralytics", "labels": ["a", "b"], "input": {"size": [64, 32]}}, "profile"
)
REQUEST = RunRequest("/m.onnx", PROFILE, 0.5, 0.5, Plan(("flip",), ("crop", "blur")))
WIDTH, HEIGHT = 640, 480

row = st.tuples(
    st.floats(0, WIDTH - 1),
    st.floats(0, HEIGHT - 1),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
    st.floats(0, 1),
    st.integers(0, 1),
)


def detections(rows):
    rows = sorted(rows, key=lambda r: -r[4])
    boxes = [(x, y, x + (WIDTH - x) * w, y + (HEIGHT - y) * h) for x, y, w, h, _, _ in rows]
    return Detections(
        np.array(boxes, dtype=np.float32).reshape(-1, 4),
        np.array([r[4] for r in rows], dtype=np.float32),
        np.array([r[5] for r in rows], dtype=np.int64),
    )


@given(st.lists(row, max_size=8), st.lists(row, max_size=3))
def test_detections_survive_the_way(original, flipped):
    look = PixelStatistics(0.1, 0.2, 0.3, 4.5)
    found = {"original": detections(original), "flip": detections(flipped)}
    accepted = int((found["original"].scores >= REQUEST.threshold + 1e-6).sum())
    sent = Evidence(WIDTH, HEIGHT, look, found, box_pixels=(look,) * accepted)
    got = evidence_from_json(json.loads(json.dumps(evidence_to_json(sent))), REQUEST)
    assert (got.width, got.height, got.pixels) == (WIDTH, HEIGHT, look)
    assert got.box_pixels == sent.box_pixels
    for view, expected in found.items():
        np.testing.assert_allclose(got.detections[view].boxes, expected.boxes, atol=1e-3)
        np.testing.assert_allclose(got.detections[view].scores, expected.scores, atol=1e-6)
        assert got.detections[view].classes.tolist() == expected.classes.tolist()
        assert got.detections[view].boxes.dtype == np.float32


@pytest.mark.parametrize(
    "encoder",
    [None, EncoderRequest("/e.onnx"), EncoderRequest("/e.onnx", replace(PROFILE.input, pad=3))],
)
def test_a_request_survives_the_way(encoder):
    request = replace(REQUEST, encoder=encoder)
    assert request_from_json(json.loads(json.dumps(request.to_json()))) == request


def test_what_a_view_shows_and_the_embedding_survive_the_way():
    look = PixelStatistics(0.1, 0.2, 0.3, 4.5)
    part = Box(33.333333, 20.0, 600.0, 400.55555)
    seen = Detections(
        np.array([[33.33334, 20, 600, 400.5556]], dtype=np.float32),
        np.array([0.25], dtype=np.float32),
        np.array([1]),
        part,
    )
    found = {view: detections([]) for view in ("original", "flip", "blur")} | {"crop": seen}
    vector = np.array([0.6, -0.8], dtype=np.float32)
    sent = Evidence(WIDTH, HEIGHT, look, found, embedding=vector)
    got = evidence_from_json(json.loads(json.dumps(evidence_to_json(sent))), REQUEST)
    assert list(got.detections) == ["original", "flip", "crop", "blur"]
    assert got.detections["crop"].shown == pytest.approx(part, abs=1e-3)
    assert got.detections["flip"].shown is None
    np.testing.assert_allclose(got.embedding, vector, atol=0.004)
    assert got.embedding.dtype == np.float32


FOUND = {"boxes": [[0, 0, 640, 480], [1, 2, 3, 4]], "scores": [0.9, 0.4], "classes": [1, 0]}
LOOK = [0.1, 0.2, 0.3, 4.5]
GOOD = {
    "width": WIDTH,
    "height": HEIGHT,
    "pixels": LOOK,
    "detections": {"original": FOUND, "flip": {"boxes": [], "scores": [], "classes": []}},
    "box_pixels": [LOOK],
}


def test_good_evidence_is_taken():
    got = evidence_from_json(GOOD, REQUEST)
    assert got.detections["original"].boxes.tolist() == FOUND["boxes"]
    assert got.detections["flip"].boxes.shape == (0, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"boxes": [[0, 0, 641, 480], [1, 2, 3, 4]]},
        {"boxes": [[-1, 0, 640, 480], [1, 2, 3, 4]]},
        {"boxes": [[0, 0, 640, 480], [3, 2, 3, 4]]},
        {"boxes": [[0, 0, 640, 480], [1, 4, 3, 2]]},
        {"boxes": [[0, 0, 640, float("nan")], [1, 2, 3, 4]]},
        {"boxes": [[0, 0, 640, 480]]},
        {"boxes": [[0, 0, 640], [1, 2, 3]]},
        {"boxes": "none"},
        {"boxes": None},
        {"scores": [0.9]},
        {"scores": [1.1, 0.4]},
        {"scores": [0.9, -0.4]},
        {"scores": [0.4, 0.9]},
        {"scores": [0.9, float("nan")]},
        {"scores": ["a", "b"]},
        {"classes": [1, 2]},
        {"classes": [1, -1]},
        {"classes": [1, 0.5]},
        {"classes": [True, False]},
        {"classes": [1, 10**30]},
        {"boxes": [[1, 2, 3, 4]] * 301, "scores": [0.4] * 301, "classes": [0] * 301},
    ],
)
def test_boxes_out_of_bounds_are_refused(wrong):
    for view in ("original", "flip"):
        data = copy.deepcopy(GOOD)
        data["detections"][view] = FOUND | wrong
        with pytest.raises((ValueError, TypeError)):
            evidence_from_json(data, REQUEST)


@pytest.mark.parametrize(
    "shown",
    [
        [0, 0, 641, 480],
        [-1, 0, 640, 480],
        [5, 0, 5, 480],
        [0, 0, 640, float("nan")],
        [0, 0, 640],
        [0, 0, 639, 480],  # one of the boxes is outside
        "all!",
    ],
)
def test_a_view_of_what_is_not_in_the_image_is_refused(shown):
    data = copy.deepcopy(GOOD)
    data["detections"]["flip"] = FOUND | {"shown": shown}
    with pytest.raises((ValueError, TypeError)):
        evidence_from_json(data, REQUEST)


def test_the_original_hides_nothing():
    data = copy.deepcopy(GOOD)
    data["detections"]["original"] = FOUND | {"shown": [0, 0, 640, 480]}
    with pytest.raises(ValueError, match="whole"):
        evidence_from_json(data, REQUEST)


@pytest.mark.parametrize("bad", ["", "AAAA", "!!!!", 5, ["fw=="], "f39/", "fw==" * 99])
def test_embeddings_that_are_none_are_refused(bad):
    with pytest.raises((ValueError, TypeError)):
        evidence_from_json(GOOD | {"embedding": bad}, REQUEST)


def test_an_embedding_of_length_one_is_taken():
    got = evidence_from_json(GOOD | {"embedding": "fwA="}, REQUEST)
    assert got.embedding.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("more", [(), ("crop", "blur")])
def test_the_views_are_those_of_the_first_step_or_of_both(more):
    data = copy.deepcopy(GOOD)
    empty = data["detections"]["flip"]
    data["detections"] |= dict.fromkeys(more, empty)
    assert list(evidence_from_json(data, REQUEST).detections) == ["original", "flip", *more]


@pytest.mark.parametrize("more", [("crop",), ("crop", "blur", "shear"), ("sideways",)])
def test_other_views_are_refused(more):
    data = copy.deepcopy(GOOD)
    data["detections"] |= dict.fromkeys(more, data["detections"]["flip"])
    with pytest.raises(ValueError, match="asked for"):
        evidence_from_json(data, REQUEST)


@pytest.mark.parametrize("looks", [[LOOK, LOOK], [LOOK[:3]], [[*LOOK[:3], float("inf")]], [None]])
def test_box_statistics_go_with_accepted_boxes_only(looks):
    with pytest.raises((ValueError, TypeError)):
        evidence_from_json(GOOD | {"box_pixels": looks}, REQUEST)


def test_a_view_that_was_asked_for_must_be_there():
    data = copy.deepcopy(GOOD)
    del data["detections"]["flip"]
    with pytest.raises(ValueError, match="asked for"):
        evidence_from_json(data, REQUEST)
