from __future__ import annotations

import pytest
from textual.widgets import Input
from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import Task
from hardcase.session import Tab
from hardcase.tui.widgets.filter_bar import FilterBar
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.preview import PreviewPane

MOVES = (
    (["j"], 1),
    (["down", "down"], 2),
    (["j", "j", "k"], 1),
    (["down", "up"], 0),
    (["k"], 0),
    (["G"], 59),
    (["end", "j"], 59),
    (["G", "g"], 0),
    (["end", "home"], 0),
    (["pagedown"], 18),
    (["pagedown", "pagedown", "pageup"], 18),
)


async def test_keys_move_the_cursor_and_keep_it_on_screen(make_job) -> None:
    session = make_job(count=60)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        screen.rows.styles.height = 18
        await wait_for(pilot, lambda: screen.rows.page == 18)
        for keys, cursor in MOVES:
            screen.moving.go(0)
            await pilot.press(*keys)
            assert screen.browser.cursor == screen.rows.cursor == cursor, keys
            top = screen.rows.scroll_offset.y
            assert top <= cursor < top + 18, keys


async def test_a_range_of_keys_moves_the_line_that_is_painted(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("j", "space")
        await wait_for(pilot, lambda: any("✓" in t for t in screen_text(pilot.app)), "a tick")
        lines = screen_text(pilot.app)
        assert next(t for t in lines if "001.png" in t).startswith("✓")
        assert next(t for t in lines if "002.png" in t).startswith("▌")


async def test_brackets_go_through_the_tabs_and_each_keeps_its_place(make_job) -> None:
    session = make_job()
    session.set_label([5, 6], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "j", "right_square_bracket", "j")
        assert screen.browser.tab is Tab.UNLABELED
        await pilot.press("right_square_bracket", "j")
        assert screen.browser.tab is Tab.LABELED
        assert screen.browser.current.id == 6
        await pilot.press("right_square_bracket")
        assert screen.browser.tab is Tab.TO_BE_CONFIRMED
        await pilot.press("right_square_bracket")
        assert screen.browser.cursor == 2
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert screen.browser.current.id == 6


async def test_tabs_show_live_counts(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("1", "h")
        tabs = " All 6  Unlabeled 5  Labeled 1  To Be Confirmed 0 "
        await wait_for(pilot, lambda: any(tabs in t for t in screen_text(pilot.app)), "counts")
        assert any("▲ 1 hard" in t for t in screen_text(pilot.app))


async def test_a_click_on_a_tab_opens_it(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.click("TabLine", offset=(12, 0))
        assert screen.browser.tab is Tab.UNLABELED


async def test_a_click_on_a_row_goes_there(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.click("#samples", offset=(5, 3))
        await wait_for(pilot, lambda: screen.browser.cursor == 3, "the cursor")


async def test_a_click_on_a_row_of_a_list_that_is_scrolled_goes_to_what_is_shown(make_job) -> None:
    async with app_on(make_job(count=60)).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("G")
        shown = screen_text(pilot.app)
        top = screen.query_one("#samples").region.y
        await pilot.click("#samples", offset=(5, 3))
        await wait_for(pilot, lambda: screen.browser.cursor < 59, "the cursor")
        assert screen.browser.current.path in shown[top + 3]
        assert screen.browser.cursor > 30


async def test_n_goes_from_hard_to_hard_and_around(make_job) -> None:
    session = make_job()
    session.mark_hard([2, 5])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("n")
        assert screen.browser.current.id == 2
        await pilot.press("n", "n")
        assert screen.browser.current.id == 2
        await pilot.press("N")
        assert screen.browser.current.id == 5


async def test_without_hard_examples_n_says_what_to_do(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("n")
        assert said(screen) == "no hard examples here; A auto labels and finds them"


async def test_the_filter_narrows_while_typing_and_enter_keeps_it(make_job) -> None:
    session = make_job()
    session.mark_hard([2, 5])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("slash", *"hard")
        await wait_for(pilot, lambda: screen.browser.ids.tolist() == [2, 5], "the filter")
        await pilot.press("enter", "j")
        assert screen.browser.current.id == 5
        await pilot.press("escape")
        assert len(screen.browser.ids) == 6
        assert screen.browser.current.id == 5


async def test_a_wrong_filter_is_explained_and_the_list_stays(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("slash", *"-coef:>x")
        problem = screen.query_one("#filter-problem", OneLine)
        await wait_for(pilot, lambda: problem.text, "an explanation")
        assert "'>x' is no range" in problem.text
        assert len(screen.browser.ids) == 6
        await pilot.press("escape")
        assert not screen.query_one(FilterBar).display
        assert screen.focused is None


@pytest.mark.parametrize("text", ["reason:²", "coef:" + "9" * 5000, "date:9999-99-99", 'name:"'])
async def test_whatever_is_typed_as_a_filter_is_explained_and_ends_nothing(make_job, text) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("slash")
        screen.query_one(Input).value = text
        problem = screen.query_one("#filter-problem", OneLine)
        await wait_for(pilot, lambda: problem.text, "an explanation")
        await pilot.press("escape", "1")
        assert session.stats().labeled == 1


async def test_letters_in_the_filter_are_no_keys(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("slash", *"xhq1 ", "escape")
        assert session.stats().hard == 0
        assert session.stats().unlabeled == 6


async def test_a_selection_does_not_outlive_its_tab(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("*", "right_square_bracket")
        assert screen.browser.targets() == [1]


async def test_a_zoomed_picture_takes_arrows_and_hjkl(make_job) -> None:
    session = make_job(Task.DETECTION)
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        canvas = screen.preview.canvas
        await wait_for(pilot, lambda: canvas.placement, "the picture")
        await pilot.press("plus", "plus", "plus")
        assert canvas.view.zoom > 3
        middle = canvas.view
        await pilot.press("h", "k")
        assert canvas.view.x < middle.x
        assert canvas.view.y < middle.y
        await pilot.press("right", "down", "l", "j")
        assert canvas.view.x > middle.x
        assert canvas.view.y > middle.y
        assert screen.browser.cursor == 0
        assert session.stats().hard == 0
        await pilot.press("0", "j")
        assert screen.browser.cursor == 1


async def test_zooming_says_what_it_came_to(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: screen.preview.canvas.placement, "the picture")
        await pilot.press("minus")
        assert said(screen) == "zoom 1×: it goes no further"
        await pilot.press("plus")
        assert said(screen) == "zoom 1.5×"
        await pilot.press(*["plus"] * 9)
        assert said(screen).endswith("×: it goes no further")
        screen.preview.canvas.show(None)
        await pilot.press("plus")
        assert said(screen) == "there is no picture to zoom yet"


async def test_minus_zooms_out_until_the_keys_are_the_lists_again(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: screen.preview.canvas.placement, "the picture")
        await pilot.press("equals_sign", "minus", "minus", "j")
        assert screen.browser.cursor == 1


async def test_boxes_and_details_can_be_hidden(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.7})
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("o", "i", "i")
        assert not screen.preview.canvas.overlays_visible
        await wait_for(pilot, lambda: not screen.query_one("#details").display, "no details")
        await pilot.press("o", "i")
        assert screen.preview.canvas.overlays_visible
        await wait_for(pilot, lambda: screen.query_one("#details").display, "details")


async def test_each_move_makes_the_pictures_around_it_ready(make_job, monkeypatch) -> None:
    asked: list[list[int]] = []
    real = PreviewPane.prefetch

    def noted(pane: PreviewPane, ids: list[int]) -> None:
        asked.append(ids)
        real(pane, ids)

    monkeypatch.setattr(PreviewPane, "prefetch", noted)
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        ids = (await job_screen(pilot)).browser.ids.tolist()
        for at, key in ((1, "j"), (2, "j"), (1, "k")):
            await pilot.press(key)
            around = [ids[n] for n in (at + 1, at + 2, at - 1) if n < len(ids)]
            await wait_for(pilot, lambda: asked[-1:] == [around], "the neighbours")  # noqa: B023
