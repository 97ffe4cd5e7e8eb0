"""Evidence travels as JSON, and only evidence in bounds comes out at the other end."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.inference.request import (
    RunRequest,
    evidence_from_json,
    evidence_to_json,
    request_from_json,
)
from hardcase.inference.schema import profile_from_json
from hardcase.model.evidence import Detections, Evidence, PixelStatistics

PROFILE = profile_from_json(
    {"decoder": "ultralytics", "labels": ["a", "b"], "input": {"size": [64, 32]}}, "profile"
)
REQUEST = RunRequest("/m.onnx", PROFILE, 0.5, 0.5, ("flip",))
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


def test_a_request_survives_the_way():
    assert request_from_json(json.loads(json.dumps(REQUEST.to_json()))) == REQUEST


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


@pytest.mark.parametrize("looks", [[LOOK, LOOK], [LOOK[:3]], [[*LOOK[:3], float("inf")]], [None]])
def test_box_statistics_go_with_accepted_boxes_only(looks):
    with pytest.raises((ValueError, TypeError)):
        evidence_from_json(GOOD | {"box_pixels": looks}, REQUEST)


def test_a_view_that_was_asked_for_must_be_there():
    data = copy.deepcopy(GOOD)
    del data["detections"]["flip"]
    with pytest.raises(KeyError):
        evidence_from_json(data, REQUEST)
