"""Where shapes fit several families, values and names decide; and without them it is a guess."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hardcase.errors import ModelError
from hardcase.inference.recognition import Companions, Recognition, recognise
from hardcase.inference.recognition.companions import Names
from hardcase.inference.recognition.values import measure, values_from_json
from hardcase.inference.signature import Signature, TensorInfo

RANDOM = np.random.default_rng(1)


def seen(
    outputs, *, size=(640, 640), names=(), free=(), probe=True, last=False, **beside
) -> Recognition:
    """Recognise a model that answers these arrays.

    `free` outputs declare no length, `last` puts the input's channels last; `metadata` and what
    else lies beside the model come by keyword.
    """
    width, height = size
    declared = tuple(
        TensorInfo(
            name,
            tuple(f"n{i}" if name in free and i else axis for i, axis in enumerate(value.shape)),
            "tensor(int64)" if value.dtype.kind == "i" else "tensor(float)",
        )
        for name, value in outputs.items()
    )
    axes = (1, height, width, 3) if last else (1, 3, height, width)
    picture = TensorInfo("images", axes, "tensor(float)")
    metadata = beside.pop("metadata", {})

    def run(_spec):
        return {
            name: values_from_json(json.loads(json.dumps(measure([value]), allow_nan=False)))
            for name, value in outputs.items()
        }

    files = Companions(tuple(Names(tuple(labels), "labels.txt") for labels in names), **beside)
    signature = Signature((picture,), declared, metadata)
    return recognise(signature, "m.yaml", companions=files, probe=run if probe else None)


def decoder(*args, **more):
    return str(seen(*args, **more).profile.decoder)


def corners(count, scale):
    start = RANDOM.uniform(0, 0.5, (count, 2))
    return np.hstack([start, start + RANDOM.uniform(0.05, 0.5, (count, 2))]) * scale


def probabilities(count, classes):
    return RANDOM.uniform(0, 0.9, (count, classes))


def six(scale, score, kind):
    return {"output0": np.hstack([corners(300, scale), score, kind])[None]}


def test_rows_of_six_in_pixels_with_a_class_are_end_to_end():
    classes = RANDOM.integers(0, 80, (300, 1))
    answer = six(640, probabilities(300, 1), classes)
    assert decoder(answer) == "end2end"
    assert decoder(answer, free=("output0",)) == "end2end"


def test_rows_of_six_in_0_1_with_a_class_are_of_rt_detr():
    classes = RANDOM.integers(0, 80, (300, 1))
    assert decoder(six(1, probabilities(300, 1), classes)) == "rtdetr-top"


def test_rows_of_six_in_0_1_with_two_scores_are_of_rt_detr_with_two_classes():
    found = seen(six(1, probabilities(300, 1), probabilities(300, 1)))
    assert (found.profile.decoder, len(found.profile.labels)) == ("rtdetr", 2)


def test_rows_of_six_for_every_anchor_are_a_one_class_yolov5():
    rows = np.hstack([corners(25200, 640), probabilities(25200, 2)])[None]
    found = seen({"output": rows})
    assert (found.profile.decoder, found.profile.labels) == ("yolov5", ("class_0",))


def test_rows_of_six_for_every_cell_are_a_one_class_yolox_raw_or_decoded():
    far = np.hstack([corners(8400, 640), probabilities(8400, 2)])[None]
    near = np.hstack([RANDOM.normal(0, 1, (8400, 4)), probabilities(8400, 2)])[None]
    assert decoder({"output": far}) == "yolox-decoded"
    assert decoder({"output": near}) == "yolox"


def test_rows_of_class_score_and_corners_are_of_paddle():
    classes = RANDOM.integers(0, 80, (50, 1))
    rows = np.hstack([classes, probabilities(50, 1), corners(50, 640)])
    assert decoder({"output": rows}) == "paddle"


@pytest.mark.parametrize(
    ("scale", "second", "classes", "expected"),
    [
        (640, "class", 80, "end2end"),
        (1, "class", 80, "rtdetr-top"),
        (1, "class", 2, "rtdetr-top"),
        (1, "score", 2, "rtdetr"),
        (0, "class", 80, "end2end"),
    ],
)
def test_ultralytics_rows_of_six_are_told_by_values_where_metadata_do_not(
    scale, second, classes, expected
):
    last = RANDOM.integers(0, classes, (300, 1)) if second == "class" else probabilities(300, 1)
    answer = six(scale, probabilities(300, 1), last)
    names = str([f"c{i}" for i in range(classes)])
    assert decoder(answer, metadata={"task": "detect", "names": names}) == expected


def test_a_yolov5_names_its_classes_without_a_task():
    rows = np.hstack([corners(25200, 640), probabilities(25200, 3)])[None]
    found = seen({"output": rows}, metadata={"stride": "32", "names": "['a', 'b']"})
    assert (found.profile.decoder, found.profile.labels) == ("yolov5", ("a", "b"))


def test_a_grid_without_a_size_is_recognised_at_the_size_of_the_probe_run():
    rows = np.hstack([corners(25200, 640), probabilities(25200, 81)])[None]
    found = seen({"output": rows}, size=("w", "h"), free=("output",))
    assert (found.profile.decoder, found.profile.input.size) == ("yolov5", (640, 640))


def test_without_a_probe_run_what_is_more_common_is_a_guess():
    found = seen(six(640, probabilities(300, 1), np.ones((300, 1))), probe=False)
    assert (found.profile.decoder, found.certainty) == ("end2end", "guess")
    raw = seen({"output": np.zeros((1, 8400, 85))}, probe=False)
    assert (raw.profile.decoder, raw.certainty) == ("yolox", "guess")


def test_a_probe_run_that_fails_is_told_and_the_rest_guessed():
    def fail(_spec):
        raise ModelError("out of memory")

    picture = TensorInfo("images", (1, 3, 640, 640), "tensor(float)")
    output = TensorInfo("output", (1, 300, 6), "tensor(float)")
    found = recognise(Signature((picture,), (output,), {}), "m.yaml", probe=fail)
    assert found.certainty == "guess"
    assert any("out of memory" in reason for reason in found.reasons)


def test_a_detr_of_more_classes_than_queries_is_no_yolo():
    rows = np.hstack([corners(300, 1), probabilities(300, 365)])[None]
    found = seen({"output": rows})
    assert (found.profile.decoder, len(found.profile.labels)) == ("rtdetr", 365)


def test_columns_with_more_than_scores_are_refused_as_poses_or_masks():
    columns = np.vstack([corners(8400, 640).T, RANDOM.uniform(-5, 640, (52, 8400))])[None]
    with pytest.raises(ModelError, match="poses, masks or rotated"):
        seen({"output0": columns})


@pytest.mark.parametrize(("size", "cells"), [((416, 416), 3598), ((320, 320), 2125)])
def test_nanodet_is_told_by_its_four_maps(size, cells):
    rows = np.hstack([probabilities(cells, 80), RANDOM.normal(0, 3, (cells, 32))])[None]
    found = seen({"output": rows}, size=size)
    assert (found.profile.decoder, len(found.profile.labels)) == ("nanodet", 80)
    assert found.profile.input.color == "bgr"


def test_detr_and_rt_detr_are_told_by_names_or_by_their_last_class():
    boxes = corners(100, 1)[None]
    quiet = RANDOM.normal(-4, 1, (1, 100, 6))
    nothing = quiet.copy()
    nothing[..., -1] += 12
    sigmoid = seen({"logits": quiet, "pred_boxes": boxes})
    softmax = seen({"logits": nothing, "pred_boxes": boxes})
    assert (sigmoid.profile.activation, len(sigmoid.profile.labels)) == ("sigmoid", 6)
    assert (softmax.profile.activation, len(softmax.profile.labels)) == ("softmax", 5)
    by_names = seen({"logits": quiet, "pred_boxes": boxes}, names=["abcde"])
    assert (by_names.profile.activation, by_names.certainty) == ("softmax", "sure")


@pytest.mark.parametrize(
    ("names", "widths", "expected"),
    [
        (("logits", "pred_boxes"), (7, 4), ("detr", 7)),
        (("dets", "labels"), (4, 7), ("rfdetr", 7)),
        (("boxes", "confidences"), (4, 7), ("ssd-scores", 6)),
    ],
)
def test_outputs_of_undeclared_width_are_told_by_a_probe_run(names, widths, expected):
    answer = {
        name: corners(100, 1)[None] if width == 4 else RANDOM.normal(-4, 1, (1, 100, width))
        for name, width in zip(names, widths, strict=True)
    }
    found = seen(answer, free=names)
    assert (found.profile.decoder, len(found.profile.labels)) == expected


@pytest.mark.parametrize(
    ("kind", "activation"), [("detr", "softmax"), ("yolos", "softmax"), ("rt_detr", "sigmoid")]
)
def test_a_config_json_tells_the_kinds_of_detr(kind, activation):
    answer = {"logits": np.zeros((1, 100, 6)), "pred_boxes": corners(100, 1)[None]}
    found = seen(answer, config={"model_type": kind})
    assert (found.profile.activation, found.certainty) == (activation, "sure")
    assert (found.profile.input.mean == (0, 0, 0)) == (activation == "sigmoid")


def test_lists_with_a_batch_are_told_by_the_unit_of_their_boxes():
    lists = {"labels": np.ones((1, 9), dtype=np.int64), "scores": probabilities(1, 9)}
    assert decoder({"bboxes": corners(9, 1)[None], **lists}) == "ssd"
    assert decoder({"boxes": corners(9, 640)[None], **lists}) == "dfine"


@pytest.mark.parametrize(
    ("table", "activation", "name"),
    [
        (probabilities(400, 2), "none", "ssd-scores"),
        (RANDOM.normal(0, 5, (400, 2)), "softmax", "ssd-scores"),
    ],
)
def test_one_class_beside_the_background_is_offered_as_faces(table, activation, name):
    found = seen({"scores": table[None], "boxes": corners(400, 1)[None]})
    assert (found.profile.decoder, found.profile.activation) == (name, activation)
    assert found.profile.labels == ("face",)
    assert any("face offered" in line for line in found.reasons)


def test_boxes_and_scores_are_of_an_ssd_in_0_1_and_of_yolo_nas_in_pixels():
    table = probabilities(400, 4)[None]
    ssd = seen({"scores": table, "boxes": corners(400, 1)[None]})
    nas = seen({"boxes": corners(400, 640)[None], "scores": table})
    assert (ssd.profile.decoder, len(ssd.profile.labels)) == ("ssd-scores", 3)
    assert (nas.profile.decoder, len(nas.profile.labels)) == ("yolo-nas", 4)


@pytest.mark.parametrize(
    ("answer", "activation"),
    [
        ([0.7, 0.2, 0.1], "none"),
        ([0.9, 0.8, 0.1], "none"),
        ([4.0, -2.0, 1.0], "softmax"),
    ],
)
def test_classifiers_are_softmaxed_only_if_they_are_not_yet(answer, activation):
    found = seen({"output": np.array([answer])}, size=(224, 224))
    assert (found.profile.decoder, found.profile.activation) == ("classifier", activation)


def test_a_multi_label_classifier_has_sigmoids():
    answer = {"logits": np.array([[4.0, -2.0, 1.0]])}
    found = seen(answer, config={"problem_type": "multi_label_classification"})
    assert found.profile.activation == "sigmoid"


@pytest.mark.parametrize(("last", "scale", "mean"), [(True, 127.5, 1.0), (False, 255, 0.485)])
def test_what_a_classifier_is_fed_follows_its_kind_and_is_a_guess(last, scale, mean):
    found = seen({"output": np.array([[4.0, -2.0, 1.0]])}, size=(224, 224), last=last)
    assert (found.profile.input.scale, found.profile.input.mean[0]) == (scale, mean)
    assert found.certainty == "guess"
    assert any("assumed" in line for line in found.reasons)


def test_ten_classes_of_tiny_pictures_are_offered_as_cifar():
    found = seen({"output": np.array([[4.0, *[-1.0] * 9]])}, size=(32, 32))
    assert found.profile.labels[:2] == ("airplane", "automobile")
    assert found.profile.input.fit == "stretch"


def test_vectors_of_length_one_are_embeddings_unless_there_are_as_many_names():
    vector = RANDOM.normal(0, 1, (1, 512))
    vector /= np.linalg.norm(vector)
    with pytest.raises(ModelError, match="embeddings"):
        seen({"output": vector}, size=(224, 224))
    names = [[f"c{i}" for i in range(512)]]
    assert decoder({"output": vector}, size=(224, 224), names=names) == "classifier"


def test_eighty_classes_without_names_are_offered_cocos_and_it_is_said():
    columns = np.vstack([corners(8400, 640).T, probabilities(80, 8400)])[None]
    found = seen({"output0": columns})
    assert found.profile.labels[:2] == ("person", "bicycle")
    assert "COCO" in found.labels_from
    assert any("80 classes without names" in reason for reason in found.reasons)


def test_names_that_do_not_fit_are_told_and_not_used():
    columns = np.vstack([corners(84, 64).T, probabilities(3, 84)])[None]
    found = seen({"output0": columns}, size=(64, 64), names=["ab"])
    assert found.profile.labels == ("class_0", "class_1", "class_2")
    assert any("names 2 classes, but the model answers for 3" in line for line in found.reasons)


def said(outputs):
    """Return what a person gets to read of a model that answers these arrays."""
    try:
        found = seen(outputs, size=(32, 32))
    except ModelError as error:
        return (str(error),)
    return (*found.reasons, *found.profile.labels)


def test_more_classes_than_coco_has_are_seen_in_a_list_of_boxes():
    labels = np.arange(300) % 365
    answer = {
        "labels": labels[None],
        "boxes": corners(300, 640)[None],
        "scores": probabilities(300, 1).T,
    }
    found = seen(answer, names=[["a", "b"]])
    assert (found.profile.decoder, len(found.profile.labels)) == ("dfine", 300)
    assert any("at least 300: not used" in line for line in found.reasons)
    assert len(seen(answer, names=[[f"c{i}" for i in range(365)]]).profile.labels) == 365


def test_steps_of_characters_are_refused_as_text():
    steps = RANDOM.uniform(0, 1, (40, 6625))
    steps /= steps.sum(axis=1, keepdims=True)
    with pytest.raises(ModelError, match="seems to read text"):
        seen({"softmax": steps[None]}, size=(320, 48))


def test_a_classifier_may_give_its_features_too():
    answer = {"feats": RANDOM.normal(0, 9, (1, 512)), "logits": np.array([[3.0, -1, 2]])}
    found = seen(answer, size=(224, 224))
    assert (found.profile.decoder, found.profile.outputs) == ("classifier", ("logits",))


def test_tensorflows_raw_outputs_are_passed_by():
    answer = {
        "raw_detection_boxes": np.zeros((1, 99, 4)),
        "detection_boxes": corners(9, 1)[None],
        "detection_scores": probabilities(9, 1).T,
        "detection_classes": np.ones((1, 9)),
        "num_detections": np.array([9.0]),
    }
    found = seen(answer)
    assert found.profile.decoder == "tensorflow"
    assert found.profile.outputs[1] == "detection_boxes"
    assert found.profile.labels[0] == "person"


ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        arrays.arrays(
            np.float32,
            arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
            elements=ANY,
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([("a", "b", "c", "d"), ("boxes", "scores", "labels", "x")]),
)
def test_whatever_a_model_answers_it_is_recognised_or_refused_in_one_line(values, names):
    outputs = dict(zip(names, values, strict=False))
    found = said(outputs)
    assert found
    assert all(line.isprintable() for line in found)
