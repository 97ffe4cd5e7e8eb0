"""A run on a Ray cluster: the same evidence as here, whatever becomes of the machines."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hardcase.errors import ImageError, ModelError, UsageError
from hardcase.imaging import open as imaging
from hardcase.inference import Cluster, EngineRequest, LocalEngine, RayEngine
from hardcase.inference.process.request import evidence_to_json
from hardcase.inference.ray import crew as ray_crew
from hardcase.inference.ray import driver as ray_driver
from hardcase.inference.ray import engine as ray_engine

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray: hardcase[ray]")

FAKE = """
import json, os, sys, time
first = json.loads(sys.stdin.readline())
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    item = json.loads(line)
    name = os.path.basename(item["path"])
    ACTION
    seen = {"width": 8, "height": 8, "pixels": [0.5, 0.5, 0.1, 3.0],
            "probabilities": {"original": [0, 0.5, 1]}}
    print(json.dumps({"id": item["id"], "evidence": seen}), flush=True)
"""


@pytest.fixture
def cluster(ray_address) -> Cluster:
    return Cluster(ray_address)


@pytest.fixture
def fake(mean_colour, profile, cluster):
    """An engine whose children do something of the test's with each image."""

    def build(action: str, provider: str = "auto", **more) -> RayEngine:
        command = [sys.executable, "-c", FAKE.replace("ACTION", action)]
        chosen = profile("classifier", "rgb", (8, 8))
        asked = EngineRequest(
            mean_colour(), chosen, threshold=0.3, iou=0.5, views=(), provider=provider
        )
        return RayEngine(asked, **{"cluster": cluster, "command": command} | more)

    return build


def told(answers):
    return [(key, a if isinstance(a, str) else evidence_to_json(a)) for key, a in answers]


def named(tmp_path: Path, count: int, odd: str = "") -> list[tuple[int, Path]]:
    """Items of files that exist, one of them named `odd`."""
    paths = [tmp_path / (odd if odd and n == 5 else f"{n}.png") for n in range(count)]
    for path in paths:
        path.touch()
    return list(enumerate(paths))


@pytest.fixture
def paths(picture, tmp_path):
    """Sixty pictures, some of which cannot be read."""
    found = [picture(f"{n}.png", size=(96, 48), colour=(4 * n, 99, n)) for n in range(60)]
    found[3].write_bytes(b"not an image")
    found[7].write_bytes(found[7].read_bytes()[:60])
    found[9].unlink()
    found[11].unlink()
    found[11].mkdir()
    return found


@needs_ray
@pytest.mark.parametrize("ship", [False, True])
def test_the_evidence_is_that_of_this_machine_in_order(mean_colour, profile, paths, cluster, ship):
    model, chosen = mean_colour(), profile("classifier", ["red", "green", "blue"], (8, 8))
    options = {"threshold": 0.3, "iou": 0.5}
    here = told(LocalEngine(EngineRequest(model, chosen, **options)).run(enumerate(paths)))
    cluster = replace(cluster, ship_images=ship)
    there = RayEngine(EngineRequest(model, chosen, **options), cluster)
    assert told(there.run(enumerate(paths))) == here
    assert [key for key, answer in here if isinstance(answer, str)] == [3, 7, 9, 11]


@needs_ray
def test_boxes_are_those_of_this_machine(left_or_right, profile, picture, cluster):
    chosen = profile("ultralytics", ["lit"], (64, 64))
    noise = np.random.default_rng(1).integers(0, 256, (20, 64, 80, 3), dtype=np.uint8)
    items = [(n, picture(f"{n}.png", pixels=pixels)) for n, pixels in enumerate(noise)]
    options = {"threshold": 0.3, "iou": 0.5}
    here = told(LocalEngine(EngineRequest(left_or_right, chosen, **options)).run(items))
    there = told(RayEngine(EngineRequest(left_or_right, chosen, **options), cluster).run(items))
    assert there == here


@pytest.fixture
def drive(cluster, monkeypatch):
    """Return a function that does in this process what the driver of an engine does."""
    ray = pytest.importorskip("ray")

    def run(engine: RayEngine, items: list[tuple[int, Path]]) -> list[dict]:
        answers, all_came = io.BytesIO(), threading.Event()

        def flush() -> None:
            if answers.getvalue().count(b"\n") > len(items):
                all_came.set()

        def requests():
            for key, path in items:
                yield json.dumps({"id": key, "path": str(path)}).encode()
            assert all_came.wait(60)

        answers.flush = flush
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=requests()))
        monkeypatch.setattr(ray_driver, "connected", lambda _address: nullcontext(ray))
        before = signal.getsignal(signal.SIGTERM)
        try:
            ray_driver.serve(engine._asked, answers, threading.Event())
        finally:
            signal.signal(signal.SIGTERM, before)
        ready, *found = map(json.loads, answers.getvalue().splitlines())
        assert ready["ahead"] > 0
        return found

    return run


@needs_ray
def test_images_that_a_machine_does_not_see_are_sent_along(fake, paths, drive, monkeypatch):
    engine = fake("pass", command=())
    seen = drive(engine, list(enumerate(paths)))
    monkeypatch.setattr(ray_driver, "file_state", lambda _path: (1, 2))  # another file over there
    shipped = []
    real = ray_crew.Batch.ship
    monkeypatch.setattr(ray_crew.Batch, "ship", lambda batch: (shipped.append(1), real(batch)))
    assert drive(engine, list(enumerate(paths))) == seen
    assert shipped
    assert [answer["id"] for answer in seen if "error" in answer] == [3, 7, 9, 11]


@needs_ray
def test_images_too_large_to_be_read_are_told_as_here(fake, drive, tmp_path, cluster, monkeypatch):
    monkeypatch.setattr(ray_crew, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(imaging, "MAX_FILE_BYTES", 10)
    large = tmp_path / "large.png"
    large.write_bytes(b"x" * 11)
    with pytest.raises(ImageError) as here:
        imaging.image_size(large)
    engine = fake("pass", cluster=replace(cluster, ship_images=True))
    assert drive(engine, [(1, large)]) == [{"id": 1, "error": str(here.value)}]


@needs_ray
@pytest.mark.slow
def test_items_are_read_only_so_far_ahead(fake, tmp_path, cluster):
    taken = []
    engine = fake("pass")
    found = engine.run((taken.append(key), (key, path))[1] for key, path in named(tmp_path, 400))
    next(found)
    assert len(taken) < 300
    assert len(list(found)) == 399
    assert len(taken) == 400


@needs_ray
def test_a_model_that_crashes_ends_the_run_in_one_line_and_not_the_worker(fake, tmp_path):
    engine = fake("os.kill(os.getpid(), 11) if name == 'bad.png' else None")
    with pytest.raises(ModelError, match=r"^mean.onnx ended its engine: SIGSEGV") as caught:
        list(engine.run(named(tmp_path, 40, "bad.png")))
    assert str(caught.value).isprintable()
    assert len(list(fake("pass").run(named(tmp_path, 40)))) == 40


@needs_ray
def test_what_a_lost_worker_had_is_done_by_another(fake, tmp_path):
    flag = tmp_path / "flag"
    action = (
        f"if name == 'bad.png' and not os.path.exists({str(flag)!r}): "
        f"open({str(flag)!r}, 'w').close(); os.kill(os.getppid(), 9)"
    )
    answers = list(fake(action).run(named(tmp_path, 90, "bad.png")))
    assert flag.exists()
    assert [key for key, _ in answers] == list(range(90))
    assert not any(isinstance(answer, str) for _, answer in answers)


@needs_ray
def test_an_image_that_costs_one_worker_after_another_ends_the_run(fake, tmp_path):
    engine = fake("os.kill(os.getppid(), 9) if name == 'bad.png' else None")
    with pytest.raises(ModelError, match=r"^the cluster lost 4 workers in a row: ") as caught:
        list(engine.run(named(tmp_path, 40, "bad.png")))
    assert str(caught.value).isprintable()


@needs_ray
def test_a_run_is_ended_from_another_thread_and_later_ones_yield_nothing(fake, tmp_path):
    engine = fake("time.sleep(60) if item['id'] >= 40 else None")
    found = engine.run(named(tmp_path, 300))
    first = next(found)
    threading.Timer(0.1, engine.close).start()
    rest = [key for key, _ in found]
    assert first[0] == 0
    assert rest == list(range(1, len(rest) + 1))
    assert len(rest) < 40
    assert list(engine.run(named(tmp_path, 1))) == []


@needs_ray
@pytest.mark.slow
def test_a_profile_that_does_not_fit_is_an_error_before_any_image(mean_colour, profile, cluster):
    chosen = profile("classifier", "abc", (9, 8))
    engine = RayEngine(EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5), cluster)
    with pytest.raises(ModelError, match=r"^mean.onnx: .*correct input in the profile"):
        list(engine.run([]))


@needs_ray
def test_a_cluster_without_a_free_machine_is_told(fake, drive, tmp_path, monkeypatch):
    import ray

    monkeypatch.setattr(ray_crew, "_PATIENCE", 0.3)
    busy = ray.remote(list).options(num_cpus=2).remote()
    ray.get(busy.__ray_ready__.remote())
    with pytest.raises(ModelError, match=r"no machine of the cluster was free for 0\.3 s"):
        drive(fake("pass"), named(tmp_path, 1))
    ray.kill(busy)


@needs_ray
@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:9", "no Ray cluster at 127.0.0.1:9: Connection refused"),
        ("no\x1b[31mwhere", "no Ray cluster at no\ufffd[31mwhere: Invalid address format"),
    ],
)
def test_a_cluster_that_is_not_there_is_told(mean_colour, profile, address, message):
    chosen = profile("classifier", "rgb", (8, 8))
    engine = RayEngine(
        EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5), Cluster(address)
    )
    with pytest.raises(ModelError) as caught:
        list(engine.run([(1, Path("a.png"))]))
    assert str(caught.value).startswith(message)
    assert str(caught.value).isprintable()


@needs_ray
def test_a_driver_that_falls_over_ends_the_run_in_one_line(fake, tmp_path, monkeypatch):
    script = "import sys; sys.stdin.readline(); raise OSError('no\\x1b[31mway')"
    monkeypatch.setattr(ray_engine, "DRIVER", [sys.executable, "-c", script])
    expected = r"^the Ray cluster is gone, or Ray broke down: exit code 1, OSError: no.\[31mway;"
    with pytest.raises(ModelError, match=expected) as caught:
        list(fake("pass").run(named(tmp_path, 3)))
    assert str(caught.value).isprintable()


def test_without_ray_there_is_a_line_that_says_what_to_install(mean_colour, profile, monkeypatch):
    monkeypatch.setattr(ray_engine, "find_spec", lambda _name: None)
    chosen = profile("classifier", "rgb", (8, 8))
    with pytest.raises(UsageError, match=r"pip install 'hardcase\[ray\]'"):
        RayEngine(EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5), Cluster())


@needs_ray
@pytest.mark.slow
def test_a_machine_that_goes_is_done_without(fake, ray_address, tmp_path):
    from ray.cluster_utils import Cluster as Machines

    head = {"num_cpus": 1, "include_dashboard": False}
    machines = Machines(initialize_head=True, connect=False, head_node_args=head)
    try:
        other = machines.add_node(num_cpus=2)
        machines.wait_for_nodes()
        engine = fake("time.sleep(0.005)", cluster=Cluster(machines.address))
        answers = []
        for answer in engine.run(named(tmp_path, 1500)):
            answers.append(answer)
            if len(answers) == 300:
                machines.remove_node(other, allow_graceful=False)
    finally:
        machines.shutdown()
    assert [key for key, _ in answers] == list(range(1500))
    assert not any(isinstance(answer, str) for _, answer in answers)


@needs_ray
@pytest.mark.slow
@pytest.mark.parametrize(("provider", "workers"), [("auto", ["0", "1"]), ("cpu", [""])])
def test_a_machine_with_accelerators_has_a_worker_for_each(
    fake, ray_address, tmp_path, provider, workers
):
    from ray.cluster_utils import Cluster as Machines

    head = {"num_cpus": 2, "num_gpus": 2, "include_dashboard": False}
    machines = Machines(initialize_head=True, connect=False, head_node_args=head)
    seen = tmp_path / "seen"
    note = f"open({str(seen)!r}, 'a').write(os.environ.get('CUDA_VISIBLE_DEVICES', '') + '\\n')"
    try:
        engine = fake(note, cluster=Cluster(machines.address), provider=provider)
        assert len(list(engine.run(named(tmp_path, 300)))) == 300
    finally:
        machines.shutdown()
    assert sorted(set(seen.read_text().splitlines())) == workers
