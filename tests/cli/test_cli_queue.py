"""Runs that wait, go on and are given up, by command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from cli_pictures import COLOURS, paint

from hardcase.model.job import RunState
from hardcase.session import LabelingSession
from hardcase.session.autolabel.runs import RunRequest, prepare


@pytest.fixture
def own(model, tmp_path):
    """A copy of the model that a test may alter."""
    copy = tmp_path / "own" / "colours.onnx"
    copy.parent.mkdir()
    for suffix in (".onnx", ".yaml"):
        shutil.copy(model.with_suffix(suffix), copy.with_suffix(suffix))
    return copy


def queue(cli, job, model, *more):
    return cli("autolabel", job, "--model", model, "--queue", *more, "--json").record


def states(cli, job):
    return {r["run"]: r["state"] for r in cli("runs", job, "--json").records}


def break_off(job, model, **more):
    """Leave a run at work in the job file, with some of it done, as a crash does."""
    with LabelingSession.open(job) as session:
        prepared = prepare(RunRequest(model, **more))
        active = session.begin_run(prepared)
        chunk = next(active.chunks())
        session.record(replace(chunk, predictions=chunk.predictions[:2]))
        active.cancel()
    return active.run.id


def test_a_run_waits_until_it_is_started(job, own, cli):
    said = cli("autolabel", job, "--model", own, "--queue")
    assert said.out == "colours#1 waits; start it with: hardcase runs JOB --start\n"
    assert cli("stats", job, "--json").record["unlabeled"] == 6
    assert states(cli, job) == {1: "queued"}
    started = cli("runs", job, "--start", "--json").record
    assert (started["run"], started["state"], started["to_be_confirmed"]) == (1, "completed", 6)
    assert "no run waits" in cli("runs", job, "--start").error


def test_runs_start_in_their_order_and_one_may_be_put_first(job, own, cli):
    for name in ("red", "green", "blue"):
        queue(cli, job, own, "--filter", f"name:{name}/")
    assert cli("runs", job, "--next", "3", "--json").record == {"run": 3, "state": "queued"}
    assert [r["place"] for r in cli("runs", job, "--json").records] == [1, 3, 2]
    assert "queued 1" in cli("runs", job).out.splitlines()[1]
    started = cli("runs", job, "--start", "--json").records
    assert [run["run"] for run in started] == [3, 1, 2]
    assert {r["place"] for r in cli("runs", job, "--json").records} == {None}
    assert [run["to_be_confirmed"] for run in started] == [2, 2, 2]


def test_what_keeps_a_queued_run_from_starting_is_told_and_the_next_one_runs(job, own, cli):
    queue(cli, job, own)
    other = own.with_name("other.onnx")
    for suffix in (".onnx", ".yaml"):
        shutil.copy(own.with_suffix(suffix), other.with_suffix(suffix))
    queue(cli, job, other, "--filter", "name:red")
    own.write_bytes(own.read_bytes() + b"\0")
    result = cli("runs", job, "--start", "--json")
    assert result.status == 1
    assert "colours.onnx is not what colours#1 was asked for with" in result.error
    assert result.record["run"] == 2
    assert states(cli, job) == {2: "completed", 1: "failed"}


def test_a_queued_run_of_what_changed_that_finds_nothing_is_through(job, own, cli):
    cli("autolabel", job, "--model", own)
    paint(job / "new.png", COLOURS["red"])
    cli("sync", job)
    queue(cli, job, own, "--changed")
    (job / "new.png").unlink()
    cli("sync", job)
    result = cli("runs", job, "--start", "--json")
    assert (result.status, result.record["state"], result.record["done"]) == (0, "completed", 0)


def test_the_same_run_waits_only_once(job, own, cli):
    queue(cli, job, own)
    again = cli("autolabel", job, "--model", own, "--queue")
    assert again.status == 2
    assert again.error.endswith("the same waits already: colours#1")


def test_a_queued_run_is_removed(job, own, cli):
    queue(cli, job, own)
    assert cli("runs", job, "--end", "1").out == "colours#1 is gone\n"
    assert cli("runs", job, "--json").out == ""
    assert cli("runs", job, "--next", "1").status == 2


def test_a_run_that_broke_off_goes_on_by_its_number_with_the_profile_it_had(job, own, cli):
    break_off(job, own)
    own.with_suffix(".yaml").write_text("task: nothing\n")
    (problem,) = cli("check", job, "--json").record["problems"]
    assert "hardcase runs JOB --resume 1" in problem["problem"]
    result = cli("runs", job, "--resume", "1", "--json").record
    assert (result["run"], result["done"], result["to_be_confirmed"]) == (1, 6, 6)
    assert cli("runs", job, "--resume", "1").error.endswith("there is nothing to go on with")


def test_a_run_that_broke_off_is_given_up_and_no_problem_any_more(job, own, cli):
    break_off(job, own)
    assert "hardcase runs JOB --end 1" in cli("check", job).out
    assert cli("runs", job, "--end", "1", "--json").record == {"run": 1, "state": "cancelled"}
    assert cli("check", job).status == 0
    assert cli("runs", job, "--end", "1").error.endswith("has ended already: it is cancelled")


def test_a_run_whose_model_is_gone_says_where_it_was(job, own, cli):
    break_off(job, own)
    own.unlink()
    error = cli("runs", job, "--resume", "1").error
    assert f"no model at {own}" in error


@pytest.mark.parametrize(
    "damage",
    [
        {"files": {}},
        {"files": {"model": 3}},
        {"settings": {}},
        {"settings": {"threshold": "x"}},
        {"settings": {"samples": "9-1-4"}},
        {"settings": {"samples": "1-99999999999"}},
        {"settings": {"profile": {"task": "no"}}},
    ],
)
def test_a_job_file_that_does_not_say_how_to_go_on_is_told(job, own, cli, damage):
    break_off(job, own)
    file = job / "hardcase.json"
    data = json.loads(file.read_text())
    (row,) = data["runs"].values()
    for field, values in damage.items():
        row[field] = row[field] | values if values and field == "settings" else values
    file.write_text(json.dumps(data))
    result = cli("runs", job, "--resume", "1")
    assert result.status == 2
    assert result.error.endswith("does not say how to go on with colours#1: start it anew")


def test_a_selection_of_samples_is_run_and_nothing_else(job, own, cli):
    cli("autolabel", job, "--model", own, "--filter", "name:red")
    result = cli("autolabel", job, "red/0.png", "green/1.png", "--model", own, "--json").record
    assert (result["total"], result["to_be_confirmed"]) == (2, 2)
    made = {s["path"]: s["labeled_by"] for s in cli("list", job, "--json").records}
    assert [p for p, by in made.items() if by == "colours#2"] == ["green/1.png", "red/0.png"]
    assert "a selection" in cli("runs", job).out.splitlines()[1]
    assert cli("autolabel", job, "nowhere.png", "--model", own).status == 2


def test_a_queued_selection_survives(job, own, cli):
    cli("autolabel", job, "5", "2", "--model", own, "--queue")
    assert cli("runs", job, "--start", "--json").record["total"] == 2
    ids = [s["id"] for s in cli("list", job, "--filter", "by:auto", "--json").records]
    assert sorted(ids) == [2, 5]


def test_hard_examples_are_counted_as_stats_counts_them(job, own, cli):
    for n in range(2):
        paint(job / f"grey{n}.png", (100, 100, 100))
    cli("sync", job)
    said = cli("autolabel", job, "--model", own, "--threshold", "0.9").out.splitlines()[0]
    counted = cli("stats", job, "--json").record
    assert (counted["unlabeled"], counted["hard"]) == (2, 2)
    assert said.endswith("6 samples to be confirmed, 2 hard examples, 2 of them without a label")
    again = cli("autolabel", job, "--model", own, "--threshold", "0.8", "--json").record
    assert (again["to_be_confirmed"], again["hard"]) == (0, 2)


def test_an_engine_elsewhere_goes_with_work_alone(job, own, cli):
    assert "go with --engine ray" in cli("autolabel", job, "--model", own, "--address", "x").error
    assert "goes with --start or --resume" in cli("runs", job, "--engine", "ray").error
    assert cli("check", job, "--ship-images").status == 2


def test_a_paused_run_goes_on_and_is_told_in_the_list(job, own, cli):
    break_off(job, own)
    with LabelingSession.open(job) as session:
        session.stop_run(1, RunState.PAUSED)
    assert "paused" in cli("runs", job).out
    assert cli("check", job).status == 0
    assert cli("runs", job, "--resume", "1", "--json").record["state"] == "completed"
