"""What the app says: it fits, it is about what is shown, and it refuses before it asks."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App
from tui_helpers import app_on, auto_labeled, job_screen, make_images, said, screen_text, wait_for

from hardcase.imaging.tags import clusters
from hardcase.model.job import Sample, Status, Task
from hardcase.session import LabelingSession
from hardcase.session.autolabel.run_request import PreparedRun
from hardcase.session.demo import asset
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.label_list import LabelListDialog
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.dialogs.models_nearby import of_no_use
from hardcase.tui.dialogs.new_job import NewJobDialog
from hardcase.tui.gallery.tile import _unjoined
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.details import details
from hardcase.tui.widgets.lines import Reason
from hardcase.tui.widgets.sample_rows import sample_row
from hardcase.tui.widgets.text import fit, shorten


@given(st.text(), st.integers(0, 60))
def test_what_is_shortened_fits(text, width) -> None:
    assert cell_len(shorten(text, width)) <= width


def test_a_message_is_cut_between_words_and_keeps_the_key_at_its_end() -> None:
    text = "took back the change: delete 40 samples of several folders · ^r brings them back"
    shown = shorten(text, 60)
    assert shown == "took back the change: delete 40… · ^r brings them back"
    assert shorten(text, 100) == text


async def test_an_error_of_an_image_goes_when_another_is_shown(make_job) -> None:
    session = make_job(count=3)
    (session.root / "001.png").write_bytes(b"")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j")
        await wait_for(pilot, lambda: "001.png is empty" in said(screen), "the error")
        await pilot.press("G")
        await wait_for(pilot, lambda: screen.browser.cursor == 2, "the last")
        assert said(screen) == ""


async def test_a_read_only_job_refuses_a_new_label_at_once(make_job) -> None:
    session = make_job()
    with LabelingSession.open(session.root, read_only=True) as reader:
        app = app_on(reader)
        async with app.run_test(size=(80, 24)) as pilot:
            await job_screen(pilot)
            await pilot.press("L")
            await wait_for(pilot, lambda: isinstance(app.screen, LabelListDialog), "the labels")
            for key in "brm":
                await pilot.press(key)
                assert "read-only" in "\n".join(screen_text(app))
                assert app.focused is None


async def test_deleting_files_says_so_where_there_are_none(make_job) -> None:
    session = make_job(count=2)
    (session.root / "000.png").unlink()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("S")
        await wait_for(pilot, lambda: session.sample(1).missing, "the sync")
        await pilot.press("ctrl+d")
        await wait_for(pilot, lambda: said(screen).startswith("its file is gone already"), "line")
        assert pilot.app.screen is screen
        await pilot.press("right_square_bracket", "right_square_bracket", "ctrl+d")
        await wait_for(pilot, lambda: said(screen) == "there is nothing to delete", "the line")


class Alone(App[None]):
    def compose(self):
        yield Choice(["one", "two"])


async def test_arrows_stop_at_either_end_of_a_choice_and_space_goes_around() -> None:
    async with Alone().run_test() as pilot:
        choice = pilot.app.query_one(Choice)
        choice.focus()
        for key, value in (("left", "one"), ("right", "two"), ("right", "two"), ("space", "one")):
            await pilot.press(key)
            await wait_for(pilot, lambda value=value: choice.value == value, value)


async def test_the_word_chosen_is_marked_and_no_blank_beside_it() -> None:
    async with Alone().run_test() as pilot:
        choice = pilot.app.query_one(Choice)
        choice.focus()
        await wait_for(pilot, lambda: choice.has_focus, "the focus")
        marked = [choice.render().plain[s.start : s.end] for s in choice.render().spans if s.style]
        assert choice.render().plain == "● one   ○ two"
        assert marked == ["● one"]


def test_details_tell_which_digit_sets_which_label_where_a_line_is_free() -> None:
    sample = Sample(1, "a.png", Status.UNLABELED)
    colours = {"cat": "#ffffff", "dog": "#000000"}
    for task, rows, told in (
        (Task.CLASSIFICATION, 6, True),
        (Task.CLASSIFICATION, 2, False),
        (Task.DETECTION, 6, False),
    ):
        assert ("1 cat  2 dog" in details(sample, task, colours, None, (40, rows)).plain) is told


def test_reasons_left_out_are_counted_one_as_one() -> None:
    sample = Sample(1, "a.png", Status.TO_BE_CONFIRMED, reasons=(1, 2, 20, 11))
    shown = [details(sample, Task.DETECTION, {}, None, (200, n)).plain for n in range(3, 9)]
    assert any("… 1 more reason\n" in text or "… 2 more reasons" in text for text in shown)
    assert not any("1 more reasons" in text for text in shown)


def test_a_long_name_in_the_list_keeps_its_start_and_its_end() -> None:
    sample = Sample(1, f"first{'x' * 90}last.png", Status.UNLABELED)
    row = sample_row(
        sample, Task.DETECTION, 40, under_cursor=False, selected=False, scored=False, colours={}
    )
    name = next(text for text, _ in row if "…" in text)
    assert name.startswith("first")
    assert name.rstrip().endswith("last.png")


def test_a_name_of_joined_signs_is_cut_by_the_cells_it_takes() -> None:
    name = "🍎 emoji 👩\u200d👩\u200d👧.jpg"
    shown = fit(_unjoined(name), 14)
    assert "…" in shown
    assert sum(cells for _, cells in clusters(shown)) == 14


async def test_slash_in_quick_review_opens_a_list_that_letters_filter(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.2, 2: 0.6})
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("r")
        await wait_for(pilot, lambda: app.screen is not screen, "quick review")
        review = app.screen
        await pilot.press("slash")
        await wait_for(pilot, lambda: isinstance(app.screen, LabelDialog), "the labels")
        await pilot.press(*"dog", "enter")
        await wait_for(pilot, lambda: app.screen is review, "quick review")
        await wait_for(pilot, lambda: review.review.names[review.shown.label] == "dog", "dogs")
        assert not review.review.pending.any()


def test_models_of_the_other_task_are_of_no_use() -> None:
    models = [asset("models", name) for name in ("flower_classifier.onnx", "fruit_detector.onnx")]
    assert of_no_use(models, Task.DETECTION) == {models[0]}
    assert of_no_use(models, Task.CLASSIFICATION) == {models[1]}


async def test_a_model_that_fits_the_task_is_offered_first(make_job) -> None:
    app = app_on(make_job(Task.DETECTION))
    async with app.run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(app.screen, AutoLabelDialog), "the dialog")
        picker = app.screen._picker
        await wait_for(pilot, lambda: picker.path is not None, "a model")
        await wait_for(pilot, lambda: picker.read(picker.path) is not None, "what it is")
        read = picker.read(picker.path)
        assert isinstance(read, PreparedRun)
        assert read.profile.task is Task.DETECTION


async def test_why_a_model_cannot_be_used_is_told_whole_with_room_for_the_problem(make_job) -> None:
    session = make_job()
    name = "a_model_whose_name_is_long_enough_for_a_line_of_its_own.onnx"
    (session.root / name).write_bytes(b"no model")
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(app.screen, AutoLabelDialog), "the dialog")
        dialog = app.screen
        await pilot.press(*"own.onnx")
        about = dialog.query_one("#about", Reason)
        await wait_for(pilot, lambda: name in about.text, "the reason")
        end = about.text.split()[-1]
        await wait_for(pilot, lambda: end in "\n".join(screen_text(app)), "the end of it")
        await pilot.press("enter")
        problem = dialog.query_one("#problem", Reason)
        await wait_for(pilot, lambda: end in problem.text, "the problem")
        await wait_for(pilot, lambda: problem.region.height == 2, "two lines")
        assert dialog.query_one(".box").content_region.contains_region(problem.region)


async def test_a_task_that_cannot_use_the_annotations_there_are_says_so(tmp_path) -> None:
    folder = make_images(tmp_path / "pictures", ["a.png"])
    image = {"id": 1, "file_name": "a.png", "width": 40, "height": 30}
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81}
    coco = {
        "images": [image],
        "annotations": [box],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    }
    (folder / "annotations.json").write_text(json.dumps(coco))
    async with app_on(None, new_from=folder).run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        task, problem = dialog.query_one("#task", Choice), dialog.query_one("#problem", Reason)
        await wait_for(pilot, lambda: task.value == "detection", "the look")
        await pilot.press("right")
        assert task.value == "detection"
        assert problem.text == ""
        await pilot.press("left")
        await wait_for(pilot, lambda: "only for detection" in problem.text, "the reason")
        await pilot.press("right")
        await wait_for(pilot, lambda: problem.text == "", "that it can")


async def test_a_detection_job_without_boxes_says_how_they_come(make_job) -> None:
    async with app_on(make_job(Task.DETECTION)).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        for key in ("l", "1"):
            await pilot.press(key)
            await wait_for(
                pilot, lambda: said(screen) == "there is no box here: e draws boxes", "the line"
            )
            screen.say("")
        await pilot.press("a")
        told = "nothing to confirm: e draws boxes, O says there are no objects"
        await wait_for(pilot, lambda: said(screen) == told, "the line")
        assert "labels" not in screen_text(pilot.app)[-1]


async def test_a_long_filter_leaves_room_for_what_it_found(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        screen.browser.set_filter("name:" + "0" * 60)
        screen.show_list()
        await wait_for(pilot, lambda: "filter name:" in screen_text(pilot.app)[0], "the title")
        assert ": 0 " in screen_text(pilot.app)[0]
        await pilot.press("escape")
        await wait_for(pilot, lambda: said(screen) == "the filter is cleared", "the line")
