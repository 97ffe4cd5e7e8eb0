"""The app as a person at a terminal meets it, and the same job by commands."""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from e2e_world import paint_pictures
from pty_terminal import Terminal

from hardcase.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture
def twins(tmp_path, hardcase) -> tuple[Path, Path]:
    """The same job of four unlabeled pictures, twice."""
    first = paint_pictures(tmp_path / "keys" / "pictures")
    argv = ("init", first, "--task", "classification", "--labels", "cat,dog")
    assert hardcase(*argv).status == 0
    second = tmp_path / "commands" / "pictures"
    shutil.copytree(first, second)
    return first, second


@pytest.fixture
def waiting_twins(tmp_path, hardcase) -> tuple[Path, Path]:
    """The same job of four pictures with a box each that waits to be confirmed, twice."""
    first = paint_pictures(tmp_path / "keys" / "pictures")
    assert hardcase("init", first, "--task", "detection", "--labels", "cat,dog").status == 0
    rows = [{"id": n, "file_name": f"{n}.png", "width": 32, "height": 24} for n in range(4)]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    images = tmp_path / "images.json"
    images.write_text(json.dumps({"images": rows, "annotations": [], "categories": categories}))
    results = tmp_path / "results.json"
    box = {"category_id": 1, "bbox": [4, 4, 20, 10]}
    results.write_text(json.dumps([{**box, "image_id": n, "score": 0.9} for n in range(4)]))
    done = hardcase(
        *("import", first, results, "--as", "predictions"),
        *("--format", "coco-results", "--images-file", images),
    )
    assert done.status == 0, done.err
    second = tmp_path / "commands" / "pictures"
    shutil.copytree(first, second)
    return first, second


def history(job: Path, hardcase) -> list[tuple[str, str]]:
    return [(r["kind"], r["title"]) for r in hardcase("log", job, "--json").records]


def test_a_job_opens_on_its_samples_and_q_quits(twins):
    with Terminal(twins[0]) as terminal:
        terminal.wait_for("3.png")
        assert "Unlabeled 4" in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("term", "size"), [("xterm-256color", (80, 24)), ("screen", (200, 60)), ("linux", (100, 30))]
)
def test_it_opens_on_terminals_of_all_kinds(term, size, twins):
    with Terminal(twins[0], size=size, term=term) as terminal:
        terminal.wait_for("0.png")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_it_follows_the_size_of_the_terminal(twins):
    with Terminal(twins[0], size=(100, 30)) as terminal:
        terminal.wait_for("3.png")
        terminal.resize(40, 12)
        terminal.wait_for("too small")
        terminal.resize(120, 40)
        terminal.wait_for("3.png")
        terminal.wait_for(lambda t: "help" in t.lines[39])
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_nothing_is_sent_while_nothing_happens(twins):
    with Terminal(twins[0]) as terminal:
        terminal.wait_for("3.png")
        terminal.wait_for(lambda t: t.received_within(1.0) == 0)
        assert terminal.received_within(4.0) == 0


def test_keys_do_what_commands_do(twins, hardcase, state):
    by_keys, by_commands = twins
    with Terminal(by_keys) as terminal:
        terminal.wait_for("3.png")
        terminal.press("1", "2", "h", "1", "2")
        terminal.wait_for("Labeled 4")
        terminal.press("u")
        terminal.wait_for("Labeled 3")
        terminal.press("g", "h", "j", "h", "H", "u", "u", "ctrl+r")
        terminal.wait_for("▲ 3 hard")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    for command in (
        ("label", "cat", "1"),
        ("label", "dog", "2"),
        ("mark-hard", "3"),
        ("label", "cat", "3"),
        ("label", "dog", "4"),
        ("undo",),
        ("mark-hard", "1"),
        ("mark-hard", "2"),
        ("unmark-hard", "2"),
        ("undo",),
        ("undo",),
        ("redo",),
    ):
        assert main([command[0], str(by_commands), *command[1:]]) == 0
    assert state(by_keys) == state(by_commands)
    assert history(by_keys, hardcase) == history(by_commands, hardcase)


def test_confirming_by_keys_is_confirming_by_commands(waiting_twins, state):
    by_keys, by_commands = waiting_twins
    with Terminal(by_keys) as terminal:
        terminal.wait_for("To Be Confirmed 4")
        terminal.press("a", "x", "h", "2", "a")
        terminal.wait_for("To Be Confirmed 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    for command in (("confirm", "1"), ("reject", "2"), ("mark-hard", "3")):
        assert main([command[0], str(by_commands), *command[1:]]) == 0
    keyed = {s["path"]: s for s in state(by_keys)}
    commanded = {s["path"]: s for s in state(by_commands)}
    assert keyed["0.png"] == commanded["0.png"]
    assert keyed["1.png"] == commanded["1.png"]
    third = keyed["2.png"]
    assert (third["status"], third["hard"]) == ("labeled", True)
    assert [a["label"] for a in third["annotations"]] == ["dog"]
    assert third["annotations"][0]["by"] == "human"
    assert keyed["3.png"] == commanded["3.png"]


def test_what_the_screen_calls_saved_survives_a_kill(twins, hardcase, state):
    job, _ = twins
    with Terminal(job) as terminal:
        terminal.wait_for("3.png")
        terminal.press("2")
        terminal.wait_for("Labeled 1")
        terminal.wait_for(lambda t: t.lines[0].endswith(" saved"))
        os.killpg(terminal.process.pid, signal.SIGKILL)
        terminal.wait_for_exit()
    (labeled,) = [s for s in state(job) if s["status"] == "labeled"]
    assert [a["label"] for a in labeled["annotations"]] == ["dog"]
    assert hardcase("check", job).status == 0
    assert hardcase("undo", job).out == "undo: label 0.png dog\n"


def test_a_job_open_in_the_app_is_read_only_elsewhere(twins, hardcase):
    job, _ = twins
    with Terminal(job) as first:
        first.wait_for("saved")
        done = hardcase("confirm", job, "--all")
        assert done.status == 1
        assert str(first.process.pid) in done.error
        with Terminal(job) as second:
            second.wait_for("read-only")
            second.press("1")
            second.wait_for(str(first.process.pid))
            second.press("q")
            assert second.wait_for_exit() == 0
        first.press("1")
        first.wait_for("Labeled 1")
        first.press("q")
        assert first.wait_for_exit() == 0
    assert hardcase("stats", job, "--json").records[0]["labeled"] == 1


def test_errors_at_start_are_a_line_on_a_terminal_too(tmp_path):
    (tmp_path / "hardcase.json").write_text("{}")
    with Terminal(tmp_path) as terminal:
        assert terminal.wait_for_exit() == 1
        assert terminal.text.startswith("hardcase: ")
        assert "Traceback" not in terminal.text


def test_names_of_files_move_no_cursor(tmp_path, hardcase):
    folder = paint_pictures(tmp_path / "job", 1)
    (folder / "0.png").rename(folder / "\x1b[2J\x1b]0;owned\x07[bold]x.png")
    assert hardcase("init", folder, "--task", "detection", "--labels", "[red]x").status == 0
    with Terminal("list", folder, size=(150, 20)) as terminal:
        assert terminal.wait_for_exit() == 0
        assert "[bold]x.png" in terminal.text
        assert "id" in terminal.lines[0]
    with Terminal(folder) as terminal:
        terminal.wait_for("[bold]x.png")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(("options", "asks"), [((), True), (("--no-mouse",), False)])
def test_the_mouse_is_asked_for_unless_it_is_to_be_left_alone(twins, options, asks):
    with Terminal(twins[0], *options) as terminal:
        terminal.wait_for("3.png")
        assert (1000 << 5 in terminal._screen.mode) is asks
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_started_in_a_folder_of_images_it_asks_three_questions_and_begins(tmp_path, hardcase):
    folder = paint_pictures(tmp_path / "pictures")
    (folder / "truth.csv").write_text("path,label\n0.png,cat\n1.png,dog\n2.png,cat\n")
    with Terminal(cwd=folder, size=(80, 24)) as terminal:
        terminal.wait_for("● truth.csv (csv)")
        for words in ("4 images", "● classification", "cat, dog"):
            assert words in terminal.text
        terminal.press("enter")
        terminal.wait_for("Labeled 3")
        terminal.press("q", "q")
        assert terminal.wait_for_exit() == 0
    assert hardcase("stats", folder, "--json").records[0]["labels"] == {"cat": 2, "dog": 1}
    with Terminal(cwd=folder, size=(80, 24)) as terminal:
        terminal.wait_for("Labeled 3")  # it is a job now, and opens
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
