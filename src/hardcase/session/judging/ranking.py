"""Learning from confirmations: the queue judged anew by what people decided of it.

`Ranking(session)` takes the rows down on the session's thread, `judge` works on any thread, and
`apply` records the result in slices on the session's thread again, against the rows as they are
then. It is recorded progress, so undo passes it by (see `stepping`), and touches nothing but the
coefficient, the reasons and the program's own mark of samples that are still to be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import methodcaller
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase import hardness
from hardcase.hardness.rule import RuleKind, hardest
from hardcase.model import numbers
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import HUMAN, Annotation, Prediction, Run, Sample, Status
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


class Verdict(NamedTuple):
    """What is thought of a sample, the auto labels that it was thought of, and who gave those."""

    sample: int
    labels: tuple[Annotation, ...]
    signed: str | None
    coefficient: float
    reasons: tuple[int, ...]
    hard: bool


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Verdicts on N samples in columns: 100,000 objects would lie scattered over the memory."""

    samples: NDArray[np.int64]
    labels: Sequence[tuple[Annotation, ...]]
    signed: Sequence[str | None]
    coefficients: NDArray[np.float64]
    reasons: Sequence[tuple[int, ...]]
    hard: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Verdict]:
        numbers = self.samples, self.coefficients, self.hard
        samples, coefficients, hard = (map(methodcaller("item"), column) for column in numbers)
        return map(Verdict, samples, self.labels, self.signed, coefficients, self.reasons, hard)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The queue judged anew: what moved, and from how many decisions each run has learned now.

    `verdicts` has those on the samples that moved, by model. The marks are those of `rule`.
    """

    verdicts: tuple[Verdicts, ...]
    learned: Mapping[int, int]
    rule: hardness.Rule

    @property
    def moved(self) -> int:
        """How many samples are thought of otherwise than before."""
        return sum(map(len, self.verdicts))

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
        verdicts: list[Verdicts] = []
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
                verdicts.append(self._judge(rows, {r.id: r for r in runs}))
        return Ranked(tuple(verdicts), learned, self._rule) if learned else None

    def _judge(
        self, rows: Sequence[tuple[Prediction, Sample]], runs: Mapping[int, Run]
    ) -> Verdicts:
        """Return the verdicts on the samples of one model that moved."""
        columns = {key: run.signals for key, run in runs.items()}
        assessed = hardness.assess(
            populate(self._task, self._labels, columns, rows), rule=self._rule
        )
        waiting = [n for n, (p, s) in enumerate(rows) if _is_waiting(s, runs[p.run])]
        samples, found = [rows[n][1] for n in waiting], [assessed[n] for n in waiting]
        before = np.array([s.coefficient for s in samples], np.float64)
        now = np.array([f.coefficient for f in found], np.float64)
        marks = self._marks(samples, now, found)
        far = np.abs(now - before) >= SMALLEST_MOVE
        moved = far
        if self._rule.kind is RuleKind.SHARE:
            moved = far | (marks != np.array([s.hard for s in samples], bool))
        where = np.flatnonzero(moved)
        return Verdicts(
            np.array([samples[n].id for n in where], np.int64),
            [samples[n].annotations for n in where],
            [samples[n].labeled_by for n in where],
            np.array([round(x, 6) for x in np.where(far, now, before)[where].tolist()]),
            [(found if far[n] else samples)[n].reasons for n in where],
            marks[where],
        )

    def _marks(
        self,
        waiting: Sequence[Sample],
        coefficients: NDArray[np.float64],
        found: Sequence[hardness.Assessment],
    ) -> NDArray[np.bool_]:
        """Return the (N,) marks. By share as many stay marked as there are: work done is done."""
        if self._rule.kind is RuleKind.RISK:
            return np.array([f.hard for f in found], bool)
        own = np.array([s.hard_by == HUMAN for s in waiting], bool)
        quota = sum(s.hard and s.hard_by != HUMAN for s in waiting)
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
    verdicts = chain.from_iterable(ranked.verdicts)
    while (slice_ := list(islice(verdicts, SLICE))) or head:
        edits = [edit for verdict in slice_ if (edit := _edit(session, verdict, ranked.rule))]
        ranked_ = numbers.count(len(edits), "sample")
        title = f"rank {ranked_} by {numbers.count(ranked.decisions, 'decision')}"
        change = session.commit(title, [*head, *edits], Kind.RECORD)
        head = []
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
    if not session.has(verdict.sample):
        return None
    now = session.sample(verdict.sample)
    waits = now.status is Status.TO_BE_CONFIRMED
    if not waits or (now.labeled_by, now.annotations) != (verdict.signed, verdict.labels):
        return None
    keeps_mark = now.hard_by == HUMAN or session.job.hard_rule != rule
    after = replace(
        now,
        coefficient=verdict.coefficient,
        reasons=verdict.reasons,
        hard=now.hard if keeps_mark else verdict.hard,
    )
    return None if after == now else Edit(Table.SAMPLES, now.id, now, after)
