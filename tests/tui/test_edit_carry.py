"""Carrying one edge of a box to a letter. A cell is 4x8 source pixels unless zoomed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, boxes, changes, editor_on
from hypothesis import given
from hypothesis import strategies as st
from tui_helpers import said, screen_text, wait_for

from hardcase.imaging.rulers import rulers
from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation
from hardcase.session import LabelingSession
from hardcase.tui.editor.editing import Draft, carried


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


@pytest.mark.parametrize(
    ("key", "letter", "edge"), [("g", "b", 0), ("g", "y", 2), ("t", "b", 1), ("t", "s", 3)]
)
async def test_a_letter_carries_the_nearer_edge_and_the_view_comes_back(
    job, key, letter, edge
) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press(key)
        await wait_for(pilot, lambda: not screen.canvas.view.is_fit, "the zoom")
        place = rulers(screen.placement)[0 if key == "g" else 1].at(letter)
        await pilot.press(letter)
        await wait_for(pilot, lambda: said(screen) == "carried the edge", "the word")
        wanted = list(CAT.box)
        wanted[edge] = round(place)
        assert boxes(job)[0] == tuple(wanted)
        assert job.sample(1).annotations[0].by == HUMAN
        assert job.sample(1).annotations[1] == DOG
        assert screen.canvas.view.is_fit
        assert changes(job) == 1
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_arrows_begin_at_the_edge_and_enter_leaves_it_where_the_cross_is(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("t")
        await wait_for(pilot, lambda: screen.drawing.box == CAT.box, "the box as it is")
        await pilot.press("down", "down")
        moved = screen.drawing.box
        assert moved.y2 > CAT.box.y2
        assert (moved.x1, moved.y1, moved.x2) == (40, 40, 120)
        await pilot.press("enter")
        assert boxes(job)[0] == tuple(moved)


@pytest.mark.parametrize("key", ["escape", "backspace"])
async def test_nothing_is_carried_after_all(job, key) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("g", key)
        assert screen.drawing.aiming is None
        assert screen.canvas.view.is_fit
        assert job.sample(1).annotations == (CAT, DOG)
        await pilot.press("D", "g")
        assert "no box" in said(screen)


async def test_the_line_says_what_is_asked_whole_at_80_columns(job) -> None:
    async with editor_on(job) as (pilot, screen):
        for key, what in (("g", "column"), ("t", "row")):
            await pilot.press(key)
            told = f"nearest edge: {what} letter (capital: half a step on) · or arrows and enter"
            await wait_for(
                pilot, lambda told=told: screen_text(pilot.app)[-2].strip() == told, what
            )
            await pilot.press("5")  # what the model saw is no edge
            assert screen.drawing.aiming is not None
            await pilot.press("escape")


@given(
    st.tuples(*[st.floats(0, 320)] * 2), st.tuples(*[st.floats(0, 160)] * 2), st.floats(-99, 999)
)
def test_only_one_edge_moves_to_where_it_was_carried_inside_the_image(xs, ys, place) -> None:
    (x1, x2), (y1, y2) = sorted(xs), sorted(ys)
    if x2 - x1 < 2 or y2 - y1 < 2:
        return
    draft = Draft((Annotation("cat", Box(x1, y1, x2, y2)),), 320, 160, 0)
    for after, low, high, end in (
        (carried(draft, x=place), 0, 2, 320),
        (carried(draft, y=place), 1, 3, 160),
    ):
        moved = [n for n in range(4) if abs(after.box[n] - draft.box[n]) > 1e-3]
        assert len(moved) <= 1
        if moved:
            assert moved[0] in (low, high)
            assert after.box[moved[0]] == min(max(round(place), 0), end)


def test_without_a_box_nothing_is_carried() -> None:
    draft = Draft((), 320, 160)
    assert carried(draft, x=3) is draft
