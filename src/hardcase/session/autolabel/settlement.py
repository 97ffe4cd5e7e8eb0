"""What a completed run makes of its samples: auto labels, coefficient, reasons, mark.

With 100,000 samples that takes seconds, so it is worked out on any thread from rows as they were,
and held against the rows as they are when it is committed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from hardcase import hardness
from hardcase.model.changes import Edit, Table
from hardcase.model.job import HUMAN, Prediction, Run, RunState, Sample, Status, Task
from hardcase.precedence import keys
from hardcase.session.clock import now
from hardcase.session.column_values import values_of
from hardcase.session.columns import made_by_human
from hardcase.session.judging.population import completed, is_decided, is_usable, populate
from hardcase.session.label_list import in_names_of_today, names_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardcase.session.column_values import Values
    from hardcase.session.labeling import LabelingSession


class Settlement:
    """A run whose predictions are complete, with the rows that judging them takes."""

    def __init__(self, session: LabelingSession, run_id: int) -> None:
        """Take down the rows; on the session's thread."""
        self._run = session.run(run_id)
        self._task = session.task
        self._positions = {label.name: n for n, label in enumerate(session.labels)}
        self._rule = session.job.hard_rule
        self._names = names_now(session.labels)
        everything = list(session.predictions())
        self._predictions = [p for p in everything if p.run == run_id]
        self._samples = {p.id: session.sample(p.id) for p in self._predictions}
        done = replace(self._run, state=RunState.COMPLETED)
        others = [run for run in session.runs if run.id != run_id]
        kin = next((runs for runs in completed([*others, done]) if done in runs), [done])
        self._columns = {r.id: r.signals for r in kin}
        self._learned = [
            (p, sample)
            for p in everything
            if p.run != run_id and is_usable(p, self._columns)
            if is_decided(sample := session.sample(p.id), p)
        ]

    def settle(self) -> Settled:
        """Judge the predictions and work out the samples; on any thread."""
        readable = [p for p in self._predictions if p.error is None]
        judged = dict(zip((p.id for p in readable), self._judge(readable), strict=True))
        verdicts = {p.id: _Verdict(p, judged.get(p.id)) for p in self._predictions}
        moment = now()
        edits = {
            key: edit
            for key, verdict in keys.before(verdicts.items())
            if (edit := verdict.edit(self._samples[key], self._run, self._task, moment))
        }
        values = values_of([cast("Sample", edit.after) for edit in edits.values()])
        return Settled(self._run.id, verdicts, edits, values, self._names, len(self._learned))

    def judge_new(self, predictions: Sequence[Prediction]) -> list[hardness.Assessment]:
        """Assess predictions of images that are no samples yet, beside those of the run.

        Their ids are none of a sample's; they are in path order.
        """
        known = [(p, self._samples[p.id]) for p in self._predictions if p.error is None]
        rows = [*((p, Sample(p.id, "")) for p in predictions), *known, *self._learned]
        population = populate(self._task, self._positions, self._columns, rows)
        return hardness.assess(population, rule=self._rule)[: len(predictions)]

    def _judge(self, predictions: list[Prediction]) -> list[hardness.Assessment]:
        """Assess predictions beside those of samples that people decided."""
        if not predictions:
            return []
        rows = [*((p, self._samples[p.id]) for p in predictions), *self._learned]
        fresh = self._samples.keys()
        population = populate(self._task, self._positions, self._columns, rows, fresh)
        return hardness.assess(population, rule=self._rule)[: len(predictions)]


@dataclass(frozen=True, slots=True)
class Settled:
    """The edits of a settled run by sample, and what they were made from."""

    run: int
    verdicts: Mapping[int, _Verdict]
    edits: Mapping[int, Edit]
    values: Values
    """Of the samples after the edits, in their order: it takes longer than anything else at the end
    of a run."""
    names: Mapping[str, str]
    """What labels were called, see `names_now`."""
    learned: int
    """How many decisions of people the coefficients rest on."""

    def current(self, session: LabelingSession) -> tuple[list[Edit], Values]:
        """Return the edits, worked out again where samples or labels changed since the run ended.

        Beside them, the values of their samples. Edits that were worked out again come last.
        """
        edits = list(self._current_edits(session))
        place = {key: n for n, key in enumerate(self.edits)}
        kept = [edit for edit in edits if self.edits.get(edit.key) is edit]
        again = [edit for edit in edits if self.edits.get(edit.key) is not edit]
        values = self.values.of(np.array([place[edit.key] for edit in kept], np.int64))
        if again:
            values = values.then(values_of([cast("Sample", edit.after) for edit in again]))
        return kept + again, values

    def _current_edits(self, session: LabelingSession) -> Iterator[Edit]:
        run, task, moment = session.run(self.run), session.task, now()
        names = names_now(session.labels)
        relabeled = names != self.names
        for key, verdict in self.verdicts.items():
            if not session.has(key):
                continue  # it was deleted meanwhile
            sample = session.sample(key)
            edit = self.edits.get(key)
            if relabeled:
                said = in_names_of_today(verdict.prediction, names)
                edit = replace(verdict, prediction=said).edit(sample, run, task, moment)
            elif edit is None or edit.before is not sample:
                edit = verdict.edit(sample, run, task, moment)
            if edit is not None:
                yield edit


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A prediction and what is thought of it; no assessment if the image could not be read."""

    prediction: Prediction
    judged: hardness.Assessment | None

    def edit(self, sample: Sample, run: Run, task: Task, moment: str) -> Edit | None:
        """Return what becomes of the sample, None if a person had a hand in it."""
        if sample.status is Status.LABELED or made_by_human(sample):
            return None
        if self.judged is None:
            after = replace(sample, error=self.prediction.error, updated_at=moment)
        else:
            said, judged = self.prediction, self.judged
            after = auto_labeled(sample, said, judged, run, task=task, moment=moment)
        return Edit(Table.SAMPLES, sample.id, sample, after)


def auto_labeled(
    sample: Sample,
    said: Prediction,
    judged: hardness.Assessment,
    run: Run,
    *,
    task: Task,
    moment: str,
) -> Sample:
    """Return a sample with what a run said of it and what is thought of that, to be confirmed.

    In classification it stays unlabeled where the model gave no label.
    """
    offered = bool(said.annotations) or task is Task.DETECTION
    return replace(
        sample,
        status=Status.TO_BE_CONFIRMED if offered else Status.UNLABELED,
        annotations=said.annotations,
        labeled_by=run.signature if offered else None,
        hard=sample.hard if sample.hard_by == HUMAN else judged.hard,
        coefficient=round(judged.coefficient, 6),
        reasons=judged.reasons,
        width=said.width,
        height=said.height,
        error=None,
        updated_at=moment,
    )
