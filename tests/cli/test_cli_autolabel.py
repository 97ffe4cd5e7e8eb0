"""autolabel: a model labels, what it did is kept, whatever ends it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time

import pytest
from cli_pictures import paint

from hardcase.cli.running import stopped_by_signals


def argv(job, model, *options):
    return ("autolabel", job, "--mode", "pre-label", "--model", model, *options)


def test_the_model_labels_what_is_unlabeled(job, model, cli):
    cli("label", job, "blue", "red/0.png")
    done = cli(*argv(job, model), "--json").record
    hard = done.pop("hard")
    assert done == {
        "run": 1,
        "model": "colours",
        "state": "completed",
        "total": 5,
        "done": 5,
        "failed": 0,
        "to_be_confirmed": 5,
    }
    samples = cli("list", job, "--tab", "to-be-confirmed", "--json").records
    assert sum(s["hard"] for s in samples) == hard
    for sample in samples:
        (annotation,) = sample["annotations"]
        assert annotation["label"] == sample["path"].split("/")[0]
        assert annotation["by"] == sample["labeled_by"] == "colours#1"
        assert 0.3 <= annotation["score"] <= 1
        assert 0 <= sample["hard_coefficient"] <= 1


def test_people_are_told_in_a_line(job, model, cli):
    result = cli(*argv(job, model))
    assert result.out.startswith("colours#1: 6 samples to be confirmed, ")
    assert not result.err


def test_there_is_one_mode_and_it_need_not_be_named(job, model, cli):
    assert cli("autolabel", job, "--model", model, "--json").record["done"] == 6


def test_a_filter_chooses_the_samples(job, model, cli):
    assert cli(*argv(job, model, "--filter", "name:red"), "--json").record["total"] == 2


def test_a_threshold_leaves_unsure_ones_unlabeled(job, model, cli):
    assert cli(*argv(job, model, "--threshold", "1"), "--json").record["to_be_confirmed"] == 0
    assert cli("stats", job, "--json").record["unlabeled"] == 6


def test_people_are_told_how_many_got_no_label_and_where_they_are(job, model, cli):
    result = cli(*argv(job, model, "--threshold", "1"))
    assert result.out == "colours#1: 0 samples to be confirmed, 0 hard examples\n"
    assert "6 samples got no label" in result.error
    assert len(cli("list", job, "--tab", "unlabeled", "--sort", "hard", "--json").records) == 6


def test_an_unreadable_image_never_stops_a_run(job, model, cli):
    (job / "red" / "0.png").write_bytes(b"not a picture")
    result = cli(*argv(job, model), "--json")
    assert result.status == 0
    assert (result.record["failed"], result.record["to_be_confirmed"]) == (1, 5)
    assert "1 image could not be read" in result.error
    assert len(cli("list", job, "--filter", "error", "--json").records) == 1


def test_a_run_that_reads_no_image_at_all_has_failed(job, model, cli):
    for path in job.glob("*/*.png"):
        path.write_bytes(b"not a picture")
    assert cli(*argv(job, model)).status == 1


@pytest.mark.parametrize("name", ["none.onnx", "text.onnx"])
def test_a_model_that_is_none_is_one_line_and_changes_nothing(name, job, tmp_path, cli):
    (tmp_path / "text.onnx").write_text("no model")
    before = cli("log", job, "--json").out
    result = cli(*argv(job, tmp_path / name))
    assert result.status == 1
    assert name in result.error
    assert cli("log", job, "--json").out == before


def test_a_model_for_the_other_task_is_refused(boxes, model, cli):
    result = cli(*argv(boxes, model))
    assert result.status == 2
    assert "detection job" in result.error


def test_nothing_to_label_is_told(job, model, cli):
    cli("label", job, "red", "--all")
    result = cli(*argv(job, model))
    assert result.status == 2
    assert "nothing to auto label" in result.error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_ask_a_run_to_stop_once(number):
    before = signal.getsignal(number)
    asked = threading.Event()
    with stopped_by_signals(asked.set):
        os.kill(os.getpid(), number)
        assert asked.wait(60)
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before


def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on(tmp_path, model, cli):
    job = tmp_path / "many"
    paint(job / "0.png", (220, 30, 30), (640, 480))
    for n in range(1, 600):
        os.link(job / "0.png", job / f"{n}.png")
    cli("init", job, "--task", "classification", "--labels", "red,green,blue")
    command = (sys.executable, "-m", "hardcase", *map(str, argv(job, model)), "--json")
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while " of 600" not in cli("log", job, "--all", "--limit", "1").out:
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    (line,) = err.splitlines()
    assert "is kept with colours#1, and becomes labels when the run is complete" in line
    assert "hardcase runs JOB --resume 1" in line
    stopped = cli("stats", job, "--json").record
    assert (stopped["unlabeled"], stopped["to_be_confirmed"]) == (600, 0)

    kept = int(line.split(" of ")[0].rsplit(" ", 1)[1])
    assert 0 < kept < 600
    assert f"{kept} kept" in cli("runs", job).out
    again = cli(*argv(job, model), "--json").record
    assert (again["run"], again["state"], again["to_be_confirmed"]) == (1, "completed", 600)


def test_a_model_that_fails_in_the_run_is_one_line_and_leaves_the_samples(
    job, model, tmp_path, cli
):
    profile = tmp_path / "two.yaml"
    profile.write_text(model.with_suffix(".yaml").read_text().replace(", blue]", "]"))
    result = cli(*argv(job, model, "--profile", profile))
    assert result.status == 1
    assert "colours" in result.error
    assert cli("stats", job, "--json").record["unlabeled"] == 6
    assert "failed" in cli("log", job, "--limit", "1", "--json").record["title"]
    assert cli("check", job).status == 0


@pytest.mark.parametrize("effort", ["quick", "standard", "thorough"])
def test_every_effort_labels_all(effort, job, model, cli):
    assert cli(*argv(job, model, "--effort", effort), "--json").record["done"] == 6


def test_an_effort_that_is_none_is_wrong_use(job, model, cli):
    result = cli(*argv(job, model, "--effort", "heroic"))
    assert result.status == 2
    assert "quick" in result.err


def test_an_encoder_says_how_alike_images_are(job, model, cli):
    # the mean of each channel, by the classifier of the same name
    assert cli(*argv(job, model, "--encoder", model), "--json").record["done"] == 6
    predictions = json.loads((job / "hardcase.json").read_text())["predictions"]
    assert {len(p["embedding"]) for p in predictions.values()} == {4}


def test_an_encoder_that_is_none_is_one_line_and_changes_nothing(job, model, tmp_path, cli):
    result = cli(*argv(job, model, "--encoder", tmp_path / "none.onnx"))
    assert result.status == 1
    assert "none.onnx" in result.error
    assert cli("stats", job, "--json").record["to_be_confirmed"] == 0


def test_a_model_that_is_not_sure_of_itself_is_said_to_be_a_guess(model, tmp_path, job, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    (tmp_path / "labels.txt").write_text("red\ngreen\nblue\n")
    result = cli("autolabel", job, "--model", bare)
    assert "bare.onnx is taken for a classifier (guess); see why" in result.err
    assert f"hardcase models inspect {shlex.quote(str(bare))} --save" in result.err
    assert "is taken for" not in cli("autolabel", job, "--model", model).err


def test_classes_of_the_model_are_mapped_to_labels_of_the_job(folder, model, cli):
    cli("init", folder, "--task", "classification", "--labels", "warm,green")
    maps = ("--map", "RED=warm", "--map", "blue=warm", "--map", "green=")
    cli(*argv(folder, model, *maps))
    assert cli("stats", folder, "--json").record["labels"] == {"warm": 4, "green": 0}


def test_classes_that_are_no_labels_of_the_job_are_told_unless_they_were_left_out(
    folder, model, cli
):
    cli("init", folder, "--task", "classification", "--labels", "red")
    told = cli(*argv(folder, model)).err
    assert "2 of its 3 classes are no labels of this job and are left out: green, blue;" in told
    told = cli(*argv(folder, model, "--map", "green=", "--map", "blue=red")).err
    assert "no labels of this job" not in told


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--map", "pink=red"), "no class 'pink'; it knows: red, green, blue"),
        (("--map", "red=pink"), "no label 'pink' to map to; there are: red, green, blue"),
        (("--map", "red"), "write: car=vehicle"),
        (("--threshold-of", "pink=0.5"), "no class 'pink'; it knows: red, green, blue"),
        (("--threshold-of", "red=2"), "no number from 0 to 1"),
        (("--threshold-of", "red"), "write: person=0.6"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_and_changes_nothing(
    options, message, job, model, cli
):
    before = cli("log", job, "--json").out
    result = cli(*argv(job, model, *options))
    assert result.status == 2
    assert message in result.err
    assert cli("log", job, "--json").out == before


def test_a_class_may_have_a_threshold_of_its_own(job, model, cli):
    done = cli(*argv(job, model, "--threshold-of", "red=1"), "--json").record
    assert done["to_be_confirmed"] == 4


def test_the_second_night_is_cheap_and_no_error(job, model, cli):
    (job / "red" / "0.png").unlink()
    cli("sync", job)
    assert cli(*argv(job, model, "--changed"), "--json").record["done"] == 5
    again = cli(*argv(job, model, "--changed"), "--json")
    assert again.status == 0
    assert again.record == {
        "run": None,
        "model": "colours",
        "state": "completed",
        "total": 0,
        "done": 0,
        "failed": 0,
        "to_be_confirmed": 0,
        "hard": 0,
    }
    told = cli(*argv(job, model, "--changed")).out
    assert told.startswith("nothing to auto label: the samples asked for are 5 as this model left")
    paint(job / "red" / "1.png", (220, 30, 30), (64, 48))
    assert cli(*argv(job, model, "--changed"), "--json").record["done"] == 1


def test_changed_still_refuses_a_model_that_does_not_fit(boxes, model, cli):
    assert cli(*argv(boxes, model, "--changed")).status == 2


def test_auto_labels_that_wait_are_kept_or_replaced(job, model, cli):
    cli(*argv(job, model))
    kept = cli(*argv(job, model, "--existing", "keep", "--filter", "name:red"))
    assert kept.status == 2
    assert "2 with auto labels that are kept" in kept.error
    assert cli(*argv(job, model, "--existing", "replace"), "--json").record["done"] == 6
