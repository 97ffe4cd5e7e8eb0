"""Where one was, and the decisions to go back to."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.session import LabelingSession, Tab
from hardcase.tui.dialogs.decisions import DecisionsDialog, clock
from hardcase.tui.screens.job import JobScreen


async def listed(pilot) -> DecisionsDialog:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, DecisionsDialog), "the list")
    return pilot.app.screen


async def test_the_last_decisions_are_listed_and_enter_goes_to_the_sample(make_job) -> None:
    session = make_job()
    auto_labeled(session, {n: n / 10 for n in range(1, 7)})
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("a", "2", "h")  # samples 6, 5 and 4
        await pilot.press("W")
        await listed(pilot)
        lines = [line for line in screen_text(pilot.app) if "00" in line and ":" in line[:40]]
        found = "\n".join(screen_text(pilot.app))
        for words in ("confirmed 005.png", "labeled 004.png dog", "marked 003.png hard"):
            assert words in found, lines
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
        assert screen.browser.tab is Tab.LABELED
        assert screen.browser.current.path == "005.png"
        assert said(screen) == "005.png · now in Labeled"


async def test_going_back_lifts_a_filter_that_hides_the_sample(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        screen.filtering.filter_typed("name:003")
        await pilot.press("W", "enter")
        await wait_for(pilot, lambda: said(screen).startswith("000.png"), "the sample")
        assert screen.browser.current.id == 1
        assert "without the filter" in said(screen)


async def test_at_most_ten_are_listed_and_what_was_undone_is_none(make_job) -> None:
    session = make_job()
    for n in range(12):
        session.mark_hard([n % 6 + 1])
        session.unmark_hard([n % 6 + 1])
    session.undo()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("W")
        dialog = await listed(pilot)
        assert len(dialog._steps) == 10
        assert dialog._steps[0].title.startswith("mark ")


async def test_a_deleted_sample_is_told_with_what_brings_it_back(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("W")
        assert said(screen) == "nothing was decided yet"
        await pilot.press("D", "W")
        await listed(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "no longer in the job; u brings" in said(screen), "the line")


async def test_a_job_opens_where_it_was_left_in_every_tab(make_job) -> None:
    session = make_job()
    session.set_label([4, 5, 6], "cat")
    async with app_on(session, None).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "]", "j", "]", "j", "j")
        assert screen.browser.tab is Tab.LABELED
    with LabelingSession.open(session.path) as again:
        history = next(again.history()).seq
        async with app_on(again, None).run_test(size=(80, 24)) as pilot:
            screen = await job_screen(pilot)
            assert (screen.browser.tab, screen.browser.current.id) == (Tab.LABELED, 6)
            assert screen.rows.scroll_offset.y == 0  # what is above it is in sight
            await pilot.press("[")
            assert (screen.browser.tab, screen.browser.current.id) == (Tab.UNLABELED, 2)
            await pilot.press("[")
            assert (screen.browser.tab, screen.browser.current.id) == (Tab.ALL, 2)
            assert next(again.history()).seq == history


def test_decisions_of_today_tell_the_time_and_older_ones_the_day() -> None:
    present = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
    assert ":" in clock("2026-03-05T11:58:00Z", present)
    assert clock("2026-03-01T11:58:00Z", present) == "01 Mar"
    assert clock("nonsense", present) == "nonsen"
