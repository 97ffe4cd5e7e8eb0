"""A model travels with its weights, and only with those; the worker over there checks them."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hardcase.errors import ModelError
from hardcase.inference import EngineRequest
from hardcase.inference.ray.remote_worker import Item, RemoteWorker, Start, file_state
from hardcase.inference.ray.shipment import pack, unpack

ALONE = {"processes": 1, "workers": 1, "threads": 1}


@pytest.fixture
def outside(tmp_path):
    """A classifier that adds a bias, which lies in a file beside it."""
    bias = numpy_helper.from_array(np.array([0.25, 0, 0], np.float32), "bias")
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"]),
        helper.make_node("Add", ["means", "bias"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 3])],
        [bias],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    folder = tmp_path / "model"
    folder.mkdir()
    path = folder / "biased.onnx"
    onnx.save(model, path, save_as_external_data=True, location="biased.bin", size_threshold=0)
    return path


@pytest.fixture
def start(profile):
    def build(model: Path, **more) -> Start:
        chosen = profile("classifier", "rgb", (8, 8))
        asked = EngineRequest(model, chosen, threshold=0.3, iou=0.5, views=())
        return Start(
            version("hardcase"), asked.for_child().to_json(), pack(model), timeout=60.0, **more
        )

    return build


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """A worker whose temporary files lie in `tmp_path / "there"`."""
    there = tmp_path / "there"
    there.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(there))
    worker = RemoteWorker()
    yield worker
    worker.stop()
    assert list(there.iterdir()) == []


def test_weights_beside_a_model_travel_with_it(outside, tmp_path):
    files = pack(outside)
    assert [file.name for file in files] == ["biased.onnx", "biased.bin"]
    there = unpack(files, tmp_path / "there")
    assert there.read_bytes() == outside.read_bytes()
    assert (there.parent / "biased.bin").read_bytes() == (
        outside.parent / "biased.bin"
    ).read_bytes()


@pytest.mark.parametrize("location", ["../secret", "/etc/hostname", "gone.bin", "x" * 300, "\0"])
def test_nothing_outside_of_the_folder_of_a_model_travels(outside, location):
    (outside.parent.parent / "secret").write_text("mine")
    model = onnx.load(outside, load_external_data=False)
    (tensor,) = model.graph.initializer
    for entry in tensor.external_data:
        if entry.key == "location":
            entry.value = location
    outside.write_bytes(model.SerializeToString())
    assert [file.name for file in pack(outside)] == ["biased.onnx"]


def test_a_link_that_leads_outside_does_not_travel(outside):
    (outside.parent / "biased.bin").unlink()
    (outside.parent / "biased.bin").symlink_to("/etc/hostname")
    assert [file.name for file in pack(outside)] == ["biased.onnx"]


def test_a_model_that_was_damaged_on_its_way_is_not_opened(outside, start, worker):
    begin = start(outside)
    bad = replace(begin.model[1], content=begin.model[1].content[:-1])
    answer = worker.start(replace(begin, model=(begin.model[0], bad)), ALONE)
    assert answer == {"fatal": "biased.bin was damaged on its way; try again"}


def test_a_model_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="cannot be read: Is a directory"):
        pack(tmp_path)


def test_a_worker_of_another_version_does_not_begin(outside, start, worker):
    answer = worker.start(replace(start(outside), version="0.0.1"), ALONE)
    assert answer["fatal"].endswith("not 0.0.1: install the same on both")


def test_a_worker_answers_each_batch_one_call_later(outside, start, worker, picture):
    assert worker.start(start(outside), ALONE) == {"ready": True}
    paths = [picture(f"{n}.png", colour=(51 * n, 0, 0)) for n in range(3)]
    one, two, three = (Item(n, str(path), file_state(path)) for n, path in enumerate(paths))
    assert worker.step([one, two]) == []
    assert [answer["id"] for answer in worker.step([three])] == [0, 1]
    (last,) = worker.step([])
    assert (last["id"], worker.step([])) == (2, [])
    found = last["evidence"]["probabilities"]["original"]
    assert found == pytest.approx([0.65, 0, 0], abs=1e-6)


def test_a_worker_says_which_images_it_does_not_see_and_takes_them_along(
    outside, start, worker, picture, tmp_path
):
    worker.start(start(outside), ALONE)
    seen = picture("seen.png", colour=(0, 255, 0))
    other = Item(2, str(seen), (1, 2))
    gone = Item(3, str(tmp_path / "gone.png"), (1, 2))
    sent = Item(4, "/nowhere/sent.png", (1, 2), seen.read_bytes())
    broken = Item(5, "/nowhere/broken.png", (1, 2), b"no image")
    worker.step([Item(1, str(seen), file_state(seen)), other, gone, sent, broken])
    answers = {answer.pop("id"): answer for answer in worker.step([])}
    assert answers[2] == answers[3] == {"unseen": True}
    assert answers[1] == answers[4]
    assert answers[5]["error"].startswith("broken.png ")


def test_models_are_not_left_on_the_disk_while_a_worker_is_at_work(
    outside, start, worker, tmp_path
):
    worker.start(start(outside), ALONE)
    left = [path.name for path in (tmp_path / "there").rglob("*") if path.is_file()]
    assert left == ["lock"]


def test_what_a_killed_worker_left_is_removed_by_the_next(outside, start, worker, tmp_path):
    there = tmp_path / "there"
    dead, alive = (there / f"hardcase-worker-{name}" for name in ("dead", "alive"))
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "lock").touch()
    other = RemoteWorker()
    assert other.start(start(outside), ALONE) == {"ready": True}
    assert worker.start(start(outside), ALONE) == {"ready": True}
    assert not dead.exists()
    assert not alive.exists()
    assert len(list(there.iterdir())) == 2
    other.stop()


def test_a_worker_whose_child_has_ended_says_so_from_then_on(outside, start, worker, picture):
    script = (
        "import json\ninput()\nprint(json.dumps({'ready': True}), flush=True)\ninput()\nexit(3)"
    )
    worker.start(start(outside, command=["python3", "-c", script]), ALONE)
    path = picture("a.png")
    assert worker.step([Item(1, str(path), file_state(path))]) == []
    (answer,) = worker.step([])
    assert "biased.onnx ended its engine: exit code 3" in answer["fatal"]
    (answer,) = worker.step([Item(1, str(path), file_state(path))])
    assert "has ended" in answer["fatal"]
