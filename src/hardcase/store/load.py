"""Opening a job: the job file, then the changes in its journal that it does not hold yet."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.changes import Kind, Table
from hardcase.model.job import Sample
from hardcase.model.rows import BAD_ROW, from_json, prediction_from_json
from hardcase.store.files import shown
from hardcase.store.journal import Damage, Journal, journal_path
from hardcase.store.lines import decode_change
from hardcase.store.schema import STORE_TABLE, upgraded
from hardcase.store.undo import UndoStack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardcase.model.changes import Edit
    from hardcase.model.job import Row
    from hardcase.store.checkpoint import JobStorage
    from hardcase.store.lines import Line
    from hardcase.store.schema import Document, Meta

Tables = dict[Table, dict[int, "Row"]]

_TRIES = 5
"""A reader may meet a writer that has just replaced both files; it looks again then."""


@dataclass(slots=True)
class Checkpoint:
    """What a job file holds. `others` are tables that are not ours, kept as they are."""

    meta: Meta
    tables: Tables = field(default_factory=lambda: {table: {} for table in Table})
    others: dict[str, dict[str, Document]] = field(default_factory=dict)


@dataclass(slots=True)
class Loaded:
    """A job as it is. `damage` says what is wrong with the journal, None if nothing is."""

    checkpoint: Checkpoint
    journal: Journal
    undo: UndoStack
    last_seq: int
    changed: dict[str, set[int]]
    """Of each table, the ids of rows that the job file does not hold as they are."""
    damage: str | None = None


class _Gap(Exception):  # noqa: N818  never leaves this module
    """The journal lacks what comes after the job file."""


def load(storage: JobStorage, *, writable: bool) -> Loaded:
    """Read a job. Raises JobError."""
    for _ in range(_TRIES):
        with _no_collection():
            checkpoint = storage.build(partial(_read_rows, shown(storage.path)))
            try:
                return _replay(storage, checkpoint, writable=writable)
            except _Gap:
                continue
            except OSError as error:
                where = shown(journal_path(storage.path))
                raise JobError(f"{where} cannot be opened ({error.strerror})") from error
    where = shown(storage.path)
    raise JobError(
        f"{where} is older than its journal: restore the newer job file, or move {where}.journal "
        "away to go on with the old state"
    )


def apply(tables: Tables, edits: Iterable[Edit]) -> None:
    """Put the rows after the edits into the tables."""
    for edit in edits:
        if edit.after is None:
            tables[edit.table].pop(edit.key, None)
        else:
            tables[edit.table][edit.key] = edit.after


def _read_rows(where: str, meta: Meta, rows: Iterable[tuple[str, str, Document]]) -> Checkpoint:
    checkpoint = Checkpoint(meta)
    samples = checkpoint.tables[Table.SAMPLES]
    ours = {table.value: (table, checkpoint.tables[table]) for table in Table}
    old = meta.schema
    for name, key, data in rows:
        try:
            document = upgraded(name, data, old)
            if name == "predictions":
                number = int(key)
                sample = samples.get(number)
                known = sample.annotations if isinstance(sample, Sample) else ()
                row: Row = prediction_from_json(number, document, known)
                checkpoint.tables[Table.PREDICTIONS][number] = row
            elif name in ours:
                table, typed = ours[name]
                number = int(key)
                typed[number] = from_json(table, number, document)
            elif name != STORE_TABLE:
                checkpoint.others.setdefault(name, {})[key] = document
        except BAD_ROW as error:
            message = f"row {key} of table {name} in {where} is damaged: restore it from a copy"
            raise JobError(message) from error
    return checkpoint


def _replay(storage: JobStorage, checkpoint: Checkpoint, *, writable: bool) -> Loaded:
    path = journal_path(storage.path)
    journal = Journal.open(path, checkpoint.meta.job, writable=writable)
    changed: dict[str, set[int]] = {table.value: set() for table in Table}
    loaded = Loaded(checkpoint, journal, UndoStack(), checkpoint.meta.seq, changed)
    try:
        for number, line in journal.scan(checkpoint.meta.seq):
            _take(loaded, number, line)
    except Damage as damage:
        good = damage.number - 1
        loaded.damage = (
            f"line {damage.number} of {shown(path)} is damaged; this is the job as of change "
            f"{loaded.last_seq}: keep a copy of the journal, then cut it to its first {good} lines"
        )
    except BaseException:
        journal.close()
        raise
    loaded.undo.forget_before(journal.first_seq)
    return loaded


def _take(loaded: Loaded, number: int, line: Line) -> None:
    header = line.header
    seq = header["seq"]
    try:
        kind, target = Kind(header["kind"]), header.get("target")
        if target is not None and type(target) is not int:
            raise Damage(number)
        if seq > loaded.last_seq:
            if header.get("forgotten"):
                raise _Gap  # its edits are in the job file that came after this one
            if seq != loaded.last_seq + 1:
                raise _Gap if loaded.last_seq == loaded.checkpoint.meta.seq else Damage(number)
            edits = decode_change(line, loaded.journal.schema).edits
            apply(loaded.checkpoint.tables, edits)
            for edit in edits:
                loaded.changed[edit.table].add(edit.key)
            loaded.last_seq = seq
    except BAD_ROW as error:
        raise Damage(number) from error
    loaded.undo.note(seq, kind, target)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the garbage collector: it would look through all rows again and again as they come."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
