"""Help and the keys that work everywhere: what is read first, how it scrolls, how it quits."""

from __future__ import annotations

import pytest
from tui_helpers import app_on, job_screen, screen_text, wait_for

from hardcase.model.job import Task
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.dialogs.label_list import LabelListDialog


async def help_of(pilot) -> HelpDialog:
    await pilot.press("question_mark")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, HelpDialog), "the help")
    return pilot.app.screen


async def test_help_begins_with_the_place_one_is_in_and_tells_digits_in_one_row(make_job) -> None:
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await help_of(pilot)
        lines = [line.partition("│")[2].strip(" │▌") for line in screen_text(pilot.app)]
        first = next(n for n, line in enumerate(lines) if line.startswith("type to filter:")) + 1
        assert lines[first].startswith("In a job")
        (labels,) = [line for line in lines if "Set that label" in line]
        assert labels.startswith("1-9 0 ")
        assert not [line for line in lines if "Set label 2" in line]


async def test_help_scrolls_by_pages_and_to_either_end(make_job) -> None:
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        rows = (await help_of(pilot)).rows
        await pilot.press("pagedown")
        await wait_for(pilot, lambda: rows.scroll_offset.y > 0, "a page down")
        await pilot.press("end")
        await wait_for(pilot, lambda: rows.cursor == rows.count - 1, "the last row")
        last = rows.scroll_offset.y
        await pilot.press("pageup", "pageup")
        await wait_for(pilot, lambda: rows.scroll_offset.y < last, "pages up")
        await pilot.press("home")
        await wait_for(pilot, lambda: rows.scroll_offset.y == 0, "the first page")


async def test_what_is_said_over_a_dialog_without_a_line_for_it_is_told_under_it(make_job) -> None:
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        (await help_of(pilot)).say("slow line")
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the job")
        await wait_for(pilot, lambda: "slow line" in "".join(screen_text(pilot.app)), "the line")


async def test_home_goes_along_what_is_typed(make_job) -> None:
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        dialog = await help_of(pilot)
        await pilot.press(*"ndo", "home", "u")
        await wait_for(pilot, lambda: dialog.focused.value == "undo", "the line")


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "HARDCASE_KEYMAP"])
async def test_help_names_the_keymap_that_is_read(variable, make_job, monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv(variable, "/home/someone/own")
    expected = "~/own/hardcase/keymap.yaml" if variable == "XDG_CONFIG_HOME" else "~/own"
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await help_of(pilot)
        assert f"Set your own keys in {expected} " in "\n".join(screen_text(pilot.app))


@pytest.mark.parametrize("opening", ["question_mark", "ctrl+p", "L", "A", "l", "E"])
@pytest.mark.parametrize("quitting", ["ctrl+q", "ctrl+c"])
async def test_quitting_works_over_whatever_lies_over_a_job(opening, quitting, make_job) -> None:
    app = app_on(make_job())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press(opening)
        await wait_for(pilot, lambda: app.screen is not screen, "something over it")
        await pilot.press(quitting)
        await wait_for(pilot, lambda: app.return_code is not None, "the end")
        assert app.return_code == 0


async def test_quitting_while_a_name_is_typed_alters_nothing(make_job) -> None:
    session = make_job(Task.DETECTION)
    before = session.labels
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("L", "b", *"bird")
        await wait_for(pilot, lambda: isinstance(app.screen, LabelListDialog), "the labels")
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: app.return_code is not None, "the end")
    assert session.labels == before
