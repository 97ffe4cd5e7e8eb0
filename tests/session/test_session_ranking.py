"""The queue learns from what people decide, in the background and beside undo."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase import hardness
from hardcase.hardness import Rule, RuleKind
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, RunState, Status, Task
from hardcase.session import Tab
from hardcase.session.judging import ranking
from hardcase.session.judging.hard_rule import set_rule
from hardcase.session.judging.population import completed, populate
from hardcase.session.stepping import RANKED
from queued_job import BOX, queued

SPREAD = [round(0.02 * n, 6) for n in range(50)]


def by_mean(population: hardness.Population, *_: object) -> np.ndarray:
    """A stand-in for the fit: half what the signals say, half how wrong the decided ones were."""
    column = hardness.SIGNALS.index("view_probability")
    said = 1 - population.signals[:, column]
    known = population.wrong[np.isfinite(population.wrong)]
    return said if not len(known) else (said + known.mean()) / 2


@pytest.fixture
def learning(monkeypatch):
    # The package's function of that name hides its module.
    monkeypatch.setattr(import_module("hardcase.hardness.assess"), "coefficients", by_mean)


@pytest.fixture
def job(tmp_path, learning):
    with queued(tmp_path / "job", SPREAD) as session:
        yield session


def population(session) -> hardness.Population:
    (runs,) = completed(session.runs)
    rows = [(p, session.sample(p.id)) for p in session.predictions()]
    labels = {label.name: n for n, label in enumerate(session.labels)}
    return populate(session.task, labels, {r.id: r.signals for r in runs}, rows)


def coefficients(session) -> dict[int, float]:
    return {s.id: s.coefficient for s in session.samples()}


def test_confirmed_is_right_corrected_and_rejected_are_wrong_the_rest_is_open(job):
    job.confirm([1])
    job.set_label([2], "dog")
    job.reject([3])
    job.set_labels([4], add=["dog"])
    found = population(job)
    np.testing.assert_array_equal(found.wrong[:5], [0, 1, 1, 1, np.nan])
    assert found.given[:5].tolist() == [0, 1, -1, -1, -1]
    assert found.predicted.tolist() == [0] * 50


def test_in_detection_it_is_the_share_of_boxes_removed_or_added(tmp_path):
    with queued(tmp_path / "boxes", [0.1] * 6, Task.DETECTION) as session:
        session.confirm([1])
        session.reject([2])
        session.set_no_objects([3])
        kept = session.sample(4).annotations[0]
        session.set_annotations(4, [kept, Annotation("dog", Box(1, 1, 5, 5))])
        session.confirm([4])
        session.set_annotations(5, [replace(kept, box=Box(*(v + 0.5 for v in BOX)))])
        session.confirm([5])
        np.testing.assert_array_equal(population(session).wrong, [0, 1, 1, 0.5, 0, np.nan])


def test_what_was_confirmed_unseen_or_labeled_without_a_model_is_no_evidence(job):
    before = job.sample(1)
    unseen = replace(before, status=Status.LABELED, labeled_by="audit#1")
    job.commit("confirm unseen", [Edit(Table.SAMPLES, 1, before, unseen)])
    job.confirm([2])
    assert np.isfinite(population(job).wrong).sum() == 1
    run = job.run(1)
    for other in (replace(run, state=RunState.CANCELLED), replace(run, kind="label check")):
        assert completed([other]) == []


def test_decisions_move_what_waits_and_nothing_else(job):
    job.set_label(range(41, 51), "dog")
    decided = {i: job.sample(i) for i in range(41, 51)}
    ranked = ranking.rank(job)
    assert ranked.decisions == 10
    assert ranking.learned(job) == 10
    assert job.sample(1).coefficient == pytest.approx(0.5)
    assert job.sample(40).coefficient == pytest.approx((0.78 + 1) / 2)
    assert {i: job.sample(i) for i in range(41, 51)} == decided
    change = next(job.history(1))
    assert change.kind is Kind.RECORD
    assert change.title == "rank 40 samples by 10 decisions"


def test_less_than_a_hundredth_is_no_move(job):
    job.confirm(range(46, 51))
    before = job.sample(1)
    ranking.rank(job)
    assert job.sample(1) is before  # its coefficient was 0 and is 0
    assert job.sample(2) is not before


def test_it_is_judged_after_5_10_20_40_and_then_a_quarter_more():
    due = [0]
    while due[-1] < 200:
        due.append(ranking.next_after(due[-1]))
    assert due == [0, 5, 10, 20, 40, 50, 63, 79, 99, 124, 155, 194, 243]
    assert not ranking.is_due(4, 0)
    assert ranking.is_due(5, 0)
    assert not ranking.is_due(8, 10)
    assert ranking.is_due(3, 10)


def test_what_a_job_file_makes_up_is_not_judged(job):
    said = job.prediction(1)
    short = replace(said, signals=said.signals[:3])
    job.commit("tampered", [Edit(Table.PREDICTIONS, 1, said, short)], Kind.RECORD)
    before = job.sample(1)
    job.set_label(range(46, 51), "dog")
    assert ranking.rank(job).decisions == 5
    assert job.sample(1) is before


def test_nothing_is_judged_before_it_is_due_unless_asked_for(job):
    job.set_label(range(47, 51), "dog")
    assert ranking.rank(job) is None
    assert ranking.rank(job, always=True).decisions == 4


def test_marks_follow_the_rule_and_by_share_as_many_stay_as_there_are(job):
    set_rule(job, Rule(RuleKind.SHARE, 0.2))
    job.mark_hard([1])
    job.confirm([50, 49, 48])
    job.set_label([47, 46], "dog")
    ranking.rank(job)
    waiting = [job.sample(i) for i in job.query(Tab.TO_BE_CONFIRMED).tolist()]
    assert {s.id for s in waiting if s.hard} == {1, 41, 42, 43, 44, 45}
    set_rule(job, Rule(RuleKind.RISK, 0.5))
    job.set_label(range(36, 46), "dog")
    ranking.rank(job)
    assert all(s.hard == (s.coefficient >= 0.5) or s.id == 1 for s in job.samples() if s.id < 36)


def test_by_share_what_a_person_cleared_takes_the_place_of_no_other(job):
    set_rule(job, Rule(RuleKind.SHARE, 0.2))
    job.unmark_hard([50])
    ranking.rank(job, always=True)
    assert {s.id for s in job.samples() if s.hard} == set(range(41, 50))


def test_what_is_decided_while_it_is_judged_stays_decided(job):
    job.set_label(range(46, 51), "dog")
    judged = ranking.Ranking(job).judge()
    job.confirm([1])
    job.unmark_hard([45])
    confirmed = job.sample(1)
    for _ in ranking.apply(job, judged):
        pass
    assert job.sample(1) is confirmed
    assert not job.sample(45).hard
    assert job.sample(45).coefficient == pytest.approx((0.88 + 1) / 2)


def test_a_rule_set_while_it_is_judged_holds(job):
    job.set_label(range(46, 51), "dog")
    judged = ranking.Ranking(job).judge()
    set_rule(job, Rule(RuleKind.RISK, 1.0))
    for _ in ranking.apply(job, judged):
        pass
    assert not any(s.hard for s in job.samples() if s.status is Status.TO_BE_CONFIRMED)


def test_many_moves_are_recorded_in_slices(job, monkeypatch):
    monkeypatch.setattr(ranking, "SLICE", 20)
    job.set_label(range(46, 51), "dog")
    judged = ranking.Ranking(job).judge()
    changes = list(ranking.apply(job, judged))
    assert [sum(e.table is Table.SAMPLES for e in c.edits) for c in changes] == [20, 20, 5]
    assert [e.after.learned for c in changes for e in c.edits if e.table is Table.RUNS] == [5]


def test_undo_of_a_confirmation_keeps_what_was_learned_since(job):
    job.set_label(range(46, 51), "dog")
    job.mark_hard([2])
    ranking.rank(job)
    learned = coefficients(job)
    job.undo()
    assert job.sample(2).hard_by is None
    assert job.sample(2).coefficient == learned[2]
    assert job.query(Tab.TO_BE_CONFIRMED)[-1] == 1
    job.undo()
    assert job.sample(50).status is Status.TO_BE_CONFIRMED
    assert coefficients(job) == learned
    job.redo()
    job.redo()
    assert coefficients(job) == learned
    assert job.sample(2).hard


def test_undo_of_the_run_takes_the_coefficients_back_too(job):
    job.set_label(range(46, 51), "dog")
    ranking.rank(job)
    job.undo()
    job.undo()
    assert all(c is None for c in coefficients(job).values())


def bare(session) -> dict[int, object]:
    """The samples without what re-judging may alter."""
    blank = {"coefficient": None, "reasons": (), "hard": False}
    assert set(blank) == set(RANKED)
    return {s.id: replace(s, **blank) for s in session.samples()}


COMMANDS = {
    "confirm": lambda s, ids: s.confirm(ids),
    "dog": lambda s, ids: s.set_label(ids, "dog"),
    "reject": lambda s, ids: s.reject(ids),
    "clear": lambda s, ids: s.clear(ids),
    "hard": lambda s, ids: s.mark_hard(ids),
    "easy": lambda s, ids: s.unmark_hard(ids),
    "rule": lambda s, ids: set_rule(s, Rule(RuleKind.SHARE, len(ids) / 20)),
    "rank": lambda s, ids: ranking.rank(s, always=True) and None,
}


@settings(
    max_examples=25,
    deadline=None,
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(list(COMMANDS)),
            st.lists(st.integers(1, 12), min_size=1, max_size=6),
        ),
        max_size=12,
    )
)
def test_any_commands_and_as_many_undos_restore_every_sample(tmp_path_factory, learning, steps):
    with queued(tmp_path_factory.mktemp("any") / "job", SPREAD[:12]) as job:
        before, first = bare(job), coefficients(job)
        done = [COMMANDS[name](job, ids) for name, ids in steps]
        changed = [change for change in done if change is not None]
        after = bare(job), job.job
        for n in range(len(changed)):
            job.undo()
            if n == 1:
                ranking.rank(job, always=True)
        assert bare(job) == before
        assert job.job.hard_rule == Rule(RuleKind.RISK, 0.5)
        ranking.rank(job, always=True)
        assert all(
            abs(now - first[key]) < ranking.SMALLEST_MOVE + 1e-9  # 0.19 - 0.18 is above 0.01
            for key, now in coefficients(job).items()
        )
        order = job.query(Tab.TO_BE_CONFIRMED).tolist()
        assert order == sorted(
            order, key=lambda i: (-np.float32(job.sample(i).coefficient), not job.sample(i).hard, i)
        )
        for _ in changed:
            job.redo()
        assert (bare(job), job.job) == after
