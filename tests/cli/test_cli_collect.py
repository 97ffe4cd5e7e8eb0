"""collect: hard images of a drop folder come in, and wrong use is one line."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from cli_pictures import COLOURS, paint
from PIL import Image

from hardcase.session import LabelingSession
from hardcase.session.collecting.drop_folder import DropFolder

LONG_AGO = time.time() - 3600


def patches(path, seed, colour=(0, 0, 0)):
    """A picture like no other, of a colour or of all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed).integers(0, 80, (9, 12, 3))
    pixels = (random + np.array(colour) * 0.7).astype(np.uint8)
    Image.fromarray(pixels).resize((48, 36), Image.Resampling.BICUBIC).save(path)


@pytest.fixture
def drop(tmp_path):
    """A folder with a clear red picture and a grey one that could be anything."""
    folder = tmp_path / "drop"
    patches(folder / "clear.png", 1, COLOURS["red"])
    patches(folder / "grey.png", 2)
    return folder


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    # ctime cannot be set; files of the test are old enough for a clock that runs ahead
    monkeypatch.setattr("hardcase.session.collecting.drop_folder.OLD_SECONDS", -1.0)


def test_the_hard_one_comes_in_and_the_easy_one_stays(job, drop, model, cli):
    result = cli("collect", job, drop, "--model", model)
    assert result.status == 0
    assert result.out == "2 new images: 1 taken (1 hard), 1 easy one left\n"
    assert not result.err
    (sample,) = cli("list", job, "--tab", "to-be-confirmed", "--json").records
    assert sample["path"] == "collected/grey.png"
    assert sample["hard"]
    assert cli("check", job).status == 0
    again = cli("collect", job, drop, "--model", model)
    assert again.out == f"no new image in {drop}\n"


def test_json_tells_of_each_image_and_of_the_round(job, drop, model, cli):
    (drop / "text.jpg").write_text("no picture")
    *images, total = cli("collect", job, drop, "--model", model, "--json").records
    by_path = {image["path"]: image for image in images}
    assert {image.pop("event") for image in images} == {"image"}
    assert by_path["grey.png"].pop("hard_coefficient") >= 0.5
    assert by_path["clear.png"].pop("hard_coefficient") < 0.5
    grey = {"path": "grey.png", "outcome": "taken", "hard": True, "sample": 7}
    grey |= {"sample_path": "collected/grey.png", "like": None, "problem": None}
    assert by_path["grey.png"] == grey
    assert by_path["text.jpg"]["outcome"] == "unreadable"
    assert "not an image" in by_path["text.jpg"]["problem"]
    counts = {"images": 3, "taken": 1, "hard": 1, "left": 1, "duplicates": 0, "unreadable": 1}
    assert total == {"event": "round", **counts, "waiting": 0}


def test_a_budget_and_the_easy_ones(job, drop, model, cli):
    argv = ("collect", job, drop, "--model", model)
    assert cli(*argv, "--budget", "1", "--json").records[-1]["taken"] == 1
    assert cli(*argv, "--again", "--easy", "take", "--json").records[-1]["taken"] == 1


def test_undo_takes_the_samples_out_again(job, drop, model, cli):
    cli("collect", job, drop, "--model", model)
    assert cli("undo", job).out == "undo: collect 1 of 2 images with colours#1\n"
    assert cli("stats", job, "--json").record["total"] == 6


def test_moving_leaves_only_what_was_not_taken(job, drop, model, cli):
    cli("collect", job, drop, "--model", model, "--move")
    assert [path.name for path in drop.iterdir()] == ["clear.png"]


def test_an_empty_folder_is_no_error(job, tmp_path, model, cli):
    (tmp_path / "empty").mkdir()
    result = cli("collect", job, tmp_path / "empty", "--model", model)
    assert (result.status, result.out) == (0, f"no new image in {tmp_path / 'empty'}\n")


def test_an_unreadable_file_is_named_once_with_its_folder(job, drop, model, cli):
    (drop / "sub").mkdir()
    (drop / "sub" / "text.jpg").write_text("no picture")
    result = cli("collect", job, drop, "--model", model)
    assert result.error.startswith("hardcase: sub/text.jpg is not an image of a known format")


def test_unreadable_files_are_told_on_stderr(job, drop, model, cli):
    (drop / "a\x1b[31m.jpg").write_text("no picture")
    result = cli("collect", job, drop, "--model", model)
    assert "\x1b" not in result.err
    assert "not an image" in result.error


def test_links_are_passed_by_and_told(job, drop, model, tmp_path, cli):
    paint(tmp_path / "elsewhere.png", (1, 2, 3))
    (drop / "link.png").symlink_to(tmp_path / "elsewhere.png")
    result = cli("collect", job, drop, "--model", model)
    assert "1 symbolic link passed by" in result.error
    assert result.out.startswith("2 new images")


@pytest.mark.parametrize(
    "wrong",
    [
        ("nowhere", 1, "nowhere is no folder"),
        ("pictures", 2, "is the folder of the job"),
        ("pictures/red", 2, "inside the folder of the job"),
        (".", 2, "holds the folder of the job"),
    ],
)
def test_wrong_folders_are_one_line(job, model, cli, wrong):
    where, status, told = wrong
    result = cli("collect", job, job.parent / where, "--model", model)
    assert result.status == status
    assert told in result.error
    assert not (job / "collected").exists()


def test_a_profile_that_is_none_is_one_line(job, drop, model, cli):
    result = cli("collect", job, drop, "--model", model, "--profile", "none.yaml")
    assert result.status == 1
    assert "none.yaml" in result.error


def test_a_model_for_the_other_task_is_refused(boxes, drop, model, cli):
    result = cli("collect", boxes, drop, "--model", model)
    assert result.status == 2
    assert "detection job" in result.error


def test_a_job_open_elsewhere_is_left_alone(job, drop, model, cli):
    with LabelingSession.open(job):
        result = cli("collect", job, drop, "--model", model)
    assert result.status == 1
    assert "read-only" in result.error
    assert not (job / "collected").exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_an_interval_is_a_number_of_seconds(job, drop, model, cli, seconds):
    result = cli("collect", job, drop, "--model", model, "--watch", f"--interval={seconds}")
    assert result.status == 2
    assert "seconds" in result.error


def test_files_still_being_written_wait(job, drop, model, cli, monkeypatch):
    monkeypatch.setattr("hardcase.session.collecting.drop_folder.OLD_SECONDS", 1e9)
    monkeypatch.setattr("hardcase.session.collecting.collect.SETTLED_SECONDS", 0.0)
    result = cli("collect", job, drop, "--model", model, "--json")
    assert result.records[-1]["waiting"] == 2
    assert "2 files may still be being written" in result.error
    os.utime(drop / "grey.png", (LONG_AGO, LONG_AGO))
    assert cli("stats", job, "--json").record["total"] == 6


@contextmanager
def ended_once(condition):
    """Ask this very program to end as soon as the condition holds."""

    def wait():
        deadline = time.monotonic() + 60
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


def count_of(job):
    with LabelingSession.open(job, read_only=True) as session:
        return session.stats().total


def test_watching_collects_what_comes_until_asked_to_end(job, drop, model, cli):
    def more_came():
        if count_of(job) == 7 and not (drop / "late.png").exists():
            patches(drop / "late.png", 3)
        return count_of(job) == 8

    with ended_once(more_came):
        result = cli("collect", job, drop, "--model", model, "--watch", "--interval", "0.05")
    assert result.status == 0
    first, second = result.out.splitlines()
    assert first == "2 new images: 1 taken (1 hard), 1 easy one left"
    assert second == "1 new image: 1 taken (1 hard), 0 easy ones left"
    assert result.err.splitlines()[-1].endswith("2 images taken")


def test_watching_says_that_files_being_written_are_looked_at_later(
    job, drop, model, cli, monkeypatch
):
    monkeypatch.setattr(
        DropFolder, "waiting", property(lambda _: 1, lambda *_: None), raising=False
    )
    with ended_once(lambda: count_of(job) == 7):
        result = cli("collect", job, drop, "--model", model, "--watch", "--interval", "0.05")
    told = [line for line in result.err.splitlines() if "being written" in line]
    assert told == ["hardcase: 1 file may still be being written; they are looked at later"]


def test_watching_goes_on_when_the_job_is_free_again(job, drop, model, cli):
    held = LabelingSession.open(job)
    threading.Timer(1.0, held.close).start()
    with ended_once(lambda: count_of(job) == 7):
        result = cli("collect", job, drop, "--model", model, "--watch", "--interval", "0.05")
    assert result.status == 0
    told = [line for line in result.err.splitlines() if "wait until it is closed" in line]
    assert len(told) == 1
    assert result.out.startswith("2 new images: 1 taken")


def test_a_stopped_call_takes_nothing_and_says_how_to_go_on(job, drop, model, cli, monkeypatch):
    from hardcase.session.collecting.collect import Collector

    begin = Collector.begin

    def begin_and_stop(self, session):
        begin(self, session)
        self.stop()

    monkeypatch.setattr(Collector, "begin", begin_and_stop)
    result = cli("collect", job, drop, "--model", model)
    assert result.status == 130
    assert "the same command goes on from there" in result.error
    monkeypatch.setattr(Collector, "begin", begin)
    assert cli("collect", job, drop, "--model", model).out.startswith("2 new images: 1 taken")


def test_share_and_risk_choose_too(job, drop, model, cli):
    argv = ("collect", job, drop, "--model", model, "--json")
    assert cli(*argv, "--share", "0").records[-1]["taken"] == 0
    assert cli(*argv, "--risk", "0", "--again").records[-1]["taken"] == 2


def test_classes_mean_labels_in_collecting_too(folder, model, tmp_path, cli):
    cli("init", folder, "--task", "classification", "--labels", "warm")
    drop = tmp_path / "drop"
    paint(drop / "new.png", (220, 30, 30))
    asked = ("collect", folder, drop, "--model", model, "--easy", "take", "--keep-duplicates")
    cli(*asked, "--map", "red=warm", "--map", "green=", "--map", "blue=")
    assert cli("stats", folder, "--json").record["labels"] == {"warm": 1}
