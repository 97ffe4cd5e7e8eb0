"""Digits that tick labels, where images have several."""

from __future__ import annotations

from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.dialogs.labels import LabelDialog


def _labels(session, sample_id):
    return [a.label for a in session.sample(sample_id).annotations]


async def test_digits_tick_and_confirm_goes_on(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("M")
        assert "digits tick labels; a confirms and goes on" in said(screen)
        await wait_for(
            pilot,
            lambda: "classification, several labels" in screen_text(pilot.app)[0],
            "the title",
        )
        await pilot.press("1", "3", "2", "1")
        assert screen.browser.current.id == 1
        assert _labels(session, 1) == ["traffic light", "dog"]
        assert session.sample(1).status is Status.UNLABELED
        assert said(screen) == "unticked cat on 000.png · a confirms, u undoes"
        await pilot.press("a")
        assert session.sample(1).status is Status.LABELED
        assert screen.browser.current.id == 2
        await pilot.press("M", "2")
        assert _labels(session, 2) == ["dog"]
        assert session.sample(2).status is Status.LABELED


async def test_what_is_to_be_confirmed_stays_there_while_it_is_ticked(make_job) -> None:
    session = make_job()
    auto_labeled(session, {1: 0.9, 2: 0.1})
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("M", "2")
        assert screen.browser.ids.tolist() == [1, 2]
        assert _labels(session, 1) == ["cat", "dog"]
        await pilot.press("enter")
        assert screen.browser.ids.tolist() == [2]


async def test_a_selection_is_ticked_as_a_whole_and_stays_selected(make_job) -> None:
    session = make_job()
    session.set_label([2], "dog")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("M", "*", "2", "1")
        assert [_labels(session, n) for n in (1, 2, 3)] == [["dog", "cat"]] * 3
        assert screen.browser.selected_count == 6
        await pilot.press("2")
        assert [_labels(session, n) for n in (1, 2, 3)] == [["cat"]] * 3
        await pilot.press("a")
        assert session.stats().labeled == 6


async def test_the_list_of_labels_ticks_too(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("M", "1", "l")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the dialog")
        await pilot.press(*"dog", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the job")
        assert _labels(session, 1) == ["cat", "dog"]


async def test_several_labels_are_ticked_in_the_list_of_labels(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("l")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the dialog")
        await pilot.press("space", "down", "tab", "down", "space", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the job")
        assert _labels(session, 1) == ["dog", "traffic light"]
        assert session.sample(1).status is Status.LABELED


async def test_no_objects_is_not_unlabeled(make_job) -> None:
    session = make_job(Task.DETECTION)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("O")
        assert session.sample(1).status is Status.LABELED
        assert _labels(session, 1) == []


async def test_detection_and_read_only_jobs_say_why_not(make_job) -> None:
    boxes = make_job(Task.DETECTION)
    async with app_on(boxes).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("M")
        assert "a box has one label" in said(screen)
    session = make_job()
    session.flush()
    with LabelingSession.open(session.path) as reader:
        async with app_on(reader).run_test(size=(80, 24)) as pilot:
            screen = await job_screen(pilot)
            await pilot.press("M")
            assert said(screen)
            assert not session.job.several
