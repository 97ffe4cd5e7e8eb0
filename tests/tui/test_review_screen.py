"""Quick review on screen: looking around, fixing many boxes, applying or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.terminal import Depth, Terminal
from hardcase.tui.actions import ACTIONS
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.review.screen import ReviewScreen
from hardcase.tui.screens.job import JobScreen


@pytest.fixture
def session(make_job):
    """Six images to be confirmed: a cat of 18x18 and a dog of 25x23 on each."""
    session = make_job(Task.DETECTION)
    auto_labeled(session, {n: n / 10 for n in range(1, 7)})
    return session


async def _review(pilot, *keys):
    await job_screen(pilot)
    await pilot.press("r")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the review")
    screen = pilot.app.screen
    await wait_for(pilot, lambda: screen.gallery.size.height > 0, "its layout")
    await pilot.press(*keys)
    return screen


async def _back(pilot):
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
    return pilot.app.screen


def _labels(session):
    return ["".join(a.label[0] for a in session.sample(n).annotations) for n in range(1, 7)]


def _fates(screen):
    names = {n: name[0] for n, name in enumerate(screen.review.names)}
    return "".join(names.get(int(f), "x") for f in screen.review.fate[screen.shown.rows])


async def test_all_boxes_of_one_label_are_shown_as_tiles(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot)
        await wait_for(pilot, lambda: not screen.gallery.waiting, "the crops")
        text = "\n".join(screen_text(pilot.app))
        assert text.count("18×18 00") == 6
        assert "cat 6" in text
        assert "dog 6" in text
        assert "quick review of All · by area ↓" in text
        assert "nothing pending" in text
        assert "000.png" in text


async def test_it_begins_with_the_label_of_the_box_selected_and_brackets_go_on(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("tab", "tab")
        screen = await _review(pilot)
        assert screen.review.names[screen.shown.label] == "dog"
        await pilot.press("]")
        assert screen.review.names[screen.shown.label] == "cat"
        await pilot.press("[")
        assert screen.review.names[screen.shown.label] == "dog"


async def test_it_is_of_the_tab_and_the_filter(session) -> None:
    session.confirm([1, 2])
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("slash", *"-name:005", "enter")
        screen = await _review(pilot)
        assert sorted(screen.review.boxes.sample[screen.shown.rows].tolist()) == [3, 4, 5]
        assert "of To Be Confirmed, -name:005" in screen_text(pilot.app)[0]


async def test_one_key_sorts_another_turns(session) -> None:
    session.set_annotations(3, [Annotation("cat", Box(0, 0, 30, 5))])
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot)
        first = lambda: int(screen.review.boxes.sample[screen.shown.rows[0]])  # noqa: E731
        assert first() != 3
        await pilot.press("S")
        assert first() == 3
        await pilot.press("s", "S")
        assert first() == 3
        await pilot.press("s", "s")
        assert "by hardness of the image ↓" in screen_text(pilot.app)[0]
        assert first() == 6


@pytest.mark.parametrize(
    ("keys", "fates"),
    [
        (["2"], "dccccc"),
        (["2", "2"], "ddcccc"),
        (["d"], "xccccc"),
        (["delete", "left", "d"], "cccccc"),
        (["space", "right", "space", "2"], "dcdccc"),
        (["v", "right", "right", "d"], "xxxccc"),
        (["*", "2"], "dddddd"),
        (["space", "V", "d"], "cxxxxx"),
        (["*", "2", "space", "1"], "cddddd"),
        (["*", "d", "u"], "cccccc"),
        (["*", "d", "u", "ctrl+r"], "xxxxxx"),
        (["2", "d", "u"], "dccccc"),
        (["down", "2", "left", "up", "d"], "xccccc"),
        (["G", "2", "g", "2"], "dccccd"),
        (["1"], "cccccc"),
        (["u"], "cccccc"),
    ],
)
async def test_fixes_wait_on_one_box_or_many(session, keys, fates) -> None:
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await _review(pilot, *keys)
        across = screen.gallery.grid.across
        if "down" in keys:
            fates = fates[:across] + "d" + fates[across + 1 :]
        assert _fates(screen) == fates
        assert _labels(session) == ["cd"] * 6
        waiting = 6 - fates.count("c")
        state = f"{waiting} pending" if waiting else "nothing pending"
        await wait_for(pilot, lambda: state in screen_text(pilot.app)[0], "the count")


async def test_what_waits_is_shown_as_such(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "d", "2")
        await wait_for(
            pilot,
            lambda: any("✗ cat" in t and "→ dog" in t for t in screen_text(pilot.app)),
            "both",
        )
        assert "1 box → dog · enter applies all that is pending, u takes this back" in said(screen)
        assert any("cat 6 (2)" in t for t in screen_text(pilot.app))
        await pilot.press("left")
        await wait_for(
            pilot, lambda: any("to become dog" in t for t in screen_text(pilot.app)), "its fate"
        )


async def test_applying_is_one_change_and_one_undo(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await _review(pilot, "v", "right", "2", "right", "d", "]", "d", "enter")
        screen = await _back(pilot)
        assert _labels(session) == ["d", "dd", "d", "cd", "cd", "cd"]
        assert said(screen) == ("reviewed boxes of 3 samples: 2 relabeled, 2 deleted · u undoes")
        one = session.sample(2).annotations[0]
        assert (one.by, one.score) == ("human", None)
        assert session.sample(1).status is Status.TO_BE_CONFIRMED
        await pilot.press("u")
        assert _labels(session) == ["cd"] * 6


async def test_a_label_is_picked_or_made(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "*", "l")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the dialog")
        await pilot.press(*"bird", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the review")
        await pilot.press("a")
        await _back(pilot)
        assert _labels(session) == ["bd"] * 6
        assert session.labels[-1].name == "bird"


async def test_leaving_asks_only_when_something_is_pending(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await _review(pilot, "escape")
        await _back(pilot)
        screen = await _review(pilot, "2", "escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        assert any("Drop 1 fix?" in t for t in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the review")
        assert screen.review.pending.sum() == 1
        await pilot.press("q", "enter")
        await _back(pilot)
        assert _labels(session) == ["cd"] * 6


async def test_escape_drops_the_selection_first(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "*", "escape")
        assert screen.shown.chosen.count == 0
        assert pilot.app.screen is screen


async def test_quitting_asks_about_what_is_pending(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await _review(pilot, "d", "ctrl+q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await pilot.press("enter")
        await wait_for(pilot, lambda: not pilot.app.is_running or pilot.app._exit, "the end")


async def test_the_editor_opens_on_the_box_and_fixes_go_on_after_it(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "2", "]", "e")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the editor")
        editor = pilot.app.screen
        assert editor.sample_id == 1
        assert editor.draft.selected == 1
        await pilot.press("d", "escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the review")
        await wait_for(pilot, lambda: len(screen.shown.rows) == 5, "the boxes that are left")
        assert screen.review.pending.sum() == 1
        await pilot.press("enter")
        await _back(pilot)
        assert _labels(session) == ["d", *["cd"] * 5]


async def test_a_fix_whose_box_is_deleted_in_the_editor_is_told_as_lost(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "2", "left", "e")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the editor")
        await pilot.press("d", "escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the review")
        await wait_for(pilot, lambda: len(screen.shown.rows) == 5, "the boxes that are left")
        assert said(screen) == "1 fix went with boxes that are there no longer"
        await wait_for(pilot, lambda: not screen.gallery.waiting, "the crops")
        assert sum(t.count("18×18") for t in screen_text(pilot.app)) >= 5


async def test_fixes_of_boxes_that_went_meanwhile_are_told_as_lost(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "*", "d")
        session.reject([2, 3])
        await wait_for(pilot, lambda: len(screen.shown.rows) == 4, "the boxes that are left")
        assert said(screen) == "2 fixes went with boxes that are there no longer"
        await pilot.press("enter")
        await _back(pilot)
        assert _labels(session) == ["d", "", "", "d", "d", "d"]


async def test_undo_goes_to_what_it_takes_back_and_says_when_there_is_nothing(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "d", "]", "u")
        assert screen.review.names[screen.shown.label] == "cat"
        assert said(screen) == "1 box as before"
        await pilot.press("u")
        assert said(screen) == "there is no fix to take back"
        await pilot.press("ctrl+r", "ctrl+r")
        assert said(screen) == "there is no fix to repeat"


async def test_pages_turn_and_tiles_change_their_size(make_job) -> None:
    session = make_job(Task.DETECTION, 40)
    auto_labeled(session, dict.fromkeys(range(1, 41), 0.5))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await _review(pilot)
        page = screen.gallery.grid.page
        assert page < 40
        await pilot.press("pagedown", "right")
        assert screen.shown.chosen.cursor == page + 1
        await pilot.press("pageup")
        assert screen.shown.chosen.cursor == 1
        await pilot.press("minus")
        await wait_for(pilot, lambda: screen.gallery.grid.page > page, "more tiles")
        await pilot.press("minus", "minus", "minus")
        assert "as small as they get" in said(screen)
        await pilot.press("G", "k", "j", "j")
        assert screen.shown.chosen.cursor == 39


async def test_another_label_is_picked_from_those_with_boxes(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "L")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LabelDialog), "the dialog")
        assert not any("traffic light" in t for t in screen_text(pilot.app))
        await pilot.press(*"dog", "x")
        await wait_for(pilot, lambda: any("dogx" in t for t in screen_text(pilot.app)), "it")
        assert not any("add the label" in t for t in screen_text(pilot.app))
        await pilot.press("backspace", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is screen, "the review")
        assert screen.review.names[screen.shown.label] == "dog"


async def test_what_cannot_be_done_is_said(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot, "9")
        assert "no label 9" in said(screen)
        await pilot.press("enter")
        assert said(screen) == "there is nothing to apply yet"
        await pilot.press("1")
        assert said(screen) == "labeled so already"
        session.image_path(1).unlink()
        await pilot.press("e")
        assert "gone from the folder" in said(screen)


async def test_quitting_from_the_editor_leaves_the_review_too(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await _review(pilot, "e")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the editor")
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: not pilot.app.is_running or pilot.app._exit, "the end")


async def test_clicks_go_to_tiles_and_labels(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot)
        grid = screen.gallery.grid
        await pilot.click(screen.gallery, offset=(grid.tile[0] + 2, 2))
        await wait_for(pilot, lambda: screen.shown.chosen.cursor == 1, "the tile")
        await pilot.click("#labels", offset=(10, 0))
        await wait_for(
            pilot, lambda: screen.review.names[screen.shown.label] == "dog", "the other label"
        )


async def test_a_read_only_job_is_looked_at_only(session) -> None:
    session.flush()
    with LabelingSession.open(session.path) as reader:
        async with app_on(reader).run_test(size=(120, 40)) as pilot:
            screen = await _review(pilot, "2")
            assert "read-only" in said(screen)
            assert not screen.review.pending.any()


@pytest.mark.parametrize("depth", [Depth.FULL, Depth.MONO])
async def test_boxes_are_outlined_where_nothing_can_be_dimmed_and_on_demand(session, depth) -> None:
    app = app_on(session, terminal=replace(Terminal(), depth=depth))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot)
        outlined = [bool(screen._tile(0).overlays)]
        await pilot.press("o")
        outlined.append(bool(screen._tile(0).overlays))
        assert outlined == ([True, False] if depth is Depth.MONO else [False, True])


async def test_without_boxes_it_says_so(make_job) -> None:
    session = make_job(Task.DETECTION)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("r")
        assert said(screen) == "there are no boxes in what is shown"


async def test_in_classification_it_shows_the_images_of_the_label(make_job) -> None:
    session = make_job()
    session.set_label([1, 3], "traffic light")
    session.set_label([2], "dog")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("r")
        assert screen.browser.filter == 'label:"traffic light"'
        assert screen.browser.ids.tolist() == [1, 3]
        assert screen.gallery.showing
        await pilot.press("escape")
        assert len(screen.browser.ids) == 6


async def test_an_image_without_a_label_has_nothing_to_review(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("r")
        assert "no label" in said(screen)
        assert screen.browser.filter == ""


async def test_every_action_of_quick_review_has_a_method(session) -> None:
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await _review(pilot)
        for action in ACTIONS:
            if action.where in ReviewScreen.PLACES:
                assert callable(getattr(screen, f"action_{action.method.partition('(')[0]}", None))
