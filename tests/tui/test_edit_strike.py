"""Deleting boxes by letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import CAT, DOG, boxed_job, changes, editor_on, left
from tui_helpers import said, screen_text, wait_for

from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Status
from hardcase.session import LabelingSession
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.editor.striking import lettered

FOX = Annotation("cat", Box(260, 100, 310, 150), 0.6, "toy#1")
OWN = Annotation("dog", Box(4, 100, 40, 150), None, HUMAN)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[LabelingSession]:
    with boxed_job(tmp_path / "images", (CAT, DOG, FOX, OWN)) as session:
        yield session


def test_the_least_sure_has_the_first_letter_and_a_persons_the_last() -> None:
    assert lettered([CAT, OWN, DOG, FOX]) == {"a": DOG, "b": FOX, "c": CAT, "d": OWN}


def test_of_more_boxes_than_letters_the_least_sure_have_some() -> None:
    many = [Annotation("cat", Box(n, 0, n + 9, 9), 1 - n / 100, "m#1") for n in range(60)]
    found = lettered(many)
    assert len(found) == 52
    assert found["a"] == many[-1]
    assert found["Z"] == many[8]


async def test_each_letter_deletes_its_box_and_the_others_keep_theirs(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("X")
        assert "a letter deletes its box" in said(screen)
        assert {o.label + o.mark for o in screen.overlays()} == {"doga", "catb", "catc", "dogd"}
        await pilot.press("a")
        assert job.sample(1).annotations == (CAT, FOX, OWN)
        await pilot.press("c")
        assert job.sample(1).annotations == (FOX, OWN)
        assert {o.label + o.mark for o in screen.overlays()} == {"catb", "dogd"}
        assert changes(job) == 2
        await pilot.press("escape")
        assert not any(o.mark for o in screen.overlays())
        await pilot.press("u", "u")
        assert job.sample(1).annotations == (CAT, DOG, FOX, OWN)


async def test_the_letters_are_on_the_picture(job) -> None:
    async with editor_on(job, size=(120, 40)) as (pilot, _):
        await pilot.press("X")
        await wait_for(pilot, lambda: "a dog" in "\n".join(screen_text(pilot.app)), "a letter")
        footer = screen_text(pilot.app)[-1]
        assert "enter confirm" in footer
        assert "edges" not in footer


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_confirming_needs_no_key_to_end_it(job, key) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("X", "b", key)
        await wait_for(pilot, lambda: screen not in pilot.app.screen_stack, "its end")
        assert job.sample(1).status is Status.LABELED
        assert job.sample(1).annotations == (CAT, DOG, OWN)
        if key == "enter":
            await left(pilot)


@pytest.mark.parametrize("key", ["3", "tab", "delete", "shift+left"])
async def test_any_other_key_ends_it_and_does_nothing_else(job, key) -> None:
    async with editor_on(job) as (pilot, screen):
        before = screen.draft
        await pilot.press("X", key)
        assert not screen.striking.letters
        assert screen.draft == before
        await pilot.press("d")
        assert len(job.sample(1).annotations) == 3


async def test_what_works_everywhere_works_here_too(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("X", "question_mark")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HelpDialog), "the help")
        assert not screen.striking.letters


async def test_a_letter_no_box_has_is_said(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("X", "z")
        assert "no box has the letter z" in said(screen)
        assert changes(job) == 0


async def test_with_the_last_box_it_ends(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("X", *"abcd")
        assert screen.draft.annotations == ()
        assert not screen.striking.letters


async def test_where_there_is_no_box_it_does_not_begin(job) -> None:
    async with editor_on(job) as (pilot, screen):
        await pilot.press("D", "X")
        assert said(screen) == "there is no box to delete"
        assert not screen.striking.letters
