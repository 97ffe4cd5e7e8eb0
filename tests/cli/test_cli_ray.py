"""The same job labeled by this machine and by a Ray cluster is the same job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from cli_pictures import paint

from hardcase.cli import running
from hardcase.inference.ray import engine as ray_engine

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray: hardcase[ray]")
TIMEOUT = 90


@pytest.fixture
def two_jobs(tmp_path, cli):
    """Return a function that makes two jobs of the same pictures."""

    def make(task: str, labels: str, count: int = 24) -> list[Path]:
        jobs = [tmp_path / name for name in ("here", "there")]
        for job in jobs:
            for n in range(count):
                colour = (9 * n % 256, 250 - 7 * n % 250, 40 + 5 * n % 200)
                paint(job / f"{n:03}.png", colour, (64, 48))
            (job / "broken.png").write_bytes(b"no image")
            assert cli("init", job, "--task", task, "--labels", labels).status == 0
        return jobs

    return make


@pytest.fixture(scope="module")
def boxes_model(tmp_path_factory):
    """A detector of one class: a box in each half of what it is fed, scored by its brightness."""
    onnx = pytest.importorskip("onnx")
    helper, np = onnx.helper, pytest.importorskip("numpy")
    numbers = {
        "zero": [0],
        "half": [16],
        "full": [32],
        "axis": [3],
        "shape": [1, 1, 2],
    }
    boxes = np.array([[8, 24], [16, 16], [15, 14], [30, 31]], np.float32)[None]
    constants = [
        onnx.numpy_helper.from_array(boxes, "boxes"),
        *(onnx.numpy_helper.from_array(np.array(v), name) for name, v in numbers.items()),
    ]
    nodes = []
    for name, start, end in (("left", "zero", "half"), ("right", "half", "full")):
        nodes.append(helper.make_node("Slice", ["images", start, end, "axis"], [name]))
        nodes.append(helper.make_node("ReduceMean", [name], [f"{name}_mean"], axes=[1, 2, 3]))
    nodes += [
        helper.make_node("Concat", ["left_mean", "right_mean"], ["both"], axis=3),
        helper.make_node("Reshape", ["both", "shape"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["output"], axis=1),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "halves",
        [info("images", onnx.TensorProto.FLOAT, [1, 3, 32, 32])],
        [info("output", onnx.TensorProto.FLOAT, [1, 5, 2])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = tmp_path_factory.mktemp("halves") / "halves.onnx"
    onnx.save(model, path)
    path.with_suffix(".yaml").write_text(
        "task: detection\ndecoder: ultralytics\ninput: {size: [32, 32]}\nlabels: [lit]\n"
    )
    return path


def labeled(cli, job):
    """Return all that a job says of its samples but for when."""
    records = cli("list", job, "--json").records
    return [{k: v for k, v in r.items() if k != "updated_at"} for r in records]


@pytest.fixture(params=["classification", "detection"])
def kind(request, model, boxes_model):
    """A task, a model for it, and labels."""
    detection = (request.param, boxes_model, "lit")
    return detection if request.param == "detection" else (request.param, model, "red,green,blue")


@needs_ray
def test_a_job_labeled_elsewhere_is_the_same_job(kind, two_jobs, cli, ray_address):
    task, chosen, labels = kind
    here, there = two_jobs(task, labels)
    mine = cli("autolabel", here, "--model", chosen, "--json").record
    cluster = ("--engine", "ray", "--address", ray_address)
    theirs = cli("autolabel", there, "--model", chosen, *cluster, "--json").record
    assert theirs == mine
    assert (mine["total"], mine["failed"]) == (25, 1)
    assert any(sample["annotations"] for sample in labeled(cli, here))
    assert labeled(cli, there) == labeled(cli, here)


@needs_ray
def test_a_run_begun_here_goes_on_elsewhere(two_jobs, model, cli, ray_address, monkeypatch):
    here, there = two_jobs("classification", "red,green,blue")
    cli("autolabel", here, "--model", model)
    real = running._record

    def stopping(session, run, chunks, output):
        session.record(next(chunks))
        raise KeyboardInterrupt

    monkeypatch.setattr("hardcase.session.autolabel.runs.CHUNK_SIZE", 10)
    monkeypatch.setattr("hardcase.session.autolabel.runs.CHUNK_PACE", 0.0)
    monkeypatch.setattr(running, "_record", stopping)
    cli("autolabel", there, "--model", model)
    monkeypatch.setattr(running, "_record", real)
    (begun,) = cli("runs", there, "--json").records
    assert 0 < begun["done"] < 25
    cluster = ("--engine", "ray", "--address", ray_address, "--ship-images")
    result = cli("runs", there, "--resume", "1", *cluster, "--json").record
    assert (result["run"], result["done"]) == (1, 25)
    assert labeled(cli, there) == labeled(cli, here)


@needs_ray
def test_labels_are_checked_elsewhere(two_jobs, model, cli, ray_address):
    here, there = two_jobs("classification", "red,green,blue", 8)
    found = []
    for job, more in ((here, ()), (there, ("--engine", "ray", "--address", ray_address))):
        cli("label", job, "red", "--all")
        found.append(cli("check", job, "--labels", model, *more, "--json").record)
    assert found[0] == found[1]
    assert found[0]["likely"] > 0


def test_without_ray_the_job_stays_as_it_is_and_the_line_says_what_to_install(
    job, model, cli, monkeypatch
):
    monkeypatch.setattr(ray_engine, "find_spec", lambda _name: None)
    result = cli("autolabel", job, "--model", model, "--engine", "ray")
    assert (result.status, result.out) == (2, "")
    assert result.error.endswith("a Ray cluster needs Ray here too: pip install 'hardcase[ray]'")
    assert cli("runs", job, "--json").out == ""


# -- the real program, with a cluster of its own


def tagged(tag: str) -> list[int]:
    """Return the processes that have a variable of ours."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if tag.encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def wait_for(happens, what: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not happens():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@needs_ray
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_process_and_goes_on(two_jobs, model, cli, number, tmp_path):
    here, there = two_jobs("classification", "red,green,blue", 600)
    cli("autolabel", here, "--model", model)
    tag = f"HARDCASE_TEST_TAG={tmp_path}"
    more = {"HARDCASE_TEST_TAG": str(tmp_path), "RAY_AUTH_TOKEN": "5a" * 32}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")} | more
    argv = [sys.executable, "-m", "hardcase", "autolabel", there, "--model", model]
    argv += ["--engine", "ray", "--effort", "standard"]
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as run:
        wait_for(lambda: run.poll() or "of 601" in cli("log", there, "--all").out, "no progress")
        run.send_signal(number)
        _, err = run.communicate(timeout=TIMEOUT)
    assert run.returncode == (-9 if number is signal.SIGKILL else 130), err
    wait_for(lambda: not tagged(tag), "processes are left")
    (begun,) = cli("runs", there, "--json").records
    assert 0 < begun["done"] < 601
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert not tagged(tag)
    assert labeled(cli, there) == labeled(cli, here)
