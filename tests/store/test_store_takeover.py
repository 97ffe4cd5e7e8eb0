"""A checkpoint takes the lines of unchanged rows from the old file, and is right all the same."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, change, put, sample, state

from hardcase.model.changes import Edit, Table
from hardcase.model.rows import to_json
from hardcase.store import JobStore, checkpoint
from hardcase.store.journal import journal_path

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.model.job import Sample


def alter(store: JobStore, row: Sample) -> None:
    store.commit(change(store, put(store, Table.SAMPLES, row)))


def in_file(path: Path) -> dict[int, object]:
    return {int(k): row for k, row in json.loads(path.read_bytes())["samples"].items()}


def in_memory(store: JobStore) -> dict[int, object]:
    return {k: to_json(row) for k, row in store.tables[Table.SAMPLES].items()}


def test_added_altered_and_removed_rows_are_written_and_the_rest_taken_over(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_samples(store, 1, 2, 3, 4)
    store.checkpoint()

    def never(tables: object) -> object:
        raise AssertionError("the job file was written in full")

    monkeypatch.setattr(checkpoint, "write_documents", never)
    alter(store, sample(2, hard=True))
    store.commit(change(store, Edit(Table.SAMPLES, 3, sample(3), None)))
    add_samples(store, 9)
    store.checkpoint()
    assert in_file(store.path) == in_memory(store)
    store.checkpoint()
    assert in_file(store.path) == in_memory(store)


def test_rows_altered_by_the_replay_after_a_crash_are_not_taken_over(
    store: JobStore, tmp_path: Path
) -> None:
    add_samples(store, 1, 2)
    store.checkpoint()
    alter(store, sample(2, hard=True))
    store.flush()
    crashed = tmp_path / "crashed.json"
    shutil.copy(store.path, crashed)
    shutil.copy(journal_path(store.path), journal_path(crashed))
    JobStore.open(crashed).close()
    assert in_file(crashed) == in_memory(store)


def test_a_file_that_was_edited_meanwhile_is_not_taken_over(store: JobStore) -> None:
    add_samples(store, 1, 2)
    store.checkpoint()
    store.path.write_text(store.path.read_text().replace("images/", "elsewhere/"))
    alter(store, sample(2, hard=True))
    store.checkpoint()
    assert in_file(store.path) == in_memory(store)


def test_rows_are_taken_over_from_a_job_that_was_opened_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1, 2)
    monkeypatch.setattr(checkpoint, "write_documents", None)
    with JobStore.open(path) as store:
        alter(store, sample(1, hard=True))
        expected = state(store)
    with JobStore.open(path) as store:
        assert state(store) == expected
