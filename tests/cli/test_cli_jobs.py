"""init, stats and log."""

from __future__ import annotations

import json

import pytest


def test_init_makes_a_job_of_a_folder(folder, cli):
    made = cli("init", folder, "--task", "detection", "--labels", "cat, dog", "--json").record
    assert made == {
        "job": str(folder / "hardcase.json"),
        "root": str(folder),
        "name": "pictures",
        "task": "detection",
        "labels": ["cat", "dog"],
        "samples": 6,
    }
    assert cli("stats", folder, "--json").record["total"] == 6
    assert cli("stats", folder / "hardcase.json", "--json").record["total"] == 6


def test_init_says_what_it_made(folder, cli):
    result = cli("init", folder, "--task", "detection", "--labels", "cat")
    where = folder / "hardcase.json"
    assert result.out == f"made {where}: detection, 6 images, 1 label\n"


def test_init_and_sync_tell_what_they_skipped(folder, cli):
    (folder / "loop.png").symlink_to("loop.png")
    made = cli("init", folder, "--task", "detection", "--json")
    assert made.record["samples"] == 6
    assert made.error.startswith("hardcase: skipped 1 that cannot be read: first loop.png")
    assert "first loop.png" in cli("sync", folder).error
    (folder / "loop.png").unlink()
    assert cli("sync", folder).err == ""


def test_init_takes_labels_from_a_file_and_a_job_file_elsewhere(folder, tmp_path, cli):
    names = tmp_path / "names.txt"
    names.write_bytes(b"\xef\xbb\xbfcat\r\n\r\n traffic light \nd\xc3\xb6g\n")
    job = tmp_path / "elsewhere.json"
    argv = ("init", folder, "--task", "detection", "--labels-file", names, "--job", job)
    made = cli(*argv, "--name", "Streets", "--json").record
    assert made["labels"] == ["cat", "traffic light", "dög"]
    assert made["job"] == str(job)
    assert made["name"] == "Streets"
    assert not (folder / "hardcase.json").exists()
    assert cli("list", job, "--json").records[0]["path"] == "blue/0.png"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00cat", b"x" * (1 << 20) + b"x"])
def test_init_refuses_a_file_of_labels_that_is_none(data, folder, tmp_path, cli):
    names = tmp_path / "names.txt"
    names.write_bytes(data)
    result = cli("init", folder, "--task", "detection", "--labels-file", names)
    assert result.status == 2
    assert str(names) in result.error
    assert not (folder / "hardcase.json").exists()


def test_init_leaves_an_existing_job_alone(job, cli):
    before = (job / "hardcase.json").read_bytes()
    result = cli("init", job, "--task", "detection")
    assert result.status == 1
    assert "exists already" in result.error
    assert (job / "hardcase.json").read_bytes() == before


def test_stats_count_by_status_and_label(boxes, cli):
    cli("mark-hard", boxes, "red/0.png")
    assert cli("stats", boxes, "--json").record == {
        "total": 6,
        "unlabeled": 4,
        "labeled": 2,
        "to_be_confirmed": 0,
        "hard": 1,
        "labels": {"cat": 1, "dog": 2},
    }
    shown = cli("stats", boxes).out.splitlines()
    assert shown[0] == "pictures (detection)"
    assert ["labeled", "2"] in [line.split() for line in shown]
    assert ["dog", "2"] in [line.split() for line in shown]


def test_the_log_lists_changes_newest_first(job, cli):
    cli("label", job, "red", "red/0.png", "red/1.png")
    cli("undo", job)
    undo, label, create = cli("log", job, "--json").records
    assert (undo["kind"], undo["target"], undo["samples"]) == ("undo", label["seq"], 2)
    assert (label["kind"], label["target"], label["samples"]) == ("edit", None, 2)
    assert create["kind"] == "record"
    assert set(undo) == {"seq", "when", "who", "title", "kind", "target", "samples"}
    assert cli("log", job, "--limit", "1", "--json").records == [undo]
    assert label["title"] in cli("log", job).out


def test_the_log_leaves_out_what_was_only_recorded_unless_asked(job, model, cli):
    cli("label", job, "red", "red/0.png")
    cli("autolabel", job, "--model", model)
    titles = [line.split("  ")[-1].strip() for line in cli("log", job).out.splitlines()]
    assert titles == ["what", "auto label 5 samples with colours#1", "label red/0.png red"]
    newest = cli("log", job, "--limit", "2").out.splitlines()
    assert [line.split("  ")[-1].strip() for line in newest] == titles[:3]
    everything = cli("log", job, "--all").out
    assert "colours#1: 5 of 5" in everything
    assert len(everything.splitlines()) - 1 == len(cli("log", job, "--json").records)


def test_a_job_that_is_not_there_is_told_with_the_way_to_make_one(tmp_path, cli):
    result = cli("stats", tmp_path)
    assert result.status == 1
    assert "hardcase init" in result.error


def test_commands_leave_no_trace_in_a_job_they_only_read(job, cli):
    before = {p.name: p.read_bytes() for p in job.iterdir() if p.is_file()}
    for command in ("stats", "list", "log", "check"):
        assert cli(command, job).status == 0
    assert {p.name: p.read_bytes() for p in job.iterdir() if p.is_file()} == before


def test_the_list_of_jobs_follows_what_commands_do(job, cli):
    assert json.loads(cli("open", "--json").out)["labeled"] == 0
    cli("label", job, "red", "red/0.png")
    (listed,) = cli("open", "--json").records
    assert (listed["job"], listed["labeled"]) == (str(job / "hardcase.json"), 1)


def test_where_there_is_no_job_those_right_below_are_named(job, tmp_path, cli):
    error = cli("stats", job.parent).error
    assert f"there are jobs right below: {job}" in error
    assert "init" not in error
    (tmp_path / "empty").mkdir()
    assert "hardcase init" in cli("stats", tmp_path / "empty").error
