"""Real ONNX files are described, and their profile is found."""

from __future__ import annotations

import json

import numpy as np
import pytest
from onnx import TensorProto, helper

from hardcase.errors import ModelError
from hardcase.inference import describe_model, file_sha256, load_profile

ULTRALYTICS = {"names": "{0: 'apple', 1: 'pear'}", "task": "detect", "imgsz": "[64, 64]"}


def test_metadata_is_used_when_no_file_says_otherwise(fixed_answer):
    model = fixed_answer(np.zeros((6, 3)), metadata=ULTRALYTICS)
    assert load_profile(model).labels == ("apple", "pear")


def test_a_file_beside_the_model_comes_before_its_metadata(fixed_answer):
    model = fixed_answer(np.zeros((6, 3)), metadata=ULTRALYTICS)
    text = "{decoder: ultralytics, input: {size: [64, 64]}, labels: [beside, it]}"
    model.with_suffix(".yaml").write_text(text)
    assert load_profile(model).labels == ("beside", "it")
    info = describe_model(model)
    assert (info.profile_source, info.problem) == ("fixed.yaml", None)


def test_an_explicit_file_comes_before_all(fixed_answer, tmp_path):
    model = fixed_answer(np.zeros((6, 3)), metadata=ULTRALYTICS)
    model.with_suffix(".yaml").write_text("nonsense")
    explicit = tmp_path / "mine.yaml"
    explicit.write_text("{decoder: ultralytics, input: {size: [64, 64]}, labels: [my, own]}")
    assert load_profile(model, explicit).labels == ("my", "own")


def test_a_broken_file_beside_the_model_is_told_and_not_passed_over(fixed_answer):
    model = fixed_answer(np.zeros((6, 3)), metadata=ULTRALYTICS)
    model.with_suffix(".yaml").write_text("decoder: what")
    with pytest.raises(ModelError, match=r"fixed\.yaml: decoder"):
        load_profile(model)
    assert "decoder" in describe_model(model).problem


def test_a_description_is_json_and_tells_shapes_types_and_metadata(fixed_answer):
    model = fixed_answer(np.zeros((6, 3)), metadata=ULTRALYTICS)
    data = json.loads(json.dumps(describe_model(model).to_json()))
    assert data["inputs"] == [
        {"name": "images", "shape": ["batch", 3, 64, 64], "dtype": "tensor(float)"}
    ]
    assert data["outputs"][0]["shape"] == ["batch", 6, 3]
    assert data["metadata"] == ULTRALYTICS
    assert data["profile"]["labels"] == ["apple", "pear"]
    assert data["bytes"] == model.stat().st_size


def test_a_model_without_a_profile_is_described_as_it_was_recognised(mean_colour):
    info = describe_model(mean_colour())
    assert (info.profile_source, info.problem) == ("recognised", None)
    assert info.profile.labels == ("class_0", "class_1", "class_2")
    data = json.loads(json.dumps(info.to_json()))
    assert (data["family"], data["certainty"]) == ("a classifier", "guess")
    assert any("labels.txt" in reason for reason in data["reasons"])
    assert load_profile(mean_colour()) == info.profile


def test_a_model_that_is_neither_task_is_described_with_the_reason(onnx_file):
    nodes = [helper.make_node("Identity", ["images"], ["output"])]
    model = onnx_file("masks.onnx", nodes, [1, 3, 16, 16], [1, 3, 16, 16])
    info = describe_model(model)
    assert info.profile is None
    assert "segmentation" in info.problem
    with pytest.raises(ModelError, match=r"masks\.onnx: it seems to be a segmentation model"):
        load_profile(model)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x08\x07" * 5000])
def test_a_file_that_is_no_model_is_an_error_in_one_line(tmp_path, content):
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.onnx") as caught:
        describe_model(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.onnx", ".", "a\0b"])
def test_no_file_is_an_error(tmp_path, name):
    with pytest.raises(ModelError, match="not a file"):
        load_profile(tmp_path / name)


def test_custom_operators_are_not_loaded(tmp_path):
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 8, 8]) for n in ("a", "b")]
    node = helper.make_node("Steal", ["a"], ["b"], domain="evil.ops")
    graph = helper.make_graph([node], "g", info[:1], info[1:])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("evil.ops", 1)]
    path = tmp_path / "custom.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
    )
    with pytest.raises(ModelError, match=r"custom\.onnx cannot be opened: \w") as error:
        describe_model(path)
    assert "ONNXRuntimeError" not in str(error.value)


@pytest.mark.parametrize("location", ["../secret.bin", "sub/../../secret.bin", "link.bin", None])
def test_external_data_outside_the_models_folder_is_refused(tmp_path, location):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.arange(4, dtype=np.float32).tobytes())
    (tmp_path / "in" / "link.bin").symlink_to(secret)
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=1)
    weight.external_data.add(key="location", value=location or str(secret))
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [4]) for n in ("x", "y")]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])], "g", info[:1], info[1:], [weight]
    )
    path = tmp_path / "in" / "m.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"[Ee]xternal data"):
        describe_model(path)


def test_the_hash_of_a_file(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    assert file_sha256(path).startswith("ba7816bf8f01cfea")
    with pytest.raises(ModelError, match="cannot be read"):
        file_sha256(tmp_path / "none")
