"""confirm, reject, label, mark-hard, unmark-hard, undo and redo."""

from __future__ import annotations

import pytest

from hardcase.cli.opening import reading
from hardcase.session import LabelingSession


@pytest.fixture
def waiting(job, model, cli):
    """The job of six pictures, auto labeled: all of them wait to be confirmed."""
    done = cli("autolabel", job, "--mode", "pre-label", "--model", model, "--json")
    assert done.record["to_be_confirmed"] == 6
    return job


@pytest.fixture
def counts(cli):
    def of(job):
        stats = cli("stats", job, "--json").record
        return stats["unlabeled"], stats["to_be_confirmed"], stats["labeled"]

    return of


def test_confirm_moves_samples_to_labeled(waiting, cli, counts):
    result = cli("confirm", waiting, "1", "red/0.png")
    assert result.out == "confirmed 2 samples\n"
    assert counts(waiting) == (0, 4, 2)
    record = cli("list", waiting, "--tab", "labeled", "--json").records[0]
    assert record["labeled_by"] == "human"
    assert record["annotations"][0]["by"] == "colours#1"


def test_confirm_takes_all_that_pass_a_filter(waiting, cli, counts):
    done = cli("confirm", waiting, "--filter", "-label:red", "--json").record
    assert done["changed"] == 4
    assert counts(waiting) == (0, 2, 4)
    assert cli("log", waiting, "--limit", "1", "--json").record["seq"] == done["seq"]


def test_confirm_takes_all(waiting, cli, counts):
    assert cli("confirm", waiting, "--all", "--json").record["changed"] == 6
    assert counts(waiting) == (0, 0, 6)


def test_what_needed_no_change_is_told(waiting, cli):
    cli("confirm", waiting, "1", "2")
    assert cli("confirm", waiting, "--all").out == (
        "confirmed 4 samples; 2 others needed no change\n"
    )
    nothing = {"changed": 0, "seq": None, "title": None}
    assert cli("confirm", waiting, "--all", "--json").record == nothing


def test_reject_makes_samples_unlabeled_again(waiting, cli, counts):
    assert cli("reject", waiting, "--filter", "label:red").out == "rejected 2 samples\n"
    assert counts(waiting) == (2, 4, 0)


def test_label_sets_one_label(job, cli):
    assert cli("label", job, "green", "red/0.png").out == "labeled 1 sample\n"
    record = cli("list", job, "--tab", "labeled", "--json").record
    assert [a["label"] for a in record["annotations"]] == ["green"]


def test_label_refuses_a_label_the_job_lacks(job, cli, counts):
    result = cli("label", job, "violet", "1")
    assert result.status == 2
    assert "violet" in result.error
    assert counts(job) == (6, 0, 0)


def test_label_is_for_classification(boxes, cli):
    result = cli("label", boxes, "cat", "1")
    assert result.status == 2
    assert "detection" in result.error


def test_the_hard_mark_comes_and_goes_in_any_status(waiting, cli):
    cli("confirm", waiting, "1")
    cli("unmark-hard", waiting, "--all")
    assert cli("mark-hard", waiting, "1", "2").out == "marked hard: 2 samples\n"
    assert cli("stats", waiting, "--json").record["hard"] == 2
    assert cli("unmark-hard", waiting, "1").out == "unmarked: 1 sample\n"
    assert cli("stats", waiting, "--json").record["hard"] == 1


def test_a_bulk_command_is_one_undo(waiting, cli, counts):
    cli("confirm", waiting, "--all")
    assert cli("undo", waiting).out == "undo: confirm 6 samples\n"
    assert counts(waiting) == (0, 6, 0)
    assert cli("redo", waiting, "--json").record["changed"] == 6
    assert counts(waiting) == (0, 0, 6)


def test_nothing_to_undo_or_redo_is_no_failure(job, cli):
    for command in ("undo", "redo"):
        result = cli(command, job)
        assert (result.status, result.out) == (0, f"nothing to {command}\n")
        assert cli(command, job, "--json").record["changed"] == 0


@pytest.mark.parametrize("chosen", [(), ("1", "--all"), ("--filter", "hard", "--all")])
def test_which_samples_is_said_in_exactly_one_way(chosen, job, cli):
    result = cli("confirm", job, *chosen)
    assert result.status == 2
    assert "--filter" in result.error


@pytest.mark.parametrize("sample", ["99", "red/9.png", "../outside.png", "", "-1", "1e3"])
def test_a_sample_that_is_not_there_changes_nothing(sample, waiting, cli, counts):
    result = cli("confirm", waiting, "1", "--", sample)
    assert result.status == 2
    assert result.error.startswith("hardcase: ")
    assert counts(waiting) == (0, 6, 0)


def test_a_sample_named_twice_is_changed_once(waiting, cli):
    assert cli("confirm", waiting, "1", "1", "blue/0.png").out == "confirmed 1 sample\n"


def test_paths_of_the_shell_work_too(waiting, cli, monkeypatch):
    monkeypatch.chdir(waiting / "red")
    assert cli("confirm", waiting, "0.png").status == 0
    assert cli("confirm", "..", waiting / "red" / "1.png").status == 0


def test_a_job_open_elsewhere_is_left_alone(waiting, cli, counts):
    with LabelingSession.open(waiting):
        for command in ("confirm", "reject", "mark-hard"):
            result = cli(command, waiting, "--all")
            assert result.status == 1
            assert "read-only" in result.error
            assert not result.out
        assert cli("undo", waiting).status == 1
        assert cli("confirm", waiting, "--filter", "name:nothing").status == 1
        assert counts(waiting) == (0, 6, 0)
    assert cli("confirm", waiting, "--all").status == 0


def test_looking_at_a_job_keeps_nobody_from_changing_it(job):
    with reading(job) as looking, LabelingSession.open(job) as changing:
        assert looking.read_only
        assert not changing.read_only
