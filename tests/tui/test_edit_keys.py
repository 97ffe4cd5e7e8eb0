"""Every key that edits, with the exact numbers it leaves in the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import ALL_OF_IT, CAT, DOG, MODEL, boxed_job, boxes, changes, editor_on, opened
from tui_helpers import app_on, job_screen, said, screen_text, wait_for

from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Status
from hardcase.session import LabelingSession
from hardcase.tui.actions import ACTIONS
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.editor import view as edit_view
from hardcase.tui.keymap import with_keys

CAT_BOX, DOG_BOX = tuple(CAT.box), tuple(DOG.box)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


@pytest.fixture
def _slow_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run of steps end by keys alone, however slow this machine is."""
    monkeypatch.setattr(edit_view, "IDLE_SECONDS", 600)
    monkeypatch.setattr(edit_view, "LONGEST_SECONDS", 600)


MOVES = {
    ("left",): (36, 40, 116, 120),
    ("h",): (36, 40, 116, 120),
    ("l",): (44, 40, 124, 120),
    ("up",): (40, 32, 120, 112),
    ("k",): (40, 32, 120, 112),
    ("j",): (40, 48, 120, 128),
    ("shift+right",): (60, 40, 140, 120),
    ("L",): (60, 40, 140, 120),
    ("H",): (20, 40, 100, 120),
    ("J",): (40, 80, 120, 160),
    ("K",): (40, 0, 120, 80),
    ("H", "H", "H", "H"): (0, 40, 80, 120),
}
EDGES = {
    ("n",): (40, 32, 120, 120),
    ("N",): (40, 48, 120, 120),
    ("s",): (40, 40, 120, 128),
    ("S",): (40, 40, 120, 112),
    ("w",): (36, 40, 120, 120),
    ("W",): (44, 40, 120, 120),
    ("e",): (40, 40, 124, 120),
    ("E",): (40, 40, 116, 120),
    ("S",) * 12: (40, 40, 120, 41),
}


@pytest.mark.usefixtures("_slow_hands")
@pytest.mark.parametrize("expected", [MOVES, EDGES], ids=["moves", "edges"])
async def test_keys_move_the_box_and_its_edges_by_cells(job, expected) -> None:
    async with editor_on(job) as (pilot, _):
        for keys, box in expected.items():
            await pilot.press(*keys, "tab", "shift+tab")
            edited, untouched = job.sample(1).annotations
            assert edited == Annotation("cat", Box(*box), None, HUMAN), keys
            assert untouched == DOG
            await pilot.press("r")
            assert job.sample(1).annotations == (CAT, DOG)
        assert job.sample(1).status is Status.TO_BE_CONFIRMED


@pytest.mark.usefixtures("_slow_hands")
async def test_a_run_of_steps_is_one_change_and_one_undo(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press(*"lllllj", "e", "e")
        assert screen.pending
        assert changes(job) == 0
        await pilot.press("tab")  # another box ends the run
        assert changes(job) == 1
        assert boxes(job)[0] == (60, 48, 148, 128)
        await pilot.press("l", "u")
        assert changes(job) == 2
        assert boxes(job) == [(60, 48, 148, 128), DOG_BOX]
        await pilot.press("u")
        assert boxes(job) == [CAT_BOX, DOG_BOX]
        assert job.sample(1).annotations == (CAT, DOG)
        await pilot.press("ctrl+r", "ctrl+r")
        assert boxes(job) == [(60, 48, 148, 128), (164, 16, 244, 96)]


async def test_a_run_of_steps_is_saved_once_no_key_comes(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("l")
        await wait_for(pilot, lambda: not screen.pending, "the idle moment")
        assert boxes(job)[0] == (44, 40, 124, 120)


async def test_a_long_run_of_steps_is_saved_in_parts(job, monkeypatch) -> None:
    monkeypatch.setattr(edit_view, "IDLE_SECONDS", 600)
    monkeypatch.setattr(edit_view, "LONGEST_SECONDS", 0)
    async with editor_on(job) as (pilot, screen):
        await pilot.press("l", "l", "l")
        assert screen.pending
        assert boxes(job)[0] == (48, 40, 128, 120)


@pytest.mark.usefixtures("_slow_hands")
async def test_it_never_says_saved_while_steps_are_pending(job) -> None:
    async with editor_on(job) as (pilot, _):
        await wait_for(pilot, lambda: screen_text(pilot.app)[0].rstrip().endswith("saved"))
        await pilot.press("l")
        await pilot.pause()
        assert screen_text(pilot.app)[0].rstrip().endswith("saving")
        await pilot.press("tab")
        await wait_for(pilot, lambda: screen_text(pilot.app)[0].rstrip().endswith("saved"))
        assert boxes(job)[0] == (44, 40, 124, 120)


async def test_steps_at_the_edge_of_the_image_keep_the_makers_score(job) -> None:
    at_edge = Annotation("cat", Box(0, 0, 320, 160), 0.9, MODEL)
    job.set_annotations(1, [at_edge])
    async with editor_on(job) as (pilot, screen):
        await pilot.press("h", "L", "n", "e")
        assert said(screen) == "the right edge is at the end of the image"
        await pilot.press("escape")
    assert job.sample(1).annotations == (at_edge,)


async def test_a_step_is_one_source_pixel_at_least(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("z", *["+"] * 9)
        assert screen.canvas.step[0] < 1
        await pilot.press("l", "j", "escape")
    assert boxes(job)[0] == (41, 41, 121, 121)


async def test_the_view_follows_the_box_when_zoomed(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("z")
        before = screen.canvas.view
        await pilot.press("L", "L", "L", "L", "L")
        assert screen.canvas.view.x > before.x
        column, _ = screen.canvas.placement.to_cell(screen.draft.box.x2, 0)
        assert column <= 80
        await pilot.press("0")
        assert screen.canvas.view.is_fit


async def test_arrows_pan_where_no_box_is_selected(job) -> None:
    job.set_annotations(1, [])
    async with editor_on(job) as (pilot, screen):
        await pilot.press("+", "+")
        before = screen.canvas.view
        await pilot.press("right")
        assert screen.canvas.view.x > before.x


async def test_a_new_box_asks_for_its_label_once_and_reuses_it(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press(*ALL_OF_IT)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("d", "o", "g", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (CAT, DOG, Annotation("dog", Box(0, 0, 320, 160)))
        await pilot.press(*ALL_OF_IT)
        assert len(boxes(job)) == 4
        assert job.sample(1).annotations[-1].label == "dog"
        await pilot.press("escape", "j")
        editor = await opened(pilot)
        assert editor.sample_id == 2
        await pilot.press(*ALL_OF_IT)
        assert job.sample(2).annotations[2] == Annotation("dog", Box(0, 0, 320, 160))


async def test_no_label_picked_is_no_box(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press(*ALL_OF_IT)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_the_only_label_of_a_job_needs_no_asking(tmp_path) -> None:
    with boxed_job(tmp_path / "images", [], ["cat"]) as job:
        async with editor_on(job) as (pilot, _):
            await pilot.press(*ALL_OF_IT)
            assert job.sample(1).annotations == (Annotation("cat", Box(0, 0, 320, 160)),)


async def test_a_job_without_labels_gets_its_first_one_with_the_first_box(tmp_path) -> None:
    with boxed_job(tmp_path / "images", [], []) as job:
        async with editor_on(job) as (pilot, screen):
            await pilot.press(*ALL_OF_IT)
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
            await pilot.press("c", "o", "w", "enter")
            await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
            assert [label.name for label in job.labels] == ["cow"]
            assert job.sample(1).annotations == (Annotation("cow", Box(0, 0, 320, 160)),)
            assert screen.overlays()[0].colour == job.labels[0].colour


async def test_digits_label_the_selected_box(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("tab", "3")
        assert job.sample(1).annotations == (CAT, Annotation("traffic light", DOG.box))
        await pilot.press("3")
        assert said(screen) == "labeled so already"
        await pilot.press("8")
        assert "no label 8" in said(screen)
        assert changes(job) == 1


async def test_0_fits_the_picture_and_never_labels(tmp_path) -> None:
    with boxed_job(tmp_path / "images", labels=["cat", "dog", *"abcdefgh"]) as job:
        async with editor_on(job) as (pilot, screen):
            await pilot.press("+")
            assert not screen.canvas.view.is_fit
            await pilot.press("0")
            assert screen.canvas.view.is_fit
            await pilot.press("0")
            assert said(screen).startswith("the whole picture is shown")
            assert job.sample(1).annotations == (CAT, DOG)


async def test_c_picks_the_label_of_the_selected_box(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("b", "u", "s", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (Annotation("bus", CAT.box), DOG)
        await pilot.press("u", "u")  # the label of the box, then the new label of the job
        assert job.sample(1).annotations == (CAT, DOG)
        assert "bus" not in [label.name for label in job.labels]


async def test_d_deletes_the_selected_box_only(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("d")
        assert job.sample(1).annotations == (DOG,)
        assert screen.draft.annotation == DOG
        await pilot.press("d", "d")
        assert job.sample(1).annotations == ()
        assert said(screen).startswith("no box is selected")
        await pilot.press("u", "u")
        assert job.sample(1).annotations == (CAT, DOG)
        assert screen.draft.annotation == CAT


async def test_all_boxes_are_deleted_by_one_key_and_one_undo_brings_them_back(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("D")
        assert job.sample(1).annotations == ()
        assert said(screen) == "deleted 2 boxes · u undoes"
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


@pytest.mark.usefixtures("_slow_hands")
async def test_reset_brings_back_what_was_there_and_what_the_model_predicted(job) -> None:
    draft = Annotation("cat", Box(8, 8, 80, 80))
    job.set_annotations(1, [draft])
    async with editor_on(job) as (pilot, screen):
        await pilot.press("l", "r")
        assert job.sample(1).annotations == (draft,)
        await pilot.press("r")
        assert said(screen) == "these are the boxes there were when the editor opened"
        await pilot.press("R")
        assert job.sample(1).annotations == (CAT, DOG)
        await pilot.press("u", "u")
        assert boxes(job) == [(12, 8, 84, 80)]


async def test_undo_takes_back_nothing_older_than_the_editor(job) -> None:
    job.mark_hard([3])
    async with editor_on(job) as (pilot, screen):
        await pilot.press("u")
        assert job.sample(3).hard
        assert said(screen).startswith("nothing more to undo here")
        await pilot.press("d", "u", "u", "ctrl+r", "ctrl+r")
        assert job.sample(3).hard
        assert job.sample(1).annotations == (DOG,)


async def test_what_comes_from_elsewhere_is_shown_and_not_undone_here(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("d")
        job.set_annotations(1, [CAT])
        await pilot.pause()
        assert screen.draft.annotations == (CAT,)
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT,)


async def test_boxes_hide_and_come_back_with_the_next_edit(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("o")
        assert not screen.canvas.overlays_visible
        await pilot.press("l")
        assert screen.canvas.overlays_visible


async def test_overlays_are_the_annotations_in_their_order(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("tab", "l", *ALL_OF_IT)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        annotations = job.sample(1).annotations
        assert [o.box for o in screen.canvas.overlays] == [a.box for a in annotations]
        assert [o.label for o in screen.canvas.overlays] == [a.label for a in annotations]
        assert [o.by_human for o in screen.canvas.overlays] == [False, True, True]
        assert screen.canvas.selected == screen.draft.selected == 2


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 50)])
async def test_the_footer_and_the_numbers_fit_on_a_line_each(job, size) -> None:
    async with editor_on(job, size=size) as (pilot, screen):
        await wait_for(pilot, lambda: screen.canvas.size.width == size[0], "the layout")
        assert screen.canvas.size.height == size[1] - 4
        *_, numbers, _message, hints = screen_text(pilot.app)
        assert "cat 0.90" in numbers
        assert "x1 40  y1 40  x2 120  y2 120  80×80 px" in numbers
        for shown in ("enter confirm", "esc back", "b new", "d del", "nswe edges", "? help"):
            assert shown in hints


async def test_messages_name_the_users_keys(job) -> None:
    keymap = {"edit_undo": ["f5"], "edit_new": ["f6"], "edit_next": ["f7"], "edit_up": ["f8"]}
    actions = with_keys(ACTIONS, keymap)
    async with app_on(job, actions=actions).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        screen = await opened(pilot)
        await pilot.press("3")
        assert said(screen) == "labeled traffic light · f5 undoes"
        await pilot.press("f6", *ALL_OF_IT[1:])
        assert said(screen).endswith("←↓f8→ move it, n s w e its edges, f draws it finer")
        await pilot.press("d")
        assert said(screen) == "deleted the box · f5 undoes"
        await pilot.press("D", "d")
        assert said(screen) == "no box is selected: f7 goes from box to box, f6 draws one"
        await wait_for(
            pilot,
            lambda: any("no boxes · f6 draws one, O: no" in t for t in screen_text(pilot.app)),
            "the line",
        )


async def test_steps_that_cannot_be_finer_are_coarser_at_the_first_key(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press(*[","] * 9)
        assert screen.moving.step_size == (1.0, 1.0)
        assert said(screen) == "a step is 1 pixels across, 1 down"
        await pilot.press(".")
        assert max(screen.moving.step_size) == 2.0
        await pilot.press(*["."] * 9)
        coarsest = screen.moving.step_size
        await pilot.press(",")
        assert screen.moving.step_size == tuple(size / 2 for size in coarsest)
