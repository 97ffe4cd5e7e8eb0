"""What the model saw and did not accept is offered by number while a box is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, changes, editor_on
from tui_helpers import said, screen_text, wait_for

from hardcase.model.boxes import Box
from hardcase.model.candidates import pack_candidates
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import HUMAN, Annotation
from hardcase.session import LabelingSession

LEFT = Annotation("fox", Box(0, 96, 32, 152), 0.2)
RIGHT = Annotation("dog", Box(256, 96, 312, 152), 0.1)
ON_THE_CAT = Annotation("fox", Box(42, 40, 120, 120), 0.1)


def keep(session: LabelingSession, packed: bytes) -> None:
    before = session.prediction_row(1)
    edit = Edit(Table.PREDICTIONS, 1, before, replace(before, candidates=packed))
    session.commit("predict", [edit], Kind.RECORD)


def shown(pilot) -> str:
    return "\n".join(screen_text(pilot.app))


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images", labels=("cat", "dog", "fox")) as session:
        keep(session, pack_candidates([LEFT, ON_THE_CAT, RIGHT], 320, 160))
        yield session


async def test_a_digit_takes_what_the_model_saw_as_a_persons_box(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "1")
        added = job.sample(1).annotations[2]
        assert (added.label, added.by, added.score) == ("fox", HUMAN, None)
        assert added.box == pytest.approx(LEFT.box, abs=0.01)
        assert screen.draft.selected == 2
        assert screen.drawing.aiming is None
        assert changes(job) == 1
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_what_lies_on_a_box_is_not_offered_and_numbers_close_up(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b")
        assert [a.label for a in screen.drawing.seen] == ["fox", "dog"]
        await pilot.press("2", "b")
        assert [a.label for a in screen.drawing.seen] == ["fox"]
        await pilot.press("escape", "tab", "d", "b")
        assert [a.label for a in screen.drawing.seen] == ["fox", "fox"]


async def test_each_has_its_number_on_the_picture_and_the_keys_are_told(job) -> None:
    async with editor_on(job, size=(120, 40)) as (pilot, screen):
        await pilot.press("b")
        await wait_for(pilot, lambda: "1 fox" in shown(pilot), "the first")
        assert "2 dog" in shown(pilot)
        assert "1-2: seen by the model" in said(screen)
        assert "1-9 seen by the model" in shown(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: "1 fox" not in shown(pilot), "no number")


async def test_letters_draw_all_the_same_and_what_was_seen_is_out_of_the_way_then(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        await pilot.press("b", "b")
        assert not any(overlay.mark for overlay in screen.overlays())
        await pilot.press("1")
        assert changes(job) == 0
        await pilot.press("backspace")
        assert [o.mark for o in screen.overlays() if o.mark] == ["1", "2"]
        await pilot.press(*"bcgh")
        assert len(job.sample(1).annotations) == 3


async def test_a_number_that_was_not_seen_is_said_and_nothing_ends(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("b", "7")
        assert "saw no 7 here" in said(screen)
        assert screen.drawing.aiming is not None
        assert changes(job) == 0


async def test_drawing_anew_the_selected_box_takes_the_place_and_keeps_its_label(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("tab", "B", "1")
        cat, dog = job.sample(1).annotations
        assert cat == CAT
        assert (dog.label, dog.by) == ("dog", HUMAN)
        assert dog.box == pytest.approx(LEFT.box, abs=0.01)


async def test_zoomed_in_only_what_is_in_sight_is_offered(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.canvas.zoom_to(RIGHT.box)
        await pilot.press("b")
        assert [a.label for a in screen.drawing.seen] == ["dog"]


async def test_a_model_that_saw_nothing_more_offers_nothing(job) -> None:
    keep(job, b"")
    async with editor_on(job, size=(120, 40)) as (pilot, screen):
        await pilot.press("b")
        assert "seen" not in said(screen)
        assert "seen by the model" not in shown(pilot)
        await pilot.press("1")
        assert "saw no 1 here" in said(screen)


async def test_a_damaged_record_is_said_and_letters_still_draw(job) -> None:
    keep(job, b"\x01\xff\xff")
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        await pilot.press("b")
        assert "damaged" in said(screen)
        await pilot.press(*"bcgh")
        assert len(job.sample(1).annotations) == 3
