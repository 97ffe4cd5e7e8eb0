"""Checking labels that are there already: a model looks at what people labeled or imported.

It changes no label. What it finds is kept beside the sample until its labels change. A prediction
is kept as well, unless an auto-labeling run or an import left one: what people decided on that is
worth more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.errors import UsageError
from hardcase.hardness.mistakes import (
    LOWEST,
    Boxes,
    compare_boxes,
    compare_classes,
    judge_boxes,
)
from hardcase.model.boxes import as_array
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.checksum import annotations_checksum
from hardcase.model.findings import Finding, Mistake, MistakeKind
from hardcase.model.job import HUMAN, Prediction, Run, RunState, Sample
from hardcase.model.numbers import count
from hardcase.session.autolabel.kinds import CHECK
from hardcase.session.autolabel.runs import ActiveRun, engine_of, fitting
from hardcase.session.autolabel.translate import in_labels, one_an_object, translator
from hardcase.session.clock import now
from hardcase.session.views import Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hardcase.model.evidence import Evidence
    from hardcase.session.autolabel.runs import PreparedRun
    from hardcase.session.labeling import LabelingSession

_MOST = 20
"""How many mistakes of one sample are kept, the likeliest."""
_SLICE = 2000
"""Samples whose findings are recorded in one Change."""

Compared = Boxes | list[Mistake]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: findings, likeliest first, and how many samples were looked at.

    `failed` images could not be read; of `unknown` samples the model knows no label.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    failed: int
    unknown: int
    total: int


class LabelCheck:
    """A run over labeled samples. Its methods belong to the session's thread."""

    def __init__(self, session: LabelingSession, prepared: PreparedRun) -> None:
        """Begin. Raises UsageError if the model does not fit, or nothing labeled is asked for."""
        classes, _ = fitting(session, prepared)
        self._session = session
        self._names = [label.name for label in session.labels]
        self._samples = {s.id: s for s in _targets(session, prepared.request.filter)}
        self._run = Run(
            id=max((r.id for r in session.runs), default=0) + 1,
            kind=CHECK,
            model=prepared.name,
            sha256=prepared.sha256,
            settings=prepared.settings,
            signals=hardness.SIGNALS,
            total=len(self._samples),
            started_at=now(),
        )
        position = {name: n for n, name in enumerate(self._names)}
        self._position = {name: position[name] for name in classes.values()}
        self._label_of = np.full(len(prepared.profile.labels), -1, np.int64)
        self._label_of[list(classes)] = [position[name] for name in classes.values()]
        self._classes = prepared.class_map(classes)
        self._translate = translator(self._run, prepared.profile, self._classes)
        self._said: list[Prediction] = []
        self._compared: dict[int, Compared] = {}
        self._unknown = 0
        items = tuple((i, session.image_path(i)) for i in self._samples)
        self.active = ActiveRun(self._run, items, engine_of(prepared), self._look)

    @property
    def total(self) -> int:
        """How many samples are looked at."""
        return len(self._samples)

    def work(self, progress: Callable[[int], None]) -> None:
        """Let the model look. Raises ModelError; nothing is kept then."""
        for chunk in self.active.chunks():
            self._said += chunk.predictions
            self._run = replace(self._run, seconds=round(self._run.seconds + chunk.seconds, 3))
            progress(len(self._said))

    def finish(self) -> Checked:
        """Judge what was looked at, all together, and record it."""
        findings = self._judged()
        failed = sum(p.error is not None for p in self._said)
        state = RunState.CANCELLED if self.active.cancelled else RunState.COMPLETED
        done = len(self._said)
        run = replace(self._run, state=state, done=done, failed=failed, ended_at=now())
        by_id = {finding.id: finding for finding in findings}
        self._record(run, by_id)
        ordered = sorted(findings, key=lambda f: (-f.score, self._samples[f.id].path))
        return Checked(tuple(ordered), done - failed, failed, self._unknown, self.total)

    def _look(self, sample_id: int, evidence: Evidence) -> Prediction:
        sample = self._samples[sample_id]
        seen = one_an_object(evidence, self._classes)
        found = self._compare(sample, in_labels(seen, self._label_of, len(self._names)))
        if found is None:
            self._unknown += 1
        else:
            self._compared[sample_id] = found
        return self._translate(sample_id, evidence)

    def _compare(self, sample: Sample, evidence: Evidence) -> Compared | None:
        """Hold a sample's labels against evidence in the job's labels."""
        given = [self._position.get(a.label, -1) for a in sample.annotations]
        if evidence.detections is not None:
            boxed = [(a.box, c) for a, c in zip(sample.annotations, given, strict=True) if a.box]
            boxes = as_array([box for box, _ in boxed])
            return compare_boxes(evidence, boxes, np.array([c for _, c in boxed], np.int64))
        known = sorted({c for c in given if c >= 0})
        if not known or len(known) < len(set(given)):
            return None
        score, best, sure = compare_classes(evidence, known)
        if score < LOWEST or best in known:
            return []
        labels = ", ".join(a.label for a in sample.annotations)
        return [Mistake(MistakeKind.SWAPPED, score, labels, self._names[best], sure)]

    def _judged(self) -> list[Finding]:
        boxed = {k: c for k, c in self._compared.items() if isinstance(c, Boxes)}
        judged = dict(zip(boxed, judge_boxes(list(boxed.values()), self._names), strict=True))
        judged |= {k: c for k, c in self._compared.items() if isinstance(c, list)}
        return [
            Finding(
                id=key,
                run=self._run.id,
                score=round(mistakes[0].score, 6),
                mistakes=tuple(map(_rounded, mistakes[:_MOST])),
                about=annotations_checksum(self._samples[key].annotations),
            )
            for key, mistakes in judged.items()
            if mistakes
        ]

    def _record(self, run: Run, findings: dict[int, Finding]) -> None:
        session, old = self._session, self._session.findings()
        edits = [Edit(Table.RUNS, run.id, None, run)]
        for said in self._said:
            key = said.id
            if _may_keep(session, key):
                edits.append(Edit(Table.PREDICTIONS, key, session.prediction(key), said))
            if key in old or key in findings:
                edits.append(Edit(Table.FINDINGS, key, old.get(key), findings.get(key)))
        title = f"check the labels of {count(len(self._said), 'sample')} with {run.signature}"
        for start in range(0, len(edits), _SLICE):
            session.commit(title, edits[start : start + _SLICE], Kind.RECORD)


def mark(session: LabelingSession, findings: Iterable[Finding]) -> Change | None:
    """Mark samples with likely mistakes as hard examples, in one Change.

    The coefficient becomes the score of the finding, so the likeliest come first. Samples whose
    mark a person removed stay without.
    """
    moment, edits = now(), []
    for finding in findings:
        before = session.sample(finding.id)
        if before.hard_by == HUMAN and not before.hard:
            continue
        by = before.hard_by if before.hard else session.run(finding.run).signature
        after = replace(before, hard=True, hard_by=by, coefficient=finding.score)
        if after != before:
            after = replace(after, updated_at=moment)
            edits.append(Edit(Table.SAMPLES, before.id, before, after))
    what = f"{count(len(edits), 'sample')} with likely label mistakes"
    return session.commit(f"mark {what} hard", edits)


def _targets(session: LabelingSession, expression: str) -> Sequence[Sample]:
    asked = [session.sample(i) for i in session.query(Tab.LABELED, expression).tolist()]
    found = [s for s in asked if not s.missing]
    if not found:
        if expression.strip():
            raise UsageError("nothing to check: no labeled sample passes the filter")
        raise UsageError("nothing to check: no sample is labeled by a person or an import yet")
    return found


def _may_keep(session: LabelingSession, sample_id: int) -> bool:
    before = session.prediction(sample_id)
    return before is None or session.run(before.run).kind == CHECK


def _rounded(mistake: Mistake) -> Mistake:
    box, sure = mistake.box, mistake.confidence
    return replace(
        mistake,
        score=round(mistake.score, 6),
        box=None if box is None else box.rounded(),
        confidence=None if sure is None else round(sure, 6),
    )
