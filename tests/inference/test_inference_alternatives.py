"""What a model was told by, what it might be instead, and the words for both."""

from __future__ import annotations

import numpy as np
import pytest
from test_inference_collisions import corners, probabilities, seen

from hardcase.errors import ModelError
from hardcase.inference.profile import telling
from hardcase.inference.profile.families import FAMILIES, Decoder
from hardcase.inference.recognition import Sign, recognise
from hardcase.inference.recognition.values import measure, values_from_json
from hardcase.inference.signature import Signature, TensorInfo

METADATA = {"names": "{0: 'a', 1: 'b', 2: 'c'}", "task": "detect", "imgsz": "[640, 640]"}


def table(rows, *numbers, scale=640):
    return {"output0": np.hstack([corners(rows, scale), *numbers])[None]}


def others(found):
    return {str(profile.decoder) for profile in found.others}


def test_a_transposed_yolov8_is_told_from_a_yolox_by_the_number_of_names():
    answer = table(8400, probabilities(8400, 3))
    found = seen(answer, names=["abc"])
    assert (found.profile.decoder, found.certainty) == ("ultralytics-rows", "likely")
    assert seen(answer, names=["ab"]).profile.decoder == "yolox-decoded"
    assert seen(answer, metadata=METADATA).certainty == "sure"


@pytest.mark.parametrize(("classes", "decoder"), [(80, "ultralytics-rows"), (81, "yolox-decoded")])
def test_without_names_it_is_told_by_a_number_of_classes_that_is_usual(classes, decoder):
    found = seen(table(8400, probabilities(8400, classes)))
    assert found.profile.decoder == decoder
    assert {"ultralytics-rows", "yolox-decoded"} <= others(found) | {decoder}


def test_a_transposed_yolov8_of_one_class_is_recognised():
    found = seen(table(8400, probabilities(8400, 1)))
    assert (found.profile.decoder, found.profile.labels) == ("ultralytics-rows", ("class_0",))


def test_rows_beyond_scores_are_refused_also_where_they_are_transposed():
    keypoints = 300 * probabilities(8400, 3)
    with pytest.raises(ModelError, match="more than boxes and scores"):
        seen(table(8400, keypoints), names=["abc"])


def test_what_decided_is_told_first_and_a_probe_run_beside_it():
    assert seen(table(25200, probabilities(25200, 4)), probe=False).signs == (Sign.SHAPES,)
    probed = seen(table(25200, probabilities(25200, 4)))
    assert probed.signs == (Sign.SHAPES, Sign.PROBE)
    columns = {"output0": np.swapaxes(table(8400, probabilities(8400, 3))["output0"], 1, 2)}
    said = seen(columns, metadata=METADATA)
    assert said.signs == (Sign.METADATA,)
    assert telling.told_by(said) == "told by its metadata"
    assert telling.headline(said) == "sure: Ultralytics YOLOv8, v9, 11 or 12"


def test_the_collisions_of_the_table_are_offered_to_choose_from():
    classes = np.random.default_rng(2).integers(0, 80, (300, 1))
    six = seen(table(300, probabilities(300, 1), classes))
    assert {"rtdetr-top", "paddle", "rtdetr"} <= others(six)
    one_class = seen(table(25200, probabilities(25200, 2)))
    assert one_class.profile.decoder == "yolov5"
    assert "ultralytics-rows" in others(one_class)
    detr = seen(
        {"logits": np.zeros((1, 100, 92)), "pred_boxes": corners(100, 1)[None]}, names=["ab"]
    )
    assert "rfdetr" in others(detr)


def test_names_in_the_metadata_rule_out_families_of_another_number_of_classes():
    found = seen(table(8400, probabilities(8400, 3)), metadata=METADATA)
    assert all(len(profile.labels) == 3 for profile in found.others)
    assert "yolox-decoded" not in others(found)


def test_every_other_reading_is_a_whole_profile_that_reads_these_outputs():
    scores = {"boxes": corners(400, 640)[None], "scores": probabilities(400, 4)[None]}
    found = seen(scores)
    for profile in found.others:
        reads = profile.decoder.family.reads
        assert set(profile.outputs or scores) == set(scores)
        assert len(profile.outputs or reads) == len(reads)
    by_decoder = {profile.decoder: profile for profile in found.others}
    assert len(by_decoder[Decoder.SSD_SCORES].labels) == 3
    assert by_decoder[Decoder.RFDETR].outputs == ()


def test_a_classifier_might_be_nothing_else():
    assert seen({"output": np.array([[4.0, -2.0, 1.0]])}, size=(224, 224)).others == ()


def test_all_that_is_said_is_in_lines_of_which_the_last_tells_the_others():
    found = seen(table(25200, probabilities(25200, 2)))
    lines = telling.reasons(found)
    assert lines[0] == "told by shapes of outputs and a probe run"
    assert lines[1].startswith("it answers 25200 rows")
    assert FAMILIES[Decoder.ULTRALYTICS_ROWS].title in lines[-1]


def test_a_thousand_classes_without_names_are_said_to_be_imagenets_and_how_to_name_them():
    found = seen({"output": np.linspace(0, 1, 1000)[None] * 9}, size=(224, 224))
    assert found.profile.labels[:2] == ("class_0", "class_1")
    assert any("ImageNet's: put labels.txt beside the model" in line for line in found.reasons)


@pytest.mark.parametrize(
    ("answer", "decoder"),
    [
        ([0.9, 0.1], "classifier"),
        ([1.5, -0.2, 0.7, 3.1, 0.4, -2.2, 0.6], "classifier"),
        ([1e-4, -2e-4, 0, 3e-4, 1e-5, 2e-4, 0], "classifier"),
        ([0, 10.5, 20.5, 90.5, 80.5, 0.7, 3], "yolo-nas-flat"),
        ([0.15, 0.25, 0.5, 0.6, 0.7, 3], "rtdetr-top"),
    ],
)
def test_a_row_a_picture_is_no_list_of_boxes_whatever_the_axes_are_called(answer, decoder):
    picture = TensorInfo("x", ("unk__1", 3, 640, 640), "tensor(float)")
    output = TensorInfo("y", ("unk__2", len(answer)), "tensor(float)")
    facts = measure([np.array([answer], np.float32)] * 2)
    found = recognise(
        Signature((picture,), (output,), {}),
        "m.yaml",
        probe=lambda _spec: {"y": values_from_json(facts)},
    )
    assert found.profile.decoder == decoder


def test_heads_that_were_exported_raw_are_told_as_such_and_not_by_a_word_in_a_name():
    levels = {f"transpose_{n}.tmp_0": np.zeros((1, rows, 10)) for n, rows in enumerate((80, 20, 5))}
    with pytest.raises(ModelError, match="exported raw"):
        seen(levels)


def test_very_wide_rows_of_unknown_number_are_no_detector_and_a_failed_probe_is_told():
    picture = TensorInfo("x", ("b", 3, "h", "w"), "tensor(float)")
    steps = TensorInfo("softmax", ("b", "steps", 6625), "tensor(float)")

    def fails(_spec):
        raise ModelError("it takes 48 rows only")

    said = r"text or to give features.*failed: it takes 48 rows only"
    with pytest.raises(ModelError, match=said):
        recognise(Signature((picture,), (steps,), {}), "m.yaml", probe=fails)
