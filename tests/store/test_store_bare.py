"""Records that the job file holds: the journal keeps that they were, and drops their edits."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, change, put, sample, state
from tinydb import TinyDB

from hardcase.errors import JobError
from hardcase.model.changes import Kind, Table
from hardcase.model.job import Run
from hardcase.store import JobStore
from hardcase.store.checkpoint import JobStorage
from hardcase.store.journal import journal_path
from hardcase.store.lines import decode_change, decode_line, encode_change

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.model.changes import Change


@pytest.fixture(autouse=True)
def _short_journals_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)


def record(store: JobStore, *keys: int, hard: bool = True) -> Change:
    rows = [put(store, Table.SAMPLES, sample(key, hard=hard)) for key in keys]
    made = change(store, put(store, Table.RUNS, Run(1, "pre-label", "m")), *rows, kind=Kind.RECORD)
    store.commit(made)
    return made


def without_counts(path: Path) -> None:
    """Rewrite the journal as versions wrote it that did not count the samples of records."""
    lines = []
    for raw in journal_path(path).read_bytes().splitlines(keepends=True):
        line = decode_line(raw)
        line.header.pop("samples", None)
        body = json.dumps(line.header, separators=(",", ":")).encode() + b"\t" + line.edits
        lines.append(b"%08x\t%s\n" % (zlib.crc32(body), body))
    journal_path(path).write_bytes(b"".join(lines))


def test_a_checkpoint_leaves_of_records_only_what_the_log_tells(store: JobStore) -> None:
    edit = add_samples(store, 1, 2)
    made = record(store, *range(3, 90))
    store.checkpoint()
    bare, kept = store.history()
    assert (bare.seq, bare.when, bare.who, bare.title) == (2, made.when, made.who, made.title)
    assert (bare.kind, bare.edits, bare.samples) == (Kind.RECORD, (), 87)
    assert kept == store.undo_target() == edit
    assert journal_path(store.path).stat().st_size < 2000


def test_the_job_and_its_history_are_the_same_after_opening_again(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1)
        record(store, *range(2, 90))
        store.checkpoint()
        last = add_samples(store, 100)
        record(store, 2, 3, hard=False)
        expected, history = state(store), list(store.history())
        assert [c.forgotten for c in history] == [None, None, 88, None]
    with JobStore.open(path) as store:
        assert state(store) == expected
        assert [c.samples for c in store.history()] == [c.samples for c in history]
        assert store.undo_target() == last


def test_what_the_job_file_lacks_keeps_its_edits(store: JobStore) -> None:
    record(store, *range(1, 90))
    store.checkpoint()
    newer = record(store, *range(1, 90), hard=False)
    store.flush()
    store._journal.compact(upto=0, keep=1000, held=1)
    newest = next(store.history())
    assert [edit.after for edit in newest.edits] == [edit.after for edit in newer.edits]
    assert state(JobStore.open(store.path, read_only=True)) == state(store)


def test_records_of_versions_that_did_not_count_are_counted_then(path: Path) -> None:
    store = JobStore.create(path)
    record(store, *range(1, 90))
    store.flush()
    store._journal.close()  # as a killed process leaves it
    store._writer_lock.release()
    without_counts(path)
    with JobStore.open(path) as store:
        store.checkpoint()
        assert [(c.edits, c.samples) for c in store.history()] == [((), 89)]


def test_an_older_job_file_is_refused_and_not_taken_for_what_the_records_said(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1)
        store.checkpoint()
        old = path.read_bytes()
        add_samples(store, 2)
        record(store, *range(3, 90))
    path.write_bytes(old)
    with pytest.raises(JobError, match="older than its journal"):
        JobStore.open(path)
    with pytest.raises(JobError, match="older than its journal"):
        TinyDB(path, storage=JobStorage).tables()


def test_a_record_that_was_damaged_since_stays_for_the_check_to_find(store: JobStore) -> None:
    record(store, *range(1, 50))
    record(store, *range(1, 90), hard=False)
    store.flush()
    journal = journal_path(store.path)
    with journal.open("r+b") as file:
        file.seek(store._journal._offsets[0] + 400)
        file.write(b"~")
    store.checkpoint()
    history = store.history()
    assert next(history).samples == 89
    with pytest.raises(JobError, match=r"change 1 in .* is damaged"):
        next(history)


def test_a_bare_record_stays_bare_when_it_is_written_again(store: JobStore) -> None:
    record(store, *range(1, 90))
    store.checkpoint()
    (bare,) = store.history()
    assert decode_change(decode_line(encode_change(bare)), 1) == bare


def test_appending_goes_on_in_the_shorter_journal(path: Path) -> None:
    with JobStore.create(path) as store:
        for turn in range(6):
            record(store, *range(1, 90), hard=bool(turn % 2))
            add_samples(store, 100 + turn)
            store.checkpoint()
            add_samples(store, 200 + turn)
        assert [c.seq for c in store.history()] == list(range(18, 0, -1))
        expected = state(store)
    with JobStore.open(path, read_only=True) as store:
        assert state(store) == expected
        assert [c.seq for c in store.history()] == list(range(18, 0, -1))


def test_a_record_made_while_the_job_file_is_written_keeps_its_edits(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = store._storage.update

    def update_meanwhile(*args: object) -> None:
        update(*args)
        record(store, *range(1, 9), hard=False)
        store.flush()

    record(store, *range(1, 90))
    with monkeypatch.context() as patch:
        patch.setattr(store._storage, "update", update_meanwhile)
        store.checkpoint()
    assert [len(c.edits) for c in store.history()] == [9, 0]
    assert state(JobStore.open(store.path, read_only=True)) == state(store)
