"""Works on a classification job without end, the way people and runs do, until somebody kills it.

    python kill_labeler.py JOB MODEL LEAN SEED

It says on stdout what it is about to do, one line each, and `ack SEQ DIGEST` once everything up to
change SEQ is durable. LEAN is what it does most of: labels, run, checkpoint, reopen. Checkpoints
and short journals come far more often than in earnest, so that kills meet them.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hardcase.errors import ModelError
from hardcase.model.changes import Change, Table
from hardcase.model.job import Prediction, Row, Run, RunState, Sample
from hardcase.session import LabelingSession, Tab
from hardcase.session.autolabel.runs import ActiveRun, RunRequest, prepare
from hardcase.store import jobstore, journal

KEEP = 300
WORTH_DROPPING = 1000
CHECKPOINT_AFTER = 500_000
SHARES = {
    "labels": (12, 1, 1, 1),
    "run": (1, 12, 1, 1),
    "checkpoint": (6, 0, 6, 1),
    "reopen": (6, 0, 1, 6),
}
"""How often it decides, runs a model, writes a checkpoint, closes and opens, of each LEAN."""

Tables = Mapping[Table, Mapping[int, Row]]


def digest(tables: Tables) -> str:
    """Return what differs once any field of any row does."""
    found = hashlib.sha256()
    for table in Table:
        for key, row in sorted(tables[table].items()):
            found.update(f"{table} {key} {kept(row)!r}\n".encode())
    return found.hexdigest()


def kept(row: Row) -> Row:
    """Return the row as a job keeps it: scores in six digits, settings in plain JSON."""
    if isinstance(row, Run):
        return replace(row, settings=json.loads(json.dumps(dict(row.settings))))
    if isinstance(row, Sample | Prediction) and row.annotations:
        annotations = (replace(a, score=a.score and round(a.score, 6)) for a in row.annotations)
        return replace(row, annotations=tuple(annotations))
    return row


def slow_down_the_disk(rng: random.Random) -> None:
    """Let appends take their time, else all would be safe before a kill could show that it is not.

    Without this, a program that acknowledges what it has not written yet is hardly ever caught.
    """
    append = journal.Journal.append

    def late(self: journal.Journal, lines: Sequence[tuple[int, bytes]]) -> None:
        time.sleep(rng.uniform(0, 0.03))
        append(self, lines)

    journal.Journal.append = late


def say(*words: object) -> None:
    print(*words, flush=True)


class Labeler:
    """Somebody at work on a job."""

    def __init__(self, path: Path, model: Path, rng: random.Random) -> None:
        self.path, self.model, self.rng = path, model, rng
        self.open()

    def open(self) -> None:
        self.session = LabelingSession.open(self.path)
        if self.session.read_only:
            sys.exit(f"read-only: {self.session.read_only_reason}")
        self.ids = [sample.id for sample in self.session.samples()]
        say("open")
        self.acknowledge()

    def acknowledge(self) -> None:
        store = self.session._store
        seq, state = store.last_seq, digest(store.tables)
        self.session.flush()
        say("ack", seq, state)

    # -- decisions

    def decide(self) -> None:
        session, some = self.session, self.some()
        name = self.rng.choice(session.labels).name
        decisions: tuple[Callable[[], Change | None], ...] = (
            lambda: session.set_label(some, name),
            lambda: session.set_label(some, name),
            lambda: session.set_labels(some, *self.rng.sample(([name], []), 2)),
            lambda: session.confirm(some),
            lambda: session.confirm(session.query(Tab.TO_BE_CONFIRMED, "coef:<0.3")),
            lambda: session.reject(some),
            lambda: session.mark_hard(some),
            lambda: session.unmark_hard(some),
            lambda: session.clear(some),
            lambda: session.add_labels([f"label {self.rng.randrange(30)}"]),
            session.undo,
            session.undo,
            session.redo,
        )
        self.rng.choice(decisions)()

    def some(self) -> list[int]:
        most = self.rng.choice((1, 1, 1, 20, len(self.ids)))
        return self.rng.sample(self.ids, self.rng.randint(1, most))

    # -- runs

    def run(self) -> None:
        session = self.session
        if not len(session.query(Tab.UNLABELED)):
            session.clear(self.rng.sample(self.ids, len(self.ids) * 2 // 3))
        stale = next((run for run in session.runs if run.state is not RunState.COMPLETED), None)
        done = {p.id for p in session.predictions() if stale is not None and p.run == stale.id}
        say("begin")
        active = session.begin_run(prepare(RunRequest(self.model)))
        if stale is not None:
            assert active.run.id == stale.id, "a run that broke off was not gone on with"
            again = [i for i, _ in active.items if i in done]
            assert not again, "a run does again what it did before it broke off"
            say("resumed", stale.id, active.run.done)
        self.acknowledge()
        try:
            self.follow(active)
        except ModelError as error:
            session.stop_run(active.run.id, RunState.FAILED, str(error))
            say("failed", active.run.id)
        self.acknowledge()

    def follow(self, active: ActiveRun) -> None:
        """Record what the run says, and decide this and that meanwhile."""
        last = self.rng.choice((2, 99, 99, 99))
        for number, chunk in enumerate(active.chunks()):
            self.session.record(chunk)
            if self.rng.random() < 0.3:
                self.decide()
            self.acknowledge()
            say("chunk", number)
            if self.rng.random() < 0.2:
                say("pause")
                time.sleep(0.8)  # the engine has nothing to do any more, and waits
            if number == last:
                active.cancel()
                self.session.stop_run(active.run.id, RunState.CANCELLED)
                return
        say("finish")
        self.session.finish_run(self.session.settlement(active.run.id).settle())

    # -- files

    def checkpoint(self) -> None:
        say("checkpoint")
        self.session._store.checkpoint()

    def reopen(self) -> None:
        say("close")
        self.session.close()
        self.open()


def main() -> None:
    job, model, lean, seed = sys.argv[1:]
    jobstore.KEEP = KEEP
    jobstore.CHECKPOINT_AFTER = CHECKPOINT_AFTER
    journal._WORTH_DROPPING = WORTH_DROPPING
    rng = random.Random(seed)
    slow_down_the_disk(random.Random(seed))
    labeler = Labeler(Path(job), Path(model), rng)
    steps = (labeler.decide, labeler.run, labeler.checkpoint, labeler.reopen)
    while True:
        (step,) = rng.choices(steps, SHARES[lean])
        step()
        if rng.random() < 0.7:
            labeler.acknowledge()


if __name__ == "__main__":
    main()
