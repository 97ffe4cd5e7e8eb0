"""What a model says of itself, by metadata, names and shapes; what is no use is refused."""

from __future__ import annotations

import pytest

from hardcase.errors import ModelError
from hardcase.inference.recognition import recognise
from hardcase.inference.signature import Signature, TensorInfo, signature_from_json
from hardcase.model.job import Task


def model(outputs, metadata=(), size=(64, 32)):
    inputs = (TensorInfo("images", (1, 3, size[1], size[0]), "tensor(float)"),)
    shapes = tuple(TensorInfo(f"out{i}", s, "tensor(float)") for i, s in enumerate(outputs))
    return Signature(inputs, shapes, dict(metadata))


def ultralytics(names="{0: 'apple', 1: 'hot dog'}", task="detect", imgsz="[32, 64]", **more):
    metadata = {"names": names, "task": task, "imgsz": imgsz}
    return model([more.pop("output", (1, 6, 42))], metadata, **more)


def problem(signature):
    with pytest.raises(ModelError) as caught:
        recognise(signature, "m.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_ultralytics_metadata_gives_the_whole_profile():
    profile = recognise(ultralytics(), "m.yaml").profile
    assert (profile.task, profile.decoder) == (Task.DETECTION, "ultralytics")
    assert profile.labels == ("apple", "hot dog")
    spec = profile.input
    assert (spec.size, spec.fit, spec.color, spec.scale) == ((64, 32), "letterbox", "rgb", 255)


def test_imgsz_counts_where_the_input_is_free():
    assert recognise(ultralytics(size=("w", "h")), "m.yaml").profile.input.size == (64, 32)
    assert recognise(ultralytics(size=("w", "h"), imgsz="96"), "m.yaml").profile.input.size == (
        96,
        96,
    )


def test_an_ultralytics_classifier_is_fed_a_crop_and_not_softmaxed_again():
    profile = recognise(ultralytics(task="classify", output=(1, 2)), "m.yaml").profile
    assert (profile.task, profile.activation) == (Task.CLASSIFICATION, "none")
    assert profile.input.fit == "center-crop"


@pytest.mark.parametrize("task", ["segment", "pose", "obb"])
def test_other_ultralytics_tasks_are_refused_by_name(task):
    assert task in problem(ultralytics(task=task))


def test_an_ultralytics_output_of_another_number_of_classes_is_refused_with_the_way_out():
    assert "nms=False" in problem(ultralytics(output=(1, 300, 8)))


@pytest.mark.parametrize(
    ("more", "output", "decoder"),
    [
        ({}, (1, 6, 42), "ultralytics"),
        ({"end2end": "True"}, (1, 300, 6), "end2end"),
        ({}, (1, 300, 6), "end2end"),
        ({"head": "RTDETRDecoder"}, (1, 300, 7), "rtdetr"),
        ({"head": "RTDETRDecoder"}, (1, 300, 6), "rtdetr-top"),
        ({}, (1, 300, 7), "rtdetr"),
        ({}, (1, 252, 8), "yolov5"),
    ],
)
def test_the_heads_of_ultralytics_are_told_apart(more, output, decoder):
    names = "['a', 'b', 'c']"
    if output == (1, 6, 42):
        names = "['a', 'b']"
    signature = ultralytics(names=names, output=output)
    found = recognise(Signature(signature.inputs, signature.outputs, signature.metadata | more), "")
    assert found.profile.decoder == decoder
    assert found.certainty == "sure"


@pytest.mark.parametrize(
    "names",
    [
        "__import__('os').system('true')",
        "[" * 100_000,
        "-" * 200_000 + "1",
        "1+" * 50_000 + "1",
        "{0: 'a', 2: 'b'}",
        "{0: ['a']}",
        "{0: ''}",
        "{0: 'a', [1]: 'b'}",
        "[]",
        "7",
        "",
        "{0: 'a" + "b" * 300 + "'}",
        "x" * 300_000,
        "\0",
    ],
)
def test_hostile_names_are_refused(names):
    assert "m.yaml" in problem(ultralytics(names=names))


def test_names_are_parsed_and_never_run(tmp_path):
    trace = tmp_path / "trace"
    assert "literal" in problem(ultralytics(names=f"[open({str(trace)!r}, 'w').name, 'b']"))
    assert not trace.exists()


@pytest.mark.parametrize("imgsz", ["[0, 64]", "[1, 2, 3]", "'big'", "1e9", "[99999, 64]"])
def test_a_senseless_imgsz_is_refused(imgsz):
    assert "imgsz" in problem(ultralytics(size=("w", "h"), imgsz=imgsz))


def test_undecoded_yolox_is_recognised_by_its_shapes():
    found = recognise(model([(1, 8 * 4 + 4 * 2 + 2, 5 + 3)]), "m.yaml")
    profile = found.profile
    assert profile.decoder == "yolox"
    assert profile.labels == ("class_0", "class_1", "class_2")
    spec = profile.input
    assert (spec.size, spec.color, spec.scale) == ((64, 32), "bgr", 1)
    assert (spec.fit, spec.pad) == ("letterbox-top-left", 114)


def test_yolox_takes_names_from_metadata_if_they_fit():
    names = {"names": "['a', 'b', 'c']"}
    assert recognise(model([(1, 42, 8)], names), "m.yaml").profile.labels == ("a", "b", "c")
    assert "3 classes, but answers for 4" in problem(model([(1, 42, 9)], names))


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ([(1, 6, 256, 256)], "seems to be a segmentation model"),
        ([(1, 37, 84), (1, 32, 16, 16)], "seems to be a segmentation model"),
        ([(1, 3, 8, 4, 85), (1, 3, 4, 2, 85), (1, 3, 2, 1, 85)], "heads were exported raw"),
        ([(1, 300, 2), (1, 300, 3)], "seems to be a detector"),
        ([()], "nothing here reads"),
        ([], "no outputs"),
    ],
)
def test_any_other_model_is_refused_with_what_it_seems_to_be(outputs, words):
    assert words in problem(model(outputs))


@pytest.mark.parametrize(
    ("names", "shapes", "words"),
    [
        (["image_embeds"], [(1, 512)], "embeddings"),
        (["last_hidden_state"], [(1, 197, 768)], "embeddings"),
        (
            ["boxes", "labels", "scores", "masks"],
            [("n", 4), ("n",), ("n",), ("n", 1, 9, 9)],
            "segm",
        ),
        (["keypoints", "scores"], [(1, 17, 2), (1, 17)], "poses"),
        (["dets", "labels", "masks"], [(1, 9, 4), (1, 9, 3), (1, 9, 8, 8)], "segmentation"),
    ],
)
def test_names_of_outputs_tell_what_serves_neither_task(names, shapes, words):
    signature = model(shapes)
    outputs = tuple(
        TensorInfo(name, tensor.shape, tensor.dtype)
        for name, tensor in zip(names, signature.outputs, strict=True)
    )
    assert words in problem(Signature(signature.inputs, outputs, {}))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([("input_ids", (1, "n"), "tensor(int64)")], "a model of text"),
        (
            [("boxes", (1, "n", 4), "tensor(float)"), ("scores", (1, 3, "n"), "tensor(float)")],
            "the NMS part",
        ),
        ([("x", (1, 1, 28, 28), "tensor(float)")], "other than 3 channels"),
        ([("x", (1, 40), "tensor(float)")], "takes no picture"),
        ([], "takes no picture"),
    ],
)
def test_a_model_that_takes_no_picture_is_refused(inputs, words):
    outputs = (TensorInfo("y", (1, 6, 42), "tensor(float)"),)
    found = tuple(TensorInfo(*tensor) for tensor in inputs)
    assert words in problem(Signature(found, outputs, {}))


def test_what_a_model_says_is_cut_and_made_printable():
    tensor = {
        "name": "in\x1b]0;x" + "y" * 500,
        "shape": [1, None, -3, "h\n"],
        "dtype": "tensor(float)",
    }
    read = signature_from_json({"inputs": [tensor], "outputs": [], "metadata": {"\x1b": "\x07"}})
    assert read.inputs[0].shape == (1, "?", "-3", "h�")
    assert len(read.inputs[0].name) == 100
    assert read.inputs[0].name.isprintable()
    assert read.metadata == {"�": "�"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"inputs": 3, "outputs": [], "metadata": {}},
        {"inputs": [], "outputs": [{}], "metadata": {}},
        {"inputs": [], "outputs": [], "metadata": {str(i): "" for i in range(300)}},
        {"inputs": [{"name": "", "shape": [], "dtype": ""}] * 300, "outputs": [], "metadata": {}},
    ],
)
def test_a_signature_that_makes_no_sense_is_an_error(answer):
    with pytest.raises((KeyError, TypeError, ValueError)):
        signature_from_json(answer)
