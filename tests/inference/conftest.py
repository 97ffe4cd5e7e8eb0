"""Tiny ONNX models whose answers are known exactly, and images to show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from hardcase.errors import ModelError
from hardcase.inference import signature
from hardcase.inference.process import worker
from hardcase.inference.process.child import DESCRIBE
from hardcase.inference.profile import profiles
from hardcase.inference.profile.schema import Profile, profile_from_json
from hardcase.inference.recognition import probing

Batch = int | str


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    input_shape: Sequence[int | str],
    output_shape: Sequence[int | str | None],
    *,
    constants: dict[str, np.ndarray] | None = None,
    metadata: dict[str, str] | None = None,
    dtype: int = TensorProto.FLOAT,
) -> Path:
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info("images", dtype, input_shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output_shape)],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, metadata or {})
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def mean_colour(tmp_path: Path) -> Callable[..., Path]:
    """A classifier that answers the mean of each channel of what it is fed."""

    def build(size: int = 8, batch: Batch = "batch", **more) -> Path:
        nodes = [
            helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["output"]),
        ]
        return save(tmp_path / "mean.onnx", nodes, [batch, 3, size, size], [batch, 3], **more)

    return build


@pytest.fixture
def fixed_answer(tmp_path: Path) -> Callable[..., Path]:
    """A detector that answers the same rows whatever it sees, plus 0 times the input."""

    def build(
        rows: np.ndarray, size: tuple[int, int] = (64, 64), batch: Batch = "batch", **more
    ) -> Path:
        nodes = [
            helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
            helper.make_node("Squeeze", ["mean", "last"], ["m"]),
            helper.make_node("Mul", ["m", "zero"], ["nothing"]),
            helper.make_node("Add", ["rows", "nothing"], ["output"]),
        ]
        constants = {
            "rows": rows.astype(np.float32)[None],
            "zero": np.zeros(1, dtype=np.float32),
            "last": np.array([3], dtype=np.int64),
        }
        width, height = size
        return save(
            tmp_path / "fixed.onnx",
            nodes,
            [batch, 3, height, width],
            [batch, *rows.shape],
            constants=constants,
            **more,
        )

    return build


@pytest.fixture
def left_or_right(tmp_path: Path) -> Path:
    """A detector (64x64) of one class: a box in each half, scored by the brightness there."""
    boxes = np.array([[16, 48], [32, 32], [32, 32], [64, 64]], dtype=np.float32)[None]
    halves = [
        helper.make_node("Slice", ["images", start, end, "axis"], [name])
        for name, start, end in (("left", "zero", "half"), ("right", "half", "full"))
    ]
    means = [
        helper.make_node("ReduceMean", [name], [f"{name}_mean"], axes=[1, 2, 3], keepdims=0)
        for name in ("left", "right")
    ]
    nodes = [
        *halves,
        *means,
        helper.make_node("Concat", ["left_mean", "right_mean"], ["both"], axis=0),
        helper.make_node("Reshape", ["both", "shape"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["output"], axis=1),
    ]
    constants = {
        "zero": np.array([0]),
        "half": np.array([32]),
        "full": np.array([64]),
        "axis": np.array([3]),
        "shape": np.array([1, 1, 2]),
        "boxes": boxes,
    }
    return save(tmp_path / "halves.onnx", nodes, [1, 3, 64, 64], [1, 5, 2], constants=constants)


@pytest.fixture
def profile() -> Callable[..., Profile]:
    """A profile as a YAML file would give it; keyword arguments of `input` come as a dict."""

    def build(decoder: str, labels: Sequence[str], size: Sequence[int], **more) -> Profile:
        spec = {"size": list(size), **more.pop("input", {})}
        data = {"decoder": decoder, "labels": list(labels), "input": spec, **more}
        return profile_from_json(data, "profile")

    return build


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """A PNG of one colour, or of given (H, W, 3) pixels."""

    def build(name: str, size: tuple[int, int] = (64, 64), colour=(0, 0, 0), pixels=None) -> Path:
        image = Image.new("RGB", size, colour) if pixels is None else Image.fromarray(pixels)
        path = tmp_path / name
        image.save(path)
        return path

    return build


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory, monkeypatch) -> None:
    """Keep the configuration of whoever runs the tests out of them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


class InProcess:
    """Answers as a child process does, but from this one, which spares starting it."""

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, message: dict) -> None:
        try:
            if message["command"] == DESCRIBE:
                answer = worker.describe(message["model"])
            else:
                answer = {"values": probing.probe(message)}
        except ModelError as error:
            answer = {"fatal": str(error)}
        self._answer = json.loads(json.dumps(answer, allow_nan=False))

    def receive(self, _timeout: float, _name: str) -> dict:
        return self._answer


@pytest.fixture
def in_process(monkeypatch) -> None:
    """Describe and probe models in this process."""
    monkeypatch.setattr(signature, "Child", InProcess)
    monkeypatch.setattr(profiles, "Child", InProcess)


@pytest.fixture
def onnx_file(tmp_path: Path) -> Callable[..., Path]:
    """Any other graph, see `save`."""

    def build(name: str, *args, **more) -> Path:
        return save(tmp_path / name, *args, **more)

    return build


@pytest.fixture
def model(fixed_answer):
    """A detector of three classes by its 84 columns for 64x64 pixels."""
    columns = np.zeros((7, 84))
    columns[:4] = 20
    return fixed_answer(columns)
