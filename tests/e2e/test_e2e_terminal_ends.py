"""The app at the ends of its terminal: streams sent elsewhere, signals, a line that goes away."""

from __future__ import annotations

import os
import shlex
import signal
import time

import pytest
from pty_terminal import PROGRAM, TIMEOUT, Terminal

from hardcase.session.demo import asset
from pty_program import PtyProgram

pytestmark = pytest.mark.e2e

ENV = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HARDCASE_PROBE": "off"}


def read_until(program: PtyProgram, wanted: bytes) -> bytes:
    """Read what the program writes until `wanted` is among it, or it ends."""
    read, deadline = b"", time.monotonic() + TIMEOUT
    while wanted not in read and (data := program.read(0.25)) is not None:
        assert time.monotonic() < deadline, read[-2000:]
        read += data
    return read


def test_it_is_drawn_on_the_terminal_while_stderr_goes_into_a_file(job, tmp_path, state):
    errors = tmp_path / "errors"
    command = f"{shlex.join([*PROGRAM, str(job)])} 2> {shlex.quote(str(errors))}"
    with Terminal(program=("/bin/sh", "-c", command)) as terminal:
        terminal.wait_for("3.png")
        terminal.press("]", "2")
        terminal.wait_for("Labeled 2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert errors.read_text() == ""
    assert sum(bool(sample["annotations"]) for sample in state(job)) == 2


def test_where_it_could_only_be_drawn_into_the_file_it_refuses_in_one_line(job, tmp_path):
    errors = tmp_path / "errors"
    command = f"{shlex.join([*PROGRAM, str(job)])} 2> {shlex.quote(str(errors))}"
    env = {"HARDCASE_LINE": "plain"}
    with Terminal(program=("/bin/sh", "-c", command), env=env) as terminal:
        assert terminal.wait_for_exit() != 0
    (line,) = errors.read_text().splitlines()
    assert "needs a terminal on stderr" in line


@pytest.mark.parametrize("redirected", ["< /dev/null", "| cat"])
def test_without_a_terminal_at_both_ends_it_says_so_in_one_line(job, redirected):
    command = f"{shlex.join([*PROGRAM, 'open', str(job)])} {redirected}"
    with Terminal(program=("/bin/sh", "-c", command)) as terminal:
        terminal.wait_for("the app needs a terminal")
        terminal.wait_for_exit()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_closes_the_job_and_gives_the_terminal_back(number, status, job, hardcase):
    program = PtyProgram([*PROGRAM, job], (80, 24), ENV)
    try:
        read_until(program, b"3.png")
        os.kill(program.process.pid, number)
        last = read_until(program, b"\x1b[?1049l")
        last += read_until(program, b"\x1b[?25h")
        assert b"\x1b[?1049l" in last
        assert b"\x1b[?25h" in last
        read_until(program, b"no such text")  # to the end
        assert program.process.wait(TIMEOUT) == status
    finally:
        program.close()
    assert hardcase("label", job, "dog", "2").status == 0, "the job is still locked"


def test_a_line_that_goes_away_ends_the_app_and_closes_the_job(job, hardcase):
    program = PtyProgram([*PROGRAM, job], (80, 24), ENV)
    read_until(program, b"3.png")
    program.hang_up()
    assert program.process.wait(TIMEOUT) == 129
    assert hardcase("label", job, "dog", "2").status == 0, "the job is still locked"


def test_a_run_under_way_is_stopped_by_a_signal(tmp_path, hardcase):
    job = tmp_path / "flowers"
    job.mkdir()
    for image in asset("sample_data", "classification", "images").iterdir():
        for n in range(3):
            (job / f"{n}-{image.name}").symlink_to(image)
    assert hardcase("init", job, "--task", "classification").status == 0
    model = asset("models", "flower_classifier.onnx")
    with Terminal(job, size=(90, 28)) as terminal:
        terminal.wait_for("Unlabeled")
        terminal.press("A")
        terminal.wait_for("enter goes on")
        terminal.press(str(model))
        terminal.wait_for(lambda t: t.text.count(model.name) > 1)
        terminal.press("enter")
        terminal.wait_for("auto labeling")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
    assert "broke off" not in hardcase("check", job).out
    (run,) = hardcase("runs", job, "--json").records
    assert run["state"] == "cancelled"
