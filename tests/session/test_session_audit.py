"""Confirming unseen: only with a check, only what was in the set, once and for all recorded."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hardcase.errors import UsageError
from hardcase.hardness.audit import alpha
from hardcase.model.audit import AuditState
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import HUMAN, Annotation, Status, Task
from hardcase.session import LabelingSession, label_list
from hardcase.session.judging import audit
from hardcase.session.judging.audit_words import Declined, Proposal, plan_in_words
from queued_job import BOX, queued

EASY = [0.001] * 180 + [0.9] * 20


@pytest.fixture
def job(tmp_path):
    with queued(tmp_path / "job", EASY) as session:
        yield session


@pytest.fixture
def boxes(tmp_path):
    with queued(tmp_path / "boxes", EASY, Task.DETECTION) as session:
        yield session


def drawn(session, risk: float = 0.05):
    found = audit.propose(session, risk)
    assert isinstance(found, Proposal)
    return audit.draw(session, found, random.Random(1))


def labeled_unseen(session) -> set[int]:
    return {s.id for s in session.samples() if s.labeled_by == "audit#1"}


def test_a_proposal_holds_the_easiest_and_says_what_it_takes(job):
    found = audit.propose(job, 0.05)
    assert set(found.members) <= set(range(1, 181))
    assert 0 < found.plan.drawn < found.plan.size <= 180
    assert plan_in_words(found) == (
        f"check {found.plan.drawn} samples, drawn at random from the {found.plan.size} easiest; "
        f"if none of them is wrong, the other {found.plan.unseen} are confirmed without a look, "
        "and it is 95 % sure that at most 5 % of those are wrong"
    )


def test_too_few_are_told_to_be_confirmed_by_hand(job):
    found = audit.propose(job, 0.01)
    assert isinstance(found, Declined)
    assert plan_in_words(found) == (
        "to promise at most 1 % wrong, 194 of 200 samples would have to be checked: "
        "confirm them by hand, or tolerate 5 %"
    )


def test_a_queue_that_is_not_sure_is_declined(tmp_path):
    with queued(tmp_path / "unsure", [0.5] * 400) as session:
        said = plan_in_words(audit.propose(session, 0.05))
        assert said.startswith("a check for at most 5 % wrong would likely fail")
    with queued(tmp_path / "empty", [0.1]) as session:
        session.confirm([1])
        assert plan_in_words(audit.propose(session, 0.05)) == "no auto labels wait to be confirmed"


@pytest.mark.parametrize("risk", [0.0, 1.0, -1.0, float("nan")])
def test_a_risk_that_is_none_is_refused(job, risk):
    with pytest.raises(UsageError, match="between 0 and 1"):
        audit.propose(job, risk)


def test_what_nobody_may_check_or_a_person_touched_is_not_in_the_set(boxes):
    boxes.set_annotations(1, [Annotation("dog", BOX)])
    boxes.image_path(2).unlink()
    boxes.sync()
    boxes.confirm([3])
    members = audit.propose(boxes, 0.05).members
    assert not {1, 2, 3} & set(members)
    some = audit.propose(boxes, 0.1, ids=range(50, 130)).members
    assert set(some) <= set(range(50, 130))


def test_a_check_that_passes_confirms_the_rest_unseen_as_one_change(job):
    open_ = drawn(job)
    job.confirm(open_.checks)
    before = {s.id: s for s in job.samples()}
    done = audit.finish(job, audit.under_way(job))
    assert done.state is AuditState.CONFIRMED
    assert (done.checked, done.wrong, done.confirmed) == (
        open_.drawn,
        0,
        open_.size - open_.drawn,
    )
    assert done.bound <= 0.05
    assert labeled_unseen(job) == set(open_.members) - set(open_.checks)
    newest = next(job.history(1))
    assert newest.title.startswith(f"confirm {done.confirmed} samples unseen: at most ")
    assert "at 95 %" in newest.title
    job.undo()
    assert {s.id: s for s in job.samples()} == before
    assert job.audits[0] == done
    job.redo()
    assert len(labeled_unseen(job)) == done.confirmed


def test_it_survives_closing_the_job_half_way(job, tmp_path):
    open_ = drawn(job)
    job.confirm(open_.checks[:5])
    job.close()
    with LabelingSession.open(tmp_path / "job") as again:
        kept = audit.under_way(again)
        assert kept == open_
        now = audit.progress(again, kept)
        assert (now.checked, now.wrong, now.left) == (5, 0, open_.checks[5:])
        with pytest.raises(UsageError, match="still to be checked"):
            audit.finish(again, kept)
        again.confirm(now.left)
        assert audit.finish(again, kept).state is AuditState.CONFIRMED


def test_one_mistake_too_many_ends_it_at_once_and_nothing_is_confirmed(job):
    open_ = drawn(job)
    assert open_.allowed == 0
    job.set_label([open_.checks[3]], "dog")
    now = audit.progress(job, open_)
    assert (now.wrong, now.hopeless, now.complete) == (1, True, True)
    done = audit.finish(job, open_)
    assert (done.state, done.wrong, done.confirmed) == (AuditState.FAILED, 1, 0)
    assert labeled_unseen(job) == set()
    assert next(job.history(1)).kind is Kind.RECORD


def test_an_attempt_more_has_to_promise_more_and_suspects_what_failed(job):
    first = drawn(job, 0.1)
    job.set_label(first.checks[:5], "dog")
    audit.finish(job, first)
    again = audit.propose(job, 0.1)
    assert first.alpha == alpha(1)
    level = again.alpha if isinstance(again, Proposal) else None
    assert level in (None, alpha(2))
    assert isinstance(again, Declined) or again.plan.size < first.size


def test_decisions_outside_the_check_are_not_counted_but_leave_less_to_promise(job):
    open_ = drawn(job)
    others = [i for i in open_.members if i not in open_.checks]
    job.set_label(others[:2], "dog")
    job.confirm(others[2:4])
    now = audit.progress(job, open_)
    assert (now.checked, now.wrong) == (0, 0)
    assert set(now.unseen) == set(others[4:])
    job.confirm(others[4:-3])
    assert audit.progress(job, open_).hopeless  # three left: one wrong would be too many


def test_undoing_a_check_opens_it_again(job):
    open_ = drawn(job)
    job.confirm(open_.checks)
    job.undo()
    assert audit.progress(job, open_).left == open_.checks


def outcome(session, open_, decide) -> int:
    """How many wrong ones there are after a decision on the first drawn."""
    decide(open_.checks[0])
    return audit.progress(session, open_).wrong


def test_in_classification_another_label_is_wrong(job):
    open_ = drawn(job)
    assert outcome(job, open_, lambda i: job.set_label([i], "cat")) == 0
    job.undo()
    assert outcome(job, open_, lambda i: job.set_label([i], "dog")) == 1
    job.undo()
    assert outcome(job, open_, lambda i: job.set_labels([i], add=["dog"])) == 1
    job.undo()
    assert outcome(job, open_, lambda i: job.reject([i])) == 1


def test_in_detection_any_change_is_wrong(boxes):
    open_ = drawn(boxes)
    key = open_.checks[0]
    said = boxes.sample(key).annotations[0]
    nudged = replace(said, box=Box(2.0, 3.0, 14.0, 11.0), by=HUMAN, score=None)
    boxes.set_annotations(key, [nudged])
    assert audit.progress(boxes, open_).left == open_.checks  # a draft is no decision
    boxes.confirm([key])
    assert audit.progress(boxes, open_).wrong == 1
    other = open_.checks[1]
    boxes.set_annotations(other, [replace(said, by=HUMAN, score=None)])
    boxes.confirm([other])
    assert audit.progress(boxes, open_).wrong == 1
    boxes.set_no_objects([open_.checks[2]])
    assert audit.progress(boxes, open_).wrong == 2


def test_a_drawn_image_that_is_gone_counts_as_wrong(job):
    open_ = drawn(job)
    job.image_path(open_.checks[0]).unlink()
    job.sync()
    assert audit.progress(job, open_).wrong == 1


def test_a_run_that_was_taken_back_says_nothing_against_the_labels(job):
    open_ = drawn(job)
    old = job.sample(open_.checks[0])
    bare = type(old)(old.id, old.path)
    job.commit("undo: auto label", [Edit(Table.SAMPLES, old.id, old, bare)], Kind.UNDO)
    rejected = open_.checks[1]
    job.reject([rejected])
    now = audit.progress(job, open_)
    assert (now.lost, now.wrong) == (1, 1)


def test_a_run_that_labels_drawn_ones_anew_ends_the_check(job):
    open_ = drawn(job)
    old = job.sample(open_.checks[0])
    new = replace(old, annotations=(Annotation("dog", None, 0.9, "toy#2"),), labeled_by="toy#2")
    job.commit("auto label", [Edit(Table.SAMPLES, old.id, old, new)])
    now = audit.progress(job, open_)
    assert (now.lost, now.complete) == (1, True)
    job.confirm(now.left)
    done = audit.finish(job, open_)
    assert done.state is AuditState.ABANDONED
    assert labeled_unseen(job) == set()


def test_members_that_a_run_labels_anew_are_not_confirmed(job):
    open_ = drawn(job)
    unseen = [i for i in open_.members if i not in open_.checks]
    old = job.sample(unseen[0])
    new = replace(old, annotations=(Annotation("dog", None, 0.9, "toy#2"),))
    job.commit("auto label", [Edit(Table.SAMPLES, old.id, old, new)])
    assert unseen[0] not in audit.progress(job, open_).unseen


def test_another_name_for_a_label_changes_nothing(job):
    open_ = drawn(job)
    job.confirm(open_.checks[:3])
    label_list.rename(job, "cat", "kitten")
    now = audit.progress(job, open_)
    assert (now.checked, now.wrong, now.lost) == (3, 0, 0)
    assert len(now.unseen) == open_.size - open_.drawn


def test_one_at_a_time_and_giving_up_is_recorded_and_counts(job):
    found = audit.propose(job, 0.05)
    open_ = audit.draw(job, found)
    with pytest.raises(UsageError, match="audit#1 is under way"):
        audit.draw(job, found)
    job.confirm(open_.checks[:2])
    done = audit.abandon(job, open_)
    assert (done.state, done.checked, done.members, done.checks) == (
        AuditState.ABANDONED,
        2,
        (),
        (),
    )
    assert audit.under_way(job) is None
    assert audit.propose(job, 0.1).alpha == alpha(2)
    assert [c.title for c in job.history(1)] == [f"audit#1 abandoned: 2 of {open_.drawn} checked"]


def test_what_was_confirmed_unseen_is_found_by_its_maker(job):
    open_ = drawn(job)
    job.confirm(open_.checks)
    audit.finish(job, open_)
    assert set(job.query(expression="by:audit").tolist()) == labeled_unseen(job)
    assert all(job.sample(i).status is Status.LABELED for i in labeled_unseen(job))
