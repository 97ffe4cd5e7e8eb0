"""The mouse in the editor. A cell is 4x8 source pixels, and the canvas starts at row 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, boxes, changes, editor_on
from textual.geometry import Offset
from tui_helpers import wait_for

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.session import LabelingSession
from hardcase.tui.canvas.canvas import ImageCanvas
from hardcase.tui.dialogs.labels import LabelDialog

CAT_BOX, DOG_BOX = tuple(CAT.box), tuple(DOG.box)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


async def drag(pilot, start: tuple[int, int], *cells: tuple[int, int]) -> None:
    await pilot.mouse_down(ImageCanvas, offset=start)
    for cell in cells:
        await pilot.hover(ImageCanvas, offset=cell)
    await pilot.mouse_up(ImageCanvas, offset=cells[-1] if cells else start)


async def test_a_click_selects_the_box_under_it_or_none(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await drag(pilot, (50, 5))
        assert screen.draft.annotation == DOG
        await drag(pilot, (20, 10))
        assert screen.draft.annotation == CAT
        await drag(pilot, (75, 18))
        assert screen.draft.selected is None
        assert job.sample(1).annotations == (CAT, DOG)


async def test_of_boxes_inside_each_other_a_click_takes_the_smaller(job) -> None:
    inner = Annotation("dog", Box(60, 56, 100, 104))
    job.set_annotations(1, [inner, CAT])
    async with editor_on(job) as (pilot, screen):
        await drag(pilot, (11, 6))
        assert screen.draft.annotation == CAT
        await drag(pilot, (20, 9))
        assert screen.draft.annotation == inner


async def test_a_drag_moves_the_box_as_one_change(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await drag(pilot, (20, 10), (25, 10), (40, 14), (30, 12))
        assert boxes(job) == [(80, 56, 160, 136), DOG_BOX]
        assert changes(job) == 1
        assert not screen.pending
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


@pytest.mark.parametrize(
    ("start", "end", "box"),
    [
        ((10, 10), (5, 12), (20, 40, 120, 120)),
        ((29, 10), (34, 12), (40, 40, 140, 120)),
        ((20, 5), (25, 2), (40, 16, 120, 120)),
        ((20, 14), (25, 16), (40, 40, 120, 136)),
        ((10, 5), (5, 2), (20, 16, 120, 120)),
        ((29, 14), (34, 16), (40, 40, 140, 136)),
        ((29, 10), (0, 10), (40, 40, 41, 120)),
    ],
    ids=["left", "right", "top", "bottom", "upper left", "lower right", "beyond the other edge"],
)
async def test_an_edge_or_a_corner_that_is_held_is_dragged(job, start, end, box) -> None:
    async with editor_on(job) as (pilot, _):
        await drag(pilot, start, end)
        assert boxes(job) == [box, DOG_BOX]
        assert changes(job) == 1


async def test_a_box_too_small_to_have_an_inside_is_dragged_as_a_whole(job) -> None:
    job.set_annotations(1, [Annotation("cat", Box(40, 40, 48, 56))])
    async with editor_on(job) as (pilot, _):
        await drag(pilot, (10, 5), (12, 6))
        assert boxes(job) == [(48, 48, 56, 64)]


async def test_a_drag_back_to_where_it_began_changes_nothing(job) -> None:
    async with editor_on(job) as (pilot, _):
        await drag(pilot, (20, 10), (25, 10), (20, 10))
        assert job.sample(1).annotations == (CAT, DOG)


async def test_a_drag_beyond_the_image_stops_at_its_edge(job) -> None:
    async with editor_on(job) as (pilot, _):
        await drag(pilot, (20, 10), (0, 0))
        assert boxes(job)[0] == (0, 0, 80, 80)


async def test_a_drag_beside_all_boxes_draws_one(job) -> None:
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        await drag(pilot, (70, 15), (72, 16), (65, 18))
        assert job.sample(1).annotations[2] == Annotation("dog", Box(260, 120, 284, 152))
        assert screen.draft.selected == 2
        assert changes(job) == 1


async def test_a_box_drawn_asks_for_its_label(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await drag(pilot, (70, 15), (65, 18))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the labels")
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert boxes(job)[2] == (260, 120, 284, 152)


async def test_a_key_in_the_middle_of_a_drag_ends_it(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.mouse_down(ImageCanvas, offset=(20, 10))
        await pilot.press("d")
        await pilot.hover(ImageCanvas, offset=(25, 10))
        await pilot.mouse_up(ImageCanvas, offset=(25, 10))
        assert job.sample(1).annotations == (DOG,)


async def test_a_press_beside_the_picture_does_nothing(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.mouse_down(offset=Offset(10, 0))
        await pilot.hover(offset=Offset(30, 10))
        await pilot.mouse_up(offset=Offset(30, 10))
        assert screen.draft.selected == 0
        assert job.sample(1).annotations == (CAT, DOG)
