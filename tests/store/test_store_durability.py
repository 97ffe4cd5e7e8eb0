"""In what order things reach the disk: what a power cut tests and a kill cannot."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, change, put, sample, state
from tinydb import TinyDB

from hardcase.errors import JobError
from hardcase.model.changes import Kind, Table
from hardcase.model.job import Prediction
from hardcase.store import JobStore, jobstore
from hardcase.store.journal import journal_path

if TYPE_CHECKING:
    from collections.abc import Callable


def poll(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def name_of(fd: int) -> str:
    return Path(f"/proc/self/fd/{fd}").readlink().name


class SlowDisk:
    """An fsync of the journal that waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.waiting, self.go = threading.Event(), threading.Event()
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self)

    def __call__(self, fd: int) -> None:
        if name_of(fd) != "hardcase.json.journal":
            self._fsync(fd)
            return
        self.calls += 1
        self.waiting.set()
        assert self.go.wait(60)
        self._fsync(fd)


def test_nothing_is_called_saved_before_the_disk_has_it(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    add_samples(store, 1)
    assert disk.waiting.wait(60)
    assert store.saved_seq == 0
    disk.go.set()
    store.flush()
    assert store.saved_seq == 1


def test_changes_that_come_while_the_disk_is_busy_share_one_fsync(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    add_samples(store, 0)
    assert disk.waiting.wait(60)
    for key in range(1, 50):
        add_samples(store, key)
    disk.go.set()
    store.flush()
    assert disk.calls == 2
    assert JobStore.open(store.path, read_only=True).last_seq == 50


def test_the_caller_does_not_wait_for_a_busy_disk(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    add_samples(store, 0)
    assert disk.waiting.wait(60)
    made = add_samples(store, 1)
    assert store.tables[Table.SAMPLES] == {0: sample(0), 1: sample(1)}
    assert store.undo_target() == made
    assert [c.seq for c in store.history()] == [2, 1]
    disk.go.set()


@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
def test_what_no_longer_is_at_its_path_is_not_called_saved(tmp_path: Path, how: str) -> None:
    folder, away = tmp_path / "job", tmp_path / "away"
    folder.mkdir()
    store = JobStore.create(folder / "hardcase.json")
    add_samples(store, 1)
    store.flush()
    if how == "removed":
        shutil.rmtree(folder)
    else:
        folder.rename(away)
    if how == "replaced":
        shutil.copytree(away, folder)
    add_samples(store, 2)
    with pytest.raises(JobError, match="the job's folder was moved or removed"):
        store.flush()
    assert store.saved_seq == 1
    assert not store.retry()
    with pytest.raises(JobError, match="moved or removed"):
        add_samples(store, 3)
    with pytest.raises(JobError, match="moved or removed"):
        store.close()


def test_a_folder_that_was_put_back_takes_what_waited(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    with JobStore.create(folder / "hardcase.json") as store:
        folder.rename(tmp_path / "away")
        add_samples(store, 1)
        poll(lambda: store.trouble is not None)
        (tmp_path / "away").rename(folder)
        assert store.retry()
        assert (store.saved_seq, store.trouble) == (1, None)
        add_samples(store, 2)
    with JobStore.open(folder / "hardcase.json") as store:
        assert store.tables[Table.SAMPLES] == {1: sample(1), 2: sample(2)}
        assert [c.seq for c in store.history()] == [2, 1]


def test_a_file_is_durable_before_it_takes_its_place_and_its_name_after(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_samples(store, 1)
    store.flush()
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(fd: int) -> None:
        events.append(f"fsync {name_of(fd)}")
        fsync(fd)

    def noted_replace(self: Path, target: Path) -> Path:
        events.append(f"{self.name} -> {Path(target).name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    monkeypatch.setattr(jobstore, "KEEP", 0)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    store.checkpoint()
    folder = store.path.parent.name
    assert events == [
        "fsync hardcase.json.tmp",
        "hardcase.json.tmp -> hardcase.json",
        f"fsync {folder}",
        "fsync hardcase.json.journal.tmp",
        "hardcase.json.journal.tmp -> hardcase.json.journal",
        f"fsync {folder}",
    ]


def test_the_job_file_never_holds_what_the_journal_does_not(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.path.read_bytes()
    disk = SlowDisk(monkeypatch)
    add_samples(store, 1)
    checkpoint = threading.Thread(target=store.checkpoint)
    checkpoint.start()
    assert disk.waiting.wait(60)
    checkpoint.join(0.2)
    assert store.path.read_bytes() == before
    disk.go.set()
    checkpoint.join(60)
    assert store.path.read_bytes() != before


def test_a_grown_journal_is_brought_into_the_job_file_in_the_background(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobstore, "CHECKPOINT_AFTER", 20_000)
    before = store.path.stat().st_size
    while store.path.stat().st_size == before:
        add_samples(store, *range(20))
        store.flush()
        assert store.last_seq < 2000, "no checkpoint came"
    poll(lambda: not store._background.is_alive())
    with TinyDB(store.path) as plain:
        assert len(plain.table("samples")) == 20
    assert state(JobStore.open(store.path, read_only=True)) == state(store)


def test_the_journal_keeps_the_newest_thousand_changes_and_not_all(path: Path) -> None:
    count = jobstore.KEEP * 2 + 500
    with JobStore.create(path) as store:
        for number in range(count):
            row = sample(1, annotations=(), hard=bool(number % 2))
            store.commit(change(store, put(store, Table.SAMPLES, row)))
        store.flush()
        size = journal_path(path).stat().st_size
        store.checkpoint()
        assert journal_path(path).stat().st_size < size / 2
        assert store.undo_target().seq == count
    with JobStore.open(path) as store:
        kept = [c.seq for c in store.history()]
        assert kept == list(range(count, count - jobstore.KEEP, -1))
        assert store.undo_target().seq == count
        add_samples(store, 5)
        assert store.last_seq == count + 1


def test_the_progress_of_a_long_run_does_not_push_edits_out_of_undo(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobstore, "KEEP", 3)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    with JobStore.create(path) as store:
        edits = []
        for number in range(300):
            row = sample(1, annotations=(), hard=bool(number % 2))
            store.commit(change(store, put(store, Table.SAMPLES, row)))
            edits.append(store.last_seq)
        for n in range(50):
            row = put(store, Table.PREDICTIONS, Prediction(1, n))
            store.commit(change(store, row, kind=Kind.RECORD))
    with JobStore.open(path) as store:
        assert [c.seq for c in store.history()][-1] == edits[-3]
        assert store.undo_target().seq == edits[-1]


@pytest.mark.parametrize("keep", [jobstore.KEEP, 2])
def test_a_checkpoint_leaves_what_can_be_undone_and_redone(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    monkeypatch.setattr(jobstore, "KEEP", keep)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    made = [add_samples(store, key) for key in range(9)]
    undone = made.pop()
    undo = change(store, *undone.inverted_edits(), kind=Kind.UNDO, target=undone.seq)
    store.commit(undo)
    store.checkpoint()
    assert len(list(store.history())) == (10 if keep > 10 else 4)
    assert (store.undo_target(), store.redo_target()) == (made[-1], undone)
    store.commit(change(store, *undone.edits, kind=Kind.REDO, target=undone.seq))
    store.checkpoint()
    assert (store.undo_target(), store.redo_target()) == (undone, None)


def test_a_job_file_that_somebody_rewrote_meanwhile_is_written_in_full(store: JobStore) -> None:
    add_samples(store, 1, 2)
    store.checkpoint()
    with TinyDB(store.path) as plain:
        plain.drop_table("samples")
    add_samples(store, 3)
    store.checkpoint()
    with TinyDB(store.path) as plain:
        assert {d.doc_id for d in plain.table("samples")} == {1, 2, 3}
