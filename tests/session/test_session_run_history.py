"""What became of what runs made, and removing it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Prediction, Run, RunState, Status, Task
from hardcase.session import LabelingSession, label_list
from hardcase.session.autolabel import run_history
from hardcase.session.autolabel.run_history import accounts, removal, remove, settings_in_words
from hardcase.session.judging import ranking

BOXES = (Box(1.0, 1.0, 9.0, 9.0), Box(20.0, 2.0, 30.0, 12.0))


def labeled_by_model(session, run_id=1, ids=range(1, 6), *, kind="pre-label"):
    """Let a run say that there is a cat and a dog in samples, the mark set on odd ones."""
    run = Run(
        run_id,
        kind,
        "m",
        RunState.COMPLETED,
        "ab" * 32,
        total=len(ids),
        done=len(ids),
        started_at="2026-01-01T00:00:00Z",
        ended_at="2026-01-01T00:01:30Z",
    )
    edits = [Edit(Table.RUNS, run.id, None, run)]
    for key in ids:
        found = _found(session.task, run)
        said = Prediction(key, run.id, found, width=40, height=30)
        before = session.sample(key)
        after = replace(
            before,
            status=Status.TO_BE_CONFIRMED,
            annotations=found,
            labeled_by=run.signature,
            coefficient=0.4,
            reasons=(19,),
            hard=key % 2 == 1,
            width=40,
            height=30,
        )
        edits.append(Edit(Table.PREDICTIONS, key, session.prediction_row(key), said))
        edits.append(Edit(Table.SAMPLES, key, before, after))
    session.commit("auto label", edits)
    return run


def _found(task, run):
    by = run.signature
    if task is Task.CLASSIFICATION:
        return (Annotation("cat", None, 0.9, by),)
    return (Annotation("cat", BOXES[0], 0.9, by), Annotation("dog", BOXES[1], 0.8, by))


def rows(session):
    """All that a job file holds, except how many changes there were."""
    session.flush()
    session.close()
    data = json.loads((session.root / "hardcase.json").read_text())
    data.pop("store")
    return json.dumps(data, sort_keys=True)


def account(session, run_id=1):
    return next(a for a in accounts(session) if a.run.id == run_id)


# -- accounts


def test_annotations_that_are_there_are_counted(make_session):
    session = make_session()
    labeled_by_model(session)
    assert (account(session).there, account(session).corrected) == (10, 0)
    session.confirm([1, 2])
    found = account(session)
    assert (found.there, found.confirmed, found.corrected) == (10, 4, 0)


def test_what_people_altered_or_threw_away_is_counted(make_session):
    session = make_session()
    run = labeled_by_model(session)
    cat, dog = session.sample(1).annotations
    moved = replace(dog, box=Box(21, 2, 31, 12), score=None, by="human")
    session.set_annotations(1, [cat, moved])
    session.set_annotations(2, [cat])
    session.reject([3])
    session.set_no_objects([4])
    session.set_annotations(5, [*session.sample(5).annotations, Annotation("cat", Box(2, 2, 5, 5))])
    session.confirm([1, 5])
    found = account(session, run.id)
    assert found.corrected == 1 + 1 + 2 + 2
    assert found.there == 1 + 1 + 2


def test_a_class_given_by_hand_corrects_the_models(make_session):
    session = make_session(Task.CLASSIFICATION)
    labeled_by_model(session)
    session.set_label([1], "dog")
    session.set_label([2], "cat")
    assert (account(session).there, account(session).corrected) == (4, 1)


def test_a_renamed_label_is_no_correction(make_session):
    session = make_session()
    labeled_by_model(session)
    label_list.rename(session, "cat", "tiger")
    session.confirm([1])
    assert (account(session).there, account(session).corrected) == (10, 0)


def test_undoing_a_run_corrects_nothing(make_session):
    session = make_session()
    labeled_by_model(session)
    session.undo()
    assert (account(session).there, account(session).corrected) == (0, 0)


def test_the_newest_run_comes_first_with_the_time_it_took(make_session):
    session = make_session()
    labeled_by_model(session)
    second = labeled_by_model(session, 2, range(1, 3))
    timed = replace(second, seconds=4.5)
    session.commit("time", [Edit(Table.RUNS, 2, second, timed)], Kind.RECORD)
    assert [(a.run.id, a.seconds, a.there) for a in accounts(session)] == [(2, 4.5, 4), (1, 90, 6)]


@pytest.mark.parametrize("moment", ["", "soon", "2026-01-01", None])
def test_a_time_that_makes_no_sense_is_not_known(moment):
    run = Run(1, "pre-label", "m", started_at="2026-01-01T00:00:00Z", ended_at=moment)
    assert run_history.Account(run, 0, 0, 0).seconds is None


def test_settings_are_told_in_words():
    asked = {
        "threshold": 0.3,
        "iou": 0.5,
        "profile": {"task": "detection"},
        "filter": "name:night",
        "effort": "quick",
        "map": {"car": "vehicle", "person": ""},
        "thresholds": {"truck": 0.6},
        "existing": "keep",
        "changed": True,
    }
    assert settings_in_words(asked) == (
        "threshold 0.3, iou 0.5, filter name:night, effort quick, car=vehicle, person=, "
        "truck from 0.6, existing keep, changed only"
    )
    assert settings_in_words({"threshold": 0.3, "filter": "", "effort": "standard"}) == (
        "threshold 0.3"
    )
    assert settings_in_words({"map": [1], "thresholds": {"a": None}}) == "map [1], a from None"


# -- removing


def test_what_waits_to_be_confirmed_is_unlabeled_again(make_session):
    session = make_session()
    run = labeled_by_model(session)
    session.mark_hard([2])
    found = removal(session, run.id)
    change = remove(session, found)
    assert (found.annotations, found.confirmed, found.altered) == (10, 0, 0)
    assert change.title == "remove what m#1 made on 5 samples"
    for sample in session.samples():
        assert (sample.status, sample.annotations) == (Status.UNLABELED, ())
        assert (sample.labeled_by, sample.coefficient, sample.reasons) == (None, None, ())
        assert (sample.width, sample.height) == (40, 30)
        assert sample.hard == (sample.id == 2)
    assert session.run(run.id) == run
    assert remove(session, removal(session, run.id)) is None


def test_what_people_confirmed_or_altered_stays(make_session):
    session = make_session()
    run = labeled_by_model(session)
    cat, dog = session.sample(1).annotations
    session.confirm([1])
    session.set_annotations(2, [cat])
    session.set_annotations(3, [cat, dog, Annotation("cat", Box(2, 2, 5, 5))])
    session.reject([4])
    kept = [session.sample(i) for i in (1, 2, 3, 4)]
    found = removal(session, run.id)
    assert (found.annotations, found.confirmed, found.altered) == (2, 2, 3)
    remove(session, found)
    assert [session.sample(i) for i in (1, 2, 3, 4)] == kept
    assert session.sample(5).status is Status.UNLABELED


def test_what_people_drew_stays_whatever_is_on_record(make_session):
    session = make_session()
    run = labeled_by_model(session)
    session.set_annotations(1, [*session.sample(1).annotations[:1], Annotation("cat", BOXES[1])])
    said = session.prediction_row(1)
    session.commit("other", [Edit(Table.PREDICTIONS, 1, said, replace(said, run=9))], Kind.RECORD)
    kept = session.sample(1)
    remove(session, removal(session, run.id))
    assert session.sample(1) == kept


def test_other_runs_stay(make_session):
    session = make_session()
    labeled_by_model(session)
    labeled_by_model(session, 2, range(1, 3))
    remove(session, removal(session, 1))
    assert [session.sample(i).labeled_by for i in range(1, 6)] == ["m#2", "m#2", None, None, None]


def test_renaming_a_label_alters_nothing_that_people_said(make_session):
    session = make_session()
    labeled_by_model(session)
    label_list.rename(session, "cat", "tiger")
    label_list.merge(session, "dog", "tiger")
    assert removal(session, 1).annotations == 10


def test_a_judgement_without_labels_goes_too_and_a_rejection_stays(make_session):
    session = make_session(Task.CLASSIFICATION)
    run = labeled_by_model(session)
    session.reject([2])
    silent = replace(session.sample(1), status=Status.UNLABELED, annotations=(), labeled_by=None)
    said = replace(session.prediction_row(1), annotations=())
    edits = [
        Edit(Table.SAMPLES, 1, session.sample(1), silent),
        Edit(Table.PREDICTIONS, 1, session.prediction_row(1), said),
    ]
    session.commit("say nothing", edits)
    remove(session, removal(session, run.id))
    assert (session.sample(1).coefficient, session.sample(1).hard) == (None, False)
    assert session.sample(2).coefficient == 0.4


def test_marks_of_a_check_go_with_it(make_session):
    session = make_session()
    session.set_no_objects([1, 2])
    run = labeled_by_model(session, 1, range(3, 4), kind="check")
    before = session.sample(1)
    marked = replace(before, hard=True, hard_by=run.signature, coefficient=0.9)
    session.commit("mark", [Edit(Table.SAMPLES, 1, before, marked)])
    session.mark_hard([2])
    remove(session, removal(session, run.id))
    assert (session.sample(1).hard, session.sample(1).coefficient) == (False, None)
    assert session.sample(1).status is Status.LABELED
    assert session.sample(2).hard


def test_what_was_removed_counts_as_no_decision(make_session):
    session = make_session()
    labeled_by_model(session)
    remove(session, removal(session, 1))
    assert account(session).corrected == 0
    assert ranking.Ranking(session).judge() is None


def test_a_run_that_is_none_is_refused(make_session):
    with pytest.raises(UsageError, match="no run 7"):
        removal(make_session(), 7)


DECISIONS = {
    "confirm": lambda s, i: s.confirm([i]),
    "reject": lambda s, i: s.reject([i]),
    "none": lambda s, i: s.set_no_objects([i]),
    "hard": lambda s, i: s.mark_hard([i]),
    "easy": lambda s, i: s.unmark_hard([i]),
    "drop": lambda s, i: s.set_annotations(i, s.sample(i).annotations[1:]),
    "draw": lambda s, i: s.set_annotations(i, [Annotation("dog", Box(3.0, 3.0, 7.0, 7.0))]),
    "clear": lambda s, i: s.clear([i]),
}


@settings(
    max_examples=25,
    deadline=None,
)
@given(st.lists(st.tuples(st.sampled_from(sorted(DECISIONS)), st.integers(1, 5)), max_size=8))
def test_removal_and_undo_restore_the_job_byte_for_byte(make_session, decisions):
    session = make_session()
    labeled_by_model(session, 1)
    labeled_by_model(session, 2, range(1, 4))
    for name, sample_id in decisions:
        DECISIONS[name](session, sample_id)
    humans = {s.id: s for s in session.samples() if s.status is Status.LABELED}
    before = rows(session)
    for run_id in (1, 2):
        with LabelingSession.open(session.root) as again:
            there = account(again, run_id).there
            found = removal(again, run_id)
            assert found.annotations + found.confirmed + found.altered == there
            change = remove(again, found)
            assert {s.id: s for s in again.samples() if s.id in humans} == humans
            assert account(again, run_id).there == found.confirmed + found.altered
            if change is not None:
                again.undo()
            assert rows(again) == before


def test_a_broken_off_run_is_told_from_one_under_way(make_session):
    session = make_session()
    run = replace(labeled_by_model(session), state=RunState.RUNNING)
    assert run_history.state_in_words(session, run) == "running"
    session.close()
    assert run_history.state_in_words(session, run) == "broken off"


def test_what_a_run_did_that_is_not_complete_waits_with_it(make_session):
    session = make_session()
    labeled_by_model(session)
    (account,) = accounts(session)
    assert not account.is_pending
    done = account.run
    for state, number, pending in (
        (RunState.CANCELLED, 2, True),
        (RunState.FAILED, 2, True),
        (RunState.QUEUED, 0, False),
    ):
        assert replace(account, run=replace(done, state=state, done=number)).is_pending is pending
