"""A small job, a small model, and a way to run commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from cli_pictures import COLOURS, paint

from hardcase.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def record(self) -> Any:
        (record,) = self.records
        return record

    @property
    def error(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        return line


@pytest.fixture(autouse=True)
def _own_list_of_jobs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.delenv("HARDCASE_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "80")  # the width of helps


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def run(*argv: str | Path) -> Result:
        capsys.readouterr()
        status = main([str(a) for a in argv])
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures, two a colour: `red/0.png` and so on."""
    root = tmp_path / "pictures"
    for name, colour in COLOURS.items():
        for n in range(2):
            paint(root / name / f"{n}.png", colour)
    return root


@pytest.fixture
def job(folder: Path, cli: Callable[..., Result]) -> Path:
    """A classification job of those pictures."""
    status = cli("init", folder, "--task", "classification", "--labels", "red,green,blue").status
    assert status == 0
    return folder


@pytest.fixture
def boxes(folder: Path, cli: Callable[..., Result]) -> Path:
    """A detection job of those pictures, in which `blue/0.png` and `green/0.png` have boxes."""
    assert cli("init", folder, "--task", "detection", "--labels", "cat,dog").status == 0
    annotations = folder.parent / "boxes.json"
    images = [
        {"id": n, "file_name": f"{name}/0.png", "width": 32, "height": 24}
        for n, name in enumerate(("blue", "green"), 1)
    ]
    boxes = [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 10], "area": 100},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [5, 6, 20, 10], "area": 200},
        {"id": 3, "image_id": 2, "category_id": 2, "bbox": [0, 0, 32, 24], "area": 768},
    ]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    data = {"images": images, "annotations": boxes, "categories": categories}
    annotations.write_text(json.dumps(data))
    assert cli("import", folder, annotations, "--format", "coco").status == 0
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that knows red, green and blue, with its profile beside it."""
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "gain"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor("gain", onnx.TensorProto.FLOAT, [1], [8.0])],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = tmp_path_factory.mktemp("model") / "colours.onnx"
    onnx.save(proto, path)
    path.with_suffix(".yaml").write_text(
        "task: classification\n"
        "decoder: classifier\n"
        "input: {size: [8, 8], fit: stretch}\n"
        "labels: [red, green, blue]\n"
        "score_threshold: 0.3\n"
    )
    return path
