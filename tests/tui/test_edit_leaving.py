"""Opening and leaving the editor: nothing is lost, and the next sample is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import ALL_OF_IT, CAT, DOG, boxed_job, boxes, editor_on, left, opened
from PIL import Image
from tui_helpers import app_on, job_screen, make_images, said, screen_text, wait_for

from hardcase.errors import JobError
from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.editor import view as edit_view
from hardcase.tui.editor.line import BoxLine
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.screens.job import JobScreen

MOVED = Annotation("cat", Box(44, 40, 124, 120), None, HUMAN)


@pytest.fixture(autouse=True)
def _slow_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave steps pending until something ends the run, however slow this machine is."""
    monkeypatch.setattr(edit_view, "IDLE_SECONDS", 600)
    monkeypatch.setattr(edit_view, "LONGEST_SECONDS", 600)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


@pytest.mark.parametrize("tab", [Tab.ALL, Tab.TO_BE_CONFIRMED])
@pytest.mark.parametrize("key", ["enter", "a"])
async def test_enter_confirms_what_is_on_screen_and_goes_to_the_next(job, tab, key) -> None:
    async with editor_on(job, tab) as (pilot, _):
        await pilot.press("l", key)
        await left(pilot)
        screen = await job_screen(pilot)
        assert said(screen) == "confirmed 0.png · u undoes"
        assert screen.browser.current.id == 2
        sample = job.sample(1)
        assert sample.status is Status.LABELED
        assert sample.labeled_by == HUMAN
        assert sample.annotations == (MOVED, DOG)


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_escape_keeps_edits_as_a_draft(job, key) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("l", key)
        screen = await job_screen(pilot)
        assert said(screen) == "edits are kept; the boxes are not confirmed yet"
        assert screen.browser.current.id == 1
        assert job.sample(1).annotations == (MOVED, DOG)
        assert job.sample(1).status is Status.TO_BE_CONFIRMED
        editor = await opened(pilot)
        assert editor.draft.annotations == (MOVED, DOG)


async def test_leaving_untouched_changes_and_says_nothing(job) -> None:
    before = job.sample(1)
    async with editor_on(job) as (pilot, _):
        await pilot.press("escape")
        screen = await job_screen(pilot)
        assert said(screen) == ""
        assert job.sample(1) == before


async def test_the_box_selected_comes_along_both_ways(job) -> None:
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("tab", "tab")
        editor = await opened(pilot)
        assert editor.draft.selected == 1
        await pilot.press("tab", "escape")
        await left(pilot)
        assert screen.preview.box == 0


async def test_no_objects_here_labels_the_sample_and_goes_on(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("O")
        screen = await job_screen(pilot)
        assert screen.browser.current.id == 2
    assert job.sample(1).status is Status.LABELED
    assert job.sample(1).annotations == ()


async def test_confirming_an_unlabeled_sample_needs_a_box(job) -> None:
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("G")
        editor = await opened(pilot)
        await pilot.press("enter")
        assert pilot.app.screen is editor
        assert said(editor).startswith("nothing to confirm")
        await pilot.press(*ALL_OF_IT)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.screen is editor, "the editor")
        await pilot.press("enter")
        await left(pilot)
    assert job.sample(3).status is Status.LABELED
    assert boxes(job, 3) == [(0, 0, 320, 160)]


async def test_a_labeled_sample_stays_labeled_and_enter_goes_on(job) -> None:
    job.confirm([1])
    async with editor_on(job) as (pilot, _):
        await pilot.press("l", "enter")
        screen = await job_screen(pilot)
        assert said(screen) == "saved 0.png"
        assert screen.browser.current.id == 2
    assert job.sample(1).status is Status.LABELED
    assert job.sample(1).annotations == (MOVED, DOG)


async def test_quitting_the_app_saves_pending_steps(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("l", "ctrl+q")
        await wait_for(pilot, lambda: not pilot.app.is_running or pilot.app._exit, "the end")
    with LabelingSession.open(job.path) as again:
        assert again.sample(1).annotations == (MOVED, DOG)


async def test_an_app_that_ends_in_whatever_way_saves_pending_steps(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("l")
        assert screen.pending
        pilot.app.exit()
    with LabelingSession.open(job.path) as again:
        assert again.sample(1).annotations == (MOVED, DOG)


async def test_edits_that_cannot_be_saved_are_not_left_without_asking(job, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise JobError("the disk is full")

    async with editor_on(job) as (pilot, editor):
        with monkeypatch.context() as broken:
            broken.setattr(job, "set_annotations", full)
            await pilot.press("l", "escape")
            assert isinstance(pilot.app.screen, ConfirmDialog)
            await pilot.press("escape")
            assert pilot.app.screen is editor
            said_why = "not saved: the disk is full · ^s tries again"
            assert said(editor) == said_why
            editor.say("")
            await pilot.press("enter")
            assert pilot.app.screen is editor
            assert said(editor) == said_why
            assert editor.draft.annotations == (MOVED, DOG)
        await pilot.press("ctrl+s")
        assert said(editor) == "saved"
        assert job.sample(1).annotations == (MOVED, DOG)


async def test_edits_that_cannot_be_saved_are_given_up_only_when_asked(job, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise JobError("the disk is full")

    monkeypatch.setattr(job, "set_annotations", full)
    async with editor_on(job) as (pilot, _):
        await pilot.press("l", "enter", "escape", "enter")
        screen = await job_screen(pilot)
        assert said(screen) == "the last edits were given up"
        assert job.sample(1).annotations == (CAT, DOG)


async def refused(session: LabelingSession) -> str:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(pilot.app.screen, JobScreen)
        return said(screen)


async def test_a_classification_job_has_no_boxes_to_edit(make_job) -> None:
    assert "only detection jobs" in await refused(make_job(Task.CLASSIFICATION))


async def test_a_read_only_job_is_not_edited(job) -> None:
    with LabelingSession.open(job.path) as second:
        assert second.read_only
        assert "read-only" in await refused(second)


async def test_an_image_that_is_gone_is_not_edited(job) -> None:
    (job.root / "0.png").unlink()
    assert "gone from the folder" in await refused(job)


async def test_an_image_of_unknown_size_that_cannot_be_read_is_not_edited(tmp_path) -> None:
    folder = make_images(tmp_path / "broken", ["a.png"])
    (folder / "a.png").write_bytes(b"no image")
    with LabelingSession.create(folder, Task.DETECTION, ["cat"]) as session:
        text = await refused(session)
    assert text.startswith("its boxes cannot be edited")
    assert "\n" not in text


@pytest.mark.parametrize("damage", ["cut", "resized"])
async def test_the_editor_closes_on_an_image_that_turns_out_unfit(job, damage) -> None:
    path = job.root / "0.png"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:60])
    else:
        Image.new("RGB", (200, 100)).save(path)
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("e")
        await wait_for(pilot, lambda: said(screen), "what is wrong")
        await wait_for(pilot, lambda: not isinstance(pilot.app.screen, EditScreen), "its end")
        expected = {"cut": "0.png", "resized": "the image has 200×100 px"}[damage]
        assert expected in said(screen)
    assert job.sample(1).annotations == (CAT, DOG)


async def test_an_edit_repaints_what_changed_and_not_the_screen(job, monkeypatch) -> None:
    async with editor_on(job) as (pilot, _):
        painted = []
        display = pilot.app._display

        def record(screen, update) -> None:
            painted.append(type(update).__name__)
            display(screen, update)

        monkeypatch.setattr(pilot.app, "_display", record)
        await pilot.press("l", "tab", "2", "u")
        await wait_for(pilot, lambda: job.saved, "the disk")
        assert "ChopsUpdate" in painted
        assert "LayoutUpdate" not in painted


async def test_the_job_shows_what_was_edited_on_return(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("d", "escape")
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: "1 box" in " ".join(screen_text(pilot.app)), "the list")
        assert [o.label for o in screen.preview.canvas.overlays] == ["dog"]


async def test_it_stays_for_the_next_image_that_has_nothing_on_it_yet(make_job) -> None:
    session = make_job(Task.DETECTION, count=3)
    session.set_annotations(3, [Annotation("cat", Box(2.0, 2.0, 9.0, 9.0))])
    async with editor_on(session) as (pilot, first):
        await pilot.press("O")
        await wait_for(pilot, lambda: first not in pilot.app.screen_stack, "its end")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the next")
        second = pilot.app.screen
        assert second.sample_id == 2
        await wait_for(pilot, lambda: "000.png" in said(second), "what was done")
        await pilot.press("O")
        screen = await job_screen(pilot)
        assert screen.browser.current.id == 3, "which has a box to look at"
        assert session.stats().labeled == 2


@pytest.mark.parametrize("tab", [Tab.ALL, Tab.TO_BE_CONFIRMED])
async def test_space_confirms_and_edits_the_next_until_there_is_none(job, tab) -> None:
    async with editor_on(job, tab) as (pilot, first):
        await pilot.press("l", "space")
        await wait_for(pilot, lambda: first not in pilot.app.screen_stack, "its end")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the next")
        second = pilot.app.screen
        assert second.sample_id == 2
        assert job.sample(1).annotations == (MOVED, DOG)
        assert job.sample(1).status is Status.LABELED
        await wait_for(pilot, lambda: "confirmed 0.png" in said(second), "what was done")
        assert said(second).endswith("esc u undoes")
        await pilot.press("space")
        if tab is Tab.ALL:
            await wait_for(pilot, lambda: second not in pilot.app.screen_stack, "its end")
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the last")
            third = pilot.app.screen
            assert third.sample_id == 3
            await pilot.press("space")
            assert "nothing to confirm" in said(third)
            await pilot.press("escape")
        await job_screen(pilot)
        assert job.stats().labeled == 2


async def test_a_change_made_while_it_closes_finds_nothing_to_draw_on(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.action_edit_leave()
        await screen.query_one(BoxLine).remove()  # as closing does before the screen itself goes
        job.mark_hard([1])
        await job_screen(pilot)
        assert job.sample(1).hard


async def test_leaving_it_is_leaving_it(make_job) -> None:
    session = make_job(Task.DETECTION, count=3)
    async with editor_on(session) as (pilot, _):
        await pilot.press("escape")
        screen = await job_screen(pilot)
        assert screen.browser.current.id == 1
