"""What is called hard is the person's to say."""

from __future__ import annotations

import pytest

from hardcase.errors import ReadOnlyError
from hardcase.hardness import Rule, RuleKind
from hardcase.model.job import HUMAN
from hardcase.session import LabelingSession
from hardcase.session.judging import hard_rule
from hardcase.session.judging.hard_rule import set_rule, standing
from queued_job import queued

TENTHS = [n / 10 for n in range(10)]


def risk(value: float) -> Rule:
    return Rule(RuleKind.RISK, value)


def share(value: float) -> Rule:
    return Rule(RuleKind.SHARE, value)


@pytest.fixture
def job(tmp_path):
    with queued(tmp_path / "job", TENTHS) as session:
        yield session


def hard_ids(session) -> set[int]:
    return {s.id for s in session.samples() if s.hard}


def test_a_job_says_what_its_rule_comes_to(job):
    found = standing(job)
    assert (found.hard, found.to_confirm, found.from_) == (5, 10, 0.5)
    assert str(found) == (
        "hard from 0.50: 5 of 10 to be confirmed, with 78 % of the expected mistakes"
    )


def test_by_risk_it_marks_from_there_on_as_one_change_that_undo_takes_back(job):
    before = list(job.samples()), job.job
    change = set_rule(job, risk(0.8))
    assert hard_ids(job) == {9, 10}
    assert job.job.hard_rule == risk(0.8)
    assert change.title == "call hard: risk from 0.80"
    job.undo()
    assert (list(job.samples()), job.job) == before
    job.redo()
    assert (hard_ids(job), job.job.hard_rule) == ({9, 10}, risk(0.8))


def test_by_share_it_marks_the_hardest_and_says_from_where(job):
    set_rule(job, share(0.25))
    assert hard_ids(job) == {8, 9, 10}
    assert str(standing(job)) == (
        "hardest 25 %, from 0.70: 3 of 10 to be confirmed, with 53 % of the expected mistakes"
    )


def test_marks_of_people_stay_and_are_counted(job):
    job.mark_hard([1])
    job.unmark_hard([10])
    set_rule(job, risk(0.9))
    assert hard_ids(job) == {1}
    assert str(standing(job)).endswith("; 2 marked by hand")
    assert {s.id for s in job.samples() if s.hard_by == HUMAN} == {1, 10}


def test_another_rule_can_be_tried_without_setting_it(job):
    assert standing(job, risk(0.2)).hard == 8
    assert hard_ids(job) == {6, 7, 8, 9, 10}


def test_labeled_samples_keep_their_marks_and_rejected_ones_follow(job):
    job.confirm([10])
    job.reject([9])
    set_rule(job, risk(0.95))
    assert hard_ids(job) == {10}
    set_rule(job, share(0.125))
    assert hard_ids(job) == {8, 9, 10}


def test_the_rule_is_kept_and_setting_it_again_changes_nothing(job, tmp_path):
    set_rule(job, share(0.3))
    assert set_rule(job, share(0.3)) is None
    job.close()
    with LabelingSession.open(tmp_path / "job") as again:
        assert again.job.hard_rule == share(0.3)


def test_the_next_run_marks_by_the_rule(job):
    judged = [v.judged for v in job.settlement(1).settle().verdicts.values()]
    assert {a.hard for a in judged} == {True, False}
    assert all(a.hard == (a.coefficient >= 0.5) for a in judged)
    set_rule(job, share(0.2))
    judged = [v.judged for v in job.settlement(1).settle().verdicts.values()]
    assert sum(a.hard for a in judged) == 2


def test_a_job_without_a_queue_says_so(tmp_path, make_session):
    session = make_session()
    assert str(standing(session)) == "risk from 0.50: nothing is to be confirmed"
    set_rule(session, share(0.1))
    assert str(standing(session)) == "hardest 10 %: nothing is to be confirmed"


def test_of_a_queue_that_is_all_right_nothing_is_hard(tmp_path):
    with queued(tmp_path / "sure", [0.0] * 3) as session:
        assert str(standing(session)) == "hard from 0.50: 0 of 3 to be confirmed"


def test_a_job_open_elsewhere_keeps_its_rule(job, tmp_path):
    reader = LabelingSession.open(tmp_path / "job", read_only=True)
    with pytest.raises(ReadOnlyError):
        hard_rule.set_rule(reader, risk(0.1))
