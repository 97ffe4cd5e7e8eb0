from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, change, put, sample, state

from hardcase.errors import JobError, ReadOnlyError
from hardcase.model.changes import Table
from hardcase.store import JobStore, jobstore, load
from hardcase.store.lock import lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN = """
import sys
from pathlib import Path
from hardcase.store import JobStore
store = JobStore.open(Path(sys.argv[1]))
print(store.read_only, flush=True)
sys.stdin.readline()
store.close()
"""


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def opener(path: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, str(path)], stdin=pipe, stdout=pipe, text=True
    )


def test_of_two_processes_opening_at_once_one_writes(path: Path) -> None:
    JobStore.create(path).close()
    children = [opener(path) for _ in range(4)]
    answers = [child.stdout.readline().strip() for child in children]
    for child in children:
        child.communicate("\n")
    assert sorted(answers) == ["False", "True", "True", "True"]
    with JobStore.open(path) as store:
        assert not store.read_only


def test_a_second_opener_reads_and_is_told_who_writes(path: Path) -> None:
    JobStore.create(path).close()
    with opener(path) as child:
        assert child.stdout.readline() == "False\n"
        before = snapshot(path.parent)
        with JobStore.open(path) as store:
            assert store.read_only
            assert store.read_only_reason.startswith(f"open in process {child.pid} on ")
            with pytest.raises(ReadOnlyError, match=f"open in process {child.pid}"):
                add_samples(store, 1)
            with pytest.raises(ReadOnlyError):
                store.checkpoint()
            assert store.tables[Table.SAMPLES] == {}
        assert snapshot(path.parent) == before
        child.communicate("\n")
    with JobStore.open(path) as store:
        assert not store.read_only, "the first one has closed"


def test_a_reader_sees_what_the_writer_has_saved(store: JobStore) -> None:
    add_samples(store, 1)
    store.flush()
    reader = JobStore.open(store.path)
    assert reader.read_only
    assert state(reader) == state(store)
    assert [c.seq for c in reader.history()] == [1]
    assert reader.undo_target().seq == 1
    reader.flush()
    assert (reader.saved_seq, reader.trouble, reader.retry()) == (1, None, True)
    reader.close()


def test_a_reader_keeps_its_history_when_the_writer_shortens_the_journal(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobstore, "KEEP", 1)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    for key in range(5):
        add_samples(store, key)
    store.flush()
    reader = JobStore.open(store.path)
    store.checkpoint()
    assert [c.seq for c in store.history()] == [5]
    assert [c.seq for c in reader.history()] == [5, 4, 3, 2, 1]


def test_a_reader_that_meets_a_checkpoint_between_both_files_looks_again(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobstore, "KEEP", 1)
    monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
    for key in range(5):
        add_samples(store, key)
    store.flush()
    replay, met = load._replay, []

    def late(*args: object, **options: object) -> object:
        if not met:
            met.append(True)
            store.checkpoint()
        return replay(*args, **options)

    monkeypatch.setattr(load, "_replay", late)
    assert state(JobStore.open(store.path)) == state(store)


def test_what_a_dead_process_left_in_the_lock_is_harmless(path: Path) -> None:
    JobStore.create(path).close()
    lock_path(path).write_text("process 1 on elsewhere, and much more text than there will be")
    with JobStore.open(path) as store:
        assert not store.read_only
        assert lock_path(path).read_text().startswith(f"process {os.getpid()} on ")
        assert "elsewhere" not in lock_path(path).read_text()


def test_reading_on_request_writes_nothing_and_locks_nobody_out(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1)
    lock_path(path).unlink()
    before = snapshot(path.parent)
    reader = JobStore.open(path, read_only=True)
    assert (reader.read_only, reader.read_only_reason) == (True, "opened for reading")
    assert snapshot(path.parent) == before
    with JobStore.open(path) as writer:
        assert not writer.read_only
    reader.close()


def test_a_process_that_forgets_to_close_still_ends_and_lets_go(path: Path) -> None:
    JobStore.create(path).close()
    code = OPEN.replace("sys.stdin.readline()\nstore.close()", "")
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=60)
    with JobStore.open(path) as store:
        assert not store.read_only


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may write anywhere, so for a while we are somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_opened_for_reading(request) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "hardcase.json"
        with JobStore.create(path) as store:
            store.commit(change(store, put(store, Table.SAMPLES, sample(1))))
        folder.chmod(0o555)
        before = snapshot(folder)
        try:
            request.getfixturevalue("nobody")
            with JobStore.open(path) as store:
                assert store.read_only
                assert store.read_only_reason == f"the folder {folder} may not be written"
                assert store.tables[Table.SAMPLES] == {1: sample(1)}
            with pytest.raises(JobError, match="cannot be made: the folder"):
                JobStore.create(folder / "other.json")
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            folder.chmod(0o755)
        assert snapshot(folder) == before
