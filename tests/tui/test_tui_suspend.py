"""Back to the shell and on again, under a real shell with job control."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest
from tui_helpers import app_on, job_screen, make_images, said

from hardcase.model.job import Task
from hardcase.session import LabelingSession

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_ctrl_z_gives_the_shell_back_and_fg_goes_on(tmp_path: Path) -> None:
    with LabelingSession.create(
        make_images(tmp_path / "images", ["a.png", "b.png"]), Task.CLASSIFICATION, ["cat"]
    ) as session:
        path = session.path
    environment = {**os.environ, "TERM": "xterm-256color", "PS1": "shell> ", "LANG": "C.UTF-8"}
    shell = pexpect.spawn(
        "/bin/bash", ["--norc", "--noprofile", "-i"], env=environment, timeout=60,
        dimensions=(24, 80), encoding="utf-8",
    )  # fmt: skip
    try:
        shell.expect("shell> ")
        shell.sendline(f"{sys.executable} -m hardcase {path.parent}")
        shell.expect("a.png")
        shell.expect("help")
        shell.send("\x1a")
        shell.expect("Stopped")
        shell.expect("shell> ")
        shell.sendline("echo in-the-$((40 + 2))-shell")
        shell.expect("in-the-42-shell")
        shell.sendline("fg")
        shell.expect("help")
        shell.send("1")
        shell.expect("labeled")
        shell.send("q")
        shell.expect("shell> ")
    finally:
        shell.close(force=True)
    with LabelingSession.open(path) as again:
        assert again.stats().labeled == 1


async def test_where_there_is_no_shell_it_says_so(make_job) -> None:
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("ctrl+z")
        assert said(screen) == "there is no shell to go back to"
