"""What became of what runs made, and how to be rid of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hardcase.model.changes import Change, Edit, Table
from hardcase.model.job import HUMAN, Annotation, Prediction, Run, RunState, Sample, Status
from hardcase.model.numbers import count
from hardcase.session.autolabel import run_queue
from hardcase.session.autolabel.kinds import CHECK, PRE_LABEL
from hardcase.session.clock import now
from hardcase.session.columns import made_by_human
from hardcase.session.judging.population import is_rejected
from hardcase.store import is_in_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardcase.session.labeling import LabelingSession


@dataclass(frozen=True, slots=True)
class Account:
    """A run and its annotations: `there` are on samples now, `confirmed` of them on labeled ones.

    `corrected` are those that a person altered or threw away, as far as no later run has looked at
    the sample since: a job keeps what the newest run said.
    """

    run: Run
    there: int
    confirmed: int
    corrected: int

    @property
    def is_pending(self) -> bool:
        """Whether what the run has done becomes labels only when it is complete."""
        run = self.run
        return run.kind == PRE_LABEL and run.state is not RunState.COMPLETED and run.done > 0

    @property
    def seconds(self) -> float | None:
        """How long the run was at work, None if that is not known."""
        return self.run.seconds or _between(self.run.started_at, self.run.ended_at)


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with a run: `edits`, and how many annotations.

    `confirmed` and `altered` annotations stay: a person confirmed them, or has begun to correct
    their samples.
    """

    run: Run
    edits: tuple[Edit, ...]
    annotations: int
    confirmed: int
    altered: int


def accounts(session: LabelingSession) -> list[Account]:
    """Return an account of every run, newest first."""
    there: Counter[str] = Counter()
    confirmed: Counter[str] = Counter()
    for sample in session.samples():
        made = [a.by for a in sample.annotations if a.by != HUMAN]
        there.update(made)
        if sample.status is Status.LABELED:
            confirmed.update(made)
    corrected = _corrected(session)
    return [
        Account(run, there[run.signature], confirmed[run.signature], corrected[run.id])
        for run in session.runs
    ]


def removal(session: LabelingSession, run_id: int) -> Removal:
    """Work out what goes with a run. Raises UsageError if there is no such run.

    Samples that wait to be confirmed as the run left them are unlabeled again, and what it thought
    of them goes too. What the run said stays on record, as does what the file was found to be. What
    this run had replaced does not come back.
    """
    run, moment = session.run(run_id), now()
    said = {p.id: p for p in session.predictions() if p.run == run_id}
    edits, gone, confirmed, altered = [], 0, 0, 0
    for sample in session.samples():
        mine = sum(a.by == run.signature for a in sample.annotations)
        if _is_untouched(sample, run, said.get(sample.id)):
            after, gone = _without_judgement(sample), gone + mine
        else:
            after = _unmarked(sample) if sample.hard_by == run.signature else sample
            if sample.status is Status.LABELED:
                confirmed += mine
            else:
                altered += mine
        if after != sample:
            after = replace(after, updated_at=moment)
            edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
    return Removal(run, tuple(edits), gone, confirmed, altered)


def remove(session: LabelingSession, found: Removal) -> Change | None:
    """Remove what a run made in one Change; None if there is nothing to remove."""
    title = f"remove what {found.run.signature} made on {count(len(found.edits), 'sample')}"
    return session.commit(title, found.edits)


def state_in_words(session: LabelingSession, run: Run) -> str:
    """Return where a run stands; one that nobody works on any more was broken off.

    Those that wait are numbered, the next one first: `queued 1`.
    """
    if run.state is RunState.QUEUED:
        return f"queued {place_of(session, run)}"
    if run.state is RunState.RUNNING and not is_in_use(session.path):
        return "broken off"
    return run.state.value


def place_of(session: LabelingSession, run: Run) -> int | None:
    """Return how many runs are to start up to this one, with it; None if it does not wait."""
    queue = [waiting.id for waiting in run_queue.waiting(session)]
    return queue.index(run.id) + 1 if run.id in queue else None


def settings_in_words(settings: Mapping[str, Any]) -> str:
    """Return what a run was asked for, in a line; a job file may say anything."""
    return ", ".join(filter(None, (_setting(name, value) for name, value in settings.items())))


def _setting(name: str, value: object) -> str:
    if name in {"profile", "changed", "encoder", "samples"}:
        words = {"changed": "changed only", "encoder": "with an encoder", "samples": "a selection"}
        return words.get(name, "") if value else ""
    if isinstance(value, dict):
        arrow = "=" if name == "map" else " from "
        return ", ".join(f"{k}{arrow}{_number(v)}" for k, v in value.items())
    if value in ("", None) or (name, value) == ("effort", "standard"):
        return ""
    return f"{name} {_number(value)}"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _corrected(session: LabelingSession) -> Counter[int]:
    runs = {r.id: r for r in session.runs if r.state is RunState.COMPLETED and r.kind != CHECK}
    corrected: Counter[int] = Counter()
    for said in session.predictions():
        run = runs.get(said.run)
        if run is None or not said.annotations:
            continue
        sample = session.sample(said.id)
        if _has_a_persons_hand(sample, said, run):
            left = _spots(a for a in sample.annotations if a.by == run.signature)
            corrected[run.id] += sum((_spots(said.annotations) - left).values())
    return corrected


def _has_a_persons_hand(sample: Sample, said: Prediction, run: Run) -> bool:
    waits = sample.status is Status.TO_BE_CONFIRMED and sample.labeled_by == run.signature
    return (
        waits
        or sample.status is Status.LABELED
        or made_by_human(sample)
        or is_rejected(sample, said)
    )


def _is_untouched(sample: Sample, run: Run, said: Prediction | None) -> bool:
    """Whether a sample is as a run has left it; `said` is what the run said of it, if known."""
    if made_by_human(sample):
        return False
    if sample.status is Status.UNLABELED:
        judged = sample.coefficient is not None and not sample.annotations
        return judged and said is not None and not said.annotations
    if sample.status is Status.LABELED or sample.labeled_by != run.signature:
        return False
    return said is None or set(_spots(said.annotations)) == set(_spots(sample.annotations))


def _without_judgement(sample: Sample) -> Sample:
    kept = replace(
        sample,
        status=Status.UNLABELED,
        annotations=(),
        labeled_by=None,
        coefficient=None,
        reasons=(),
    )
    return kept if sample.hard_by == HUMAN else replace(kept, hard=False, hard_by=None)


def _unmarked(sample: Sample) -> Sample:
    return replace(sample, hard=False, hard_by=None, coefficient=None)


def _spots(annotations: Iterable[Annotation]) -> Counter[tuple[object, ...]]:
    return Counter((a.label, a.box) for a in annotations)


def _between(start: str, end: str) -> float | None:
    """Return the seconds between two moments, None if a job file says none that make sense."""
    try:
        seconds = (
            dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(start)
        ).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(seconds, 0.0)
