from __future__ import annotations

import errno

import pytest
from rich.cells import cell_len
from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.actions import ACTIONS
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.themes import THEMES
from hardcase.tui.widgets.lines import Hints, OneLine, fitting


def text_of(pilot) -> str:
    return "\n".join(screen_text(pilot.app))


@pytest.mark.parametrize("task", list(Task))
async def test_the_hints_never_wrap_at_80_columns(make_job, task) -> None:
    session = make_job(task)
    auto_labeled(session, {1: 0.8, 2: 0.1})
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        for _ in Tab:
            await pilot.press("right_square_bracket")
            await wait_for(pilot, lambda: "? help" in screen_text(pilot.app)[-1], "the hints")
            assert cell_len(screen_text(pilot.app)[-1]) <= 80
            assert screen.query_one(Hints).size.height == 1
        await wait_for(pilot, lambda: screen.preview.canvas.placement, "the picture")
        await pilot.press("plus")
        await wait_for(pilot, lambda: "0 fit" in screen_text(pilot.app)[-1], "the zoomed hints")


def test_hints_give_way_by_rank() -> None:
    offered = [a for a in ACTIONS if a.rank and a.where in {"job", "everywhere"}]
    assert [a.id for a in fitting(offered, 10)] == ["help"]
    wide = [a.id for a in fitting(offered, 300)]
    assert len(wide) == len(offered)
    for width in range(8, 200):
        shown = fitting(offered, width)
        text = "  ".join(f"{a.hint_key or a.keys[0]} {a.hint}" for a in shown)
        assert cell_len(text) <= width


async def test_a_terminal_too_small_is_told_so(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(60, 20)) as pilot:
        await job_screen_small(pilot)
        assert "60×20 is too small, 80×24 is needed" in text_of(pilot)
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: "000.png" in text_of(pilot), "the job")


async def test_no_key_decides_anything_where_nothing_can_be_seen(make_job) -> None:
    session = make_job()
    session.set_label([1], "cat")
    auto_labeled(session, {2: 0.9})
    before = [*session.samples()]
    async with app_on(session).run_test(size=(40, 12)) as pilot:
        await job_screen_small(pilot)
        assert "40×12 is too small, 80×24 is needed" in text_of(pilot)
        await pilot.press("j", "a", "x", "1", "h", "delete", "u", "O", "*", "A", "l", "ctrl+p")
        assert [*session.samples()] == before
        assert isinstance(pilot.app.screen, JobScreen)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HelpDialog), "the help")
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: "000.png" in text_of(pilot), "the job")
        await pilot.press("2")
        assert session.sample(1).annotations[0].label == "dog"


async def job_screen_small(pilot) -> None:
    await wait_for(pilot, lambda: "too small" in text_of(pilot), "the message")


async def test_hostile_names_are_text(make_job) -> None:
    name = "[bold red]x\x1b]0;gotcha\x07.png"
    session = make_job(names=[name, "ok.png"], labels=("[link=evil]cat[b]", "dog"))
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("1", "k")
        await wait_for(pilot, lambda: "[link=evil]cat[b]" in text_of(pilot), "the label")
        assert "[bold red]x" in text_of(pilot)
        assert "\x1b" not in text_of(pilot)
        assert "[bold red]x" in said(screen)
        await pilot.press("l")
        await wait_for(pilot, lambda: "✓" in text_of(pilot), "the label list")
        assert "[link=evil]cat[b]" in text_of(pilot)


async def test_long_names_are_cut_in_the_middle(make_job) -> None:
    session = make_job(names=["a" * 100 + "_the_end.png", "b.png"])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await wait_for(pilot, lambda: "end.png" in text_of(pilot), "the row")
        assert "…" in next(t for t in screen_text(pilot.app) if "end.png" in t)


async def test_details_tell_reasons_suggestions_and_scores_in_words(make_job) -> None:
    session = make_job()
    auto_labeled(session, {1: 0.62})
    async with app_on(session, Tab.TO_BE_CONFIRMED).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await wait_for(pilot, lambda: "likely wrong 0.62" in text_of(pilot), "the details")
        shown = text_of(pilot)
        assert "low confidence: check the label" in shown
        assert "mirroring changes the prediction: check the label" in shown
        assert "cat 0.60" in shown
        assert "by toy#1" in shown
        assert "▲ HARD" in shown


@pytest.mark.parametrize(
    ("tab", "says"),
    [
        (Tab.LABELED, "Nothing is labeled yet."),
        (Tab.TO_BE_CONFIRMED, "Press A to auto label the 6 unlabeled samples."),
    ],
)
async def test_empty_tabs_say_what_to_do(make_job, tab, says) -> None:
    session = make_job()
    async with app_on(session, tab).run_test(size=(80, 24)) as pilot:
        await job_screen_empty(pilot, says)


async def job_screen_empty(pilot, says) -> None:
    await wait_for(pilot, lambda: says in text_of(pilot), says)


async def test_filtering_for_hard_without_any_says_how_to_find_them(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("slash", *"hard", "enter")
        await job_screen_empty(pilot, "No hard examples.")


async def test_a_read_only_job_says_why_and_refuses(make_job) -> None:
    first = make_job()
    second = LabelingSession.open(first.path)
    assert second.read_only
    async with app_on(second).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        assert "Read-only: " in screen.query_one("#banner", OneLine).text
        await pilot.press("1")
        assert second.stats().labeled == 0
        assert said(screen)
        await pilot.press("A")
        assert "read-only" in said(screen)
        offered = {a.id for a in screen.here()}
        assert not offered & {"confirm", "reject", "label_1", "pick_label", "undo", "auto_label"}
        assert offered >= {"skip", "filter", "zoom_in", "back"}


async def test_what_the_job_file_has_to_tell_is_said_once_it_is_open(make_job, monkeypatch) -> None:
    monkeypatch.setattr(LabelingSession, "notice", "the journal was cut: 1 change is lost")
    async with app_on(make_job()).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: "1 change is lost" in said(screen), "the notice")
        await pilot.press("j", "1")
        assert "1 change is lost" not in said(screen)


async def test_changes_that_cannot_be_saved_are_shouted_until_they_are(
    make_job, monkeypatch
) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        journal = session._store._writer._journal
        append = journal.append

        def full(lines):
            raise OSError(errno.ENOSPC, "No space left on device")

        journal.append = full
        await pilot.press("1")
        banner = screen.query_one("#banner", OneLine)
        await wait_for(pilot, lambda: banner.text.startswith("NOT SAVED"), "the banner")
        assert "NOT SAVED" in screen_text(pilot.app)[0]
        await pilot.press("2")
        assert session.stats().labeled == 1
        await pilot.press("ctrl+s")
        assert "still not saved" in said(screen)
        journal.append = append
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not banner.display, "no banner")
        assert screen_text(pilot.app)[0].rstrip().endswith("saved")


async def test_an_image_that_cannot_be_read_is_said_and_stops_nothing(make_job) -> None:
    session = make_job()
    (session.root / "000.png").write_bytes(b"no image")
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: said(screen), "the reason")
        await pilot.press("1")
        assert session.stats().labeled == 1


async def test_rows_are_drawn_only_where_they_are_seen(make_job) -> None:
    session = make_job(count=60)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        drawn: list[int] = []
        draw = screen.rows._draw
        screen.rows._draw = lambda index, width: drawn.append(index) or draw(index, width)
        await pilot.press("j")
        assert drawn
        assert max(drawn) < 24


async def test_every_theme_shows_the_job(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        grounds = set()
        for theme in THEMES:
            pilot.app.theme = theme.name
            await wait_for(pilot, lambda: "000.png" in text_of(pilot), "the job")
            grounds.add(screen.styles.background.hex)
        assert len(grounds) == len(THEMES)


async def test_leaving_with_unsaved_changes_asks_and_tells_in_the_end(make_job) -> None:
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)

        def full(lines):
            raise OSError(errno.ENOSPC, "No space left on device")

        journal = session._store._writer._journal
        append, journal.append = journal.append, full
        await pilot.press("1")
        await wait_for(pilot, lambda: session.trouble, "the trouble")
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("escape")
        await job_screen(pilot)
        assert screen.is_current
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("y")
        await wait_for(pilot, lambda: not app.is_running, "the end")
    assert "space" in str(app.problem)
    journal.append = append
