"""Finding the images of folders that are not in order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hardcase.errors import JobError
from hardcase.session.folder import scan
from hardcase.session.folder.scan import find_images


@pytest.fixture
def folder(tmp_path):
    for path in ("a.jpg", "shut/b.jpg", "z/c.jpg"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    return tmp_path


def shut(monkeypatch, path):
    """Let nobody list a folder; the superuser, who may run this, minds no permissions."""
    really = os.scandir

    def scandir(where):
        if Path(where) == path:
            raise PermissionError(13, "Permission denied", str(path))
        return really(where)

    monkeypatch.setattr(scan.os, "scandir", scandir)


def test_a_link_in_circles_is_passed_by_and_told(folder, caplog):
    (folder / "loop.jpg").symlink_to("loop.jpg")
    assert find_images(folder) == ["a.jpg", "shut/b.jpg", "z/c.jpg"]
    assert "skipped 1 that cannot be read: first loop.jpg (Too many levels" in caplog.text


def test_a_folder_that_cannot_be_read_is_passed_by_and_told(folder, caplog, monkeypatch):
    shut(monkeypatch, folder / "shut")
    assert find_images(folder) == ["a.jpg", "z/c.jpg"]
    assert "first shut (Permission denied)" in caplog.text


def test_a_root_that_cannot_be_read_is_an_error(folder, monkeypatch):
    shut(monkeypatch, folder)
    with pytest.raises(JobError, match="Permission denied"):
        find_images(folder)


def test_nothing_is_told_of_a_folder_in_order(folder, caplog):
    assert len(find_images(folder)) == 3
    assert not caplog.records


def bad(folder: Path, name: bytes = b"bad_\xff.jpg") -> None:
    (Path(folder) / os.fsdecode(name)).write_bytes(b"")


def test_a_name_that_is_no_text_is_left_out_and_told(folder, caplog):
    bad(folder)
    words = "1 file left out: its name is not valid text (bad_\ufffd.jpg)"
    listing = scan.list_images(folder)
    assert listing.paths == ["a.jpg", "shut/b.jpg", "z/c.jpg"]
    assert listing.nameless == words
    assert scan.look_through(folder).nameless == words
    assert words in caplog.text


def test_only_images_and_folders_count_among_names_that_are_no_text(folder):
    bad(folder, b"notes_\xff.txt")
    assert not scan.list_images(folder).nameless
    (folder / os.fsdecode(b"shots_\xff")).mkdir()
    bad(folder / "z", b"\xfe.png")
    assert scan.list_images(folder).nameless.startswith("2 files left out: their names are not")
