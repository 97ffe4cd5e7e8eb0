"""The auto-label dialog asks for an effort and an encoder, in the room that 80x24 leaves."""

from __future__ import annotations

import pytest
from tui_helpers import app_on, job_screen, screen_text, wait_for

from hardcase.inference import Effort, Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Run, Task
from hardcase.session.autolabel.run_request import used_as
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.auto_label_form import EFFORTS
from hardcase.tui.widgets import model_picker


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "toy_model.onnx"
    file.write_bytes(b"no model at all")
    spec = InputSpec(size=(8, 8))
    profile = Profile(Task.CLASSIFICATION, Decoder.CLASSIFIER, spec, ("car", "person", "a, b"))

    def prepare(request, images):
        return used_as(request, "ab" * 32, profile)

    monkeypatch.setattr(model_picker, "prepare", prepare)
    return file


async def dialog(pilot, resumed=None):
    screen = await job_screen(pilot)
    answers = []
    shown = AutoLabelDialog(screen.actions, screen.session, resumed)
    pilot.app.push_screen(shown, answers.append)
    await wait_for(
        pilot, lambda: pilot.app.screen is shown and shown.query("#effort"), "the dialog"
    )
    return shown, answers


async def test_all_of_it_fits_and_the_standard_effort_is_chosen(make_job):
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        shown, _ = await dialog(pilot)
        text = "\n".join(screen_text(pilot.app))
        assert "● standard" in text
        assert "Encoder" in text
        assert "Provider" in text
        assert "goes on" in text
        assert shown.query_one("#effort").value == "standard"


@pytest.mark.parametrize(
    ("keys", "effort"),
    [((), Effort.STANDARD), (("left",), Effort.QUICK), (("right",), Effort.THOROUGH)],
)
async def test_the_effort_chosen_and_the_encoder_typed_are_asked_for(
    make_job, model, keys, effort, tmp_path
):
    encoder = tmp_path / "encoder.onnx"
    encoder.write_bytes(b"")
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        shown, answers = await dialog(pilot)
        shown.query_one("#model").value = str(model)
        await pilot.press(*["tab"] * 5, *keys, "tab", *str(encoder)[:1])
        shown.query_one("#encoder").value = str(encoder)
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
        assert (answers[0].effort, answers[0].encoder) == (effort, encoder)


async def test_an_encoder_that_is_no_file_is_told(make_job, model):
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        shown, answers = await dialog(pilot)
        shown.query_one("#model").value = str(model)
        shown.query_one("#encoder").value = "none.onnx"
        await pilot.press("enter")
        await wait_for(
            pilot, lambda: "no such encoder" in "\n".join(screen_text(pilot.app)), "the reason"
        )
        assert not answers


@pytest.mark.parametrize(
    ("settings", "effort", "hint"),
    [
        ({"effort": "thorough"}, Effort.THOROUGH, "empty"),
        ({"effort": "quick", "encoder": {"sha256": "1"}}, Effort.QUICK, "give it again"),
        ({"effort": "heroic"}, Effort.STANDARD, "empty"),
        ({}, Effort.STANDARD, "empty"),
    ],
)
async def test_a_run_to_go_on_with_keeps_its_effort(make_job, settings, effort, hint):
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        shown, _ = await dialog(pilot, Run(1, "pre-label", "gone", settings=settings))
        assert shown.query_one("#effort").value == EFFORTS[effort]
        assert hint in shown.query_one("#encoder").placeholder


async def test_samples_that_a_person_began_are_not_counted_among_those_to_run(make_job):
    session = make_job(Task.DETECTION)
    total = session.stats().total
    session.set_annotations(1, [Annotation("cat", Box(1, 2, 11, 12))])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await dialog(pilot)
        words = f"empty takes {total - 1} unlabeled, not 1 begun by hand"
        assert words in "\n".join(screen_text(pilot.app))
