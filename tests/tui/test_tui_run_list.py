"""Pausing runs, runs that wait for their turn, and the list of runs, by keys alone."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

import pytest
from run_helpers import engine, model, start  # noqa: F401 - fixtures
from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.model.job import RunState, Status
from hardcase.session import LabelingSession
from hardcase.session.autolabel import run_queue
from hardcase.session.autolabel.run_request import RunRequest
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.run_list import RunListDialog
from hardcase.tui.widgets import run_panel


def text(pilot):
    return "\n".join(screen_text(pilot.app))


def states(session):
    return {run.id: run.state for run in session.runs}


async def run_list(pilot):
    await pilot.press("Y")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, RunListDialog), "the list")
    dialog = pilot.app.screen
    await wait_for(pilot, lambda: dialog.query_one(".box").size.height > 0, "its layout")
    return dialog


def asked(session, model, *names):
    """Let runs wait, one a part of a name."""
    for name in names:
        run_queue.add(session, run_panel.prepare(RunRequest(model, filter=f"name:{name}")))


async def test_a_run_is_paused_and_goes_on_by_the_same_key(make_job, engine, model):
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(2)
        await wait_for(pilot, lambda: session.runs[0].done == 2, "two samples")
        await pilot.press("P")
        await wait_for(pilot, lambda: session.runs[0].state is RunState.PAUSED, "the pause")
        await wait_for(pilot, lambda: said(screen) == "run paused · P goes on with it", "the word")
        assert engine[0].closed
        await pilot.press("P")
        await wait_for(pilot, lambda: len(engine) == 2, "the second engine")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
    assert engine[1].seen == [3, 4, 5, 6]


async def test_a_paused_run_is_told_when_the_job_is_opened_and_goes_on_without_a_dialog(
    make_job, engine, model
):
    session = make_job()
    active = session.begin_run(run_panel.prepare(RunRequest(model)))
    session.stop_run(active.run.id, RunState.PAUSED)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: "run 1 is paused at 0 of 6" in said(screen), "the news")
        await pilot.press("R")
        await wait_for(pilot, lambda: len(engine) == 2, "the run")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")


async def test_a_run_asked_for_meanwhile_waits_and_starts_by_itself(make_job, engine, model):
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine, "tab", "tab", *"name:000")
        asked(session, model, "001")
        run_queue.end(session, 2)
        await pilot.press("A", *"toy_mod", "tab", "tab", *"name:003")
        await wait_for(pilot, lambda: "3 classes, cat" in text(pilot), "the model")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "it waits: 1 run before it" in said(screen), "the word")
        assert states(session) == {1: RunState.RUNNING, 2: RunState.QUEUED}
        await wait_for(pilot, lambda: "1 wait" in screen_text(pilot.app)[0], "the title")
        engine[0].let(9)
        await wait_for(pilot, lambda: len(engine) == 2, "its turn")
        engine[1].let(9)
        await wait_for(pilot, lambda: states(session)[2] is RunState.COMPLETED, "its end")
    assert (engine[0].seen, engine[1].seen) == ([1], [4])


async def test_while_paused_nothing_that_waits_starts(make_job, engine, model):
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)
        asked(session, model, "005")
        await pilot.press("P")
        await wait_for(pilot, lambda: states(session)[1] is RunState.PAUSED, "the pause")
        assert states(session)[2] is RunState.QUEUED
        assert len(engine) == 1


async def test_one_that_cannot_begin_has_failed_and_the_next_has_its_turn(
    make_job, engine, model, tmp_path
):
    session = make_job()
    other = tmp_path / "other.onnx"
    other.write_bytes(b"onnx")
    asked(session, other, "000")
    asked(session, model, "001")
    other.unlink()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: said(screen) == "2 runs to start · P starts", "the news")
        assert not engine
        await pilot.press("P")
        await wait_for(pilot, lambda: states(session)[1] is RunState.FAILED, "the failure")
        await wait_for(pilot, lambda: len(engine) == 1, "the next")
        engine[0].let(9)
        await wait_for(pilot, lambda: states(session)[2] is RunState.COMPLETED, "its end")


async def test_the_queue_is_ordered_and_thinned_by_keys(make_job, engine, model):
    session = make_job()
    asked(session, model, "000", "001", "002")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        assert text(pilot).count(" waits ") == 3
        await pilot.press("down", "j", "K")
        assert [run.id for run in run_queue.waiting(session)] == [1, 3, 2]
        await pilot.press("K")
        assert [run.id for run in run_queue.waiting(session)] == [3, 1, 2]
        await pilot.press("J", "d")
        assert [run.id for run in run_queue.waiting(session)] == [1, 2]
        await pilot.press("escape")
        await job_screen(pilot)


async def test_history_tells_what_was_asked_made_and_by_which_model(make_job, engine, model):
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        await run_list(pilot)
        shown = text(pilot)
        for words in (
            "completed",
            "6 of 6",
            "6 annotations of it there",
            "threshold 0.3, iou 0.5",
            "model abababababab",
            "x remove labels",
            "q close",
        ):
            assert words in shown


async def test_everything_a_run_made_is_removed_after_asking_and_comes_back_by_undo(make_job):
    session = make_job()
    auto_labeled(session, {1: 0.2, 2: 0.7, 3: 0.1})
    session.confirm([3])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        await pilot.press("x")
        assert "enter removes 2 annotations on 2 samples; 1 confirmed stay" in text(pilot)
        await pilot.press("escape")
        assert session.stats().to_be_confirmed == 2
        await pilot.press("x", "enter")
        await wait_for(pilot, lambda: session.stats().to_be_confirmed == 0, "the removal")
        assert session.sample(3).status is Status.LABELED
        assert "u undoes" in text(pilot)
        await pilot.press("u")
        assert session.stats().to_be_confirmed == 2
        await pilot.press("ctrl+r")
        assert session.stats().to_be_confirmed == 0
        await pilot.press("x", "q")
        await job_screen(pilot)


async def test_going_to_another_run_drops_the_question(make_job, engine, model):
    session = make_job()
    auto_labeled(session, {1: 0.2})
    asked(session, model, "000")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        await pilot.press("x", "up", "enter")
        assert session.stats().to_be_confirmed == 1


@pytest.mark.parametrize(
    ("key", "refusal"),
    [
        ("x", "it is at work: cancel or pause it first"),
        ("d", "cancel or pause it first"),
        ("r", "at work"),
    ],
)
async def test_the_run_under_way_is_left_to_its_own_keys(make_job, engine, model, key, refusal):
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)
        await wait_for(pilot, lambda: states(session) == {1: RunState.RUNNING}, "the run")
        await run_list(pilot)
        assert "at work" in text(pilot)
        await pilot.press(key)
        assert refusal in text(pilot)
        assert states(session) == {1: RunState.RUNNING}


async def test_the_list_follows_the_run_under_way(make_job, engine, model):
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)
        asked(session, model, "003")
        await run_list(pilot)
        assert " 0 of 6" in text(pilot)
        engine[0].let(4)
        await wait_for(pilot, lambda: " 4 of 6" in text(pilot), "how far it is")
        assert "4 images kept, labels when it is complete" in text(pilot)
        engine[0].let(2)
        await wait_for(pilot, lambda: "completed" in text(pilot), "its end")
        assert "6 annotations of it there" in text(pilot)
        await wait_for(pilot, lambda: " at work" in text(pilot), "the next one")
        assert "broken off" not in text(pilot)


async def test_a_stopped_run_is_gone_on_with_from_the_list(make_job, engine, model):
    session = make_job()
    active = session.begin_run(run_panel.prepare(RunRequest(model, filter="name:00")))
    session.stop_run(active.run.id, RunState.CANCELLED)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        await pilot.press("r")
        await wait_for(pilot, lambda: len(engine) == 2, "the run")
        engine[1].let(9)
        await wait_for(pilot, lambda: states(session)[1] is RunState.COMPLETED, "the end")


async def test_a_read_only_job_shows_its_runs_and_alters_nothing(make_job, engine, model):
    first = make_job()
    auto_labeled(first, {1: 0.2})
    asked(first, model, "000")
    first.flush()
    with LabelingSession.open(first.path) as second:
        async with app_on(second).run_test(size=(80, 24)) as pilot:
            await job_screen(pilot)
            await run_list(pilot)
            for key in ("x", "d", "r", "J"):
                await pilot.press(key)
                assert "read-only" in text(pilot)
        assert second.stats().to_be_confirmed == 1


def keys_shown(pilot):
    return str(pilot.app.screen.query_one(".box").border_subtitle)


async def test_a_job_without_runs_says_what_they_are_and_starts_one_by_the_key_it_names(make_job):
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("Y")
        await wait_for(pilot, lambda: "No run yet: A starts one." in text(pilot), "the words")
        assert "A run lets a model label the images" in text(pilot)
        assert keys_shown(pilot) == "A new · q close"
        await pilot.press("x", "d", "r", "J", "enter", "A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the form")


async def test_only_keys_are_shown_that_do_something_to_the_run_under_the_cursor(
    make_job, engine, model
):
    session = make_job()
    auto_labeled(session, {1: 0.2})
    asked(session, model, "000", "001")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        assert keys_shown(pilot) == "x remove labels · A new · q close"
        await pilot.press("x")
        assert keys_shown(pilot) == "enter removes · esc removes nothing"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "u undo" in keys_shown(pilot), "what undo takes back")
        await pilot.press("up")
        assert keys_shown(pilot) == "r start · d give up · JK move · A new · u undo · q close"
        await pilot.press("d")
        await wait_for(pilot, lambda: "JK" not in keys_shown(pilot), "one alone has no order")


async def test_a_read_only_job_offers_no_key_that_alters_it(make_job):
    first = make_job()
    first.flush()
    with LabelingSession.open(first.path) as second:
        async with app_on(second).run_test(size=(80, 24)) as pilot:
            await job_screen(pilot)
            await pilot.press("Y")
            await wait_for(pilot, lambda: "No run yet." in text(pilot), "the words")
            assert keys_shown(pilot) == "q close"


async def test_a_change_of_many_samples_is_taken_back_only_when_asked_again(make_job) -> None:
    session = make_job(count=30)
    session.set_label(range(1, 31), "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await run_list(pilot)
        await pilot.press("u")
        assert "u again takes back: label 30 samples" in text(pilot)
        assert session.stats().labeled == 30
        await pilot.press("u")
        assert "took back" in text(pilot)
        assert session.stats().labeled == 0
