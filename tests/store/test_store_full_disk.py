"""A disk that takes no more: nothing acknowledged is lost, and saving goes on once it does."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, change, put, sample, state

from hardcase.errors import JobError
from hardcase.model.changes import Table
from hardcase.store import JobStore, jobstore
from hardcase.store.files import temporary
from hardcase.store.journal import journal_path

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: a write there is cut short, the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    """Make an os function fail until the patch is undone."""

    def failing(*args: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, name, failing)


def reader_of(path: Path) -> JobStore:
    return JobStore.open(path, read_only=True)


@pytest.fixture
def store(path: Path) -> Iterator[JobStore]:
    """A job with one saved change."""
    store = JobStore.create(path)
    add_samples(store, 1)
    store.flush()
    yield store
    store.close()


def test_a_full_disk_stops_commits_until_a_retry_works(store: JobStore) -> None:
    size = journal_path(store.path).stat().st_size
    with files_at_most(size + 100):
        add_samples(store, 2, 3)
        with pytest.raises(JobError, match="disk is full: free some space"):
            store.flush()
        assert journal_path(store.path).stat().st_size == size, "half a line was left"
        assert store.saved_seq == 1
        assert "disk is full" in store.trouble
        with pytest.raises(JobError, match="disk is full"):
            add_samples(store, 4)
        assert store.last_seq == 2, "what was refused is not applied"
        assert not store.retry()
        assert reader_of(store.path).last_seq == 1
    assert store.retry()
    assert (store.trouble, store.saved_seq) == (None, 2)
    add_samples(store, 4)
    store.flush()
    assert state(reader_of(store.path)) == state(store)


def test_history_and_undo_know_what_could_not_be_saved(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "fsync", errno.EIO)
    made = add_samples(store, 2)
    with pytest.raises(JobError, match="check the disk"):
        store.flush()
    assert next(store.history()) == store.undo_target() == made
    monkeypatch.undo()
    assert store.retry()


@pytest.mark.parametrize("function", ["pwrite", "fsync"])
def test_an_error_of_the_disk_is_told_and_survived(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    told = threading.Event()
    store.on_saved = lambda: told.set() if store.trouble else None
    refuse(monkeypatch, function, errno.EIO)
    add_samples(store, 2)
    assert told.wait(60)
    monkeypatch.undo()
    assert store.retry()
    assert state(reader_of(store.path)) == state(store)


def test_half_a_line_that_cannot_be_cut_off_now_is_cut_off_later(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = journal_path(store.path).stat().st_size
    refuse(monkeypatch, "ftruncate", errno.EIO)
    with files_at_most(size + 50):
        add_samples(store, 2)
        with pytest.raises(JobError):
            store.flush()
        assert journal_path(store.path).stat().st_size == size + 50
        assert reader_of(store.path).last_seq == 1
    monkeypatch.undo()
    assert store.retry()
    assert state(reader_of(store.path)) == state(store)


def test_closing_on_a_full_disk_says_so_and_keeps_what_was_saved(path: Path) -> None:
    store = JobStore.create(path)
    add_samples(store, 1)
    store.flush()
    with files_at_most(journal_path(path).stat().st_size + 10):
        add_samples(store, 2)
        with pytest.raises(JobError, match="disk is full"):
            store.close()
    with JobStore.open(path) as again:
        assert not again.read_only
        assert again.tables[Table.SAMPLES] == {1: sample(1)}


def test_a_job_file_that_cannot_be_rewritten_stays_and_the_journal_goes_on(
    store: JobStore,
) -> None:
    before = store.path.read_bytes()
    with files_at_most(len(before) + 10):
        with pytest.raises(JobError, match=r"hardcase\.json cannot grow"):
            store.checkpoint()
        assert store.path.read_bytes() == before
        assert not temporary(store.path).exists()
        assert store.trouble is None, "changes do reach the disk"
        assert "hardcase.json cannot grow" in store.checkpoint_trouble
    add_samples(store, 2)
    store.flush()
    assert state(reader_of(store.path)) == state(store)
    store.checkpoint()
    assert store.checkpoint_trouble is None
    assert state(reader_of(store.path)) == state(store)


@pytest.mark.parametrize("function", ["fsync", "pwrite"])
def test_a_failed_checkpoint_forgets_no_changed_row(
    path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1, 2)
        store.checkpoint()
        store.commit(change(store, put(store, Table.SAMPLES, sample(1, hard=True))))
        store.flush()
        with monkeypatch.context() as patch:
            refuse(patch, function, errno.ENOSPC)
            with pytest.raises(JobError):
                store.checkpoint()
        store.commit(change(store, put(store, Table.SAMPLES, sample(2, hard=True))))
        expected = state(store)
    journal_path(path).unlink()
    with JobStore.open(path) as store:
        assert state(store) == expected


def test_a_failed_rename_of_the_shorter_journal_keeps_the_longer_one(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobstore, "KEEP", 1)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    for key in range(2, 9):
        add_samples(store, key)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == journal_path(store.path):
            raise OSError(errno.EIO, "Input/output error")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(JobError, match="journal cannot be written"):
            store.checkpoint()
    add_samples(store, 20)
    store.flush()
    assert [c.seq for c in reader_of(store.path).history()] == list(range(9, 0, -1))
    store.checkpoint()
    assert [c.seq for c in reader_of(store.path).history()] == [9]
    assert state(reader_of(store.path)) == state(store)


def test_a_new_job_on_a_full_disk_leaves_nothing(path: Path) -> None:
    with files_at_most(20), pytest.raises(JobError, match="disk is full"):
        JobStore.create(path)
    assert list(path.parent.iterdir()) == []


def fill(store: JobStore) -> None:
    while True:
        add_samples(store, *range(50))
        store.flush()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        store = JobStore.create(tmp_path / "hardcase.json")
        with pytest.raises(JobError, match="disk is full"):
            fill(store)
        acknowledged = store.saved_seq
        assert acknowledged > 5
        with pytest.raises(JobError, match="disk is full"):
            store.close()
        (tmp_path / "hardcase.json.lock").write_text("")
        again = reader_of(store.path)
        assert again.last_seq == acknowledged
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)
