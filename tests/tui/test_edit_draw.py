"""Drawing boxes by letters and arrows. A cell is 4x8 source pixels; the rulers have 26x20 marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, boxes, changes, editor_on
from tui_helpers import said, screen_text, wait_for

from hardcase.imaging.rulers import rulers
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.session import LabelingSession
from hardcase.tui.actions import Place
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.editor.editing import spanned


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


def named(screen, letters: str) -> Box:
    """The box that four letters name in what the editor shows."""
    across, down = rulers(screen.placement)
    x1, y1, x2, y2 = (r.at(c) for r, c in zip((across, down) * 2, letters, strict=True))
    return spanned((x1, y1), (x2, y2), 320, 160)


@pytest.mark.parametrize("letters", ["bcgh", "ghbc", "BcGh", "aazt", "yrZs"])
async def test_four_letters_are_a_box(job, letters) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        expected = named(screen, letters)
        await pilot.press("b", *letters)
        assert job.sample(1).annotations == (CAT, DOG, Annotation("dog", expected))
        assert screen.draft.selected == 2
        assert changes(job) == 1
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_letters_alike_are_a_box_half_a_step_large(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        across, down = rulers(screen.placement)
        await pilot.press("b", *"fgfg")
        box = job.sample(1).annotations[2].box
        assert box.x1 < across.at("f") < box.x2
        assert box.y1 < down.at("g") < box.y2
        assert box.width == pytest.approx(across.step / 2, abs=2)


async def test_arrows_and_enter_draw_without_a_letter(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        await pilot.press("b", "left", "up", "enter", "right", "shift+right", "shift+down", "enter")
        assert boxes(job)[2] == (156, 72, 180, 112)


async def test_letters_and_arrows_mix(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        across, _ = rulers(screen.placement)
        await pilot.press("b", "a", "right", "a", "z", "left", "t")
        assert boxes(job)[2] == (4, 0, across.at("z") - 4, 160)


async def test_arrows_stop_at_the_edge_of_the_image(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        far = ["shift+right"] * 20 + ["shift+down"] * 20
        await pilot.press("b", "a", "a", *far, "space")
        assert boxes(job)[2] == (0, 0, 320, 160)


async def test_backspace_takes_back_letter_by_letter_and_then_the_drawing(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        expected = named(screen, "bcgh")
        await pilot.press("b", *"bdx", "backspace", "backspace", *"cg", "h")
        assert boxes(job)[2] == expected
        await pilot.press("b", "x", "backspace", "backspace")
        assert screen.drawing.aiming is None
        assert len(boxes(job)) == 3


async def test_escape_draws_nothing_and_stays_in_the_editor(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", *"bcg", "escape")
        assert pilot.app.screen is screen
        assert said(screen) == "nothing was drawn"
        assert screen.canvas.scene.aim is None
        assert job.sample(1).annotations == (CAT, DOG)
        await pilot.press("l")  # the editor's keys are its own again
        assert screen.draft.box == (44, 40, 124, 120)


async def test_no_key_of_the_editor_works_while_a_box_is_drawn(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "d", "q", "3", "tab", "ctrl+r", "+", "delete")
        assert pilot.app.screen is screen
        assert screen.draft.annotations == (CAT, DOG)
        assert screen.draft.selected == 0
        assert screen.canvas.view.is_fit


async def test_help_tells_the_keys_of_drawing(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "question_mark")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HelpDialog), "the help")
        text = "\n".join(screen_text(pilot.app))
        assert "While drawing a box" in text
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert screen.drawing.aiming is not None


async def test_a_letter_without_a_mark_is_told_and_waits_for_another(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "a", "z")
        assert said(screen) == "there is no row z here: a to t"
        assert screen.drawing.aiming.first is None


async def test_the_box_is_drawn_anew_with_its_label(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("tab")
        expected = named(screen, "bcgh")
        await pilot.press("B", *"bcgh")
        assert job.sample(1).annotations == (CAT, Annotation("dog", expected))
        assert changes(job) == 1


async def test_a_box_just_moved_is_drawn_anew(job) -> None:
    job.set_annotations(1, [Annotation("cat", Box(40.4, 40.5, 120.123, 120), 0.9, CAT.by)])
    async with editor_on(job) as (pilot, screen):
        expected = named(screen, "bcgh")
        await pilot.press("l", "e", "B", *"bcgh")
        assert job.sample(1).annotations == (Annotation("cat", expected),)


async def test_finer_zooms_to_the_box_and_back(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("f")
        assert not screen.canvas.view.is_fit
        expected = named(screen, "fghp")
        await pilot.press(*"fghp")
        assert screen.canvas.view.is_fit
        assert job.sample(1).annotations == (Annotation("cat", expected), DOG)
        assert (expected.width, expected.height) < (80, 80)


async def test_finer_given_up_zooms_back_too(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("f", "c", "escape")
        assert screen.canvas.view.is_fit
        assert job.sample(1).annotations == (CAT, DOG)


async def test_a_box_that_came_in_its_place_meanwhile_is_not_drawn_over(job) -> None:
    other = Annotation("dog", Box(8, 8, 80, 80))
    async with editor_on(job) as (pilot, screen):
        await pilot.press("B", *"bcg")
        job.set_annotations(1, [other])
        await pilot.press("h")
        assert said(screen) == "the box is another one by now: nothing was drawn"
        assert job.sample(1).annotations == (other,)
        assert screen.drawing.aiming is None


async def test_without_a_box_there_is_nothing_to_draw_anew(job) -> None:
    job.set_annotations(1, [])
    async with editor_on(job) as (pilot, screen):
        for key in ("f", "B", "m"):
            await pilot.press(key)
            assert said(screen).startswith("no box is selected")
            assert screen.drawing.aiming is None


async def test_steps_pending_are_saved_before_a_box_is_drawn(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("l", "b")
        assert not screen.pending
        assert boxes(job)[0] == (44, 40, 124, 120)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_to_do_next_and_its_keys_fit_on_a_line_each(job, size) -> None:
    async with editor_on(job, size=size) as (pilot, screen):
        screen.last_label = "dog"
        await pilot.press("b")
        for letter, corner, what in zip("bcg", "ffo", ("column", "row", "column"), strict=True):
            await pilot.pause()
            guide = "first corner" if corner == "f" else "opposite corner"
            assert said(screen).startswith(f"{guide}: {what} letter")
            *_, numbers, message, hints = screen_text(pilot.app)
            assert "drawing ■ dog" in numbers
            assert message.strip() == said(screen)
            for shown in ("enter corner here", "backspace back up", "esc cancel", "? help"):
                assert shown in hints
            await pilot.press(letter)
        assert all(a.where in {Place.DRAWING, Place.EVERYWHERE} for a in screen.here())


async def test_letters_draw_nothing_where_there_is_too_little_room_to_see_it(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b")
        await pilot.resize_terminal(60, 20)
        await wait_for(pilot, lambda: screen.has_class("too-small"), "the smaller screen")
        aiming = screen.drawing.aiming
        await pilot.press("d", "enter")
        assert screen.drawing.aiming == aiming


async def test_a_press_of_the_mouse_does_not_disturb_the_drawing(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "d")
        await pilot.click(type(screen.canvas), offset=(50, 5))
        assert screen.drawing.aiming is not None
        assert screen.draft.annotation == CAT


async def test_something_small_is_drawn_zoomed_in_and_the_view_comes_back(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        view, coarse = screen.canvas.view, screen.moving.cell
        across, down = rulers(screen.placement)
        place = across.at("f"), down.at("g")
        await pilot.press("F", "f")
        assert "a place in it: row letter" in said(screen)
        await pilot.press("g")
        assert "first corner: column letter" in said(screen)
        x1, y1, x2, y2 = screen.placement.source_box
        assert x1 < place[0] < x2
        assert y1 < place[1] < y2
        assert screen.moving.cell[0] < coarse[0] / 3
        expected = named(screen, "hhss")
        await pilot.press(*"hhss")
        assert job.sample(1).annotations == (CAT, DOG, Annotation("dog", expected))
        assert screen.canvas.view == view
        assert changes(job) == 1


async def test_something_small_that_is_not_drawn_after_all_leaves_the_view(job) -> None:
    async with editor_on(job) as (pilot, screen):
        view = screen.canvas.view
        await pilot.press("F", "f", "g", "escape")
        assert screen.canvas.view == view
        assert job.sample(1).annotations == (CAT, DOG)
