"""Whatever was acknowledged is there after the whole program was killed, at any moment."""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kill_check import MOMENTS, Shadow, Victim, check
from PIL import Image
from tinydb import TinyDB

from hardcase.model.changes import Table
from hardcase.model.job import RunState, Task
from hardcase.session import LabelingSession, Tab
from hardcase.session.autolabel.runs import RunRequest
from hardcase.session.demo import asset

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds engines by /proc"),
]

LABELER = Path(__file__).with_name("kill_labeler.py")
FLOWERS = ("aster", "daisy", "poppy", "rudbeckia", "sunflower")


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A classification job of 300 small pictures."""
    for source in asset("sample_data", "classification", "images").iterdir():
        with Image.open(source) as picture:
            small = picture.resize((72, 72))
        for n in range(5):
            small.save(tmp_path / f"{source.stem}-{n}.jpg")
    with LabelingSession.create(tmp_path, Task.CLASSIFICATION, FLOWERS) as session:
        assert session.stats().total == 300
        return session.path


@pytest.fixture
def model() -> Path:
    return asset("models", "flower_classifier.onnx")


def kill_often(job: Path, model: Path, kills: int) -> Counter[str]:
    """Kill somebody at work on the job again and again; return what was met how often."""
    rng, shadow, met = random.Random(kills), Shadow(), Counter[str]()
    half_written: set[int] = set()
    check(job, shadow, [])
    for number in range(kills):
        moment = MOMENTS[number % len(MOMENTS)]
        with Victim([sys.executable, LABELER, job, model, moment.lean, str(number)]) as victim:
            moment.strike(victim, rng)
            victim.wait_until_nothing_is_left()
        words = [line.split() for line in victim.lines]
        acknowledged = [(int(said[1]), said[2]) for said in words if said[0] == "ack"]
        half_written |= {left.stat().st_mtime_ns for left in job.parent.glob("*.tmp")}
        met.update({said[0] for said in words if said[0] in {"resumed", "failed", "begin"}})
        before = shadow.seq
        check(job, shadow, acknowledged)
        met["acknowledged"] += len({seq for seq, _ in acknowledged if seq > before})
        met["changes"] += shadow.seq - before
        met["broken runs"] += any(
            run.state is RunState.RUNNING for run in shadow.tables[Table.RUNS].values()
        )
    return met + Counter({"half-written files": len(half_written)})


def finish(job: Path, model: Path, hardcase: Callable) -> None:
    """The job that went through all that is a job as any other."""
    with LabelingSession.open(job) as session:
        assert not session.read_only
        session.clear(session.query(Tab.ALL)[:50])
        broken = next((run for run in session.runs if run.state is not RunState.COMPLETED), None)
        run = session.autolabel(RunRequest(model))
        assert (run.state, run.done) == (RunState.COMPLETED, run.total)
        assert broken is None or run.id == broken.id
        assert session.undo() is not None
        stats, seq = session.stats(), session._store.last_seq
    with TinyDB(job, access_mode="r") as database:
        status = Counter(row.get("status", "unlabeled") for row in database.table("samples"))
        assert database.table("store").all()[0]["seq"] == seq
    assert status["labeled"] == stats.labeled
    assert status["unlabeled"] == stats.unlabeled
    checked = hardcase("check", job)
    assert checked.status == 0, checked.out + checked.err


@pytest.mark.timeout(300)
def test_no_acknowledged_change_is_lost_to_kills_of_the_program(job, model, hardcase):
    met = kill_often(job, model, len(MOMENTS))
    print(dict(met))
    # What a moment meets hangs on the machine; that each kind is met is for the long run to show.
    assert met["acknowledged"] > 30
    assert met["broken runs"]
    finish(job, model, hardcase)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_acknowledged_change_is_lost_to_200_kills_of_the_program(job, model, hardcase):
    met = kill_often(job, model, 200)
    print(dict(met))
    finish(job, model, hardcase)
    assert met["acknowledged"] > 1000
    # Each kind was met. A fast disk leaves few files half written.
    assert min(met["broken runs"], met["resumed"], met["failed"]) > 5
    assert met["half-written files"]
