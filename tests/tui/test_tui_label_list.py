"""The list of labels: every key acts at once."""

from __future__ import annotations

import pytest
from tui_helpers import app_on, job_screen, screen_text, wait_for

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Task
from hardcase.tui.dialogs.label_list import LabelListDialog


@pytest.fixture
def session(make_job):
    """A classification job with the labels cat, dog, traffic light; two dogs and a cat."""
    session = make_job(task=Task.CLASSIFICATION)
    session.set_label([1, 2], "dog")
    session.set_label([3], "cat")
    return session


def names(session) -> list[str]:
    return [label.name for label in session.labels]


def shown(pilot, text: str) -> bool:
    return any(text in line for line in screen_text(pilot.app))


async def open_list(pilot) -> None:
    await job_screen(pilot)
    await pilot.press("L")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelListDialog), "the list")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_labels_are_listed_with_digit_and_count(session, size) -> None:
    async with app_on(session).run_test(size=size) as pilot:
        await open_list(pilot)
        lines = screen_text(pilot.app)
        row = next(line for line in lines if " dog " in line and "images" in line)
        assert "2 ■ dog" in row
        assert "2 images" in row
        assert any("q close" in line for line in lines)


async def test_a_label_is_renamed_on_every_sample(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("j", "r", *(["backspace"] * 3), *"hound", "enter")
        await wait_for(pilot, lambda: names(session)[1] == "hound", "the new name")
        assert session.sample(1).annotations[0].label == "hound"
        await wait_for(pilot, lambda: shown(pilot, "hound (was dog)"), "its row")


async def test_merging_asks_for_the_other_label(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("j", "m")
        await wait_for(pilot, lambda: shown(pilot, "merge dog into which?"), "question")
        await pilot.press("k", "enter")
        await wait_for(pilot, lambda: names(session) == ["cat", "traffic light"], "the merge")
        assert session.sample(1).annotations[0].label == "cat"


async def test_escape_drops_the_question_first_and_then_closes(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("j", "m", "escape", "enter")
        assert isinstance(pilot.app.screen, LabelListDialog)
        assert len(names(session)) == 3
        await pilot.press("escape")
        await job_screen(pilot)


async def test_delete_acts_at_once_and_undo_brings_it_back(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("j", "d")
        await wait_for(pilot, lambda: "dog" not in names(session), "deletion")
        await wait_for(pilot, lambda: shown(pilot, "deleted label dog · u undoes"), "the way back")
        await pilot.press("u")
        await wait_for(pilot, lambda: "dog" in names(session), "undo")
        assert session.sample(2).annotations[0].label == "dog"


async def test_a_label_moves_with_the_cursor(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("J", "J", "K")
        await wait_for(pilot, lambda: names(session) == ["dog", "cat", "traffic light"], "order")


async def test_a_label_is_added_and_its_colour_changed(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("b", *"quail", "enter")
        await wait_for(pilot, lambda: names(session)[-1] == "quail", "the label")
        before = session.labels[-1].colour
        await pilot.press("c")
        await wait_for(pilot, lambda: session.labels[-1].colour != before, "the colour")


async def test_what_is_wrong_is_said_in_place(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("r", *(["backspace"] * 3), *"dog", "enter")
        await wait_for(pilot, lambda: shown(pilot, "merge 'cat' into it"), "the problem")
        assert names(session)[0] == "cat"


async def test_a_name_that_is_there_stays_to_be_corrected(session) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("b", *"dog", "enter")
        await wait_for(pilot, lambda: shown(pilot, "there is that label"), "the problem")
        await pilot.press("u", "enter")  # the letter, not undo
        await wait_for(pilot, lambda: names(session)[-1] == "dogu", "the corrected name")
        assert session.sample(3).annotations[0].label == "cat"


async def test_a_change_of_many_samples_is_taken_back_only_when_asked_again(make_job) -> None:
    session = make_job(count=30)
    session.set_label(range(1, 31), "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        await pilot.press("u")
        await wait_for(pilot, lambda: shown(pilot, "u again takes back: label 30 samples"), "ask")
        assert session.stats().labeled == 30
        await pilot.press("u")
        await wait_for(pilot, lambda: shown(pilot, "took back"), "undo")
        assert session.stats().labeled == 0


async def test_boxes_and_images_of_labels_stand_in_columns(make_job) -> None:
    session = make_job(Task.DETECTION)
    boxes = [Annotation("cat", Box(n, 1, n + 5, 9)) for n in range(3)]
    session.set_annotations(1, boxes)
    session.set_annotations(2, [Annotation("dog", Box(1, 1, 5, 9))])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await open_list(pilot)
        cat, dog, other = (
            next(line for line in screen_text(pilot.app) if f"■ {name}" in line)
            for name in ("cat", "dog", "traffic light")
        )
        assert "3 boxes" in cat
        assert "1 box " in dog
        assert cat.rindex("1 image") == dog.rindex("1 image")
        assert "unused" in other
