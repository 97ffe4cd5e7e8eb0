from __future__ import annotations

import pytest
from tui_helpers import app_on, auto_labeled, job_screen, said, wait_for

from hardcase.model.job import HUMAN, Status, Task
from hardcase.session import Tab

UNLABELED, OPEN, LABELED = Status.UNLABELED, Status.TO_BE_CONFIRMED, Status.LABELED


def labels_of(session, sample_id) -> list[str]:
    return [a.label for a in session.sample(sample_id).annotations]


async def test_a_digit_labels_the_image_and_goes_on(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("2")
        assert labels_of(session, 1) == ["dog"]
        assert session.sample(1).status is LABELED
        assert screen.browser.current.id == 2
        assert said(screen) == "labeled 000.png dog · u undoes"


async def test_labeling_in_unlabeled_stays_at_the_index_where_the_next_one_is(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "1")
        assert screen.browser.cursor == 1
        assert screen.browser.current.id == 3
        assert len(screen.browser.ids) == 5


async def test_the_last_label_leaves_the_cursor_on_what_is_left(make_job) -> None:
    session = make_job(count=2)
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("G", "1")
        assert screen.browser.cursor == 0
        await pilot.press("1")
        assert screen.browser.current is None
        await pilot.press("1", "a", "x", "h", "space", "v", "*", "n", "j", "G", "l", "tab", "plus")
        assert session.stats().labeled == 2


async def test_a_digit_beyond_the_labels_says_so(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("9")
        assert "no label 9" in said(screen)
        assert session.stats().unlabeled == 6


@pytest.mark.parametrize("key", ["a", "enter"])
async def test_confirm_moves_it_to_labeled_and_the_next_one_is_there(make_job, key) -> None:
    session = make_job()
    auto_labeled(session, {2: 0.9, 4: 0.3})
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        assert screen.browser.current.id == 2  # the harder one first
        await pilot.press(key)
        assert session.sample(2).status is LABELED
        assert session.sample(2).labeled_by == HUMAN
        assert screen.browser.current.id == 4
        assert said(screen) == "confirmed 001.png · u undoes"


async def test_confirm_without_labels_explains_and_stays(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("a")
        assert said(screen).startswith("nothing to confirm")
        assert screen.browser.cursor == 0


async def test_confirm_passes_by_what_is_confirmed(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("a")
        assert screen.browser.cursor == 1


async def test_reject_returns_it_to_unlabeled(make_job) -> None:
    session = make_job()
    auto_labeled(session, {2: 0.9})
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("x")
        assert session.sample(2).status is UNLABELED
        assert labels_of(session, 2) == []


async def test_skip_goes_on_and_changes_nothing(make_job) -> None:
    session = make_job(count=2)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("s")
        assert screen.browser.cursor == 1
        await pilot.press("s")
        assert said(screen) == "this is the last one"
        assert session.stats().unlabeled == 2


async def test_undo_takes_back_the_label_and_goes_to_the_sample(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("1", "G", "u")
        assert session.sample(1).status is UNLABELED
        assert screen.browser.current.id == 1
        assert said(screen) == "undone: label 000.png cat"
        await pilot.press("G", "ctrl+r")
        assert session.sample(1).status is LABELED
        assert screen.browser.current.id == 1
        await pilot.press("ctrl+r")
        assert said(screen) == "nothing to redo"


async def test_undo_and_redo_stay_in_the_tab_and_tell_where_the_sample_is(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "1", "G", "u")
        assert screen.browser.tab is Tab.UNLABELED
        assert screen.browser.current.id == 2
        await pilot.press("ctrl+r")
        assert screen.browser.tab is Tab.UNLABELED
        assert screen.browser.current.id == 3
        assert said(screen) == "redone: label 001.png cat · now in Labeled"
        await pilot.press("right_square_bracket", "u")
        assert screen.browser.tab is Tab.LABELED
        assert said(screen) == "undone: label 001.png cat · now in Unlabeled"


async def test_undo_tells_of_a_filter_that_hides_the_sample(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("1", "slash", *"name:003", "enter", "u")
        assert screen.browser.current.id == 4
        assert said(screen) == "undone: label 000.png cat · the filter hides it"


async def test_hard_marks_are_set_and_cancelled(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("h")
        assert session.sample(1).hard
        assert screen.browser.cursor == 0
        await pilot.press("H")
        assert not session.sample(1).hard


async def test_a_selection_is_decided_on_as_one_change(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        changes: list[object] = []
        session.subscribe(changes.append)
        await pilot.press("space", "space", "j", "space", "h")
        assert [session.sample(i).hard for i in (1, 2, 3, 4)] == [True, True, False, True]
        assert len(changes) == 1
        assert said(screen) == "marked 3 samples hard · u undoes"
        assert screen.browser.selected_count == 0
        await pilot.press("u")
        assert session.stats().hard == 0


async def test_a_range_follows_the_cursor(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "v", "j", "j", "k")
        assert screen.browser.targets() == [2, 3]
        await pilot.press("v", "G")
        assert screen.browser.targets() == [2, 3]
        await pilot.press("escape")
        assert screen.browser.targets() == [6]


async def test_all_shown_can_be_labeled_at_once(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("*", "3")
        assert session.stats().labels["traffic light"] == 6


async def test_no_objects_is_a_label_in_detection(make_job) -> None:
    session = make_job(Task.DETECTION)
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("O")
        assert session.sample(1).status is LABELED
        assert screen.browser.current.id == 2


async def test_delete_removes_every_label(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("delete")
        assert session.sample(1).status is UNLABELED


async def test_tab_selects_boxes_and_a_digit_relabels_the_selected_one(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.7})
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: screen.preview.canvas.placement, "the picture")
        await pilot.press("3")
        assert said(screen) == "there is no box selected: tab goes from box to box"
        await pilot.press("tab", "tab", "3")
        assert labels_of(session, 1) == ["cat", "traffic light"]
        assert session.sample(1).status is OPEN
        assert screen.preview.canvas.selected == 1
        await pilot.press("shift+tab")
        assert screen.preview.canvas.selected == 0
        await pilot.press("j")
        assert screen.preview.box is None


async def test_the_only_box_needs_no_selecting(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.7})
    session.set_annotations(1, session.sample(1).annotations[:1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("2")
        assert labels_of(session, 1) == ["dog"]


async def test_a_change_of_many_samples_is_taken_back_only_when_asked_again(make_job) -> None:
    session = make_job(count=30)
    session.set_label(range(1, 31), "cat")
    session.mark_hard([1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("u")
        assert session.stats().hard == 0, "one sample is not asked about"
        await pilot.press("u")
        assert said(screen) == "u again takes back: label 30 samples cat"
        assert session.stats().labeled == 30
        await pilot.press("u")
        assert session.stats().labeled == 0


async def test_what_was_asked_is_asked_anew_once_something_else_was_said(make_job) -> None:
    session = make_job(count=30)
    session.set_label(range(1, 31), "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("u", "n", "u")
        assert session.stats().labeled == 30
        await pilot.press("u")
        assert session.stats().labeled == 0
        assert said(screen).startswith("took back")
