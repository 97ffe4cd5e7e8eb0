from __future__ import annotations

import json
import random
import shutil
import threading
from typing import TYPE_CHECKING

import pytest
from store_model import (
    Model,
    add_samples,
    annotation,
    as_kept,
    change,
    next_change,
    put,
    sample,
    state,
)
from tinydb import TinyDB, where

from hardcase.errors import JobError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Prediction
from hardcase.model.rows import to_json
from hardcase.store import JobStorage, JobStore

if TYPE_CHECKING:
    from pathlib import Path


def crash_copy(path: Path, to: Path) -> Path:
    """The files as a crash right now would leave them."""
    to.mkdir()
    for file in path.parent.glob("hardcase.json*"):
        shutil.copy(file, to)
    return to / path.name


def test_a_new_job_is_empty_and_opens_again(path: Path) -> None:
    with JobStore.create(path) as store:
        assert (store.last_seq, store.saved_seq, store.read_only) == (0, 0, False)
    with JobStore.open(path) as store:
        assert state(store) == {table: {} for table in Table}
        assert (store.undo_target(), store.redo_target(), list(store.history())) == (None, None, [])


def test_a_commit_is_seen_at_once_and_durable_after_flush(store: JobStore, tmp_path: Path) -> None:
    add_samples(store, 1, 2)
    assert store.tables[Table.SAMPLES] == {1: sample(1), 2: sample(2)}
    store.flush()
    assert store.saved_seq == store.last_seq == 1
    with JobStore.open(crash_copy(store.path, tmp_path / "crash")) as again:
        assert state(again) == state(store)
        assert again.last_seq == 1


def test_after_a_clean_close_plain_tinydb_reads_the_job(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 3, 7)
    with TinyDB(path) as database:
        documents = database.table("samples").all()
        assert {d.doc_id: dict(d) for d in documents} == {
            3: to_json(sample(3)),
            7: to_json(sample(7)),
        }
        assert database.table("samples").get(where("path") == "images/000007.jpg").doc_id == 7
        assert database.table("store").get(doc_id=1)["seq"] == 1


def test_a_file_that_plain_tinydb_rewrote_opens_with_what_it_wrote(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1, 2)
    with TinyDB(path) as database:
        database.table("samples").update({"hard": True}, doc_ids=[2])
        database.table("notes").insert({"mine": "keep"})
    with JobStore.open(path) as store:
        assert store.tables[Table.SAMPLES] == {1: sample(1), 2: sample(2, hard=True)}
        add_samples(store, 5)
    with TinyDB(path) as database:
        assert database.table("notes").all() == [{"mine": "keep"}]
        assert len(database.table("samples")) == 3


def test_our_storage_shows_tinydb_what_is_only_in_the_journal(store: JobStore) -> None:
    add_samples(store, 1, 2)
    store.checkpoint()
    add_samples(store, 3)
    store.commit(change(store, Edit(Table.SAMPLES, 1, store.tables[Table.SAMPLES][1], None)))
    store.flush()
    with TinyDB(store.path) as plain, TinyDB(store.path, storage=JobStorage) as ours:
        assert {d.doc_id for d in plain.table("samples")} == {1, 2}
        assert {d.doc_id for d in ours.table("samples")} == {2, 3}
        assert ours.table("store").get(doc_id=1)["seq"] == 3


def test_the_job_file_has_one_row_a_line(store: JobStore) -> None:
    add_samples(store, 1, 2)
    store.checkpoint()
    rows = [line for line in store.path.read_text().splitlines() if line.startswith('"2"')]
    assert rows == [f'"2": {json.dumps(to_json(sample(2)), separators=(",", ":"))}']


def test_seq_must_follow_and_a_refused_commit_changes_nothing(store: JobStore) -> None:
    made = add_samples(store, 1)
    before = state(store)
    with pytest.raises(ValueError, match="cannot follow"):
        store.commit(made)
    assert state(store) == before
    assert store.last_seq == 1


def test_history_is_newest_first_lazy_and_survives_reopening(path: Path) -> None:
    model = Model()
    with JobStore.create(path) as store:
        for _ in range(30):
            made = next_change(model)
            model.commit(made)
            store.commit(made)
        unsaved_and_saved = [as_kept(c) for c in store.history()]
        assert unsaved_and_saved == [as_kept(c) for c in reversed(model.changes)]
        store.flush()
        assert list(store.history(5)) == [as_kept(c) for c in model.changes[:-6:-1]]
        newest = store.history()
        next(newest)
        add_samples(store, 1)
        assert next(newest).seq == 29
    with JobStore.open(path) as store:
        assert [c.seq for c in store.history()] == list(range(31, 0, -1))


def test_records_keep_no_row_before(store: JobStore) -> None:
    for run in (1, 2):
        row = put(store, Table.PREDICTIONS, Prediction(1, run))
        store.commit(change(store, row, kind=Kind.RECORD))
    store.flush()
    assert next(store.history()).edits == (Edit(Table.PREDICTIONS, 1, None, Prediction(1, 2)),)


def test_on_saved_is_told_once_changes_are_durable(store: JobStore) -> None:
    told = threading.Event()
    store.on_saved = lambda: told.set() if store.saved_seq == 1 else None
    add_samples(store, 1)
    assert told.wait(60)


def test_a_listener_that_fails_does_not_stop_the_saving(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = []
    monkeypatch.setattr(threading, "excepthook", reported.append)
    store.on_saved = lambda: 1 / 0
    add_samples(store, 1)
    store.flush()
    add_samples(store, 2)
    store.flush()
    assert reported[0].exc_type is ZeroDivisionError


def test_a_closed_job_refuses_commits_and_closes_again_quietly(path: Path) -> None:
    store = JobStore.create(path)
    store.close()
    store.close()
    with pytest.raises(JobError, match="is closed"):
        add_samples(store, 1)


def test_closing_without_changes_leaves_the_job_file_alone(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1)
    before = path.stat().st_ino
    with JobStore.open(path):
        pass
    assert path.stat().st_ino == before


def test_a_row_that_json_cannot_hold_is_reported_and_what_came_before_is_saved(path: Path) -> None:
    store = JobStore.create(path)
    first = add_samples(store, 1)
    store.commit(change(store, put(store, Table.SAMPLES, sample(2, extra={"x": object()}))))
    with pytest.raises(JobError, match="change 2 cannot be saved"):
        store.flush()
    assert store.saved_seq == first.seq
    with pytest.raises(JobError, match="change 2"):
        store.close()
    with JobStore.open(path) as again:
        assert again.tables[Table.SAMPLES] == {1: sample(1)}


def test_predictions_share_the_annotations_of_their_sample(path: Path) -> None:
    with JobStore.create(path) as store:
        row = sample(2, annotations=(annotation(random.Random(2)),))
        store.commit(
            change(
                store,
                put(store, Table.SAMPLES, row),
                put(store, Table.PREDICTIONS, Prediction(2, 1, row.annotations)),
                put(store, Table.PREDICTIONS, Prediction(3, 1, row.annotations)),
            )
        )
    with JobStore.open(path) as store:
        mine = store.tables[Table.SAMPLES][2].annotations
        assert mine
        assert store.tables[Table.PREDICTIONS][2].annotations is mine
        assert store.tables[Table.PREDICTIONS][3].annotations == mine
