"""Taking samples back in that were deleted from the job."""

from __future__ import annotations

from tui_helpers import app_on, job_screen, said, wait_for

from hardcase.tui.dialogs.deleted import DeletedDialog
from hardcase.tui.screens.job import JobScreen


def paths(session) -> set[str]:
    return {sample.path for sample in session.samples()}


async def deleted_list(pilot) -> None:
    await pilot.press("U")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, DeletedDialog), "the list")


async def test_one_of_the_deleted_comes_back_and_the_others_stay_out(make_job) -> None:
    session = make_job(count=5)
    session.set_label([2], "cat")
    session.delete([1, 2, 3])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await deleted_list(pilot)
        await pilot.press("down", "enter")  # the first sample is under the cursor
        await wait_for(pilot, lambda: session.stats().total == 3, "the sample")
        assert paths(session) == {"001.png", "003.png", "004.png"}
        assert "1 new · deleted before: 1 · left out, deleted from the job: 2" in said(screen)
        assert session.stats().labeled == 0
        await pilot.press("u")
        assert session.stats().total == 2
        await deleted_list(pilot)
        assert pilot.app.screen.rows.count == 4, "three, and the row that stands for all"


async def test_what_is_ticked_comes_back_and_the_first_row_stands_for_all_shown(make_job) -> None:
    session = make_job(names=["a1.png", "a2.png", "b1.png", "b2.png", "b3.png"])
    session.delete([1, 2, 3, 4])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await deleted_list(pilot)
        await pilot.press("tab", "b", "up", "tab", "enter")
        await wait_for(pilot, lambda: session.stats().total == 4, "the samples")
        assert paths(session) == {"a1.png", "b1.png", "b2.png", "b3.png"}


async def test_a_filter_that_leaves_none_takes_none_back(make_job) -> None:
    session = make_job(count=3)
    session.delete([1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await deleted_list(pilot)
        await pilot.press("z", "tab", "enter")
        assert isinstance(pilot.app.screen, DeletedDialog)
        await pilot.press("escape")
        assert session.stats().total == 2


async def test_where_nothing_was_deleted_that_is_said(make_job) -> None:
    session = make_job(count=3)
    session.delete([1])
    session.undo()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("U")
        assert said(screen) == "nothing was deleted from this job"
        assert isinstance(pilot.app.screen, JobScreen)
