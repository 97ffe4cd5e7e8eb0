"""A model that answers nonsense ends nothing: its image has no boxes, or an error of its own."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import helper

from hardcase.inference import EngineRequest, LocalEngine
from hardcase.inference.decoders.nms import MAX_BOXES

SHAPES = {"ultralytics": (7, 84), "yolox": (84, 8), "end2end": (84, 6), "rtdetr": (84, 7)}


def look(model, profile, picture):
    engine = LocalEngine(
        EngineRequest(model, profile, threshold=0.3, iou=profile.iou_threshold, views=("flip",))
    )
    ((_, evidence),) = engine.run([(0, picture("a.png"))])
    return evidence


@pytest.mark.parametrize("number", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize("decoder", SHAPES)
def test_numbers_beyond_all_sense_leave_an_image_without_boxes(
    fixed_answer, profile, picture, decoder, number
):
    model = fixed_answer(np.full(SHAPES[decoder], number))
    evidence = look(model, profile(decoder, "abc", (64, 64)), picture)
    for view in ("original", "flip"):
        assert len(evidence.detections[view].boxes) == 0


def test_a_million_boxes_are_cut_to_the_best(onnx_file, profile, picture):
    constants = {
        "row": np.array([[[4, 4, 40, 40, 0.9, 0]]], dtype=np.float32),
        "many": np.array([1, 1_000_000, 6]),
        "zero": np.zeros(1, dtype=np.float32),
    }
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["row", "nothing"], ["one"]),
        helper.make_node("Expand", ["one", "many"], ["output"]),
    ]
    model = onnx_file("many.onnx", nodes, [1, 3, 64, 64], [1, "n", 6], constants=constants)
    evidence = look(model, profile("end2end", "a", (64, 64)), picture)
    assert len(evidence.detections["original"].boxes) == MAX_BOXES
