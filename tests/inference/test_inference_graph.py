"""The graph of an ONNX file is read without its library, and gets more outputs."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from hardcase.inference import graph as module
from hardcase.inference.graph import read_graph, with_outputs


def layered() -> onnx.ModelProto:
    """Two layers with weights, of which the second's are computed of weights alone."""
    nodes = [
        helper.make_node("Conv", ["images", "kernel", "bias"], ["maps"], name="first"),
        helper.make_node("Relu", ["maps"], ["lit"]),
        helper.make_node("GlobalAveragePool", ["lit"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Transpose", ["matrix"], ["turned"], perm=[1, 0]),
        helper.make_node("MatMul", ["flat", "turned"], ["logits"]),
    ]
    weights = {
        "kernel": np.random.default_rng(0).normal(size=(5, 3, 3, 3)).astype(np.float32),
        "bias": np.ones(5, np.float32),
        "matrix": np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32),
    }
    made = helper.make_graph(
        nodes,
        "layered",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["b", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 4])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def test_nodes_weights_inputs_and_outputs_are_those_of_the_file():
    model = layered()
    found = read_graph(model.SerializeToString())
    assert [(n.operator, n.inputs, n.outputs) for n in found.nodes] == [
        (n.op_type, tuple(n.input), tuple(n.output)) for n in model.graph.node
    ]
    assert found.fed == {"images"}
    assert found.outputs == ("logits",)
    assert found.constants == {"kernel", "bias", "matrix", "turned"}
    assert found.varying(found.nodes[0]) == ["images"]


def test_weights_that_are_also_inputs_as_in_old_files_are_weights():
    model = layered()
    for tensor in model.graph.initializer:
        model.graph.input.append(
            helper.make_tensor_value_info(tensor.name, TensorProto.FLOAT, tensor.dims)
        )
    assert read_graph(model.SerializeToString()).fed == {"images"}


def test_another_output_is_computed_and_the_first_stays_the_same():
    data = layered().SerializeToString()
    feed = {"images": np.random.default_rng(2).normal(size=(2, 3, 8, 8)).astype(np.float32)}
    plain = onnxruntime.InferenceSession(data)
    more = onnxruntime.InferenceSession(with_outputs(data, ["lit", "flat"]))
    assert [node.name for node in more.get_outputs()] == ["logits", "lit", "flat"]
    (before,) = plain.run(None, feed)
    after, lit, flat = more.run(None, feed)
    np.testing.assert_allclose(after, before, atol=1e-6)
    np.testing.assert_allclose(lit.mean(axis=(2, 3)), flat, atol=1e-6)


def test_the_library_reads_what_was_added():
    data = with_outputs(layered().SerializeToString(), ["flat", "é" * 100])
    names = [value.name for value in onnx.load_from_string(data).graph.output]
    assert names == ["logits", "flat", "é" * 100]


@given(st.binary(max_size=60))
def test_whatever_is_no_graph_is_empty_or_a_value_error(data):
    with suppress(ValueError):
        assert isinstance(read_graph(data).outputs, tuple)


@given(st.data())
def test_a_file_cut_or_changed_anywhere_is_read_or_a_value_error(data):
    whole = bytearray(layered().SerializeToString())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    with suppress(ValueError):
        read_graph(bytes(whole[:cut]))


@pytest.mark.parametrize(
    ("limit", "words"), [("MAX_NODES", "nodes"), ("_MAX_FIELDS", "fields"), ("_MAX_NAME", "name")]
)
def test_files_beyond_a_limit_are_refused(limit, words, monkeypatch):
    monkeypatch.setattr(module, limit, 3)
    with pytest.raises(ValueError, match=words):
        read_graph(layered().SerializeToString())


def test_a_number_without_end_is_refused():
    with pytest.raises(ValueError, match="without end"):
        read_graph(b"\x80" * 20)
