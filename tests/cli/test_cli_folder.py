"""sync and delete: the job and the files in its folder."""

from __future__ import annotations

import io
import os
import shutil
import sys

import pytest
from cli_pictures import paint

from hardcase.cli import folder as command


def test_sync_takes_in_new_images_and_notices_removed_ones(job, cli):
    unchanged = cli("sync", job, "--json").record
    assert unchanged == {
        **dict.fromkeys(("new", "missing", "back", "moved", "replaced", "chosen", "left_out"), 0),
        "unread": [],
    }
    cli("label", job, "red", "red/0.png")
    (job / "red" / "0.png").rename(job / "away.hidden")
    paint(job / "new" / "9.png", (9, 9, 9))
    assert cli("sync", job).out == "1 new, 1 missing\n"
    (job / "away.hidden").rename(job / "red" / "0.png")
    assert cli("sync", job).out == "1 back\n"
    stats = cli("stats", job, "--json").record
    assert (stats["total"], stats["labeled"]) == (7, 1)
    assert cli("sync", job).out == "nothing new among 7 images\n"


def test_a_labeled_image_is_known_again_by_its_content_once_sync_has_read_it(job, cli):
    cli("label", job, "red", "red/0.png")
    cli("sync", job)
    shutil.copy(job / "red" / "0.png", job / "elsewhere.png")
    (job / "red" / "0.png").unlink()
    assert cli("sync", job).out == "1 moved\n"
    record = cli("list", job, "--filter", "name:elsewhere", "--json").record
    assert record["annotations"][0]["label"] == "red"
    assert cli("undo", job).out == "undo: sync: 1 moved\n"


def test_a_quick_sync_reads_no_file(job, cli, monkeypatch):
    monkeypatch.setattr(command.contents, "read", lambda *_: pytest.fail("a file was read"))
    cli("label", job, "red", "red/0.png")
    assert cli("sync", job, "--quick").status == 0


def test_deleted_samples_stay_out_until_asked_for_again(job, cli):
    deleted = cli("delete", job, "red/0.png", "--json").record
    assert deleted == {
        "changed": 1,
        "seq": 2,
        "title": "delete red/0.png",
        "files": 0,
        "problems": [],
    }
    assert (job / "red" / "0.png").exists()
    assert cli("sync", job).out == (
        "nothing new among 6 images · left out, deleted from the job: 1\n"
    )
    assert cli("sync", job, "--deleted").out == "1 new · deleted before: 1\n"


def test_deleting_by_a_filter_is_one_change_that_undo_takes_back(job, cli):
    cli("label", job, "red", "--filter", "name:red")
    said = cli("delete", job, "--filter", "label:red").out
    assert said == "deleted 2 samples from the job; the files stay, sync leaves them out\n"
    assert cli("stats", job, "--json").record["total"] == 4
    cli("undo", job)
    assert cli("stats", job, "--json").record["labeled"] == 2


def test_files_are_removed_only_after_a_second_yes(job, cli, monkeypatch):
    target = job / "red" / "0.png"
    refused = cli("delete", job, "red/0.png", "--files")
    assert refused.status == 2
    assert "say so with --yes" in refused.error
    monkeypatch.setattr(command, "is_terminal", lambda _stream: True)
    for answer in ("\n", "n\n", "yes please\n", ""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        assert cli("delete", job, "red/0.png", "--files").status == 2
        assert target.exists()
    assert cli("stats", job, "--json").record["total"] == 6
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    said = cli("delete", job, "red/0.png", "--files").out
    assert said == "deleted 1 sample from the job; removed 1 file for good\n"
    assert not target.exists()


def test_yes_without_files_is_wrong_use(job, cli):
    assert cli("delete", job, "red/0.png", "--yes").status == 2


def test_what_could_not_be_removed_is_told(job, cli):
    inner = job / "red" / "1.png"
    inner.unlink()
    inner.mkdir()
    result = cli("delete", job, "--filter", "name:red", "--files", "--yes", "--json")
    assert result.status == 1
    assert result.record["files"] == 1
    assert result.record["problems"] == ["red/1.png (no plain file)"]
    assert "not removed: red/1.png (no plain file)" in result.err


def test_a_name_that_is_no_text_is_told_by_init_sync_and_check(folder, cli):
    (folder / os.fsdecode(b"bad_\xff.jpg")).write_bytes(b"")
    words = "1 file left out: its name is not valid text (bad_\ufffd.jpg)"
    assert words in cli("init", folder, "--task", "classification").err
    assert words in cli("sync", folder).out
    result = cli("check", folder)
    assert result.status == 1
    assert words in result.out
