from __future__ import annotations

from textual.events import Key
from tui_helpers import LABELS, app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import Label, Status, Task
from hardcase.session import Tab
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.dialogs.labels import LabelDialog, NameInput, matching
from hardcase.tui.screens.job import JobScreen


def labels_of(session, sample_id) -> list[str]:
    return [a.label for a in session.sample(sample_id).annotations]


async def opened(pilot, dialog, *keys) -> None:
    await pilot.press(*keys)
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, dialog), dialog.__name__)


async def closed(pilot) -> JobScreen:
    return await job_screen(pilot)


def test_labels_match_by_letters_in_order_best_first() -> None:
    labels = [
        Label(n, name, "#ffffff", n)
        for n, name in enumerate(("light", "traffic light", "lt", "dog"))
    ]
    assert [m.name for m in matching(labels, "lt")] == ["lt", "light", "traffic light"]
    assert [m.name for m in matching(labels, "tra l")] == ["traffic light"]
    assert matching(labels, "zebra") == []


async def test_typing_narrows_the_labels_and_enter_picks(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        await pilot.press(*"traf", "enter")
        screen = await closed(pilot)
        await wait_for(pilot, lambda: labels_of(session, 1) == ["traffic light"], "the label")
        assert screen.browser.cursor == 1


async def test_a_new_name_is_added_and_set(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        await pilot.press(*"blue bird", "enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["blue bird"], "the label")
        assert [n.name for n in session.labels] == [*LABELS, "blue bird"]


async def test_space_ticks_several_labels(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        await pilot.press("space", "down", "space", "down", "tab", "enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["dog", "traffic light"], "labels")
        assert session.sample(1).status is Status.LABELED


async def test_a_tick_gives_the_label_to_those_of_a_selection_that_lack_it(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("space", "space")
        await opened(pilot, LabelDialog, "l")
        await pilot.press("space", "enter")
        await wait_for(pilot, lambda: labels_of(session, 2) == ["cat"], "the label")
        assert labels_of(session, 1) == ["cat"]


async def test_one_answer_of_several_labels_is_one_change_and_one_undo(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        changes: list[object] = []
        session.subscribe(changes.append)
        await opened(pilot, LabelDialog, "l")
        await pilot.press("space", "down", "space", *"owl", "tab", "enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["dog", "owl"], "the labels")
        assert len(changes) == 1
        await pilot.press("u")
        assert labels_of(session, 1) == ["cat"]
        assert [label.name for label in session.labels] == list(LABELS)


async def test_a_new_label_for_an_image_is_one_change(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        changes: list[object] = []
        session.subscribe(changes.append)
        await opened(pilot, LabelDialog, "l")
        await pilot.press(*"owl", "enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["owl"], "the label")
        assert len(changes) == 1


async def test_the_answer_is_for_the_samples_that_were_asked_about(make_job) -> None:
    session = make_job()
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        session.set_label([1], "dog")  # leaves the list meanwhile, as at the end of a run
        await pilot.press("enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["cat"], "the label")
        assert labels_of(session, 2) == []


async def test_a_tick_acts_before_the_next_key_can_move_the_cursor(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        dialog = pilot.app.screen
        dialog.query_one(NameInput).on_key(Key("space", " "))
        dialog.action_dialog_down()
        await pilot.press("enter")
        await wait_for(pilot, lambda: labels_of(session, 1) == ["cat"], "the label")


async def test_escape_changes_nothing(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        await pilot.press("space", "escape")
        await closed(pilot)
        assert session.stats().unlabeled == 6


async def test_in_detection_the_list_relabels_the_box(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.9})
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("tab")
        await opened(pilot, LabelDialog, "l")
        await pilot.press(*"traf", "enter")
        await wait_for(
            pilot, lambda: labels_of(session, 1) == ["traffic light", "dog"], "the label"
        )


async def test_help_lists_the_keys_and_filters(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await opened(pilot, HelpDialog, "question_mark")
        assert pilot.app.screen._draw(0, 40)[0][1] == "strong"  # a heading
        await pilot.press(*"hard example")
        await wait_for(
            pilot,
            lambda: any("Cancel Hard Example" in t for t in screen_text(pilot.app)),
            "the action",
        )
        assert not any("Zoom in" in t for t in screen_text(pilot.app))
        await pilot.press(*"xyz")
        await wait_for(
            pilot,
            lambda: any("No action and no key" in t for t in screen_text(pilot.app)),
            "word that nothing matches",
        )
        await pilot.press("escape")
        await closed(pilot)


async def test_the_palette_runs_any_action(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: not isinstance(pilot.app.screen, JobScreen), "the palette")
        await pilot.press(*"confirm hard example")
        await wait_for(
            pilot, lambda: any("set the mark" in t for t in screen_text(pilot.app)[2:]), "the hit"
        )
        await pilot.press("enter")
        screen = await closed(pilot)
        await wait_for(pilot, lambda: session.sample(1).hard, "the mark")
        assert "hard" in said(screen)


async def test_a_listed_digit_picks_its_label_while_nothing_is_typed(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await opened(pilot, LabelDialog, "l")
        await pilot.press("2")
        await closed(pilot)
        await wait_for(pilot, lambda: labels_of(session, 1) == ["dog"], "the label")


async def test_a_digit_is_typed_where_a_label_begins_with_it_or_none_is_listed(make_job) -> None:
    session = make_job(labels=("cat", "2 dogs"))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        for digit in ("2", "7"):
            await opened(pilot, LabelDialog, "l")
            await pilot.press(digit)
            line = pilot.app.screen.query_one(NameInput)
            await wait_for(pilot, lambda line=line, digit=digit: line.value == digit, "the line")
            await pilot.press("escape")
            await closed(pilot)
    assert labels_of(session, 1) == []
