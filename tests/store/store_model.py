"""A job as plain dictionaries, and changes made from a number alone: what stores are held to."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

from hardcase.model.boxes import Box
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import (
    Annotation,
    Job,
    Label,
    Prediction,
    Run,
    RunState,
    Sample,
    Status,
    Task,
)

WHEN = "2026-01-01T00:00:00+00:00"


def annotation(rng: random.Random, by: str = "human") -> Annotation:
    x, y = rng.randrange(500), rng.randrange(500)
    box = Box(float(x), float(y), x + 10.5, y + 20.25)
    score = None if by == "human" else round(rng.random(), 6)
    return Annotation(rng.choice(["apple", "pêche", "\udc80"]), box, score, by)


def sample(key: int, rng: random.Random | None = None, **values: object) -> Sample:
    rng = rng or random.Random(key)
    annotations = tuple(annotation(rng) for _ in range(rng.randrange(4)))
    return replace(
        Sample(key, f"images/{key:06}.jpg", Status.LABELED, annotations, updated_at=WHEN), **values
    )


def change(store, *edits: Edit, kind: Kind = Kind.EDIT, target: int | None = None) -> Change:
    """The next change of a store or a model."""
    return Change(store.last_seq + 1, WHEN, "ann", "an edit", edits, kind, target)


def put(store, table: Table, row) -> Edit:
    return Edit(table, row.id, store.tables[table].get(row.id), row)


def add_samples(store, *keys: int) -> Change:
    made = change(store, *(put(store, Table.SAMPLES, sample(k)) for k in keys))
    store.commit(made)
    return made


def state(store) -> dict[Table, dict[int, object]]:
    return {table: dict(rows) for table, rows in store.tables.items()}


def as_kept(change: Change) -> Change:
    """A change as the journal gives it back: what undo passes by without the row before."""
    passed_by = change.kind is Kind.RECORD
    edits = (replace(e, before=None) if passed_by or e.table.is_record else e for e in change.edits)
    return replace(change, edits=tuple(edits))


def as_told(kept: Change, made: Change) -> Change:
    """The change `made` as a journal may give it back, which gave `kept`: records may be bare."""
    if kept.forgotten is None or made.kind is not Kind.RECORD:
        return as_kept(made)
    return replace(made, edits=(), forgotten=made.samples)


class Model:
    """The same as a store, without a disk and written as plainly as can be."""

    def __init__(self) -> None:
        self.tables = {table: {} for table in Table}
        self.changes: list[Change] = []
        self.undo: list[Change] = []
        self.redo: list[Change] = []

    @property
    def last_seq(self) -> int:
        return len(self.changes)

    def commit(self, change: Change) -> None:
        for edit in change.edits:
            if edit.after is None:
                self.tables[edit.table].pop(edit.key, None)
            else:
                self.tables[edit.table][edit.key] = edit.after
        self.changes.append(change)
        if change.kind is Kind.EDIT:
            self.undo.append(change)
            self.redo.clear()
        elif change.kind is Kind.UNDO:
            self.redo.append(self.undo.pop())
        elif change.kind is Kind.REDO:
            self.undo.append(self.redo.pop())

    def undoing(self) -> Change:
        target = self.undo[-1]
        return change(self, *target.inverted_edits(), kind=Kind.UNDO, target=target.seq)

    def redoing(self) -> Change:
        target = self.redo[-1]
        return change(self, *target.edits, kind=Kind.REDO, target=target.seq)


def next_change(model: Model, recent: int = 30) -> Change:
    """The change that follows in a model: always the same one for the same changes before.

    Only the `recent` newest changes are undone or redone, since older ones may not be kept.
    """
    seq = model.last_seq + 1
    rng = random.Random(seq)
    if seq == 1:
        return change(model, Edit(Table.JOB, 1, None, Job(1, "fruit", Task.DETECTION)))
    roll = rng.random()
    if roll < 0.15 and model.undo and model.undo[-1].seq > seq - recent:
        return model.undoing()
    if roll < 0.25 and model.redo and model.redo[-1].seq > seq - recent:
        return model.redoing()
    if roll < 0.35:
        row = Run(1, "pre-label", "m.onnx", rng.choice(list(RunState)), signals=("a",), done=seq)
        made = [
            Prediction(
                k, 1, (annotation(rng, "m.onnx#1"),), array("f", [round(rng.random(), 6)]), 640, 480
            )
            for k in range(rng.randrange(500), 500)
        ]
        edits = [put(model, Table.RUNS, row), *(put(model, Table.PREDICTIONS, p) for p in made)]
        return change(model, *edits, kind=Kind.RECORD)
    if roll < 0.37:
        keys = range(1, rng.randrange(1000, 3000))
        return change(model, *(put(model, Table.SAMPLES, sample(k, rng)) for k in keys))
    if roll < 0.42:
        return change(model, put(model, Table.LABELS, Label(seq, f"l{seq}", "#e69f00", seq)))
    keys = sorted(model.tables[Table.SAMPLES])
    if roll < 0.50 and keys:
        key = rng.choice(keys)
        return change(model, Edit(Table.SAMPLES, key, model.tables[Table.SAMPLES][key], None))
    return change(model, put(model, Table.SAMPLES, sample(rng.randrange(1, 3000), rng)))
