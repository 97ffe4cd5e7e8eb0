"""Copies into the job's folder: whole or not at all, over nothing, nowhere else."""

from __future__ import annotations

import hashlib
import os

import pytest

from hardcase.errors import JobError
from hardcase.session.collecting import copying
from hardcase.session.collecting.copying import clear_incoming, copy_in
from hardcase.session.collecting.drop_folder import ChangedError, Dropped


@pytest.fixture
def world(tmp_path):
    """Drop folder, job folder, and a function that drops and copies in."""
    drop, root = tmp_path / "drop", tmp_path / "job"
    drop.mkdir()
    root.mkdir()

    def put(name: str, content: bytes, *, taken=(), sha256: str | None = None):
        path = drop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(10**18, 10**18))
        status = path.stat()
        dropped = Dropped(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        digest = sha256 or hashlib.sha256(content).hexdigest()
        return copy_in(drop, dropped, digest, root, set(taken).__contains__)

    return drop, root, put


def files(root):
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if not p.is_dir())


def test_a_copy_keeps_path_content_and_time(world):
    drop, root, put = world
    assert put("cam/1.jpg", b"abc") == ("collected/cam/1.jpg", True)
    copy = root / "collected" / "cam" / "1.jpg"
    assert copy.read_bytes() == b"abc"
    assert copy.stat().st_mtime_ns == 10**18
    assert (drop / "cam" / "1.jpg").exists()
    assert files(root) == ["collected/cam/1.jpg"]


def test_another_file_of_that_name_is_not_written_over(world):
    _, root, put = world
    put("1.jpg", b"first")
    assert put("1.jpg", b"second") == ("collected/1-2.jpg", True)
    assert put("1.jpg", b"third") == ("collected/1-3.jpg", True)
    assert (root / "collected" / "1.jpg").read_bytes() == b"first"


def test_a_file_with_that_content_that_is_no_sample_is_used(world):
    *_, put = world
    put("1.jpg", b"abc")
    assert put("1.jpg", b"abc") == ("collected/1.jpg", False)
    assert put("1.jpg", b"abc", taken=["collected/1.jpg"]) == ("collected/1-2.jpg", True)
    assert put("1.jpg", b"abc", taken=["collected/1.jpg"]) == ("collected/1-2.jpg", False)


def test_a_name_that_would_drive_a_terminal_is_made_printable(world):
    _, root, put = world
    path, _ = put("a\x1b[31m\n.jpg", b"abc")
    assert path.isprintable()
    assert (root / path).read_bytes() == b"abc"


def test_dangling_links_and_folders_in_the_way_are_left_alone(world, tmp_path):
    _, root, put = world
    (root / "collected" / "2.jpg").mkdir(parents=True)
    (root / "collected" / "1.jpg").symlink_to(tmp_path / "outside.jpg")
    assert put("1.jpg", b"abc") == ("collected/1-2.jpg", True)
    assert put("2.jpg", b"abc") == ("collected/2-2.jpg", True)
    assert not (tmp_path / "outside.jpg").exists()


@pytest.mark.parametrize("link", ["collected", "collected/sub", "collected/.incoming"])
def test_a_link_does_not_lead_out_of_the_folder(world, tmp_path, link):
    _, root, put = world
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(outside)
    with pytest.raises(JobError, match="is a link"):
        put("sub/1.jpg", b"abc")
    assert files(outside) == []
    (outside / "kept").write_bytes(b"x")
    clear_incoming(root)
    assert files(outside) == ["kept"]


def test_a_file_where_the_folder_should_be_is_one_line(world):
    _, root, put = world
    (root / "collected").write_bytes(b"x")
    with pytest.raises(JobError, match="no folder"):
        put("1.jpg", b"abc")


def test_content_that_changed_is_not_taken(world):
    _, root, put = world
    with pytest.raises(ChangedError):
        put("1.jpg", b"abc", sha256="0" * 64)
    assert files(root) == []


def test_half_copies_of_a_killed_call_are_cleared(world):
    _, root, put = world
    put("1.jpg", b"abc")
    (root / "collected" / ".incoming" / "half").write_bytes(b"a")
    clear_incoming(root)
    assert files(root) == ["collected/1.jpg"]


def test_without_hard_links_copies_are_put_all_the_same(world, monkeypatch):
    _, root, put = world

    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(copying.os, "link", refused)
    assert put("1.jpg", b"abc") == ("collected/1.jpg", True)
    assert put("1.jpg", b"abd") == ("collected/1-2.jpg", True)
    assert files(root) == ["collected/1-2.jpg", "collected/1.jpg"]
