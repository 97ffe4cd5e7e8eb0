"""Sync and deleting in the app."""

from __future__ import annotations

import threading

from tui_helpers import app_on, job_screen, said, wait_for

from hardcase.errors import JobError
from hardcase.session import LabelingSession
from hardcase.session.folder.sync import Look
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.screens.job import JobScreen


async def test_sync_tells_in_a_line_what_is_new_moved_and_missing(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("1")
        session.image_path(1).rename(session.root / "moved.png")
        session.image_path(2).unlink()
        (session.root / "new.png").write_bytes(b"x")
        await pilot.press("S")
        await wait_for(pilot, lambda: "1 new, 1 moved, 1 missing" in said(screen), "the sync")
        assert session.sample(1).path == "moved.png"
        assert session.sample(1).annotations[0].label == "cat"
        await pilot.press("u")
        assert session.sample(1).path == "000.png"
        assert session.stats().total == 6


async def test_a_folder_that_cannot_be_looked_through_is_told(make_job) -> None:
    session = make_job(count=2)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        for sample_id in (1, 2):
            session.image_path(sample_id).unlink()
        await pilot.press("S")
        await wait_for(pilot, lambda: "is its disk there?" in said(screen), "the reason")
        assert not session.sample(1).missing


async def test_a_second_sync_waits_for_the_first_and_leaving_stops_it(
    make_job, monkeypatch
) -> None:
    stopped = threading.Event()

    def work(_look, progress, is_stopped):
        progress(3)
        while not is_stopped():
            pass
        stopped.set()
        raise JobError("stopped")

    monkeypatch.setattr("hardcase.tui.workers.folder_keeper._EVERY", 0.0)
    monkeypatch.setattr(Look, "work", work)
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("S")
        await wait_for(pilot, lambda: "3 files read" in said(screen), "how far it is")
        await pilot.press("S")
        await wait_for(pilot, lambda: "looked through already" in said(screen), "the refusal")
        await pilot.press("q")
    assert stopped.wait(60)


async def test_a_bug_in_a_sync_is_told_and_the_next_one_may_begin(make_job, monkeypatch) -> None:
    def fall_over(_look, _progress, _stopped):
        raise ZeroDivisionError("a bug")

    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        with monkeypatch.context() as broken:
            broken.setattr(Look, "work", fall_over)
            await pilot.press("S")
            await wait_for(pilot, lambda: "unexpected ZeroDivisionError" in said(screen), "the bug")
        await pilot.press("S")
        await wait_for(pilot, lambda: "nothing new among 6 images" in said(screen), "the sync")


async def test_deleting_a_selection_asks_nothing_and_is_one_undo(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("space", "space", "D")
        assert said(screen) == "deleted 2 samples · u undoes"
        assert session.stats().total == 4
        assert screen.browser.current.path == "002.png"
        assert session.image_path(3).parent.joinpath("000.png").exists()
        await pilot.press("u")
        assert session.stats().total == 6
        assert said(screen) == "took back the change: delete 2 samples · ^r brings them back"


async def test_every_sample_can_be_deleted_and_brought_back(make_job) -> None:
    session = make_job(count=3)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("*", "D")
        assert session.stats().total == 0
        await pilot.press("D", "S", "u")
        await wait_for(pilot, lambda: session.stats().total == 3, "the undo")
        assert screen.browser.current is not None


async def test_files_go_only_after_two_questions_the_second_answered_with_y(make_job) -> None:
    session = make_job()
    target = session.image_path(1)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        for answers in (("escape",), ("enter", "escape"), ("enter", "enter", "escape")):
            await pilot.press("ctrl+d")
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "a question")
            await pilot.press(*answers)
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
            assert session.has(1)
            assert target.exists()
        await pilot.press("ctrl+d", "enter", "y")
        await wait_for(pilot, lambda: said(screen) == "removed 1 file for good", "the removal")
        assert not target.exists()
        assert not session.has(1)


async def test_contents_are_read_in_the_background_for_what_was_decided(
    make_job, monkeypatch
) -> None:
    monkeypatch.setattr("hardcase.tui.workers.folder_keeper._FIRST_READING", 0.05)
    session = make_job()
    session.mark_hard([2])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await wait_for(pilot, lambda: session.fingerprints()[2].digest, "the fingerprint")
        assert not session.fingerprints()[1].digest


async def test_a_read_only_job_says_that_nothing_can_be_changed(make_job) -> None:
    session = make_job()
    with LabelingSession.open(session.path, read_only=True) as other:
        async with app_on(other).run_test(size=(80, 24)) as pilot:
            screen = await job_screen(pilot)
            for key in ("S", "D", "ctrl+d"):
                screen.say("")
                await pilot.press(key)
                assert "read-only" in said(screen)
    assert session.image_path(1).exists()
