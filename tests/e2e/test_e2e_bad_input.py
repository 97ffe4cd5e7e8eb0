"""Whatever a user gets wrong: one clear line, the right status, nothing lost."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from e2e_world import paint_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

PRE_LABEL = ("--mode", "pre-label", "--model")


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of a job's files, its lock excepted."""
    found = folder.glob("hardcase.json*")
    return {p.name: p.read_bytes() for p in found if not p.name.endswith(".lock")}


def test_a_missing_model(job, tmp_path, hardcase):
    before = files(job)
    done = hardcase("autolabel", job, *PRE_LABEL, tmp_path / "none.onnx")
    assert done.status == 1
    assert "no model at" in done.error
    assert files(job) == before


def test_a_folder_without_images(tmp_path, hardcase):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no picture")
    for argv in (("init", "empty", "--task", "detection"), ("empty",), ("open", "empty")):
        done = hardcase(*argv, cwd=tmp_path)
        assert done.status == 1
        assert "image" in done.error
        assert not done.out
    assert files(tmp_path / "empty") == {}


def test_a_folder_of_images_without_a_job(pictures, hardcase):
    done = hardcase(pictures)
    assert done.status == 1
    assert f"hardcase init {pictures}" in done.error


def test_a_path_that_is_not_there(tmp_path, hardcase):
    for argv in ((tmp_path / "none",), ("list", tmp_path / "none")):
        done = hardcase(*argv)
        assert done.status == 1
        assert "none" in done.error


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b'{"samples": {"1": {"path": "a.jpg"}}}',
        b'{"store": {"1": {"format": "hardcase", "schema": 999, "seq": 1, "job": "x"}}}',
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"[" * 100_000,
    ],
    ids=["empty", "object", "list", "not ours", "newer", "picture", "deep"],
)
def test_a_job_file_that_is_not_ours(content, job, hardcase):
    (job / "hardcase.json").write_bytes(content)
    before = files(job)
    for command in (("list",), ("check",), ("confirm", "--all")):
        done = hardcase(command[0], job, *command[1:])
        assert done.status == 1
        assert "hardcase.json" in done.error
        assert not done.out
    assert files(job) == before


def test_a_read_only_disk(disk, hardcase, state):
    room = disk("4m")
    folder = paint_pictures(room.path / "job")
    paint_pictures(room.path / "bare")
    hardcase("init", folder, "--task", "classification", "--labels", "cat")
    hardcase("label", folder, "cat", "1")
    before = state(folder)
    room.make_read_only()
    done = hardcase("label", folder, "cat", "2")
    assert done.status == 1
    assert "read-only" in done.error
    assert hardcase("init", room.path / "bare", "--task", "detection").status == 1
    assert hardcase("check", folder).status == 0
    assert state(folder) == before


def test_an_export_to_a_place_that_cannot_be_made(job, hardcase):
    done = hardcase("export", job, "/proc/none/out.csv", "--format", "csv")
    assert done.status == 1
    assert "/proc/none" in done.error


def test_a_full_disk(disk, hardcase, state, tmp_path):
    room = disk("2m")
    folder = paint_pictures(room.path / "job", 40)
    argv = ("init", folder, "--task", "classification", "--labels", "cat,dog")
    assert hardcase(*argv).status == 0
    assert hardcase("label", folder, "cat", "1").status == 0
    before = state(folder)
    ballast = room.fill()
    done = hardcase("label", folder, "dog", "--all")
    assert done.status == 1
    assert "disk is full" in done.error
    assert not done.out
    assert state(folder) == before

    done = hardcase("export", folder, room.path / "out.csv", "--format", "csv")
    assert done.status == 1
    assert "out.csv" in done.error
    assert not (room.path / "out.csv").exists()

    ballast.unlink()
    assert hardcase("label", folder, "dog", "--all").status == 0
    assert {a["label"] for s in state(folder) for a in s["annotations"]} == {"dog"}
    assert hardcase("check", folder).status == 0


def test_no_room_for_a_new_job(disk, hardcase):
    room = disk("1m")
    folder = paint_pictures(room.path / "job", 40)
    room.fill()
    done = hardcase("init", folder, "--task", "detection")
    assert done.status == 1
    assert "free some space" in done.error
    assert not (folder / "hardcase.json").exists()


@contextmanager
def held(job: Path) -> Iterator[int]:
    """Let another process have the job open; the value is its id."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom hardcase.session import LabelingSession\n"
        "with LabelingSession.open(Path(sys.argv[1])):\n    print(flush=True)\n    input()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(job)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder.pid
        holder.communicate("\n", timeout=60)


def test_a_job_that_is_open_elsewhere(job, hardcase, state):
    before = state(job)
    with held(job) as pid:
        for command in (("confirm", "--all"), ("mark-hard", "1"), ("sync",), ("undo",)):
            done = hardcase(command[0], job, *command[1:])
            assert done.status == 1
            assert "read-only" in done.error
            assert str(pid) in done.error
        assert state(job) == before
    assert hardcase("mark-hard", job, "1").status == 0
