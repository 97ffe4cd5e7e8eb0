"""Undo of a change that brought samples into the job."""

from __future__ import annotations

from tui_helpers import app_on, job_screen, said, wait_for

from hardcase.model.changes import Edit, Table
from hardcase.model.job import Sample
from hardcase.session import Tab


async def test_samples_that_undo_takes_out_of_the_job_leave_the_list(make_job) -> None:
    session = make_job(count=3)
    new = [Sample(key, f"collected/{key}.png") for key in (4, 5)]
    session.commit("collect 2 of 2 images", [Edit(Table.SAMPLES, s.id, None, s) for s in new])
    async with app_on(session, Tab.UNLABELED).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("G", "u")
        await wait_for(
            pilot, lambda: "took back the change: collect 2 of 2 images" in said(screen), "the undo"
        )
        assert [s.id for s in session.samples()] == [1, 2, 3]
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: len([*session.samples()]) == 5, "the redo")
        await wait_for(pilot, lambda: screen.browser.current.id == 4, "the first that came back")
