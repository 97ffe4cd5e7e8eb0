# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

import errno
import threading
from dataclasses import replace

from run_helpers import engine, model, start  # noqa: F401 - fixtures
from tui_helpers import app_on, job_screen, said, screen_text, wait_for

from hardcase.errors import ModelError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import RunState, Status
from hardcase.session import LabelingSession, Tab
from hardcase.session.autolabel.runs import PreparedRun, RunRequest
from hardcase.session.autolabel.settlement import Settlement
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.models_nearby import completions
from hardcase.tui.widgets import run_panel


async def test_a_run_fills_to_be_confirmed_while_one_works_on(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(3)
        await wait_for(
            pilot, lambda: "auto labeling 3/6" in screen_text(pilot.app)[0], "progress in the title"
        )
        await pilot.press("right_square_bracket", "2")
        assert session.stats().labeled == 1
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert screen.browser.tab is Tab.TO_BE_CONFIRMED
        await wait_for(
            pilot, lambda: any("3 of 6" in t for t in screen_text(pilot.app)), "progress in the tab"
        )
        engine[0].let(3)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        assert session.stats().to_be_confirmed == 5
        await wait_for(pilot, lambda: len(screen.browser.ids) == 5, "the results in the tab")
        assert said(screen) == "auto labeled 6 samples"
        assert session.sample(1).status is Status.LABELED


async def test_progress_is_shown_now_and_then_and_not_for_every_chunk(
    make_job, engine, model, monkeypatch
) -> None:
    monkeypatch.setattr(run_panel, "_PROGRESS_S", 600.0)
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(3)
        await wait_for(pilot, lambda: session.runs[0].done == 3 and session.saved, "three samples")
        await pilot.press("j")
        await wait_for(pilot, lambda: screen.browser.cursor == 1, "the move")
        assert "auto labeling 0/6" in screen_text(pilot.app)[0]
        screen.runs._look()
        await wait_for(
            pilot, lambda: "auto labeling 3/6" in screen_text(pilot.app)[0], "progress in the title"
        )


async def test_a_cancelled_run_keeps_what_it_did_and_resumes(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(2)
        await wait_for(pilot, lambda: session.runs[0].done == 2, "two samples")
        await pilot.press("C")
        await wait_for(pilot, lambda: session.runs[0].state is RunState.CANCELLED, "the cancel")
        await wait_for(pilot, lambda: "R resumes it" in said(screen), "the hint")
        await pilot.press("R")
        await wait_for(pilot, lambda: len(engine) == 2, "the second engine")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        assert engine[1].seen == [3, 4, 5, 6]
        assert session.stats().to_be_confirmed == 6


async def test_a_model_that_dies_is_told_in_a_line(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].die(ModelError("the model died: try another"))
        await wait_for(pilot, lambda: "run failed" in said(screen), "the failure")
        assert said(screen) == "run failed: the model died: try another"
        assert session.runs[0].state is RunState.FAILED
        await pilot.press("left_square_bracket")
        await wait_for(
            pilot, lambda: any("failed" in t for t in screen_text(pilot.app)[2:6]), "the history"
        )


async def test_an_engine_that_falls_over_does_not_hang_the_run(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].die(ZeroDivisionError("oops"))
        await wait_for(pilot, lambda: session.runs[0].state is RunState.FAILED, "the failure")
        await wait_for(pilot, lambda: "ZeroDivisionError" in said(screen), "the reason")
        assert not screen.runs.busy


async def test_quitting_during_a_run_asks_and_the_run_can_be_resumed(
    make_job, engine, model
) -> None:
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(1)
        await wait_for(pilot, lambda: session.runs[0].done == 1, "a sample")
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("escape")
        await job_screen(pilot)
        assert session.runs[0].state is RunState.RUNNING
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("enter")
    assert session.runs[0].state is RunState.CANCELLED
    assert engine[0].closed


async def test_a_run_is_cancelled_before_it_began(make_job, engine, model, monkeypatch) -> None:
    session = make_job()
    gate = threading.Event()
    prepare = run_panel.prepare

    def slowly(request: RunRequest) -> PreparedRun:
        gate.wait(60)
        return prepare(request)

    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("C")
        assert said(screen) == "no run is under way"
        monkeypatch.setattr(run_panel, "prepare", slowly)
        screen.runs.start(RunRequest(model))
        await pilot.press("C")
        assert said(screen) == "cancelled before it began"
        assert not screen.runs.busy
        gate.set()
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert not engine
        assert not session.runs


async def test_a_run_that_is_settled_is_not_said_to_be_cancelled(
    make_job, engine, model, monkeypatch
) -> None:
    session = make_job()
    gate = threading.Event()
    settle = Settlement.settle

    def slowly(settlement):
        gate.wait(60)
        return settle(settlement)

    monkeypatch.setattr(Settlement, "settle", slowly)
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        engine[0].let(9)
        await wait_for(pilot, lambda: screen.runs._settling, "the settling")
        await pilot.press("C")
        assert said(screen) == "too late to cancel: the run is through, its results are coming"
        gate.set()
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")


async def test_the_newest_run_is_resumed_with_its_own_model(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, engine)
        await wait_for(pilot, lambda: screen.runs.busy, "the run")
        await pilot.press("C")
        await wait_for(pilot, lambda: not screen.runs.busy, "the cancel")
        other = replace(run_panel.prepare(RunRequest(model)), sha256="cd" * 32)
        stopped = session.begin_run(other)
        session.stop_run(stopped.run.id, RunState.FAILED)
        assert screen.running.stopped_run().id == stopped.run.id != 1
        await pilot.press("R")
        await wait_for(pilot, lambda: screen.runs.at_work == stopped.run.id, "the newest")
        assert session.run(1).state is RunState.CANCELLED


async def test_a_run_that_does_not_say_where_its_model_is_asks_for_it(
    make_job, engine, model
) -> None:
    session = make_job()
    active = session.begin_run(run_panel.prepare(RunRequest(model)))
    old = replace(session.run(1), files={}, state=RunState.FAILED)
    session.commit("as before", [Edit(Table.RUNS, 1, session.run(1), old)], Kind.RECORD)
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("R")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        await wait_for(
            pilot, lambda: any("3 classes, cat" in t for t in screen_text(pilot.app)), "the model"
        )
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(engine) == 2, "the run")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
    assert active.run.id == 1
    assert len(session.runs) == 1


async def test_a_run_is_not_resumed_in_a_read_only_job(make_job, engine, model) -> None:
    first = make_job()
    first.begin_run(run_panel.prepare(RunRequest(model)))
    first.flush()
    with LabelingSession.open(first.path) as second:
        assert second.read_only
        async with app_on(second).run_test(size=(120, 40)) as pilot:
            screen = await job_screen(pilot)
            await pilot.press("R")
            assert "read-only" in said(screen)


async def test_leaving_tells_of_the_run_and_of_what_is_not_saved(make_job, engine, model) -> None:
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await start(pilot, engine)

        def full(lines):
            raise OSError(errno.ENOSPC, "No space left on device")

        journal = session._store._writer._journal
        append, journal.append = journal.append, full
        await pilot.press("1")
        await wait_for(pilot, lambda: session.trouble, "the trouble")
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await wait_for(
            pilot, lambda: any("Not everything is saved" in t for t in screen_text(app)), "both"
        )
        assert any("A run is under way" in t for t in screen_text(app))
        await pilot.press("enter")  # it may be meant for the list: labels would be lost
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("y")
        await wait_for(pilot, lambda: not app.is_running, "the end")
    assert app.problem is not None
    journal.append = append


async def test_a_filter_chooses_the_samples_and_a_wrong_one_is_explained(
    make_job, engine, model
) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        await wait_for(
            pilot, lambda: any("toy_model" in t for t in screen_text(pilot.app)), "the models"
        )
        await pilot.press(*"toy", "tab", "tab", *"nme:x", "enter")
        await wait_for(
            pilot, lambda: any("no field 'nme'" in t for t in screen_text(pilot.app)), "the reason"
        )
        await pilot.press(*(["backspace"] * 5), *"name:002", "enter")
        await wait_for(pilot, lambda: engine, "the run")
        engine[0].let(9)
        await wait_for(pilot, lambda: session.stats().to_be_confirmed == 1, "the result")
        assert engine[0].seen == [3]


async def test_a_threshold_that_is_none_is_explained(make_job, engine, model) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await job_screen(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        await pilot.press(*"toy", "tab", *"30%", "enter")
        await wait_for(
            pilot, lambda: any("between 0 and 1" in t for t in screen_text(pilot.app)), "the reason"
        )
        assert isinstance(pilot.app.screen, AutoLabelDialog)


def test_paths_complete_by_parts_of_known_models_and_by_files(tmp_path) -> None:
    for name in ("one.onnx", "other.onnx", "text.txt"):
        (tmp_path / name).touch()
    known = [tmp_path / "models" / "fruit.onnx"]
    assert completions("fru", known) == known
    assert completions(f"{tmp_path}/o", known) == [tmp_path / "one.onnx", tmp_path / "other.onnx"]
    assert completions("nothing", known) == []


async def test_a_run_broken_off_is_told_and_resumed_with_the_same_model(
    make_job, engine, model
) -> None:
    session = make_job()
    profile = run_panel.prepare(RunRequest(model, filter="name:00"))
    session.begin_run(profile)
    assert session.runs[0].state is RunState.RUNNING
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: said(screen), "the news")
        assert said(screen) == "run 1 stopped at 0 of 6 · R resumes it"
        await pilot.press("R")
        await wait_for(pilot, lambda: len(engine) == 2, "the run")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        assert len(session.runs) == 1


async def test_samples_selected_are_what_is_labeled_unless_all_are_asked_for(
    make_job, engine, model
) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("j", "space", "j", "j", "space", "A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        await wait_for(
            pilot,
            lambda: any("● the 2 selected" in t for t in screen_text(pilot.app)),
            "the choice",
        )
        assert any("enter goes on" in t for t in screen_text(pilot.app))
        await pilot.press(*"toy_mod", "enter")
        await wait_for(pilot, lambda: engine, "the run")
        engine[0].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        assert engine[0].seen == [2, 5]
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        await pilot.press(*"toy_mod", "tab", "tab", "tab", "right", "enter")
        await wait_for(pilot, lambda: len(engine) == 2, "the second run")
        engine[1].let(9)
        await wait_for(pilot, lambda: session.runs[0].state is RunState.COMPLETED, "the end")
        assert engine[1].seen == [1, 3, 4, 6]
