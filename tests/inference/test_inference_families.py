"""A model of each family is recognised without a profile and answers exactly the known boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from family_models import CASES, CLASSES, HEIGHT, NAMES, PICTURE, SCORES, SIZE, TRUTH, WIDTH, build
from onnx import TensorProto

from hardcase.inference import EngineRequest, LocalEngine, recognise_model
from hardcase.inference.budget import Plan
from hardcase.inference.evidence import gather, open_looker
from hardcase.inference.process.request import RunRequest, request_from_json
from hardcase.inference.profile.families import Decoder
from hardcase.model.evidence import ORIGINAL

pytestmark = pytest.mark.usefixtures("in_process")

COUNTED_BY_CELLS = {"yolox", "yolox-decoded", "nanodet", "yolov5"}
"""Families told by how many candidates they have at a size; the models here have those of one."""
ANY_SIZE = [
    name
    for name, case in CASES.items()
    if len(case.input) == 4 and case.decoder not in COUNTED_BY_CELLS
]


@pytest.fixture
def named(tmp_path):
    """Names of the three classes beside the models."""
    (tmp_path / "labels.txt").write_text("\n".join(NAMES))
    return tmp_path


def look(model, profile, picture, views=()):
    """Look at a picture as the child of an engine does, but in this process."""
    shown = picture("shown.png", PICTURE, colour=(90, 140, 30))
    request = RunRequest(str(model), profile, 0.3, profile.iou_threshold, Plan(views))
    (seen,) = gather(open_looker(request_from_json(request.to_json()), 1), [str(shown)])
    return seen


def assert_known_boxes(evidence, *, within=0.02):
    found = evidence.detections[ORIGINAL]
    strong = found.scores >= 0.3
    np.testing.assert_allclose(found.boxes[strong], TRUTH, atol=within)
    np.testing.assert_allclose(found.scores[strong], SCORES, atol=max(1e-4, within / 50))
    assert found.classes[strong].tolist() == CLASSES.tolist()


def test_every_family_of_detectors_has_a_case():
    assert {case.decoder for case in CASES.values()} == set(Decoder) - {Decoder.CLASSIFIER}


@pytest.mark.parametrize("name", CASES)
def test_a_model_is_recognised_and_answers_the_known_boxes(named, picture, name):
    case = CASES[name]
    model = build(case, named / "model.onnx")
    found = recognise_model(model)
    assert (found.profile.decoder, found.profile.input.fit) == (case.decoder, case.fit)
    assert found.profile.labels == NAMES
    assert found.certainty != "guess"
    assert_known_boxes(look(model, found.profile, picture))


@pytest.mark.parametrize("name", ["dfine", "torchvision", "tensorflow"])
def test_the_engine_runs_it_in_its_child_process(named, picture, name):
    model = build(CASES[name], named / "model.onnx")
    profile = recognise_model(model).profile
    engine = LocalEngine(EngineRequest(model, profile, threshold=0.3, iou=1.0, views=()))
    ((_, evidence),) = engine.run([(0, picture("shown.png", PICTURE))])
    assert_known_boxes(evidence)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.batched])
def test_any_number_of_pictures_goes_through_at_once(named, picture, name):
    case = CASES[name]
    model = build(case, named / "model.onnx", input_shape=("batch", *case.input[1:]))
    found = recognise_model(model)
    assert found.profile.decoder == case.decoder
    evidence = look(model, found.profile, picture, views=("blur", "inversion"))
    assert_known_boxes(evidence)
    for view in ("blur", "inversion"):
        np.testing.assert_allclose(
            evidence.detections[view].boxes, evidence.detections[ORIGINAL].boxes, atol=1e-3
        )


@pytest.mark.parametrize(
    "name", [n for n, case in CASES.items() if not case.batched and len(case.input) == 4]
)
def test_lists_without_a_batch_are_asked_for_picture_by_picture(named, picture, name):
    case = CASES[name]
    model = build(case, named / "model.onnx", input_shape=("batch", *case.input[1:]))
    found = recognise_model(model)
    evidence = look(model, found.profile, picture, views=("blur", "inversion"))
    assert_known_boxes(evidence)
    assert set(evidence.detections) == {ORIGINAL, "blur", "inversion"}


@pytest.mark.parametrize("name", ANY_SIZE)
def test_a_model_of_any_size_is_recognised_and_reads_the_size_it_is_given(named, picture, name):
    case = CASES[name]
    free = ("h", "w", 3) if case.input[1] != 3 else (3, "h", "w")
    model = build(case, named / "model.onnx", input_shape=(1, *free))
    found = recognise_model(model)
    spec = found.profile.input
    assert found.profile.decoder == case.decoder
    assert spec.size[0] >= WIDTH
    profile = replace(found.profile, input=replace(spec, size=SIZE))
    assert_known_boxes(look(model, profile, picture))


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.kind == TensorProto.FLOAT])
def test_half_precision_answers_the_known_boxes(named, picture, name):
    case = CASES[name]
    model = build(case, named / "model.onnx", half=True)
    found = recognise_model(model)
    assert found.profile.decoder == case.decoder
    assert_known_boxes(look(model, found.profile, picture), within=0.3)


@pytest.mark.parametrize("name", ["ultralytics", "yolox", "ssd-scores"])
def test_channels_may_come_last(named, picture, name):
    case = CASES[name]
    model = build(case, named / "model.onnx", input_shape=(1, HEIGHT, WIDTH, 3))
    found = recognise_model(model)
    assert (found.profile.decoder, found.profile.input.layout) == (case.decoder, "nhwc")
    assert_known_boxes(look(model, found.profile, picture))


@pytest.mark.parametrize("kind", [TensorProto.UINT8, TensorProto.INT8])
def test_pixels_may_be_bytes(named, picture, kind):
    model = build(CASES["ultralytics"], named / "model.onnx", kind=kind)
    found = recognise_model(model)
    assert found.profile.input.scale == 1
    assert_known_boxes(look(model, found.profile, picture))


def test_a_fixed_batch_of_several_is_filled_up(named, picture):
    model = build(CASES["ultralytics"], named / "model.onnx", input_shape=(3, 3, HEIGHT, WIDTH))
    profile = recognise_model(model).profile
    assert_known_boxes(look(model, profile, picture, views=("flip",)))


def test_weights_may_lie_in_a_file_beside_the_model(named, picture):
    model = build(CASES["yolov5"], named / "inner.onnx")
    moved = named / "model.onnx"
    onnx.save_model(
        onnx.load(model), moved, save_as_external_data=True, location="w.bin", size_threshold=64
    )
    assert (named / "w.bin").stat().st_size > 1000
    found = recognise_model(moved)
    assert found.profile.decoder == "yolov5"
    assert_known_boxes(look(moved, found.profile, picture))
