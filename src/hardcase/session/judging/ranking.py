"""Learning from confirmations: the queue judged anew by what people decided of it.

`Ranking(session)` takes the rows down on the session's thread, `judge` works on any thread, and
`apply` records the result in slices on the session's thread again, against the rows as they are
then. It is recorded progress, so undo passes it by (see `stepping`), and touches nothing but the
coefficient, the reasons and the program's own mark of samples that are still to be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.hardness.rule import RuleKind, hardest
from hardcase.model import numbers
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import HUMAN, Prediction, Run, Sample, Status
from hardcase.session.columns import made_by_human
from hardcase.session.judging.population import completed, is_decided, is_usable, populate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.session.labeling import LabelingSession

FIRST = (5, 10, 20, 40)
"""Decisions after which the queue is judged anew; then each time they grew by a quarter."""

SMALLEST_MOVE = 0.01
"""A coefficient that moves by less than this stays: nobody would see the difference."""

SLICE = 1000
"""Samples altered in one Change, so that no key waits for a long one."""


def next_after(learned: int) -> int:
    """Return at how many decisions a queue that has learned from `learned` is judged anew."""
    later = (n for n in FIRST if n > learned)
    return next(later, learned + max(-(-learned // 4), 1))


def is_due(decided: int, learned: int) -> bool:
    """Whether enough was decided, or taken back, since the queue was judged last."""
    return decided >= next_after(learned) or decided < 0.75 * learned


def learned(session: LabelingSession) -> int:
    """Return from how many decisions the queue has learned, of all models together."""
    return sum(_newest(runs).learned for runs in completed(session.runs))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a sample, and the row that it was thought of."""

    seen: Sample
    coefficient: float
    reasons: tuple[int, ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """The queue judged anew: what moved, and from how many decisions each run has learned now.

    The marks are those of `rule`.
    """

    moved: tuple[Verdict, ...]
    learned: Mapping[int, int]
    rule: hardness.Rule

    @property
    def decisions(self) -> int:
        """From how many decisions the queue has learned."""
        return sum(self.learned.values())


class Ranking:
    """A job's predictions and decisions, as they were at one moment."""

    def __init__(self, session: LabelingSession) -> None:
        """Take down the rows; on the session's thread."""
        self._task = session.task
        self._rule = session.job.hard_rule
        self._labels = {label.name: n for n, label in enumerate(session.labels)}
        self._groups = completed(session.runs)
        self._predictions = list(session.predictions())
        self._samples = list(session.samples())

    def judge(self, *, always: bool = False) -> Ranked | None:
        """Judge the models for which enough was decided; on any thread. None if there is none.

        With `always` all models are judged that have labeled something.
        """
        samples = {s.id: s for s in self._samples}
        moved: list[Verdict] = []
        learned: dict[int, int] = {}
        for runs in self._groups:
            columns = {r.id: r.signals for r in runs}
            rows = [
                (p, s)
                for p in self._predictions
                if is_usable(p, columns) and (s := samples.get(p.id)) is not None
            ]
            rows.sort(key=lambda row: row[1].path)
            decided = sum(is_decided(s, p) for p, s in rows)
            newest = _newest(runs)
            if rows and (always or is_due(decided, newest.learned)):
                learned[newest.id] = decided
                moved += self._judge(rows, {r.id: r for r in runs})
        return Ranked(tuple(moved), learned, self._rule) if learned else None

    def _judge(
        self, rows: Sequence[tuple[Prediction, Sample]], runs: Mapping[int, Run]
    ) -> Iterator[Verdict]:
        columns = {key: run.signals for key, run in runs.items()}
        population = populate(self._task, self._labels, columns, rows)
        assessed = hardness.assess(population, rule=self._rule)
        waiting = [
            (sample, found)
            for (prediction, sample), found in zip(rows, assessed, strict=True)
            if _is_waiting(sample, runs[prediction.run])
        ]
        marks = self._marks(waiting)
        for (sample, found), mark in zip(waiting, marks.tolist(), strict=True):
            assert sample.coefficient is not None  # noqa: S101 - `_is_waiting` asks for one
            far = abs(found.coefficient - sample.coefficient) >= SMALLEST_MOVE
            if far:
                yield Verdict(sample, round(found.coefficient, 6), found.reasons, mark)
            elif self._rule.kind is RuleKind.SHARE and mark != sample.hard:
                yield Verdict(sample, sample.coefficient, sample.reasons, mark)

    def _marks(self, waiting: Sequence[tuple[Sample, hardness.Assessment]]) -> NDArray[np.bool_]:
        """Return the (N,) marks. By share as many stay marked as there are: work done is done."""
        if self._rule.kind is RuleKind.RISK:
            return np.array([found.hard for _, found in waiting], bool)
        own = np.array([s.hard_by == HUMAN for s, _ in waiting], bool)
        coefficients = np.array([found.coefficient for _, found in waiting])
        quota = sum(s.hard and s.hard_by != HUMAN for s, _ in waiting)
        return hardest(np.where(own, np.nan, coefficients), quota)


def apply(session: LabelingSession, ranked: Ranked) -> Iterator[Change]:
    """Record what moved, `SLICE` samples at a time; what was decided meanwhile stays as it is.

    The first Change says in the runs from how many decisions the queue has learned.
    """
    runs = {run.id: run for run in session.runs}
    head = [
        Edit(Table.RUNS, key, runs[key], replace(runs[key], learned=count))
        for key, count in ranked.learned.items()
        if key in runs and runs[key].learned != count
    ]
    for start in range(0, max(len(ranked.moved), 1), SLICE):
        slice_ = ranked.moved[start : start + SLICE]
        edits = [edit for verdict in slice_ if (edit := _edit(session, verdict, ranked.rule))]
        ranked_ = numbers.count(len(edits), "sample")
        title = f"rank {ranked_} by {numbers.count(ranked.decisions, 'decision')}"
        change = session.commit(title, [*(head if start == 0 else ()), *edits], Kind.RECORD)
        if change is not None:
            yield change


def rank(session: LabelingSession, *, always: bool = False) -> Ranked | None:
    """Judge the queue anew from start to end on this thread, if enough was decided or `always`."""
    ranked = Ranking(session).judge(always=always)
    for _ in apply(session, ranked) if ranked is not None else ():
        pass
    return ranked


def _newest(runs: Sequence[Run]) -> Run:
    return max(runs, key=lambda run: run.id)


def _is_waiting(sample: Sample, run: Run) -> bool:
    """Whether the sample waits to be confirmed as this run has left it."""
    return (
        sample.status is Status.TO_BE_CONFIRMED
        and sample.coefficient is not None
        and sample.labeled_by == run.signature
        and not made_by_human(sample)
    )


def _edit(session: LabelingSession, verdict: Verdict, rule: hardness.Rule) -> Edit | None:
    """Return what becomes of a sample, None if somebody altered it since it was taken down."""
    if not session.has(verdict.seen.id):
        return None
    now, seen = session.sample(verdict.seen.id), verdict.seen
    same = (now.status, now.labeled_by, now.annotations) == (
        seen.status,
        seen.labeled_by,
        seen.annotations,
    )
    if not same:
        return None
    keeps_mark = now.hard_by == HUMAN or session.job.hard_rule != rule
    after = replace(
        now,
        coefficient=verdict.coefficient,
        reasons=verdict.reasons,
        hard=now.hard if keeps_mark else verdict.hard,
    )
    return None if after == now else Edit(Table.SAMPLES, now.id, now, after)
