"""What a completed run makes of its samples: auto labels, coefficient, reasons, mark.

With 100,000 samples that takes seconds, so it is worked out on any thread from rows as they were,
and held against the rows as they are when it is committed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.hardness.evaluation import true_work
from hardcase.model.changes import Edit, Table
from hardcase.model.evidence import Detections
from hardcase.model.job import HUMAN, Prediction, Run, Sample, Status, Task
from hardcase.session.clock import now
from hardcase.session.columns import made_by_human

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardcase.model.job import Annotation
    from hardcase.session.labeling import LabelingSession


class Settlement:
    """A run whose predictions are complete, with the rows that judging them takes."""

    def __init__(self, session: LabelingSession, run_id: int) -> None:
        """Take down the rows; on the session's thread."""
        self._run = session.run(run_id)
        self._task = session.task
        self._positions = {label.name: n for n, label in enumerate(session.labels)}
        everything = list(session.predictions())
        self._predictions = [p for p in everything if p.run == run_id]
        self._samples = {p.id: session.sample(p.id) for p in self._predictions}
        comparable = {r.id for r in session.runs if r.signals == self._run.signals}
        self._decided = [
            (p, session.sample(p.id))
            for p in everything
            if p.run in comparable
            and p.error is None
            and session.sample(p.id).status is Status.LABELED
        ]

    def settle(self) -> Settled:
        """Judge the predictions and work out the samples; on any thread."""
        readable = [p for p in self._predictions if p.error is None]
        judged = dict(zip((p.id for p in readable), self._judge(readable), strict=True))
        verdicts = {p.id: _Verdict(p, judged.get(p.id)) for p in self._predictions}
        moment = now()
        edits = {
            key: edit
            for key, verdict in verdicts.items()
            if (edit := verdict.edit(self._samples[key], self._run, self._task, moment))
        }
        return Settled(self._run.id, verdicts, edits)

    def _judge(self, predictions: list[Prediction]) -> list[hardness.Assessment]:
        """Assess predictions beside those of samples that people decided."""
        if not predictions:
            return []
        fresh = {p.id for p in predictions}
        decided = [(p, sample) for p, sample in self._decided if p.id not in fresh]
        everything = [*predictions, *(p for p, _ in decided)]
        population = hardness.Population.undecided(
            self._task,
            np.array([p.signals for p in everything], dtype=np.float64),
            np.array([self._position(p.annotations) for p in everything], dtype=np.int64),
        )
        for row, (prediction, sample) in enumerate(decided, start=len(predictions)):
            if self._task is Task.CLASSIFICATION:
                population.given[row] = self._position(sample.annotations)
                population.wrong[row] = population.given[row] != population.predicted[row]
            else:
                found, truth = map(self._boxes, (prediction.annotations, sample.annotations))
                population.wrong[row] = true_work(found, truth)
        return hardness.assess(population)[: len(predictions)]

    def _position(self, annotations: tuple[Annotation, ...]) -> int:
        return self._positions.get(annotations[0].label, -1) if annotations else -1

    def _boxes(self, annotations: tuple[Annotation, ...]) -> Detections:
        boxed = [a for a in annotations if a.box is not None]
        return Detections(
            np.array([a.box for a in boxed], dtype=np.float32).reshape(-1, 4),
            np.array([1.0 if a.score is None else a.score for a in boxed], dtype=np.float32),
            np.array([self._positions.get(a.label, -1) for a in boxed], dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """The edits of a settled run by sample, and what they were made from."""

    run: int
    verdicts: Mapping[int, _Verdict]
    edits: Mapping[int, Edit]

    def current_edits(self, session: LabelingSession) -> Iterator[Edit]:
        """Yield the edits, worked out again for samples that changed since the run ended."""
        run, task, moment = session.run(self.run), session.task, now()
        for key, verdict in self.verdicts.items():
            sample = session.sample(key)
            edit = self.edits.get(key)
            if edit is None or edit.before is not sample:
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
        return Edit(Table.SAMPLES, sample.id, sample, self._applied(sample, run, task, moment))

    def _applied(self, sample: Sample, run: Run, task: Task, moment: str) -> Sample:
        if self.judged is None:
            return replace(sample, error=self.prediction.error, updated_at=moment)
        offered = bool(self.prediction.annotations) or task is Task.DETECTION
        return replace(
            sample,
            status=Status.TO_BE_CONFIRMED if offered else Status.UNLABELED,
            annotations=self.prediction.annotations,
            labeled_by=run.signature if offered else None,
            hard=sample.hard if sample.hard_by == HUMAN else self.judged.hard,
            coefficient=round(self.judged.coefficient, 6),
            reasons=self.judged.reasons,
            width=self.prediction.width,
            height=self.prediction.height,
            error=None,
            updated_at=moment,
        )
