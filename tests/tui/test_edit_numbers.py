"""Numbers, edges of the image, boxes of the image before: other ways to a box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, boxes, changes, editor_on, left, opened
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tui_helpers import app_on, job_screen, said, screen_text, wait_for

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.session import LabelingSession
from hardcase.tui.editor.numbers import NumbersDialog, box_of, numbers_of


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images") as session:
        yield session


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("10 20 110 80", (10, 20, 110, 80)),
        ("10,20,110,80", (10, 20, 110, 80)),
        (" 10, 20  110 80.25 ", (10, 20, 110, 80.25)),
        ("10 20 100x60", (10, 20, 110, 80)),
        ("10 20 100 × 60", (10, 20, 110, 80)),
        ("0 0 320 160", (0, 0, 320, 160)),
    ],
)
def test_edges_or_corner_and_size_are_a_box(text, box) -> None:
    assert box_of(text, 320, 160) == box


@pytest.mark.parametrize(
    "text",
    ["", "1 2 3", "1 2 3 4 5", "a b c d", "nan 0 9 9", "inf 0 9 9", "1e2 0 300 9", "-1 0 9 9",
     "0 0 321 160", "0 0 320 160.1", "9 0 9 9", "20 0 10 9", "0 0 0.5 9", "0 0 0x9",
     "٣ 0 9 9", "1 2 3 4\x1b[31m", "9" * 30 + " 0 9 9"],
)  # fmt: skip
def test_what_is_no_box_in_the_image_is_explained_in_one_line(text) -> None:
    with pytest.raises(UsageError) as told:
        box_of(text, 320, 160)
    assert len(str(told.value)) <= 80
    assert "\n" not in str(told.value)


@given(st.text(max_size=40) | st.from_regex(r"[\d ,.x×]{1,40}"))
def test_whatever_is_typed_is_a_box_inside_or_refused(text) -> None:
    try:
        x1, y1, x2, y2 = box_of(text, 320, 160)
    except UsageError:
        return
    assert 0 <= x1 <= x2 - 1 + 1e-9 <= 319 + 1e-9
    assert 0 <= y1 <= y2 - 1 + 1e-9 <= 159 + 1e-9


@given(st.tuples(*(st.integers(0, 99_000) for _ in range(2))), st.tuples(st.integers(1000, 50_000)))
def test_numbers_shown_give_the_box_again(corner, size) -> None:
    x, y = (v / 1000 for v in corner)
    box = Box(x, y, round(x + size[0] / 1000, 3), round(y + size[0] / 1000, 3))
    assert box_of(numbers_of(box), 1000, 1000) == box


async def numbers(pilot, *keys: str) -> None:
    await pilot.press("x")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, NumbersDialog), "the dialog")
    await pilot.press(*keys)


async def test_x_edits_the_numbers_of_the_selected_box(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await numbers(pilot, *["backspace"] * 3, "9", "9", ".", "5", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (Annotation("cat", Box(40, 40, 120, 99.5)), DOG)
        assert changes(job) == 1


async def test_x_without_a_box_makes_one(job) -> None:
    job.set_annotations(1, [])
    async with editor_on(job) as (pilot, screen):
        screen.last_label = "dog"
        await numbers(pilot, *"10 20 30x40", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (Annotation("dog", Box(10, 20, 40, 60)),)


async def test_wrong_numbers_are_told_in_place_and_escape_changes_nothing(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await numbers(pilot, "9", "9", "enter")
        assert "at most 320" in "\n".join(screen_text(pilot.app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_m_pulls_the_box_to_the_edges_of_the_image_as_one_change(job) -> None:
    picture = Image.new("RGB", (320, 160), (20, 40, 60))
    picture.paste((200, 190, 90), (43, 37, 117, 123))
    picture.save(job.root / "0.png")
    async with editor_on(job) as (pilot, screen):
        await pilot.press("m")
        await wait_for(pilot, lambda: "pulled" in said(screen), "the edges")
        assert boxes(job)[0] == (43, 37, 117, 123)
        assert changes(job) == 1
        await pilot.press("u")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_m_says_so_where_no_edge_is_near_or_the_image_is_gone(job) -> None:
    async with editor_on(job) as (pilot, screen):
        (job.root / "0.png").rename(job.root / "away.png")
        await pilot.press("m")
        await wait_for(pilot, lambda: "does not exist" in said(screen), "what is wrong")
        (job.root / "away.png").rename(job.root / "0.png")
        await pilot.press("m")
        await wait_for(pilot, lambda: "no strong edge" in said(screen), "that there is none")
        assert job.sample(1).annotations == (CAT, DOG)


async def test_p_adds_the_boxes_of_the_image_seen_before(job) -> None:
    mine = Annotation("traffic light", Box(8, 8, 80, 80))
    job.set_annotations(2, [mine, CAT])
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("j")
        screen = await opened(pilot)
        await pilot.press("p")
        copies = tuple(replace(a, score=None, by="human") for a in (CAT, DOG))
        # A box there already is not doubled, whoever made it.
        assert job.sample(2).annotations == (mine, CAT, copies[1])
        assert screen.draft.annotation == copies[1]
        assert said(screen) == "added 1 box of 0.png · u undoes"
        await pilot.press("p")
        assert said(screen) == "nothing to add from 0.png"
        await pilot.press("u")
        assert job.sample(2).annotations == (mine, CAT)


async def test_p_copies_from_an_image_that_left_the_list_when_it_was_confirmed(job) -> None:
    async with editor_on(job) as (pilot, _):
        await pilot.press("enter")
        await left(pilot)
        screen = await opened(pilot)
        assert screen.sample_id == 2
        job.set_annotations(2, [])
        await pilot.press("p")
        assert boxes(job, 2) == [tuple(CAT.box), tuple(DOG.box)]


async def test_boxes_of_a_larger_image_are_cut_to_this_one(job) -> None:
    Image.new("RGB", (100, 60)).save(job.root / "2.png")
    async with app_on(job).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("j", "j")
        screen = await opened(pilot)
        assert screen.sample_id == 3
        await pilot.press("p")
        assert boxes(job, 3) == [(40, 40, 100, 60)]


async def test_p_on_the_first_image_says_that_none_was_seen_before(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("p")
        assert said(screen) == "no image was seen before this one"


async def test_steps_become_smaller_and_larger_and_never_less_than_a_pixel(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("comma")
        assert said(screen) == "a step is 2 pixels across, 4 down"
        await pilot.press("l", "s", "tab", "shift+tab")
        assert boxes(job)[0] == (42, 40, 122, 124)
        await pilot.press(*["comma"] * 9)
        assert screen.moving.step_size == (1, 1)
        await pilot.press("full_stop", "full_stop", "full_stop")
        assert screen.moving.step_size == (4, 8)
        await pilot.press(*["full_stop"] * 9)
        assert screen.moving.step_size == (32, 64)
