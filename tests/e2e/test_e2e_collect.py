"""Collecting with the real program: killed at any moment, watching, on a full disk."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from e2e_world import PROGRAM

from hardcase.model.seen import Outcome
from hardcase.session import LabelingSession
from hardcase.session.demo import asset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

FLOWERS = "aster,daisy,poppy,rudbeckia,sunflower"
PATIENCE = 60.0


@pytest.fixture
def pictures() -> list[Path]:
    return sorted(asset("sample_data", "classification", "images").iterdir())


@pytest.fixture
def job(tmp_path, pictures, hardcase) -> Path:
    """A job of ten flowers."""
    folder = tmp_path / "job"
    folder.mkdir()
    for path in pictures[:10]:
        shutil.copy(path, folder)
    argv = ("init", folder, "--task", "classification", "--labels", FLOWERS)
    assert hardcase(*argv).status == 0
    return folder


@pytest.fixture
def drop(tmp_path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def full_drop(drop, pictures) -> Path:
    """Fifty flowers, dropped."""
    for path in pictures[10:]:
        shutil.copy(path, drop)
    return drop


@pytest.fixture
def command(job, drop) -> tuple[str | Path, ...]:
    """A call that takes whatever is new."""
    model = asset("models", "flower_classifier.onnx")
    return ("collect", job, drop, "--model", model, "--risk", "0", "--keep-duplicates", "--json")


@contextmanager
def started(*argv: str | Path) -> Iterator[subprocess.Popen[str]]:
    run = subprocess.Popen(
        [*PROGRAM, *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate(timeout=PATIENCE)


def wait_for(condition: Callable[[], Any], run: subprocess.Popen[str] | None = None) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline
        assert run is None or run.poll() is None, run.communicate()
        time.sleep(0.002)
    return value


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def taken(job: Path) -> Counter[str]:
    """How often each content is a sample that was collected."""
    with LabelingSession.open(job, read_only=True) as session:
        paths = [session.image_path(s.id) for s in session.samples()]
    return Counter(digest(p) for p in paths if "collected" in p.parts)


def newest_title(job: Path) -> str:
    with LabelingSession.open(job, read_only=True) as session:
        return next(session.history(1)).title


MOMENTS = {
    "as the model looks": lambda job: "of 50" in newest_title(job),
    "as files are copied": lambda job: any((job / "collected").glob("*.jpg")),
    "as all is done": lambda job: newest_title(job).startswith("collect"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_call_goes_on_and_takes_nothing_twice(job, full_drop, command, hardcase, moment):
    with started(*command) as run:
        wait_for(lambda: MOMENTS[moment](job) or run.poll() is not None)
        run.kill()
    before = taken(job)
    done = hardcase(*command)
    assert done.status == 0, done.err
    assert done.records[-1]["taken"] == 50 - before.total()
    assert taken(job) == Counter(map(digest, full_drop.iterdir()))
    files = [p for p in (job / "collected").rglob("*") if p.is_file()]
    assert len(files) == 50
    checked = hardcase("check", job)
    assert checked.status == 0, checked.out
    assert hardcase(*command).records == [
        {
            "event": "round",
            **dict.fromkeys(("images", "taken", "hard", "left", "duplicates"), 0),
            **dict.fromkeys(("unreadable", "waiting"), 0),
        }
    ]


def test_watching_takes_what_comes_survives_a_kill_and_ends_when_asked(
    job, drop, pictures, command, hardcase
):
    watch = (*command, "--watch", "--interval", "0.1")
    shutil.copy(pictures[10], drop)
    with started(*watch) as run:
        wait_for(lambda: taken(job)[digest(pictures[10])], run)
        whole = pictures[11].read_bytes()
        with (drop / "slow.jpg").open("wb", buffering=0) as slow:
            for start in range(0, len(whole), len(whole) // 20 + 1):
                slow.write(whole[start : start + len(whole) // 20 + 1])
                time.sleep(0.1)  # as a slow line writes it; nothing is waited for here
                assert taken(job).total() == 1
        wait_for(lambda: taken(job)[digest(pictures[11])], run)
        shutil.copy(pictures[12], drop)
        run.kill()
    with started(*watch) as run:
        wait_for(lambda: taken(job)[digest(pictures[12])], run)
        labeled = hardcase("mark-hard", job, "1")  # between rounds the job is nobody's
        assert labeled.status == 0, labeled.err
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0
    assert err.splitlines()[-1] == f"hardcase: no longer watching {drop}: 1 image taken"
    rounds = [r for r in map(json.loads, out.splitlines()) if r["event"] == "round"]
    assert [r["taken"] for r in rounds] == [1]
    assert taken(job) == Counter(map(digest, pictures[10:13]))


def test_watching_waits_while_somebody_has_the_job_open(job, drop, pictures, command):
    shutil.copy(pictures[10], drop)
    with LabelingSession.open(job) as session, started(*command, "--watch") as run:
        assert run.stderr is not None
        assert run.stderr.readline().startswith("hardcase: watching")
        assert "new images wait until it is closed" in run.stderr.readline()
        assert session.stats().total == 10
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE) == 0


def test_a_full_disk_takes_nothing_and_says_so(pictures, full_drop, disk, hardcase):
    small = disk("3m")
    job = small.path / "job"
    job.mkdir()
    shutil.copy(pictures[0], job)
    argv = ("init", job, "--task", "classification", "--labels", FLOWERS)
    assert hardcase(*argv).status == 0
    model = asset("models", "flower_classifier.onnx")
    collect = ("collect", job, full_drop, "--model", model, "--risk", "0", "--keep-duplicates")
    ballast = small.path / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(small.path).free - 400_000))
    full = hardcase(*collect)
    assert full.status == 1
    assert "No space left on device" in full.error
    assert not list(job.glob("collected/*.jpg"))
    ballast.unlink()
    done = hardcase(*collect, "--json")
    assert done.records[-1]["taken"] == 50
    with LabelingSession.open(job) as session:
        assert sum(row.outcome is Outcome.TAKEN for row in session.seen()) == 50
    assert hardcase("check", job).status == 0


def test_a_folder_that_may_not_be_written_is_one_line(pictures, drop, disk, hardcase):
    small = disk("3m")
    shutil.copy(pictures[0], small.path)
    argv = ("init", small.path, "--task", "classification", "--labels", FLOWERS)
    assert hardcase(*argv).status == 0
    shutil.copy(pictures[10], drop)
    small.make_read_only()
    model = asset("models", "flower_classifier.onnx")
    refused = hardcase("collect", small.path, drop, "--model", model)
    assert refused.status == 1
    assert "read-only" in refused.error
