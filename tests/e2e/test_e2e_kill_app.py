"""What the screen calls saved is there after the app was killed, whatever it was at."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
import uuid
from typing import TYPE_CHECKING

import pytest
from e2e_world import paint_pictures
from kill_check import TAG, TIMEOUT, tagged
from pty_terminal import Terminal

from hardcase.session.demo import asset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

LABELS = ("ant", "bee", "cat", "dog")
KEYS_A_ROUND = 12


def kill(terminal: Terminal) -> None:
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.wait_for_exit()


def saved_count(terminal: Terminal, wanted: str) -> int | None:
    """Return the number that goes with a text on a whole screen that says "saved"."""
    if not terminal.lines[0].endswith(" saved"):
        return None
    found = re.search(rf"\b{wanted} ([\d,]+)", terminal.text)
    return int(found[1].replace(",", "")) if found else None


def label_until_killed(job: Path, rng: random.Random, keys: list[int]) -> int:
    """Press label keys, one after the other, and kill; return how many the screen called saved."""
    saved, until = 0, rng.randint(1, 4)
    with Terminal(job, size=(80, 24)) as terminal:
        terminal.wait_for("Unlabeled ")
        terminal.press("]")  # Unlabeled, where a labeled sample makes way for the next
        for _ in range(until):
            more = [rng.randint(1, len(LABELS)) for _ in range(rng.randint(1, 3))]
            keys += more
            terminal.press(*map(str, more))
            terminal.received_within(rng.uniform(0, 0.2))
            terminal.wait_for(lambda t: t.received_within(0.02) == 0)  # no screen by halves
            saved = max(saved, saved_count(terminal, "Labeled") or 0)
        if rng.random() < 0.5:
            terminal.wait_for(lambda t: saved_count(t, "Labeled") == len(keys))
            saved = len(keys)
        kill(terminal)
    return saved


def keep_labeling(folder: Path, hardcase: Callable, kills: int) -> None:
    job = paint_pictures(folder / "job", kills * KEYS_A_ROUND)
    argv = ("init", job, "--task", "classification", "--labels", ",".join(LABELS))
    assert hardcase(*argv).status == 0
    rng, keys = random.Random(kills), list[int]()
    for _ in range(kills):
        saved = label_until_killed(job, rng, keys)
        listed = hardcase("list", job, "--sort", "path", "--json").records
        labeled = sorted((s for s in listed if s["annotations"]), key=lambda s: s["path"])
        labels = [s["annotations"][0]["label"] for s in labeled]
        assert len(labels) >= saved
        assert labels == [LABELS[key - 1] for key in keys[: len(labels)]]
        del keys[len(labels) :]
    assert len(keys) > kills, "hardly anything was labeled"
    assert hardcase("check", job).status == 0


def test_labels_that_the_screen_calls_saved_survive_kills(tmp_path, hardcase):
    keep_labeling(tmp_path, hardcase, 3)


def test_a_run_that_the_screen_shows_survives_a_kill_and_goes_on(tmp_path, hardcase):
    job = tmp_path / "flowers"
    job.mkdir()
    for image in asset("sample_data", "classification", "images").iterdir():
        for n in range(64):
            (job / f"{n}-{image.name}").symlink_to(image)
    argv = ("init", job, "--task", "classification", "--json")
    (made,) = hardcase(*argv).records
    model = asset("models", "flower_classifier.onnx")
    tag = uuid.uuid4().hex

    with Terminal(job, size=(90, 28), env={TAG: tag}) as terminal:
        terminal.wait_for(f"Unlabeled {made['samples']:,}")
        terminal.press("A")
        terminal.wait_for("enter goes on")
        terminal.press(str(model))
        terminal.wait_for(lambda t: t.text.count(model.name) > 1)
        terminal.press("enter")
        terminal.wait_for(lambda t: shown_done(t) > 0)
        done = shown_done(terminal)
        terminal.wait_for(lambda t: t.lines[0].endswith(" saved"))
        assert len(tagged(tag)) > 1
        kill(terminal)
    deadline = time.monotonic() + TIMEOUT
    while tagged(tag):
        assert time.monotonic() < deadline, "the engine outlives the app"
        time.sleep(0.01)

    (problem,) = json.loads(hardcase("check", job, "--json").out)["problems"]
    assert "broke off" in problem["problem"]
    recorded = hardcase("log", job, "--all", "--limit", "1").out
    assert int(re.search(r": (\d+) of", recorded)[1]) >= done
    command = ("autolabel", job, "--mode", "pre-label", "--model", model, "--json")
    (finished,) = hardcase(*command).records
    assert (finished["run"], finished["done"]) == (1, made["samples"])
    assert hardcase("check", job).status == 0


def shown_done(terminal: Terminal) -> int:
    found = re.search(r"auto labeling ([\d,]+)/", terminal.lines[0])
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_labels_that_the_screen_calls_saved_survive_20_kills(tmp_path, hardcase):
    keep_labeling(tmp_path, hardcase, 20)
