"""A thread of a dialog that falls over is told in the dialog, wherever the thread is."""

from __future__ import annotations

import pytest
from look_helpers import Answering, look, recognised
from tui_helpers import app_on, job_screen, screen_text, wait_for

from hardcase.model.job import Task
from hardcase.session.autolabel import model_look
from hardcase.session.autolabel.run_request import used_as
from hardcase.session.judging.audit import Candidates
from hardcase.session.transfer import Export
from hardcase.tui.widgets import model_picker
from hardcase.tui.workers import model_eye


def fall(*_args, **_options):
    raise ZeroDivisionError("the \x1b bug")


async def told(pilot):
    bug = "unexpected ZeroDivisionError: the"
    await wait_for(pilot, lambda: bug in "\n".join(screen_text(pilot.app)), "the bug")


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "toy_model.onnx"
    file.write_bytes(b"weights")
    return file


async def test_of_the_look_at_a_model(make_job, model, monkeypatch):
    monkeypatch.setattr(Answering, "made", [], raising=False)
    monkeypatch.setattr(Answering, "run", fall)
    monkeypatch.setattr(model_look, "LocalEngine", Answering)
    monkeypatch.setattr(model_eye, "_STILL_SECONDS", 0.01)

    def prepare(request, images):
        found = recognised()
        return used_as(request, "ab" * 32, found.profile, found)

    monkeypatch.setattr(model_picker, "prepare", prepare)
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        await look(pilot, model)
        await told(pilot)


async def test_of_the_reading_of_a_model(make_job, model, monkeypatch):
    monkeypatch.setattr(model_picker, "prepare", fall)
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("A", *"toy_mod")
        await told(pilot)


@pytest.mark.parametrize(
    ("key", "owner", "name"),
    [("E", Export, "losses"), ("B", Candidates, "propose")],
)
async def test_of_a_dialog_itself(make_job, monkeypatch, key, owner, name):
    monkeypatch.setattr(owner, name, property(fall) if name == "losses" else fall)
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press(key)
        await told(pilot)
