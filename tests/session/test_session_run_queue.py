"""Runs that wait in a job, survive it, and are put in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.inference import Profile, file_sha256
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.changes import Kind
from hardcase.model.job import Run, RunState, Task
from hardcase.session import LabelingSession
from hardcase.session.autolabel import run_queue, runs
from hardcase.session.autolabel.run_request import PreparedRun, RunRequest, prepare_again
from hardcase.session.autolabel.targets import Existing

PROFILE = Profile(
    task=Task.DETECTION,
    decoder=Decoder.ULTRALYTICS,
    input=InputSpec(size=(64, 64)),
    labels=("cat", "dog"),
)


class NoEngine:
    def __init__(self, *_: object, **_more: object) -> None:
        pass

    def run(self, items):
        return iter([(key, "unreadable") for key, _ in items])

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch):
    monkeypatch.setattr(runs, "LocalEngine", NoEngine)


@pytest.fixture
def model(tmp_path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"a model")
    return path


@pytest.fixture
def prepared(model):
    def build(**asked) -> PreparedRun:
        return PreparedRun(RunRequest(model, **asked), PROFILE, file_sha256(model), 0.5, 0.5)

    return build


def order(session) -> list[int]:
    return [run.id for run in run_queue.waiting(session)]


def test_runs_wait_in_the_order_they_were_asked_for_and_survive(make_session, prepared):
    session = make_session()
    for name in ("a", "b", "c"):
        run_queue.add(session, prepared(filter=f"name:{name}"))
    assert order(session) == [1, 2, 3]
    session.close()
    with LabelingSession.open(session.root) as again:
        assert order(again) == [1, 2, 3]
        assert {run.state for run in again.runs} == {RunState.QUEUED}


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-5, 5)), max_size=8))
def test_moving_never_loses_a_run(moves):
    session = _Rows(4)
    for run_id, by in moves:
        at = order(session).index(run_id)
        run_queue.move(session, run_id, by)
        assert order(session).index(run_id) == max(0, min(at + by, 3))
        assert sorted(order(session)) == [1, 2, 3, 4]


class _Rows:
    """As much of a session as the queue needs, which is fast to make."""

    def __init__(self, count: int) -> None:
        self._rows = {
            n: Run(n, "pre-label", "m", RunState.QUEUED, place=n) for n in range(1, count + 1)
        }

    @property
    def runs(self):
        return sorted(self._rows.values(), key=lambda run: -run.id)

    def run(self, run_id):
        return self._rows[run_id]

    def commit(self, _title, edits, _kind):
        for edit in edits:
            assert self._rows[edit.key] == edit.before
            self._rows[edit.key] = edit.after


def test_a_run_that_waits_is_taken_up_when_the_same_is_asked_for_at_once(make_session, prepared):
    session = make_session()
    run_queue.add(session, prepared())
    active = session.begin_run(prepared())
    assert (active.run.id, active.run.state, active.run.place) == (1, RunState.RUNNING, 0)
    assert order(session) == []


def test_the_same_cannot_wait_twice_or_behind_itself(make_session, prepared):
    session = make_session()
    run_queue.add(session, prepared())
    with pytest.raises(UsageError, match="waits already: model#1"):
        run_queue.add(session, prepared())
    active = session.begin_run(prepared())
    with pytest.raises(UsageError, match="is under way: model#1"):
        run_queue.add(session, prepared(), at_work=active.run.id)


def test_a_run_that_broke_off_may_wait_to_go_on(make_session, prepared):
    session = make_session()
    session.begin_run(prepared())
    assert run_queue.add(session, prepared()).id == 1
    active = session.begin_run(prepare_again(session.run(1)))
    assert active.run.id == 1


def test_a_model_that_does_not_fit_is_told_when_it_is_asked_for(make_session, prepared):
    session = make_session(task=Task.CLASSIFICATION)
    with pytest.raises(UsageError, match="this is a classification job"):
        run_queue.add(session, prepared())


def test_only_runs_that_wait_are_moved(make_session, prepared):
    session = make_session()
    session.begin_run(prepared())
    with pytest.raises(UsageError, match="model#1 does not wait: it is running"):
        run_queue.move(session, 1, 1)


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.PAUSED])
def test_a_run_that_is_given_up_counts_as_cancelled(make_session, prepared, state):
    session = make_session()
    session.begin_run(prepared())
    session.stop_run(1, state)
    run_queue.end(session, 1)
    assert session.run(1).state is RunState.CANCELLED
    with pytest.raises(UsageError, match="ended already: it is cancelled"):
        run_queue.end(session, 1)


def test_a_run_that_never_began_is_gone_when_it_is_given_up(make_session, prepared):
    session = make_session()
    run_queue.add(session, prepared())
    run_queue.end(session, 1)
    assert session.runs == []


def test_one_that_had_begun_before_it_waited_is_kept(make_session, prepared):
    session = make_session()
    active = session.begin_run(prepared())
    session.record(next(active.chunks()))
    session.stop_run(1, RunState.PAUSED)
    run_queue.add(session, prepared())
    run_queue.end(session, 1)
    assert (session.run(1).state, session.run(1).done) == (RunState.CANCELLED, 5)


def test_the_queue_is_no_matter_of_undo(make_session, prepared):
    session = make_session()
    session.set_no_objects([1])
    run_queue.add(session, prepared())
    run_queue.add(session, prepared(filter="dog"))
    change = run_queue.move(session, 2, -1)
    assert change.kind is Kind.RECORD
    session.undo()
    assert session.sample(1).labeled_by is None
    assert order(session) == [2, 1]


def test_what_stopped_half_way_is_found_to_go_on_with(make_session, prepared):
    session = make_session()
    assert run_queue.stopped(session) is None
    session.begin_run(prepared())
    run_queue.add(session, prepared(filter="dog"))
    assert run_queue.stopped(session).id == 1
    session.stop_run(1, RunState.COMPLETED)
    assert run_queue.stopped(session) is None


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"filter": " hard ", "threshold": 0.5, "existing": Existing.REPLACE, "changed": True},
        {"samples": (3, 1, 2), "mapping": (("cat", "dog"),), "thresholds": (("dog", 0.7),)},
    ],
)
def test_a_run_is_prepared_again_from_its_row_alone(make_session, prepared, asked):
    session = make_session()
    first = prepared(**asked)
    mapped = replace(
        first,
        mapping=dict(first.request.mapping),
        thresholds=dict(first.request.thresholds),
    )
    run = run_queue.add(session, mapped)
    session.close()
    with LabelingSession.open(session.root) as again:
        back = prepare_again(again.run(run.id))
    assert back.settings == mapped.settings
    assert back.files == mapped.files
    assert (back.profile, back.again) == (PROFILE, run.id)


def test_a_selection_is_labeled_in_the_order_of_paths_and_people_are_left_alone(
    make_session, prepared
):
    session = make_session()
    session.set_no_objects([2])
    active = session.begin_run(prepared(samples=(4, 2, 1)))
    assert [key for key, _ in active.items] == [1, 4]


def test_a_selection_and_a_filter_must_both_hold(make_session, prepared):
    session = make_session()
    active = session.begin_run(prepared(samples=(1, 2, 3), filter="-name:001"))
    assert [key for key, _ in active.items] == [1, 3]
