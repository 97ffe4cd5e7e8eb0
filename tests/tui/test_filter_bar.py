"""Typing a filter: candidates, what is wrong, and the filters kept before."""

from __future__ import annotations

import pytest
from textual.widgets import Input
from tui_helpers import app_on, auto_labeled, job_screen, screen_text, wait_for

from hardcase.errors import UsageError
from hardcase.model.job import Task
from hardcase.session import Tab
from hardcase.session.filtering.filter_history import remember_filter, used_filters
from hardcase.tui.widgets.items_line import ItemsLine
from hardcase.tui.widgets.lines import OneLine


def _typed(screen):
    return screen.query_one(Input).value


def _offered(screen):
    return screen.query_one("#filter-candidates", ItemsLine).items


async def _open(pilot, text=""):
    screen = await job_screen(pilot)
    await pilot.press("slash", *text)
    await wait_for(pilot, lambda: _typed(screen) == text, "the text")
    return screen


@pytest.fixture
def labeled(make_job):
    session = make_job(count=6)
    session.set_label([1, 2, 3], "cat")
    session.set_label([4], "dog")
    session.mark_hard([1, 4])
    return session


async def test_candidates_stand_under_the_line_with_what_they_leave(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "label:")
        assert _offered(screen) == (
            ("cat", "3"),
            ("dog", "1"),
            ("none", "2"),
            ("traffic light", "0"),
        )
        await wait_for(
            pilot,
            lambda: any(
                "cat 3  dog 1  none 2  traffic light 0" in t for t in screen_text(pilot.app)
            ),
            "the candidates on screen",
        )
        await pilot.press(*"t")
        await wait_for(pilot, lambda: len(_offered(screen)) == 2, "what holds a t")
        assert _offered(screen) == (("traffic light", "0"), ("cat", "3"))


async def test_candidates_are_counted_in_the_tab_and_in_what_the_rest_leaves(labeled) -> None:
    async with app_on(labeled, Tab.LABELED).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "hard label:")
        assert _offered(screen)[:2] == (("cat", "1"), ("dog", "1"))
        assert _offered(screen)[-1] == ("none", "0")


async def test_tab_goes_through_the_candidates_and_the_list_follows(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "l")
        await pilot.press("tab")
        assert _typed(screen) == "label:"
        for key, typed, ids in (
            ("tab", "label:cat", [1, 2, 3]),
            ("tab", "label:dog", [4]),
            ("tab", "label:none", [5, 6]),
            ("shift+tab", "label:dog", [4]),
            ("shift+tab", "label:cat", [1, 2, 3]),
            ("shift+tab", 'label:"traffic light"', []),
            ("tab", "label:cat", [1, 2, 3]),
        ):
            await pilot.press(key)
            assert _typed(screen) == typed
            await wait_for(pilot, lambda ids=ids: screen.browser.ids.tolist() == ids, "the list")
        await pilot.press(*",d", "tab", "enter")
        await wait_for(pilot, lambda: screen.browser.filter == "label:cat,dog", "both")
        assert screen.browser.ids.tolist() == [1, 2, 3, 4]


async def test_right_at_the_end_takes_a_candidate_and_offers_what_follows(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "st")
        await pilot.press("right")
        assert _typed(screen) == "status:"
        assert [name for name, _ in _offered(screen)] == ["unlabeled", "labeled", "to-be-confirmed"]
        await pilot.press("right", *" -la", "right", "tab")
        assert _typed(screen) == "status:unlabeled -label:cat"
        await pilot.press("home", "right")
        assert _typed(screen) == "status:unlabeled -label:cat"


async def test_the_word_under_the_cursor_is_completed(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "label:d hard")
        await pilot.press(*["left"] * 5)
        await wait_for(pilot, lambda: _offered(screen) == (("dog", "1"),), "the candidate")
        await pilot.press("tab")
        assert _typed(screen) == "label:dog hard"
        await pilot.press(*",n", "tab")
        assert _typed(screen) == "label:dog,none hard"


async def test_makers_statuses_and_reasons_are_told_in_their_words(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.9, 2: 0.1})
    async with app_on(session).run_test(size=(100, 24)) as pilot:
        screen = await _open(pilot, "reason:conf")
        assert _offered(screen) == (("low confidence", "2"),)
        await pilot.press("tab")
        assert _typed(screen) == 'reason:"low confidence"'
        assert screen.browser.ids.tolist() == [1, 2]
        await pilot.press("ctrl+u", *"by:")
        await wait_for(pilot, lambda: _offered(screen)[:1] == (("auto", "2"),), "the makers")
        assert _offered(screen) == (("auto", "2"), ("toy", "2"), ("toy#1", "2"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("status:done", "no status 'done'"),
        ("colour:red", "there is no field 'colour'"),
        ("coef:x label:", "'x' is no range"),
        ('name:"a', "quote is not closed"),
    ],
)
async def test_what_is_wrong_is_said_in_place_of_the_candidates(labeled, text, says) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, text)
        await wait_for(pilot, lambda: any(says in t for t in screen_text(pilot.app)), "the problem")
        await wait_for(pilot, lambda: len(screen.browser.ids) == 6, "the list")
        await pilot.press("ctrl+u")
        await wait_for(
            pilot, lambda: not any(says in t for t in screen_text(pilot.app)), "no problem"
        )


@pytest.mark.parametrize("text", ["status:done", "colour:red", "reason:ghosts", "date:yesterday"])
async def test_the_command_line_says_the_same_of_a_wrong_filter(labeled, text) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, text)
        problem = screen.query_one("#filter-problem", OneLine)
        await wait_for(pilot, lambda: problem.text, "the problem")
        with pytest.raises(UsageError) as error:
            labeled.query(expression=text)
        assert str(error.value) == f"filter: {problem.text}"


async def test_a_word_half_typed_is_not_called_wrong(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        await _open(pilot, "status:")
        text = "\n".join(screen_text(pilot.app))
        assert "needs a value" not in text
        assert "unlabeled" in text


@pytest.mark.parametrize("text", ["s", "stat", "status:", "-", "-har", "label:t", "hard label:"])
async def test_a_word_half_typed_leaves_the_list_as_the_rest_has_it(labeled, text) -> None:
    ids = [1, 4] if text.startswith("hard") else [1, 2, 3, 4, 5, 6]
    if text == "label:t":
        ids = []
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, text)
        await wait_for(pilot, lambda: screen.browser.ids.tolist() == ids, "the list")


@pytest.mark.parametrize("text", ["status:", "coef:x", 'name:"a'])
async def test_enter_on_what_is_no_filter_says_why_and_stays(labeled, text) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, text)
        await pilot.press("enter")
        problem = screen.query_one("#filter-problem", OneLine)
        await wait_for(pilot, lambda: problem.display, "the problem")
        assert isinstance(screen.focused, Input)
        assert used_filters(labeled.path) == []


async def test_enter_takes_a_bare_word_for_a_name(make_job) -> None:
    session = make_job(names=["score.png", "other.png"])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "score")
        assert len(screen.browser.ids) == 2
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(screen.browser.ids) == 1, "the name")
        assert screen.focused is None


async def test_up_and_down_go_through_the_filters_kept_before(labeled) -> None:
    for expression in ("missing", "label:dog", "hard"):
        remember_filter(labeled.path, expression)
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "cat")
        for key, typed in (
            ("up", "hard"),
            ("up", "label:dog"),
            ("up", "missing"),
            ("up", "missing"),
            ("down", "label:dog"),
            ("down", "hard"),
            ("down", "cat"),
            ("down", "cat"),
            ("up", "hard"),
        ):
            await pilot.press(key)
            assert _typed(screen) == typed, key
        await wait_for(pilot, lambda: screen.browser.ids.tolist() == [1, 4], "the list")
        await pilot.press(*" -label:dog", "up", "down")
        assert _typed(screen) == "hard -label:dog"
        await pilot.press("enter")
        assert used_filters(labeled.path)[0] == "hard -label:dog"


async def test_a_filter_given_up_is_not_kept(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "hard")
        await pilot.press("escape")
        assert used_filters(labeled.path) == []
        assert screen.browser.filter == ""


async def test_a_click_takes_a_candidate(labeled) -> None:
    async with app_on(labeled).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "label:")
        line = screen.query_one("#filter-candidates", ItemsLine)
        await pilot.click(line, offset=(12, 0))
        assert _typed(screen) == "label:dog"


async def test_more_candidates_than_fit_are_shown_around_the_one_chosen(make_job) -> None:
    session = make_job(labels=tuple(f"label number {n:02}" for n in range(40)))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "label:")
        await pilot.press("tab")
        assert _typed(screen) == "label:none"  # all others would leave nothing
        for n in range(40):
            await pilot.press("tab")
            assert _typed(screen) == f'label:"label number {n:02}"'
            await wait_for(
                pilot,
                lambda n=n: any(f"label number {n:02} 0" in t for t in screen_text(pilot.app)),
                f"candidate {n}",
            )
        await pilot.press("shift+tab")
        assert _typed(screen) == 'label:"label number 38"'


async def test_what_would_leave_nothing_comes_after_its_like(labeled) -> None:
    async with app_on(labeled, Tab.LABELED).run_test(size=(80, 24)) as pilot:
        screen = await _open(pilot, "-label:")
        assert [name for name, _ in _offered(screen)] == ["cat", "dog", "traffic light", "none"]
        await pilot.press("ctrl+u", *"label:cat label:")
        await wait_for(pilot, lambda: _offered(screen)[0] == ("cat", "3"), "the candidates")
        assert _offered(screen)[1:] == (("dog", "0"), ("traffic light", "0"), ("none", "0"))
