"""The demo, on the images and models that are shipped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest
from e2e_world import PROGRAM
from pty_terminal import Terminal

from hardcase.session.demo import asset

pytestmark = pytest.mark.e2e


def test_on_a_terminal_it_shows_what_is_to_be_confirmed(tmp_path, hardcase):
    with Terminal("demo", cwd=tmp_path) as terminal:
        terminal.wait_for("To Be Confirmed 60", timeout=120)
        terminal.wait_for("low confidence")
        terminal.wait_for("▲ HARD")
        terminal.press("a")
        terminal.wait_for("To Be Confirmed 59")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0

    with Terminal("demo", cwd=tmp_path) as terminal:  # as it was left
        terminal.wait_for("To Be Confirmed 59")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0

    detection, classification = hardcase("demo", "--json", cwd=tmp_path).records
    assert detection["stats"]["labeled"] == 1
    assert classification["stats"]["to_be_confirmed"] == 60


def test_without_a_terminal_it_prints_the_hard_examples_with_reasons(tmp_path, hardcase):
    done = hardcase("demo", "trial", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    detection, classification = done.out.split("\n\n")
    for part, folder in ((detection, "detection"), (classification, "classification")):
        title, counts, header, *rows = part.strip().splitlines()
        assert title.endswith(f"trial/{folder}/hardcase.json")
        assert counts.startswith("60 images, 60 to be confirmed")
        assert f"{len(rows)} hard example" in counts
        assert header.split() == ["id", "coef", "path", "why", "hard"]
        assert rows
        for row in rows:
            _, coefficient, path, why = row.split(None, 3)
            assert 0 <= float(coefficient) <= 1
            assert (tmp_path / "trial" / folder / path).is_file()
            assert why
    assert hardcase("check", tmp_path / "trial" / "detection").status == 0
    assert hardcase("demo", "trial", cwd=tmp_path).out == done.out


def test_the_list_of_jobs_has_both(tmp_path, hardcase):
    hardcase("demo", cwd=tmp_path)
    assert [j["name"] for j in hardcase("open", "--json").records] == [
        "Demo: flowers",
        "Demo: fruit",
    ]
    with Terminal(cwd=tmp_path) as terminal:
        terminal.wait_for("Demo: fruit")
        terminal.press("enter")
        terminal.wait_for("To Be Confirmed 60")
        terminal.press("q")
        terminal.wait_for("Demo: fruit")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_file_in_its_place_is_left_alone(tmp_path, hardcase):
    (tmp_path / "hardcase-demo").write_text("mine")
    done = hardcase("demo", cwd=tmp_path)
    assert done.status == 1
    assert "hardcase-demo" in done.error
    assert (tmp_path / "hardcase-demo").read_text() == "mine"


def test_auto_labeling_goes_on_after_a_kill(tmp_path, hardcase):
    """Killed in the middle, nothing recorded is lost, and the same command finishes the run."""
    job = tmp_path / "many"
    job.mkdir()
    for image in asset("sample_data", "classification", "images").iterdir():
        for n in range(25):
            (job / f"{n}-{image.name}").symlink_to(image)
    argv = ("init", job, "--task", "classification", "--json")
    (made,) = hardcase(*argv).records
    model = asset("models", "flower_classifier.onnx")
    command = ("autolabel", job, "--mode", "pre-label", "--model", model, "--json")
    command = (*map(str, command), "--effort", "thorough")  # which leaves time to look on

    run = subprocess.Popen([*PROGRAM, *command], start_new_session=True)
    deadline = time.monotonic() + 60
    while f" of {made['samples']}" not in hardcase("log", job, "--all", "--limit", "1").out:
        assert run.poll() is None
        assert time.monotonic() < deadline
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    seen = hardcase("log", job, "--json").records
    (problem,) = json.loads(hardcase("check", job, "--json").out)["problems"]
    assert "broke off" in problem["problem"]

    (done,) = hardcase(*command).records
    assert (done["run"], done["state"], done["done"]) == (1, "completed", made["samples"])
    assert done["to_be_confirmed"] == made["samples"]
    assert hardcase("check", job).status == 0
    assert hardcase("log", job, "--json").records[-len(seen) :] == seen
