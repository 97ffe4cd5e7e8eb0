"""Rounds of collecting that stop half-way, fail, or are refused."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

import pytest
from collect_world import (  # noqa: F401 - fixtures
    HARD,
    collector,
    drop,
    engine,
    folder,
    outcomes,
    prepared,
    round_of,
    scene,
    session,
)

from hardcase.errors import JobError, ModelError, UsageError
from hardcase.model.job import RunState, Task
from hardcase.model.seen import Outcome
from hardcase.session.collecting import collect_round, copying


def test_a_stopped_round_decides_nothing_and_goes_on_where_it_stood(
    session, folder, collector, engine
):
    for n in range(6):
        drop(folder, f"{n}.png", n)
        engine.script[f"{n}.png"] = HARD
    made = collector()
    made.begin(session)
    engine.before = staticmethod(lambda name: made.stop() if name == "4.png" else None)
    assert made.round(session, made.ready()).stopped
    assert session.stats().total == 5
    assert session.runs[0].state is RunState.CANCELLED
    assert engine.asked == ["0.png", "1.png", "2.png", "3.png"]
    engine.before = staticmethod(lambda _name: None)
    again = collector()
    again.begin(session)
    assert again.round(session, again.ready()).count(Outcome.TAKEN) == 6
    assert engine.asked[4:] == ["4.png", "5.png"]
    (run,) = session.runs
    assert (run.done, run.total, run.state) == (6, 6, RunState.COMPLETED)


def test_a_model_that_fails_takes_nothing_and_says_so_in_the_run(session, folder, round_of, engine):
    drop(folder, "a.png", 1)

    def die(_name: str) -> None:
        raise ModelError("the model died: try another")

    engine.before = staticmethod(die)
    with pytest.raises(ModelError):
        round_of()
    assert session.runs[0].state is RunState.FAILED
    assert session.stats().total == 5


def test_another_model_decides_for_itself_about_what_is_pending(session, folder, collector, engine):
    drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    made = collector()
    made.begin(session)
    engine.before = staticmethod(lambda name: made.stop() if name == "b.png" else None)
    assert made.round(session, made.ready()).stopped
    engine.before = staticmethod(lambda _name: None)
    other = collector(model=prepared(folder, sha256="cd" * 32), take_easy=True)
    other.begin(session)
    other.round(session, other.ready())
    assert engine.asked == ["a.png", "a.png", "b.png"]
    assert {a.by for s in session.samples() for a in s.annotations} == {"model#2"}


def test_a_file_that_changes_before_it_is_copied_waits(session, folder, round_of, engine):
    path = drop(folder, "a.png", 1)
    drop(folder, "b.png", 2)
    engine.script = {"a.png": HARD, "b.png": HARD}
    engine.before = staticmethod(lambda name: scene(5).save(path) if name == "b.png" else None)
    assert outcomes(round_of()) == {"b.png": "taken"}
    assert outcomes(round_of()) == {"a.png": "taken"}
    copy = session.root / "collected" / "a.png"
    assert copy.read_bytes() == path.read_bytes()


def test_a_full_disk_takes_nothing_and_leaves_nothing(
    session, folder, round_of, engine, monkeypatch
):
    for n in range(3):
        drop(folder, f"{n}.png", n)
        engine.script[f"{n}.png"] = HARD
    real, calls = copying._write, []

    def write(*argv):
        calls.append(argv)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(*argv)

    monkeypatch.setattr(copying, "_write", write)
    with pytest.raises(JobError, match="No space left on device; nothing was taken"):
        round_of()
    assert session.stats().total == 5
    assert list((session.root / "collected").glob("*.png")) == []
    assert round_of().count(Outcome.TAKEN) == 3
    assert len(engine.asked) == 3


def test_a_name_too_long_for_the_folder_is_told(session, folder, round_of, engine, monkeypatch):
    drop(folder, "a.png", 1)
    engine.script = {"a.png": HARD}

    def too_long(*_):
        raise OSError(36, "File name too long")

    monkeypatch.setattr(collect_round, "copy_in", too_long)
    assert outcomes(round_of()) == {"a.png": "unreadable"}


def test_a_model_for_the_other_task_or_other_labels_is_refused(make_session, collector):
    made = collector()
    with pytest.raises(UsageError, match="this is a classification job"):
        made.begin(make_session(Task.CLASSIFICATION))
    with pytest.raises(UsageError, match="knows none of this job's labels"):
        made.begin(make_session(labels=("bird",)))
