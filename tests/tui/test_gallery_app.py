from __future__ import annotations

import pytest
from textual import events
from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.desks.gallery import GalleryDesk
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.gallery.gallery import Gallery
from hardcase.tui.screens.job import JobScreen

SIZE = (80, 24)


async def gallery_of(pilot) -> JobScreen:
    """The job screen with its gallery, every picture of the page there."""
    screen = await job_screen(pilot)
    await pilot.press("t")
    await shown(pilot, screen)
    return screen


async def shown(pilot, screen) -> None:
    gallery = screen.gallery.pane.gallery
    await wait_for(pilot, lambda: gallery.size.height > 0 and gallery.page, "its layout")
    await wait_for(pilot, lambda: not gallery.waiting, "its pictures")


def page_of(screen) -> list[int]:
    return [int(screen.browser.ids[i]) for i in screen.gallery.pane.gallery.page]


def to_be_confirmed(make_job, count: int = 30, task: Task = Task.CLASSIFICATION) -> LabelingSession:
    session = make_job(task, count=count)
    auto_labeled(session, {n: 1 - n / 100 for n in range(1, count + 1)})
    return session


# -- looking


async def test_t_goes_to_the_gallery_and_back_over_the_same_cursor(make_job) -> None:
    async with app_on(make_job(count=30)).run_test(size=SIZE) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("j", "j", "t")
        await shown(pilot, screen)
        assert not screen.rows.display or screen.rows.region.width == 0
        await pilot.press("right", "t")
        await wait_for(pilot, lambda: screen.rows.region.width > 0, "the list")
        assert screen.browser.cursor == screen.rows.cursor == 3


async def test_tiles_say_label_name_and_marks(make_job) -> None:
    session = make_job(count=3)
    session.set_label([1], "cat")
    session.mark_hard([2])
    async with app_on(session).run_test(size=SIZE) as pilot:
        await gallery_of(pilot)
        await wait_for(pilot, lambda: any("001.png" in t for t in screen_text(pilot.app)), "names")
        text = screen_text(pilot.app)
        assert any("■ cat" in line and "unlabeled" in line for line in text)
        assert any("●" in line and "▲" in line for line in text)
        assert any("1-3 of 3" in line for line in text)


async def test_keys_move_in_the_grid(make_job) -> None:
    async with app_on(make_job(count=30)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        grid = screen.gallery.pane.gallery.grid
        across, page = grid.across, grid.page
        moves = (
            (["right"], 1),
            (["right", "left"], 0),
            (["left"], 0),
            (["j"], across),
            (["down", "k"], 0),
            (["right", "up"], 1),
            (["G"], 29),
            (["G", "right"], 29),
            (["G", "g"], 0),
            (["right", "pagedown"], page + 1),
            (["pagedown", "pageup"], 0),
        )
        for keys, cursor in moves:
            await pilot.press("g", *keys)
            assert screen.browser.cursor == cursor, keys
            assert cursor in screen.gallery.pane.gallery.page, keys


async def test_down_from_a_full_row_goes_to_the_end_of_a_short_last_one(make_job) -> None:
    async with app_on(make_job(count=6)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        assert screen.gallery.pane.gallery.grid.across == 4
        await pilot.press("right", "right", "right", "j")
        assert screen.browser.cursor == 5
        await pilot.press("j")
        assert screen.browser.cursor == 5


async def test_h_and_l_mean_in_the_gallery_what_they_mean_in_a_job(make_job) -> None:
    session = make_job(count=6)
    async with app_on(session).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("h")
        assert session.sample(1).hard
        await pilot.press("l", *"dog", "enter")
        await wait_for(pilot, lambda: session.sample(1).annotations, "the label")
        assert screen.gallery.showing


async def test_tiles_grow_and_shrink_and_keep_the_cursor_on_the_page(make_job) -> None:
    async with app_on(make_job(count=60)).run_test(size=(120, 40)) as pilot:
        screen = await gallery_of(pilot)
        gallery = screen.gallery.pane.gallery
        await pilot.press("G")
        pages = []
        for key in ("plus", "plus", "plus", "minus", "minus", "minus", "minus", "minus"):
            await pilot.press(key)
            await shown(pilot, screen)
            pages.append(gallery.grid.page)
            assert 59 in gallery.page
        assert pages[0] > pages[1]
        assert pages[-1] > pages[1]
        assert "as small as they get" in said(screen)


async def test_the_page_fills_the_screen_after_a_resize(make_job) -> None:
    async with app_on(make_job(count=60)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        before = len(screen.gallery.pane.gallery.page)
        await pilot.resize_terminal(160, 50)
        gallery = screen.gallery.pane.gallery
        await wait_for(pilot, lambda: len(gallery.page) > before, "more tiles")
        await shown(pilot, screen)
        assert len(gallery._looks) == gallery.grid.page


async def test_a_click_goes_to_a_tile_and_the_wheel_a_row_on(make_job) -> None:
    async with app_on(make_job(count=30)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        grid = screen.gallery.pane.gallery.grid
        region = grid.region(2)
        await pilot.click("Gallery", offset=(region.x + 3, region.y + 2))
        await wait_for(pilot, lambda: screen.browser.cursor == 2, "the cursor")
        await pilot._post_mouse_events([events.MouseScrollDown], "Gallery", button=0)
        await wait_for(pilot, lambda: screen.browser.cursor == 2 + grid.across, "the next row")


async def test_o_shows_the_sample_large_and_escape_goes_back_to_its_tile(make_job) -> None:
    async with app_on(make_job(count=30)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("right", "o")
        canvas = screen.preview.canvas
        await wait_for(pilot, lambda: canvas.placement and canvas.scene.key == 2, "the picture")
        assert canvas.size.width == 80
        await pilot.press("j")
        await pilot.press("escape")
        await shown(pilot, screen)
        assert screen.gallery.showing
        assert screen.browser.current.id == 3


async def test_e_opens_the_box_editor_and_comes_back_to_the_gallery(make_job) -> None:
    session = to_be_confirmed(make_job, task=Task.DETECTION)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("right", "e")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the editor")
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
        assert screen.gallery.showing
        assert screen.browser.current.id == 2


async def test_missing_and_broken_images_say_so_on_their_tiles(make_job) -> None:
    session = make_job(count=4)
    session.image_path(1).write_bytes(b"no image")
    session.image_path(2).unlink()
    session.sync()
    async with app_on(session).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        words = lambda: " ".join(screen_text(pilot.app))  # noqa: E731 - read again and again
        await wait_for(pilot, lambda: "missing" in words() and "cannot" in words(), "both")
        screen.moving.go(0)
        await wait_for(pilot, lambda: "000.png is not an image" in words(), "why")


async def test_an_empty_tab_says_why_in_the_gallery_too(make_job) -> None:
    async with app_on(make_job(count=3)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("left_square_bracket")
        assert screen.browser.tab is Tab.TO_BE_CONFIRMED
        await wait_for(pilot, lambda: screen.has_class("is-empty"), "why it is empty")
        await pilot.press("right_square_bracket")
        await shown(pilot, screen)
        assert len(page_of(screen)) == 3


async def test_only_the_page_is_decoded_and_the_next_one_ahead_of_time(make_job) -> None:
    async with app_on(make_job(count=60)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        cache = screen.gallery.pane.gallery._thumbnails._loader._cache
        page = screen.gallery.pane.gallery.grid.page
        await wait_for(pilot, lambda: len(cache) >= 2 * page, "the next page")
        await pilot.pause(0.1)
        assert len(cache) == 2 * page


# -- selecting


@pytest.mark.parametrize("view", ["list", "gallery"])
async def test_v_capital_selects_the_others(make_job, view) -> None:
    async with app_on(make_job(count=6)).run_test(size=SIZE) as pilot:
        screen = await (gallery_of(pilot) if view == "gallery" else job_screen(pilot))
        await pilot.press("space", "V")
        assert screen.browser.targets() == [2, 3, 4, 5, 6]
        ticks = lambda: sum(t.count("✓") for t in screen_text(pilot.app))  # noqa: E731
        await wait_for(pilot, lambda: ticks() == 5, "the marks")


async def test_a_range_over_pages_is_selected_as_one(make_job) -> None:
    async with app_on(make_job(count=30)).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = screen.gallery.pane.gallery.grid.page
        await pilot.press("v", "pagedown")
        assert screen.browser.selected_count == page + 1


BATCHES = (
    ("a", lambda s: s.status is Status.LABELED),
    ("x", lambda s: s.status is Status.UNLABELED),
    ("2", lambda s: [a.label for a in s.annotations] == ["dog"]),
    ("h", lambda s: s.hard),
    ("H", lambda s: not s.hard),
    ("delete", lambda s: not s.annotations),
)


@pytest.mark.parametrize("view", ["list", "gallery"])
@pytest.mark.parametrize(("key", "done"), BATCHES)
async def test_a_decision_on_a_selection_is_one_change_and_one_undo(
    make_job, view, key, done
) -> None:
    session = to_be_confirmed(make_job, 6)
    (session.mark_hard if key == "H" else session.unmark_hard)(range(1, 7))
    before = {s.id: s for s in session.samples()}
    changes = len(list(session.history()))
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await (gallery_of(pilot) if view == "gallery" else job_screen(pilot))
        await pilot.press("space", "space", "space", key)
        assert len(list(session.history())) == changes + 1
        assert [s.id for s in session.samples() if done(s)] == [1, 2, 3]
        assert screen.browser.selected_count == 0
        await pilot.press("u")
        assert {s.id: s for s in session.samples()} == before


# -- working through pages


async def test_what_is_decided_keeps_its_place_until_the_page_is_turned(make_job) -> None:
    session = to_be_confirmed(make_job)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = page_of(screen)
        await pilot.press("2", "a")
        assert page_of(screen) == page
        assert screen.browser.current.id == 3
        await pilot.press("pagedown")
        assert page_of(screen)[: len(page)] == list(range(len(page) + 1, 2 * len(page) + 1))
        await pilot.press("g")
        assert page_of(screen)[0] == 3


async def test_a_key_confirms_the_page_and_turns_it(make_job) -> None:
    session = to_be_confirmed(make_job)
    changes = len(list(session.history()))
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = page_of(screen)
        await pilot.press("2", "p")
        assert [s.id for s in session.samples() if s.status is Status.LABELED] == page
        assert [a.label for a in session.sample(1).annotations] == ["dog"]
        assert len(list(session.history())) == changes + 2
        assert page_of(screen)[0] == len(page) + 1
        assert said(screen) == f"confirmed {len(page) - 1} samples · u undoes"
        await pilot.press("u")
        assert session.stats().labeled == 1


async def test_a_decision_on_the_last_tile_turns_the_page_only_if_nothing_on_it_is_open(
    make_job,
) -> None:
    session = to_be_confirmed(make_job)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = page_of(screen)
        await pilot.press(*("right",) * (len(page) - 1), "2")
        assert page_of(screen) == page
        await pilot.press("g", *("a",) * (len(page) - 2))
        assert page_of(screen) == page
        await pilot.press("a")
        await pilot.press("a")
        assert page_of(screen)[0] == len(page) + 1


async def test_what_is_selected_is_left_for_the_next_key(make_job) -> None:
    session = to_be_confirmed(make_job)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = page_of(screen)
        await pilot.press("right", "space", "space", "p")
        assert session.stats().labeled == len(page) - 2
        assert page_of(screen) == page
        assert screen.browser.targets() == [2, 3]
        await pilot.press("2")
        assert session.stats().labeled == len(page)
        await pilot.press("p")
        assert page_of(screen)[0] == len(page) + 1


@pytest.mark.parametrize(("owner", "flag"), [(Gallery, "waiting"), (GalleryDesk, "_sending")])
async def test_a_page_that_is_not_all_there_is_not_confirmed(
    make_job, monkeypatch, owner, flag
) -> None:
    session = to_be_confirmed(make_job)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        with monkeypatch.context() as patched:
            patched.setattr(owner, flag, property(lambda _: True))
            await pilot.press("p")
        assert session.stats().labeled == 0
        assert "still on its way" in said(screen)
        await pilot.press("p")
        assert session.stats().labeled > 0


async def test_an_image_that_cannot_be_seen_is_not_confirmed_with_the_page(make_job) -> None:
    session = to_be_confirmed(make_job)
    session.image_path(2).write_bytes(b"no image")
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        page = page_of(screen)
        await pilot.press("p")
        assert session.sample(2).status is Status.TO_BE_CONFIRMED
        assert session.stats().labeled == len(page) - 1
        assert "1 not seen" in said(screen)


async def test_the_last_page_leaves_what_the_tab_has_no_longer(make_job) -> None:
    session = to_be_confirmed(make_job, 10)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("pagedown")
        await shown(pilot, screen)
        last = page_of(screen)
        await pilot.press("p")
        assert session.stats().labeled == len(last)
        assert screen.browser.ids.tolist() == [n for n in range(1, 11) if n not in last]
        await shown(pilot, screen)
        await pilot.press("p")
        await wait_for(pilot, lambda: screen.has_class("is-empty"), "the end of it")
        assert session.stats().to_be_confirmed == 0


async def test_a_read_only_job_offers_and_confirms_no_page(make_job) -> None:
    session = to_be_confirmed(make_job, 6)
    session.flush()
    with LabelingSession.open(session.root, read_only=True) as reader:
        async with app_on(reader, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
            screen = await gallery_of(pilot)
            assert "confirm_page" not in {a.id for a in screen.here()}
            await pilot.press("p")
            assert "read-only" in said(screen)
    assert session.stats().labeled == 0


async def test_the_label_of_a_box_is_set_on_its_tile(make_job) -> None:
    session = to_be_confirmed(make_job, 6, Task.DETECTION)
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=SIZE) as pilot:
        screen = await gallery_of(pilot)
        await pilot.press("right", "tab", "tab", "3")
        assert [a.label for a in session.sample(2).annotations] == ["cat", "traffic light"]
        assert [a.label for a in session.sample(1).annotations] == ["cat", "dog"]
        tile = screen.gallery.pane.gallery._looks[1][0]
        assert [overlay.selected for overlay in tile.overlays] == [False, True]
