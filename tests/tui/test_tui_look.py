"""A look at what a model says, by keys alone: accept it, or read the model otherwise."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from look_helpers import Answering, classifier, detector, look, recognised
from tui_helpers import app_on, screen_text, wait_for

from hardcase.errors import ModelError
from hardcase.inference import load_profile
from hardcase.inference.profile.schema import Decoder
from hardcase.model.job import Task
from hardcase.session.autolabel import model_look, pixel_check
from hardcase.session.autolabel.run_request import used_as
from hardcase.tui.canvas.canvas import ImageCanvas
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.widgets import model_picker
from hardcase.tui.workers import model_eye


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "toy_model.onnx"
    file.write_bytes(b"weights")
    return file


@pytest.fixture
def engines(monkeypatch):
    made = []
    monkeypatch.setattr(Answering, "made", made, raising=False)
    monkeypatch.setattr(model_look, "LocalEngine", Answering)
    monkeypatch.setattr(model_eye, "_STILL_SECONDS", 0.01)
    return made


@pytest.fixture
def taken_for(monkeypatch):
    """Say what any model is taken for, or the profile that is kept for it."""

    def say(found, kept=None):
        profile = kept or found.profile

        def prepare(request, images):
            assert list(images)
            return used_as(request, "ab" * 32, profile, None if kept else found)

        monkeypatch.setattr(model_picker, "prepare", prepare)
        monkeypatch.setattr(model_eye, "recognise_model", lambda _model, images: found)

    return say


def text(pilot):
    return "\n".join(screen_text(pilot.app))


def boxes(shown):
    return [(o.label, round(o.box.x1)) for o in shown.query_one(ImageCanvas).overlays]


async def test_what_a_model_is_and_says_is_shown_image_by_image_in_80x24(
    make_job, model, engines, taken_for
):
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, _ = await look(pilot, model)
        await wait_for(pilot, lambda: boxes(shown), "the boxes")
        said = text(pilot)
        for words in (
            "likely: YOLOv5 or YOLOv7",
            "told by shapes of outputs and a probe run",
            "it answers 126 rows",
            "image 1 of 5  000.png",
            "threshold   0.30",
            "1 box of classes left out",
            "enter accepts",
        ):
            assert words in said
        assert boxes(shown) == [("dog", 2), ("bus", 5)]
        await pilot.press("n")
        await wait_for(pilot, lambda: boxes(shown)[0] == ("cat", 2), "the next image")
        assert "image 2 of 5  001.png" in text(pilot)
        await pilot.press("N", "N")
        await wait_for(pilot, lambda: "image 5 of 5" in text(pilot), "round to the last")
        await pilot.press("o")
        assert not shown.query_one(ImageCanvas).overlays_visible
        assert len(engines) == 1


@pytest.mark.parametrize("height", [24, 60])
async def test_why_is_told_in_as_many_lines_as_the_picture_can_spare(
    make_job, model, engines, taken_for, height
):
    found, all_of_them = recognised(), height == 60
    taken_for(replace(found, reasons=(*found.reasons, "no names found: put labels.txt beside it")))
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, height)) as pilot:
        await look(pilot, model)
        await wait_for(pilot, lambda: "it answers 126 rows" in text(pilot), "the reasons")
        assert ("put labels.txt" in text(pilot)) is all_of_them
        assert ("would also fit YOLOX, exported decoded" in text(pilot)) is all_of_them


async def test_what_has_not_been_seen_yet_is_not_accepted(
    make_job, model, engines, taken_for, monkeypatch
):
    gate = threading.Event()
    run = Answering.run

    def slowly(self, items):
        gate.wait(60)
        yield from run(self, items)

    monkeypatch.setattr(Answering, "run", slowly)
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        _, answers = await look(pilot, model)
        await wait_for(pilot, lambda: "looking…" in text(pilot), "the model to begin")
        await pilot.press("enter")
        assert "still looking at this image" in text(pilot)
        gate.set()
        await wait_for(pilot, lambda: "looking…" not in text(pilot), "what it says")
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")


async def test_accepting_keeps_the_answer_beside_the_model_and_starts(
    make_job, model, engines, taken_for
):
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model)
        await wait_for(pilot, lambda: boxes(shown), "the boxes")
        await wait_for(pilot, lambda: len(shown._said[detector()]) == 5, "all of them")
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
    assert answers[0].model == model
    assert load_profile(model) == detector()
    assert "looked at 5" in model.with_suffix(".yaml").read_text()


async def test_another_family_changes_the_picture_and_is_what_is_kept(
    make_job, model, engines, taken_for
):
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model)
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 2), ("bus", 5)], "the boxes")
        await pilot.press("right")
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 20), ("bus", 5)], "the others")
        assert "as you read it: YOLOX, exported decoded" in text(pilot)
        assert "family 2 of 2: YOLOX, exported decoded" in text(pilot)
        await pilot.press("left")
        await wait_for(pilot, lambda: boxes(shown)[0] == ("dog", 2), "the first again")
        assert len(engines) == 2
        await pilot.press("l")
        await wait_for(pilot, lambda: len(shown._said[detector(Decoder.YOLOX_DECODED)]) == 5, "all")
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
    assert load_profile(model).decoder is Decoder.YOLOX_DECODED


async def test_the_threshold_is_tried_without_another_run_and_is_asked_for(
    make_job, model, engines, taken_for
):
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model)
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 2), ("bus", 5)], "the boxes")
        await pilot.press(*["down"] * 5, "right", "right")
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 2)], "less boxes")
        assert "threshold" in text(pilot)
        await wait_for(pilot, lambda: len(shown._said[detector()]) == 5, "all of them")
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
        assert len(engines) == 1
    assert answers[0].threshold == pytest.approx(0.4)


async def test_a_reading_that_cannot_be_run_is_told_and_not_accepted(
    make_job, model, engines, taken_for, monkeypatch
):
    taken_for(recognised())
    run = Answering.run

    def refusing(self, items):
        if self.profile.decoder is Decoder.YOLOX_DECODED:
            raise ModelError("its output is 1x126x8")
        return run(self, items)

    monkeypatch.setattr(Answering, "run", refusing)
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model)
        await pilot.press("right")
        await wait_for(pilot, lambda: "its output is 1x126x8" in text(pilot), "the reason")
        await pilot.press("enter")
        assert "read it otherwise" in text(pilot)
        assert pilot.app.screen is shown
        assert not answers
    assert not model.with_suffix(".yaml").exists()


async def test_going_back_keeps_nothing_and_ends_what_the_model_is_at(
    make_job, model, engines, taken_for
):
    taken_for(recognised())
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        await look(pilot, model)
        await wait_for(pilot, lambda: engines, "the engine")
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the form")
        await wait_for(pilot, lambda: engines[0].closed, "the end")
    assert not model.with_suffix(".yaml").exists()


async def test_what_cannot_be_kept_is_told_and_the_look_stays(
    make_job, model, engines, taken_for, monkeypatch
):
    taken_for(recognised())

    def full(_model, _answer):
        raise ModelError("the profile cannot be written: no space left")

    monkeypatch.setattr(model_eye, "keep_profile", full)
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model)
        await wait_for(pilot, lambda: len(shown._said.get(detector(), {})) == 5, "all of them")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "no space left" in text(pilot), "the reason")
        assert not answers


async def test_a_model_that_is_known_starts_at_once_and_can_be_looked_at_all_the_same(
    make_job, model, engines, taken_for
):
    taken_for(recognised(), kept=detector(Decoder.YOLOX_DECODED))
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, answers = await look(pilot, model, key="ctrl+o")
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 20), ("bus", 5)], "the boxes")
        assert "as it is kept: YOLOX, exported decoded" in text(pilot)
        await wait_for(pilot, lambda: "family" in text(pilot), "the other families")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the form")
        assert not model.with_suffix(".yaml").exists()
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
    assert answers[0].model == model


async def test_of_images_labeled_whole_the_best_labels_are_told(
    make_job, model, engines, taken_for
):
    taken_for(classifier())
    async with app_on(make_job(labels=("cat", "dog"))).run_test(size=(80, 24)) as pilot:
        shown, _ = await look(pilot, model)
        await wait_for(pilot, lambda: "0.70" in text(pilot), "the scores")
        lines = [line for line in screen_text(pilot.app) if "0.70" in line or "0.20" in line]
        assert "■ dog" in lines[0]
        assert "cat" in lines[1]
        await pilot.press(*["down"] * 4, *["right"] * 9)
        await wait_for(pilot, lambda: "none is likely enough" in text(pilot), "no label")
        assert "scores" in text(pilot)
        assert not boxes(shown)


async def test_labeled_images_settle_how_pixels_are_scaled_unless_the_user_did(
    make_job, model, engines, taken_for, monkeypatch
):
    found = classifier()
    scaled = replace(found.profile, input=replace(found.profile.input, scale=1.0))
    said = "right on 9 of 9 labeled images with 0 to 255, RGB: settled"

    def settled(_model, before, _labeled, _opened):
        return replace(before, profile=scaled, reasons=(*before.reasons, said))

    monkeypatch.setattr(pixel_check, "settled", settled)
    taken_for(found)
    session = make_job(count=12, labels=("cat", "dog"))
    for sample in list(session.samples()):
        session.set_label([sample.id], "cat" if sample.id % 2 else "dog")
    session.clear([1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await look(pilot, model)
        await wait_for(pilot, lambda: "0 to 255" in text(pilot), "the scale")
        assert said in text(pilot)


async def test_a_mapping_that_another_family_has_no_classes_for_is_told(
    make_job, model, engines, taken_for
):
    other = replace(detector(Decoder.YOLOX_DECODED), labels=("class_0", "class_1", "class_2"))
    taken_for(replace(recognised(), others=(other,)))
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        shown, _ = await look(pilot, model, keys=(*["tab"] * 4, *"bus=dog"))
        await wait_for(pilot, lambda: boxes(shown) == [("dog", 2), ("dog", 5)], "mapped boxes")
        await pilot.press("right")
        await wait_for(pilot, lambda: "knows no class 'bus'" in text(pilot), "the reason")
        assert "likely: YOLOv5 or YOLOv7" in text(pilot)
