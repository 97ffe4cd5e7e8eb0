"""The rule by which a job calls samples hard: what it comes to, and how it is set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.rule import Rule, RuleKind, hard
from hardcase.model.changes import Change, Edit, Table
from hardcase.model.job import HUMAN, Sample, Status
from hardcase.model.numbers import degree, percent
from hardcase.session.views import Sort, Tab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.session.labeling import LabelingSession


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule comes to in a job.

    `hard` of the `to_confirm` samples to be confirmed are hard; `from_` is the lowest coefficient
    that makes one hard, None where none is; `own` of the marks are people's own; `mistakes` is the
    share of the expected mistakes that is in the hard ones, None where none are expected.
    """

    rule: Rule
    to_confirm: int
    hard: int
    from_: float | None
    own: int
    mistakes: float | None

    def __str__(self) -> str:
        """Return it in a line: `hard from 0.50: 41 of 160 to be confirmed, with 75 % of ...`."""
        if not self.to_confirm:
            return f"{self.rule}: nothing is to be confirmed"
        name = f"hard from {degree(self.rule.value)}"
        if self.rule.kind is RuleKind.SHARE:
            name = str(self.rule)
            if self.from_ is not None:
                name += f", from {degree(self.from_)}"
        text = f"{name}: {self.hard:,} of {self.to_confirm:,} to be confirmed"
        if self.mistakes is not None:
            text += f", with {percent(self.mistakes)} of the expected mistakes"
        return f"{text}; {self.own:,} marked by hand" if self.own else text


def standing(session: LabelingSession, rule: Rule | None = None) -> Standing:
    """Return what a rule comes to, the job's own if none is given."""
    rule = rule or session.job.hard_rule
    samples, coefficients = _queue(session)
    marks = hard(coefficients, rule)
    ruled = coefficients[marks]
    own = np.array([s.hard_by == HUMAN for s in samples], bool)
    marks = np.where(own, [s.hard for s in samples], marks)
    expected = float(np.nansum(coefficients))
    return Standing(
        rule,
        len(samples),
        int(marks.sum()),
        float(ruled.min()) if len(ruled) else None,
        int(own.sum()),
        float(np.nansum(coefficients[marks])) / expected if expected else None,
    )


def set_rule(session: LabelingSession, rule: Rule) -> Change | None:
    """Set the rule and mark by it what no person has marked; one Change, None if nothing changes.

    It decides on the samples to be confirmed. Unlabeled ones that a model has seen are marked from
    the same coefficient on; marks of labeled ones stay.
    """
    job = session.job
    edits = (
        []
        if rule == job.hard_rule
        else [Edit(Table.JOB, job.id, job, replace(job, hard_rule=rule))]
    )
    samples, coefficients = _queue(session)
    marks = hard(coefficients, rule)
    start = float(coefficients[marks].min()) if marks.any() else 2.0
    if rule.kind is RuleKind.RISK:
        start = rule.value
    others = [
        s for s in session.samples() if s.status is Status.UNLABELED and s.coefficient is not None
    ]
    wanted = [
        *zip(samples, marks.tolist(), strict=True),
        *((s, s.coefficient is not None and s.coefficient >= start) for s in others),
    ]
    edits += [
        Edit(Table.SAMPLES, s.id, s, replace(s, hard=mark))
        for s, mark in wanted
        if s.hard != mark and s.hard_by != HUMAN
    ]
    return session.commit(f"call hard: {rule}", edits)


def _queue(session: LabelingSession) -> tuple[Sequence[Sample], NDArray[np.float64]]:
    """Return the samples to be confirmed in path order and their (N,) coefficients, nan if none."""
    waiting = session.query(Tab.TO_BE_CONFIRMED, sort=Sort.PATH)
    samples = [session.sample(i) for i in waiting.tolist()]
    known = [np.nan if s.coefficient is None else s.coefficient for s in samples]
    return samples, np.array(known, np.float64)
