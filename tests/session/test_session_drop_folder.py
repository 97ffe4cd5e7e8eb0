"""A drop folder: what is new, what is still being written, what is none of ours."""

from __future__ import annotations

import hashlib
import os

import pytest
from collect_world import Clock

from hardcase.errors import JobError, UsageError
from hardcase.session.collecting import drop_folder
from hardcase.session.collecting.drop_folder import (
    OLD_SECONDS,
    SETTLED_SECONDS,
    ChangedError,
    DropFolder,
    Dropped,
    require_apart,
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "drop"
    path.mkdir()
    return path


@pytest.fixture
def steady():
    return Clock(100.0)


@pytest.fixture
def drop(folder, steady):
    """A drop folder at the very moment at which its files were written."""
    return DropFolder(folder, wall=lambda: folder.stat().st_ctime, steady=steady)


def names(found):
    return [dropped.path for dropped in found]


def test_a_file_is_ready_once_it_did_not_change_for_a_while(folder, drop, steady):
    (folder / "a.jpg").write_bytes(b"abc")
    assert names(drop.poll()) == []
    assert drop.waiting == 1
    steady.seconds += SETTLED_SECONDS - 0.1
    assert names(drop.poll()) == []
    steady.seconds += 0.1
    assert names(drop.poll()) == ["a.jpg"]
    assert drop.waiting == 0


def test_a_file_that_grows_waits_on(folder, drop, steady):
    for size in range(1, 5):
        (folder / "a.jpg").write_bytes(b"x" * size)
        assert names(drop.poll()) == []
        steady.seconds += SETTLED_SECONDS
    assert names(drop.poll()) == ["a.jpg"]


def test_a_file_that_is_written_over_in_place_with_its_old_time_waits_on(folder, drop, steady):
    path = folder / "a.jpg"
    path.write_bytes(b"abc")
    os.utime(path, (5, 5))
    drop.poll()
    steady.seconds += SETTLED_SECONDS
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:  # the clock of the file system ticks every few ms
        path.write_bytes(b"abd")
        os.utime(path, (5, 5))
    assert names(drop.poll()) == []


def test_a_file_of_long_ago_is_ready_at_once(folder, steady):
    (folder / "a.jpg").write_bytes(b"abc")
    later = (folder / "a.jpg").stat().st_ctime + OLD_SECONDS + 0.001
    assert names(DropFolder(folder, wall=lambda: later, steady=steady).poll()) == ["a.jpg"]


def test_known_files_are_not_reported_until_they_change(folder, steady):
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    (folder / "a.jpg").write_bytes(b"abc")
    (found,) = drop.poll()
    drop.know([found.key])
    assert drop.poll() == []
    (folder / "a.jpg").write_bytes(b"abcd")
    assert names(drop.poll()) == ["a.jpg"]


def test_links_hidden_files_and_other_files_are_passed_by(folder, tmp_path, steady):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jpg").write_bytes(b"x")
    (folder / "link.jpg").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    (folder / ".hidden.jpg").write_bytes(b"x")
    (folder / "half.jpg.part").write_bytes(b"x")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "a.jpg").write_bytes(b"abc")
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    assert names(drop.poll()) == ["a.jpg"]
    assert drop.links == 1


def test_the_hash_is_of_the_content(folder, steady):
    (folder / "a.jpg").write_bytes(b"abc" * 1_000_000)
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    (found,) = drop.poll()
    assert drop.sha256(found) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()


def test_what_became_another_file_is_not_read(folder, tmp_path, steady):
    path = folder / "a.jpg"
    path.write_bytes(b"abc")
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    (found,) = drop.poll()
    path.write_bytes(b"abcd")
    with pytest.raises(ChangedError):
        drop.sha256(found)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        drop.sha256(found)


def test_too_large_a_file_is_not_read(folder, steady, monkeypatch):
    monkeypatch.setattr(drop_folder, "MAX_FILE_BYTES", 2)
    (folder / "a.jpg").write_bytes(b"abc")
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    (found,) = drop.poll()
    assert drop.sha256(found) == ""


def test_only_the_file_that_was_listed_is_removed(folder, steady):
    path = folder / "a.jpg"
    path.write_bytes(b"abc")
    drop = DropFolder(folder, wall=lambda: 1e12, steady=steady)
    (found,) = drop.poll()
    drop.remove(Dropped(found.path, found.size, found.mtime_ns - 1, 0))
    assert path.exists()
    drop.remove(found)
    assert not path.exists()
    drop.remove(found)


def test_the_folder_lies_apart_from_that_of_the_job(tmp_path):
    job = tmp_path / "all" / "job"
    (job / "sub").mkdir(parents=True)
    (tmp_path / "drop").mkdir()
    (tmp_path / "alias").symlink_to(job)
    require_apart(tmp_path / "drop", job)
    for wrong, told in [
        (job, "is the folder of the job"),
        (tmp_path / "alias", "is the folder of the job"),
        (job / "sub", "inside"),
        (tmp_path / "all", "holds"),
    ]:
        with pytest.raises(UsageError, match=told):
            require_apart(wrong, job)
    with pytest.raises(JobError, match="is no folder"):
        require_apart(tmp_path / "nowhere", job)
