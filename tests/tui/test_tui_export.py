"""Exporting in the app."""

from __future__ import annotations

import json
import threading

from tui_helpers import app_on, auto_labeled, job_screen, said, screen_text, wait_for

from hardcase.formats import Report
from hardcase.model.job import Task
from hardcase.session.transfer import Export
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.export import ExportDialog
from hardcase.tui.screens.job import JobScreen


async def asked(pilot) -> ExportDialog:
    await pilot.press("E")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ExportDialog), "the dialog")
    dialog = pilot.app.screen
    await wait_for(pilot, lambda: "…" not in lost(dialog), "what is lost")
    return dialog


def lost(dialog) -> str:
    return str(dialog.query_one("#lost").render())


async def test_what_a_format_cannot_hold_is_said_before_anything_is_written(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.9, 2: 0.1})
    session.confirm([1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        dialog = await asked(pilot)
        await pilot.press("right")  # from manifest to coco
        await wait_for(pilot, lambda: "Not kept: 1 hard mark" in lost(dialog), "the losses")
        assert "labeled or confirmed: 1 image" in "\n".join(screen_text(pilot.app))
        await pilot.press("tab", "right", "right")
        await wait_for(pilot, lambda: "will look confirmed" in lost(dialog), "the losses of all")
        await pilot.press("escape")
        assert not list(session.root.parent.glob("*coco*"))


async def test_an_export_is_written_beside_the_job_and_told_as_the_command_tells_it(
    make_job,
) -> None:
    session = make_job()
    session.set_label([1, 2], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        dialog = await asked(pilot)
        while dialog.query_one("#format").value != "csv":
            await pilot.press("right")
        await pilot.press("enter")
        out = session.root.parent / f"{session.root.name}-csv.csv"
        line = f"wrote 2 annotations of 2 images to {out}"
        await wait_for(pilot, lambda: said(screen) == line, "the result")
        assert out.read_text().splitlines()[1] == "000.png,cat"
        await asked(pilot)
        while pilot.app.screen.query_one("#format").value != "csv":
            await pilot.press("right")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog), "the question")
        await pilot.press("enter", "y")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
        await wait_for(pilot, lambda: said(screen) == line, "the result")


async def test_what_nobody_confirmed_is_said_before_and_after(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.9, 2: 0.1})
    session.confirm([1])
    words = "left out: 1 image with labels that nobody confirmed"
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        dialog = await asked(pilot)
        await pilot.press("right")  # from manifest to coco
        await wait_for(pilot, lambda: words.capitalize() in lost(dialog), "what is left out")
        dialog.query_one("#to").value = str(session.root.parent / "out.json")
        await pilot.press("enter")
        told = "wrote 1 image, 1 unconfirmed left out · in out.json"
        await wait_for(pilot, lambda: said(screen) == told, "the result")


async def test_nothing_to_export_and_nowhere_to_write_are_told_in_the_dialog(make_job) -> None:
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        dialog = await asked(pilot)
        problem = dialog.query_one("#problem")
        await pilot.press("enter")
        assert problem.text == "there is nothing to export"
        session.set_label([1], "cat")
        await pilot.press("escape")
        dialog = await asked(pilot)
        dialog.query_one("#to").value = "/no/such/folder/x.json"
        await pilot.press("enter")
        assert "there is no such folder" in dialog.query_one("#problem").text
        dialog.query_one("#to").value = ""
        await pilot.press("enter")
        assert "give the file" in dialog.query_one("#problem").text


async def test_a_detection_job_is_exported_with_its_boxes(make_job) -> None:
    session = make_job(Task.DETECTION)
    auto_labeled(session, {1: 0.9})
    session.confirm([1])
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        dialog = await asked(pilot)
        await pilot.press("right")
        dialog.query_one("#to").value = str(session.root.parent / "out.json")
        await pilot.press("enter")
        await wait_for(pilot, lambda: said(screen).startswith("wrote 2"), "the result")
        data = json.loads((session.root.parent / "out.json").read_text())
        assert len(data["annotations"]) == 2


async def start(pilot, session) -> None:
    await asked(pilot)
    pilot.app.screen.query_one("#to").value = str(session.root.parent / "out")
    await pilot.press("enter")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")


async def test_a_long_export_tells_how_far_it_is_and_is_alone(make_job, monkeypatch) -> None:
    go_on = threading.Event()

    def write(self, _out, options):
        options.progress(1)
        assert go_on.wait(60)
        return Report(2, 2, ("photos/somewhere/000.png: left out for a test, as it must",))

    monkeypatch.setattr("hardcase.tui.workers.exporter._EVERY", 0.0)
    monkeypatch.setattr(Export, "write", write)
    session = make_job()
    session.set_label([1, 2], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await start(pilot, session)
        await wait_for(pilot, lambda: said(screen) == "exporting 1 of 2 images…", "the progress")
        await start(pilot, session)
        await wait_for(pilot, lambda: "an export is under way" in said(screen), "the refusal")
        go_on.set()
        told = "wrote 2 images, 1 problem: photos/somewhere/000.png: left out for a test"
        await wait_for(pilot, lambda: said(screen).startswith(told), "the result")
        line = screen_text(pilot.app)[-2].strip()
        assert line.endswith("photos/somewhere/000.png: left out for a… · in out")


async def test_an_export_stops_when_the_job_is_left(make_job, monkeypatch) -> None:
    stopped, begun = threading.Event(), threading.Event()

    def write(self, _out, options):
        begun.set()
        try:
            while True:
                options.progress(1)
        finally:
            stopped.set()

    monkeypatch.setattr(Export, "write", write)
    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await start(pilot, session)
        await wait_for(pilot, begun.is_set, "the beginning")
        await pilot.press("q")
    assert stopped.wait(60)


async def test_an_export_that_cannot_be_written_is_told_in_a_line(make_job, monkeypatch) -> None:
    def fall_over(self, _out, _options):
        raise ZeroDivisionError("a bug")

    session = make_job()
    session.set_label([1], "cat")
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        monkeypatch.setattr(Export, "write", fall_over)
        await start(pilot, session)
        await wait_for(pilot, lambda: "unexpected ZeroDivisionError" in said(screen), "the bug")
