"""JobStore: a job in memory, every change of it on disk a moment later."""

from __future__ import annotations

import gc
import secrets
import threading
from itertools import islice
from typing import TYPE_CHECKING, Any, Self, cast

from tinydb import TinyDB

from hardcase.errors import JobError, ReadOnlyError
from hardcase.model.changes import Change, Step, Table
from hardcase.model.memory import give_back
from hardcase.store.checkpoint import JobStorage, RowDocuments
from hardcase.store.files import shown, why_not_written
from hardcase.store.history import History
from hardcase.store.journal import journal_path, read_changes, rewrite
from hardcase.store.lines import decode_change, encode_change
from hardcase.store.load import apply, load
from hardcase.store.lock import Busy, WriterLock
from hardcase.store.schema import SCHEMA, STORE_TABLE, Meta
from hardcase.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from hardcase.model.job import Row
    from hardcase.store.load import Loaded, Tables

KEEP = 1000
"""How many of the newest changes stay in the journal at least, for the log; and how many of the
newest edits, so that the progress of a long run does not push them out of undo."""

CHECKPOINT_AFTER = 32 << 20
"""Bytes of changes after which the job file is rewritten: what an opening after a crash replays."""

_FREEZE = 10_000  # rows; the garbage collector would look through them for nothing
_LOOSE = 2_000  # rows that came since; a run brings as many as there are samples


class JobStore:
    """One open job. One thread owns it; the disk is served by threads of its own.

    `tables` holds the rows of every table by id and is altered by `commit` alone. `on_saved` is
    called on another thread whenever `saved_seq` or `trouble` changed.
    """

    def __init__(
        self,
        storage: JobStorage,
        loaded: Loaded,
        lock: WriterLock | None,
        reason: str | None,
    ) -> None:
        self.path = storage.path
        self._storage = storage
        self.read_only_reason = reason
        self.last_seq = loaded.last_seq
        self.on_saved: Callable[[], None] | None = None
        self.checkpoint_trouble: str | None = None
        """Why the job file could not be rewritten lately. The journal has what it lacks."""
        self._tables = loaded.checkpoint.tables
        self._others = loaded.checkpoint.others
        self._journal = loaded.journal
        self._undo = loaded.undo
        self._job_id = loaded.checkpoint.meta.job
        self._checkpoint_seq = loaded.checkpoint.meta.seq
        self._writer_lock = lock
        self._saved_seq = loaded.last_seq
        self._lock = threading.Lock()
        self._checkpointing = threading.Lock()
        self._background: threading.Thread | None = None
        self._mark = -self._journal.end if loaded.last_seq > self._checkpoint_seq else 0
        self._changed = loaded.changed
        self._closed = False
        self._frozen = sum(map(len, self._tables.values())) >= _FREEZE
        self._loose = 0
        if self._frozen:
            gc.freeze()
            give_back()
        self._writer = (
            None if lock is None else Writer(self._journal, self.last_seq, self._on_write)
        )
        unsaved = list[Change] if self._writer is None else self._writer.unsaved
        self._history = History(self._journal, self._undo, unsaved)

    @classmethod
    def create(cls, path: Path) -> JobStore:
        """Make an empty job at `path` and open it. Raises JobError, also where a file exists."""
        path = path.resolve()
        if not path.parent.is_dir():
            raise JobError(f"there is no folder {shown(path.parent)}: make it first")
        _refuse_existing(path)
        try:
            lock = WriterLock(path)
        except Busy as busy:
            raise JobError(f"{shown(path)} cannot be made: {busy}") from busy
        try:
            _refuse_existing(path)
            storage = _storage(path)
            empty: Tables = {table: {} for table in Table}
            storage.write(_documents(0, secrets.token_hex(8), empty, {}))
            return cls(storage, load(storage, writable=True), lock, None)
        except BaseException as error:
            lock.discard()
            if isinstance(error, OSError):
                raise JobError(why_not_written(path, error)) from error
            raise

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> JobStore:
        """Open a job, for reading where it cannot be written; `read_only_reason` says why then.

        Raises JobError if there is no job, if it is damaged, or if a newer program has written it.
        A journal with a damaged line opens for reading, as of the change before that line.
        """
        path = path.resolve()
        if path.is_dir():
            raise JobError(f"{shown(path)} is a folder: give the job file in it")
        if not path.is_file():
            raise JobError(f"there is no job file {shown(path)}: make one with hardcase init")
        lock, reason = (None, "opened for reading") if read_only else _lock_if_free(path)
        storage = _storage(path)
        try:
            loaded = _load_migrated(storage, writable=lock is not None)
        except BaseException:
            if lock is not None:
                lock.discard()
            raise
        if loaded.damage is not None:
            if lock is not None:
                lock.release()
            lock, reason = None, loaded.damage
        return cls(storage, loaded, lock, reason)

    @property
    def tables(self) -> Mapping[Table, dict[int, Row]]:
        """Every table's rows by id, as of `last_seq`."""
        return self._tables

    @property
    def read_only(self) -> bool:
        """Whether commits are refused, for the reason `read_only_reason`."""
        return self._writer is None

    @property
    def notice(self) -> str | None:
        """What a user should know of a job that could be opened all the same; mostly None."""
        line = self._journal.forgotten
        if line is None:
            return None
        where = shown(self._journal.path)
        return (
            f"line {line} of {where} is damaged: nothing is lost, but undo and log begin after it"
        )

    @property
    def saved_seq(self) -> int:
        """Seq of the newest change that a power cut cannot take back."""
        return self._saved_seq if self._writer is None else self._writer.saved_seq

    @property
    def trouble(self) -> str | None:
        """One line: why changes do not reach the disk and what to do. None when they do."""
        return None if self._writer is None else self._writer.trouble

    def commit(self, change: Change) -> None:
        """Apply the change to `tables` and queue it for the disk.

        `change.seq` must be `last_seq + 1`, else ValueError. Raises ReadOnlyError on a read-only
        job, JobError when there is trouble or the job is closed; nothing is applied then.
        """
        with self._lock:
            writer = self._open_writer()
            if change.seq != self.last_seq + 1:
                message = f"change {change.seq} cannot follow change {self.last_seq}"
                raise ValueError(message)
            writer.submit(change)
            apply(self._tables, change.edits)
            for edit in change.edits:
                self._changed[edit.table].add(edit.key)
            self.last_seq = change.seq
            self._undo.note(change.seq, change.kind, change.target)
            self._loose += len(change.edits)
            if self._frozen and self._loose >= _LOOSE:
                self._freeze()

    def flush(self) -> None:
        """Block until every change is durable. Raises JobError if that cannot be."""
        if self._writer is not None:
            self._writer.wait(self.last_seq)

    def retry(self) -> bool:
        """Write what could not be written; returns whether nothing is in trouble any more."""
        return self._writer is None or self._writer.retry()

    def history(self, limit: int | None = None) -> Iterator[Change]:
        """Yield the newest `limit` changes, or all that are kept, newest first.

        They are read as they are asked for. Records come without the row before. Raises JobError.
        """
        return islice(self._history.newest_first(self.last_seq), limit)

    def undoable(self, limit: int) -> list[Step]:
        """Return what undo would take back, one after another, newest first. Raises JobError."""
        return self._history.undoable(limit)

    def undo_target(self) -> Change | None:
        """Return the edit that undo would take back, None if there is none. Raises JobError."""
        return self._history.undo_target()

    def redo_target(self) -> Change | None:
        """Return the undone edit that redo would repeat, None if there is none. Raises JobError."""
        return self._history.redo_target()

    def checkpoint(self) -> None:
        """Rewrite the job file, so that it holds every change so far, and shorten the journal.

        Raises JobError; the old job file and the journal then hold everything that was saved.
        """
        writer = self._open_writer()
        with self._checkpointing:
            with self._lock:
                seq, self._mark = self.last_seq, self._journal.appended
                tables = {table: rows.copy() for table, rows in self._tables.items()}
                changed, self._changed = self._changed, _no_keys()
                oldest = self._undo.oldest(KEEP)
            try:
                writer.wait(seq)
                self._storage.update(_documents(seq, self._job_id, tables, self._others), changed)
            except (OSError, JobError) as error:
                with self._lock:
                    for table, keys in changed.items():
                        self._changed[table] |= keys
                raise self._checkpoint_error(self.path, error) from error
            self._checkpoint_seq = seq
            try:
                upto = seq if oldest is None else min(seq, oldest - 1)
                self._journal.compact(upto=upto, keep=KEEP, held=seq)
            except OSError as error:
                raise self._checkpoint_error(self._journal.path, error) from error
            self.checkpoint_trouble = None
            with self._lock:
                self._undo.forget_before(self._journal.first_seq)

    def close(self) -> None:
        """Save everything, rewrite the job file if it lacks a change, and let others write.

        Raises JobError if something could not be saved; the job is closed all the same. Closing
        again does nothing.
        """
        if self._closed:
            return
        try:
            if self._writer is not None:
                self._writer.retry()
                self.flush()
                if self._checkpoint_seq < self.last_seq:
                    self.checkpoint()
        finally:
            self._closed = True
            if self._writer is not None:
                self._writer.stop()
            # Only the writer's thread starts this one. It must not outlive the lock.
            if self._background is not None:
                self._background.join()
            self._journal.close()
            if self._writer_lock is not None:
                self._writer_lock.release()
            if self._frozen:
                gc.unfreeze()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _freeze(self) -> None:
        """Let the garbage collector pass by the rows there are; it takes 0.2 s for 100,000."""
        gc.collect(1)  # what is garbage by now would stay for ever
        gc.freeze()
        self._loose = 0

    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise ReadOnlyError(f"this job is read-only: {self.read_only_reason}")
        if self._closed:
            raise JobError(f"{shown(self.path)} is closed")
        return self._writer

    def _checkpoint_error(self, path: Path, error: OSError | JobError) -> JobError:
        line = why_not_written(path, error) if isinstance(error, OSError) else str(error)
        self.checkpoint_trouble = line
        return JobError(line)

    def _on_write(self) -> None:
        """Follow up a write, on the writer's thread."""
        idle = self._background is None or not self._background.is_alive()
        if idle and self._journal.appended - self._mark > CHECKPOINT_AFTER and not self._closed:
            self._mark = self._journal.appended  # after a failure it waits for as much again
            self._background = threading.Thread(
                target=self._checkpoint_in_background, name="hardcase-checkpoint", daemon=True
            )
            self._background.start()
        if self.on_saved is not None:
            self.on_saved()

    def _checkpoint_in_background(self) -> None:
        try:
            self.checkpoint()
        except JobError:
            return  # it is in `checkpoint_trouble`, and closing tries again
        give_back()


def _storage(path: Path) -> JobStorage:
    return cast("JobStorage", TinyDB(path, storage=JobStorage).storage)


def _no_keys() -> dict[str, set[int]]:
    return {table.value: set() for table in Table}


def _documents(
    seq: int, job: str, tables: Tables, others: Mapping[str, Mapping[str, Mapping[str, object]]]
) -> Mapping[str, Mapping[Any, Mapping[str, object]]]:
    """Return what TinyDB is to find in the job file."""
    ours = {table.value: RowDocuments(rows) for table, rows in tables.items()}
    return {STORE_TABLE: {1: Meta(seq, job).to_json()}, **ours, **others}


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise JobError(f"{shown(path)} exists already: open it, or give another name")
    journal = journal_path(path)
    if journal.exists():
        raise JobError(f"{shown(journal)} of an earlier job is in the way: move it away")


def _lock_if_free(path: Path) -> tuple[WriterLock | None, str | None]:
    try:
        return WriterLock(path), None
    except Busy as busy:
        return None, str(busy)


def _load_migrated(storage: JobStorage, *, writable: bool) -> Loaded:
    """Load a job; one of an older version is first rewritten in today's, if it may be."""
    loaded = load(storage, writable=writable)
    old = min(loaded.checkpoint.meta.schema, loaded.journal.schema)
    if not writable or old == SCHEMA or loaded.damage is not None:
        return loaded
    journal, checkpoint = loaded.journal, loaded.checkpoint
    job = checkpoint.meta.job
    try:
        kept = read_changes(journal.path, job, checkpoint.meta.seq)
        lines = [encode_change(decode_change(line, journal.schema)) for line in kept]
        storage.write(_documents(loaded.last_seq, job, checkpoint.tables, checkpoint.others))
        rewrite(journal.path, job, lines)
    except OSError as error:
        raise JobError(why_not_written(storage.path, error)) from error
    finally:
        journal.close()
    return load(storage, writable=writable)
