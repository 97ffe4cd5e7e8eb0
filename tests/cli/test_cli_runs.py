"""runs: what models labeled, and removing what one made."""

from __future__ import annotations

import pytest


@pytest.fixture
def labeled(job, model, cli):
    maps = ("--map", "blue=", "--threshold-of", "red=0.4", "--filter", "name:red,green,blue")
    cli("autolabel", job, "--model", model, *maps)
    return job


def test_runs_are_listed_newest_first(labeled, model, cli):
    cli("autolabel", labeled, "--model", model, "--filter", "name:blue", "--effort", "quick")
    newest, first = cli("runs", labeled, "--json").records
    assert (newest["run"], newest["annotations"], newest["done"], newest["failed"]) == (2, 2, 2, 0)
    assert (first["kind"], first["model"], first["state"]) == ("pre-label", "colours", "completed")
    assert first["settings"]["map"] == {"blue": ""}
    assert len(first["sha256"]) == 64
    assert first["seconds"] > 0


def test_people_see_a_table(labeled, cli):
    cli("confirm", labeled, "red/0.png")
    cli("label", labeled, "blue", "red/1.png")
    out = cli("runs", labeled).out
    header, row = out.splitlines()
    assert header.split()[:5] == ["run", "kind", "model", "hash", "state"]
    assert "completed" in row
    assert "blue=, red from 0.4" in row
    record = cli("runs", labeled, "--json").record
    assert (record["annotations"], record["confirmed"], record["corrected"]) == (3, 1, 1)


def test_a_job_without_runs_says_how_to_start_one(job, cli):
    result = cli("runs", job)
    assert (result.status, result.out) == (0, "")
    assert "hardcase autolabel" in result.error


def test_what_a_run_made_is_removed_and_comes_back_with_undo(labeled, cli):
    cli("confirm", labeled, "red/0.png")
    before = cli("list", labeled, "--json").out
    result = cli("runs", labeled, "--remove", "colours#1")
    removed, stay = result.out.splitlines()
    assert removed == "colours#1: removed 3 annotations on 5 samples"
    assert stay == "1 annotation stays: 1 confirmed"
    assert cli("stats", labeled, "--json").record["labels"] == {"red": 1, "green": 0, "blue": 0}
    cli("undo", labeled)
    assert cli("list", labeled, "--json").out == before


def test_removal_as_json(labeled, cli):
    done = cli("runs", labeled, "--remove", "1", "--json").record
    assert done.pop("seq") > 1
    assert done == {
        "run": 1,
        "removed": 4,
        "samples": 6,
        "confirmed": 0,
        "altered": 0,
        "title": "remove what colours#1 made on 6 samples",
    }
    again = cli("runs", labeled, "--remove", "#1", "--json").record
    assert (again["removed"], again["seq"], again["title"]) == (0, None, None)


@pytest.mark.parametrize(
    ("run", "message"), [("7", "there is no run 7"), ("x", "write its number, such as 3")]
)
def test_a_run_that_is_none_is_wrong_use(run, message, labeled, cli):
    result = cli("runs", labeled, "--remove", run)
    assert result.status == 2
    assert message in result.err
