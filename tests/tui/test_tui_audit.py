"""`B`: the easy rest confirmed unseen, after a random check of it."""

from __future__ import annotations

import pytest
from tui_helpers import app_on, job_screen, said, wait_for

from hardcase.model.audit import AuditState
from hardcase.session import LabelingSession, Tab
from hardcase.session.judging import audit
from hardcase.tui.dialogs.audit import AuditDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.widgets.lines import TitleLine
from queued_job import queued

EASY = [0.001] * 100 + [0.9] * 20


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with queued(tmp_path / "job", EASY) as session:
        yield session


def title(screen) -> str:
    return screen.query_one(TitleLine).render().plain


async def ask(pilot, percent: str) -> None:
    """Press B, type a share, and take what it comes to."""
    await pilot.press("B")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, AuditDialog), "the dialog")
    await pilot.press("ctrl+u", *percent, "enter")


async def test_a_check_is_asked_for_shown_counted_and_the_rest_confirmed(job) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None, "the draw")
        await wait_for(pilot, lambda: screen.is_current)
        open_ = audit.under_way(job)
        assert screen.browser.tab is Tab.TO_BE_CONFIRMED
        assert tuple(screen.browser.ids.tolist()) == open_.checks
        assert f"check 0 of {open_.drawn}, 0 wrong" in title(screen)
        await pilot.press("a", "a")
        assert f"check 2 of {open_.drawn}, 0 wrong" in title(screen)
        assert tuple(screen.browser.ids.tolist()) == open_.checks[2:]
        await pilot.press("*", "a")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await pilot.press("enter", "enter")  # meant for samples: it is pressed for each of them
        assert isinstance(pilot.app.screen, ConfirmDialog)
        await pilot.press("y")
        await wait_for(pilot, lambda: audit.under_way(job) is None, "the confirmation")
        assert job.audits[0].state is AuditState.CONFIRMED
        assert said(screen).startswith(f"confirmed {open_.size - open_.drawn} unseen, at most ")
        assert len(job.query(expression="by:audit")) == open_.size - open_.drawn
        assert not screen.check.showing
        await pilot.press("u", "u")
        assert len(job.query(expression="by:audit")) == 0


async def test_one_mistake_too_many_ends_it_and_says_so(job) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        allowed = audit.under_way(job).allowed
        for _ in range(allowed + 1):
            await pilot.press("2")
        await wait_for(pilot, lambda: audit.under_way(job) is None, "the end")
        assert job.audits[0].state is AuditState.FAILED
        assert said(screen).startswith("the check failed: ")
        assert len(screen.browser.ids) == 120 - allowed - 1


async def test_it_is_left_kept_and_gone_on_with_after_closing(job, tmp_path) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        open_ = audit.under_way(job)
        await pilot.press("a", "escape")
        assert "B goes on with it" in said(screen)
        assert len(screen.browser.ids) == 119
    job.close()
    with LabelingSession.open(tmp_path / "job") as again:
        async with app_on(again).run_test(size=(80, 24)) as pilot:
            screen = await job_screen(pilot)
            await pilot.press("B")
            await wait_for(pilot, lambda: screen.check.showing, "the check")
            assert tuple(screen.browser.ids.tolist()) == open_.checks[1:]
            assert f"check 1 of {open_.drawn}" in title(screen)


async def test_saying_no_at_the_end_keeps_it_for_later(job) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        await pilot.press("*", "a")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await pilot.press("escape")
        await wait_for(pilot, lambda: screen.is_current and not screen.check.showing)
        assert audit.under_way(job) is not None
        await pilot.press("B")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "it again")


@pytest.mark.parametrize("typed", ["0", "100", "x", "-1", "nan"])
async def test_a_share_that_is_none_is_explained(job, typed) -> None:
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await ask(pilot, typed)
        problem = pilot.app.screen.query_one("#problem")
        await wait_for(pilot, lambda: "give a share" in problem.text)
        assert audit.under_way(job) is None


async def test_a_set_that_is_too_small_is_declined_in_the_dialog(job) -> None:
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await ask(pilot, "1")
        plan = pilot.app.screen.query_one("#plan")
        await wait_for(
            pilot,
            lambda: "of 120 samples would have to be checked" in plan.render().plain,
            "the refusal",
        )
        assert isinstance(pilot.app.screen, AuditDialog)


async def test_the_check_shows_beside_other_tabs_and_a_read_only_job_has_none(
    job, tmp_path
) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        checks = audit.under_way(job).checks
        await pilot.press("]")
        assert len(screen.browser.ids) == 120
        await pilot.press("[")
        assert tuple(screen.browser.ids.tolist()) == checks
        job.flush()
    reader = LabelingSession.open(tmp_path / "job", read_only=True)
    async with app_on(reader).run_test() as pilot:
        screen = await job_screen(pilot)
        await pilot.press("B")
        assert "read-only" in said(screen)


async def test_leaving_a_check_keeps_it_and_the_title_says_so_also_after_reopening(job) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        await pilot.press("a", "q")
        assert screen.is_current
        assert not screen.check.showing
        assert len(screen.browser.ids) == 119
        assert said(screen) == "the check is kept; B goes on with it"
        assert f"check 1 of {audit.under_way(job).drawn}, 0 wrong, B goes on" in title(screen)
    with LabelingSession.open(job.path) as again:
        async with app_on(again).run_test(size=(80, 24)) as pilot:
            screen = await job_screen(pilot)
            assert "B goes on" in title(screen)
            await pilot.press("B")
            assert screen.check.showing


async def test_a_check_is_given_up_by_pressing_b_in_it_and_y(job) -> None:
    async with app_on(job).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await ask(pilot, "10")
        await wait_for(pilot, lambda: audit.under_way(job) is not None and screen.is_current)
        await pilot.press("a", "B")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await pilot.press("enter", "escape")
        assert audit.under_way(job) is not None
        await pilot.press("B", "y")
        await wait_for(pilot, lambda: audit.under_way(job) is None, "the end")
        assert job.audits[0].state is AuditState.ABANDONED
        assert said(screen).startswith("the check is given up after 1 of ")
        assert len(screen.browser.ids) == 119
