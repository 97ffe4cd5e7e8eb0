from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tui_helpers import app_on, auto_labeled, job_screen, make_images, said, screen_text, wait_for

from hardcase.errors import JobError, UsageError
from hardcase.model.job import Task
from hardcase.session import LabelingSession, Tab, jobs
from hardcase.session.jobs import known_jobs, remember, summarize
from hardcase.tui.app import run_app
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.export import ExportDialog
from hardcase.tui.dialogs.new_job import NewJobDialog
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.screens.jobs import JobsScreen
from hardcase.tui.widgets.job_rows import ago, job_row, short_path
from hardcase.tui.widgets.lines import OneLine


@pytest.fixture
def two_jobs(tmp_path):
    for name in ("first", "second"):
        folder = make_images(tmp_path / name, ["a.png", "b.png"])
        with LabelingSession.create(folder, Task.CLASSIFICATION, ["cat"], name=name) as session:
            session.mark_hard([1])
            remember(summarize(session))
    return tmp_path


async def listed(pilot) -> JobsScreen:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobsScreen), "the list of jobs")
    return pilot.app.screen


async def test_jobs_are_listed_newest_first_with_task_progress_and_hard_count(two_jobs) -> None:
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await wait_for(pilot, lambda: any("second" in t for t in screen_text(pilot.app)), "rows")
        row = next(t for t in screen_text(pilot.app) if "second" in t)
        for part in ("classification", "0 %", "▲ 1", "just now"):
            assert part in row


async def test_enter_opens_a_job_and_q_comes_back_with_its_progress(two_jobs) -> None:
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await pilot.press("j", "enter")
        screen = await job_screen(pilot)
        assert screen.session.job.name == "first"
        await pilot.press("1", "q")
        await listed(pilot)
        await wait_for(
            pilot, lambda: any("first" in t and "50 %" in t for t in screen_text(pilot.app)), "50%"
        )
        assert known_jobs()[0].name == "first"
    with LabelingSession.open(two_jobs / "first") as again:
        assert not again.read_only  # the lock was given back
        assert again.stats().labeled == 1


async def test_a_job_whose_file_is_gone_says_so(two_jobs) -> None:
    (two_jobs / "second" / "hardcase.json").unlink()
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot)
        await wait_for(
            pilot,
            lambda: any("second" in t and "gone" in t for t in screen_text(pilot.app)),
            "gone",
        )
        await pilot.press("enter")
        told = "its file is gone · d takes it off the list"
        await wait_for(pilot, lambda: said(screen) == told, "the reason")
        await pilot.press("d")
        assert [job.name for job in known_jobs()] == ["first"]


async def test_without_jobs_the_list_says_how_to_make_one(tmp_path) -> None:
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await wait_for(
            pilot, lambda: any("Press c to create" in t for t in screen_text(pilot.app)), "advice"
        )
        await pilot.press("enter", "d", "j", "G", "pagedown")


async def test_a_job_is_made_of_a_folder(tmp_path) -> None:
    folder = make_images(tmp_path / "pictures", ["a.png"])
    async with app_on(None, new_from=folder).run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        await wait_for(pilot, lambda: not dialog.query_one("#use").display, "the look")
        assert not any("use them?" in line for line in screen_text(pilot.app))
        await pilot.press("right", "tab", *"cat, traffic light", "enter")
        screen = await job_screen(pilot)
        assert screen.session.task is Task.DETECTION
        assert [label.name for label in screen.session.labels] == ["cat", "traffic light"]


async def test_a_folder_without_images_is_refused_in_a_line(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    async with app_on(None, new_from=tmp_path / "empty").run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        await pilot.press("enter")
        problem = dialog.query_one("#problem", OneLine)
        await wait_for(pilot, lambda: "no images there" in problem.text, "the reason")
        dialog.query_one("#folder").value = str(tmp_path / "none")
        dialog.query_one("#folder").focus()
        await pilot.press("tab")
        found = dialog.query_one("#found", OneLine)
        await wait_for(pilot, lambda: found.text == "there is no such folder", "another reason")
        await pilot.press("escape")
        await listed(pilot)


async def test_a_first_run_offers_what_is_there_and_starts_with_one_key(tmp_path) -> None:
    for name in ("cat", "dog"):
        make_images(tmp_path / "pets" / name, ["a.png", "b.png"])
    async with app_on(None, new_from=tmp_path / "pets").run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        await wait_for(pilot, lambda: dialog.query_one("#labels").value == "cat, dog", "the look")
        shown = "\n".join(screen_text(pilot.app))
        for words in ("4 images", "● classification", "● the names of the folders", "2 labels,"):
            assert words in shown
        await pilot.press("enter")
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: said(screen) == "read 4 annotations of 4 images", "the line")
        assert screen.session.stats().labels == {"cat": 2, "dog": 2}


async def test_a_first_run_may_begin_from_nothing(tmp_path) -> None:
    for name in ("cat", "dog"):
        make_images(tmp_path / "pets" / name, ["a.png"])
    async with app_on(None, new_from=tmp_path / "pets").run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        await wait_for(pilot, lambda: dialog.query_one("#labels").value, "the look")
        await pilot.press("tab", "tab", "right", "enter")
        screen = await job_screen(pilot)
        assert screen.session.stats().unlabeled == 2


async def test_what_somebody_typed_or_chose_is_not_filled_in_over(tmp_path) -> None:
    for name in ("cat", "dog"):
        make_images(tmp_path / "pets" / name, ["a.png"])
    async with app_on(None, new_from=tmp_path).run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        dialog = pilot.app.screen
        await pilot.press("right", "tab", *"bird")
        dialog.query_one("#folder").value = str(tmp_path / "pets")
        await pilot.press("enter")
        screen = await job_screen(pilot)
        assert screen.session.task is Task.DETECTION
        assert [label.name for label in screen.session.labels] == ["bird"]
        assert screen.session.stats().unlabeled == 2


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied", "x"), ValueError("x")])
async def test_a_job_that_cannot_be_opened_leaves_the_list_alive(
    two_jobs, monkeypatch, error
) -> None:
    def fail(_path):
        raise error

    async with app_on(None).run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot)
        with monkeypatch.context() as broken:
            broken.setattr(LabelingSession, "open", fail)
            await pilot.press("enter")
            await wait_for(pilot, lambda: not screen.opening, "the refusal")
            assert str(error.args[-1]) in said(screen)
        await pilot.press("enter")
        await job_screen(pilot)


async def test_a_job_is_put_in_the_list_once_when_opened_and_once_when_closed(
    make_job, monkeypatch
) -> None:
    written: list[int] = []
    write = jobs._write
    monkeypatch.setattr(jobs, "_write", lambda found: (written.append(len(found)), write(found)))
    session = make_job()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("q")
    assert len(written) == 2


@pytest.mark.parametrize(("waiting", "tab"), [({2: 0.9}, Tab.TO_BE_CONFIRMED), ({}, Tab.ALL)])
async def test_a_job_opens_where_work_waits_unless_a_tab_is_asked_for(
    make_job, waiting, tab
) -> None:
    session = make_job()
    auto_labeled(session, waiting)
    async with app_on(session, None).run_test(size=(80, 24)) as pilot:
        assert (await job_screen(pilot)).browser.tab is tab
    with LabelingSession.open(session.path) as again:
        async with app_on(again, Tab.LABELED).run_test(size=(80, 24)) as pilot:
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job")
            assert pilot.app.screen.browser.tab is Tab.LABELED


async def test_a_job_given_at_start_is_all_there_is(make_job) -> None:
    app = app_on(make_job())
    async with app.run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        assert isinstance(app.screen, JobScreen)
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running, "the end")


def test_a_wrong_keymap_or_path_fails_before_the_app_starts(tmp_path, monkeypatch) -> None:
    with pytest.raises(JobError):
        run_app(tmp_path / "nothing")
    keymap = tmp_path / "keys.yaml"
    keymap.write_text("fly: [x]\n")
    monkeypatch.setenv("HARDCASE_KEYMAP", str(keymap))
    with pytest.raises(UsageError, match="fly"):
        run_app(None)


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        ("2026-01-10T11:59:30Z", "just now"),
        ("2026-01-10T11:00:00Z", "1 h ago"),
        ("2026-01-10T11:15:00Z", "45 min ago"),
        ("2026-01-01T12:00:00Z", "9 d ago"),
        ("once upon", "once upon"),
    ],
)
def test_times_are_told_in_a_word(moment, word) -> None:
    assert ago(moment, datetime(2026, 1, 10, 12, tzinfo=UTC)) == word


async def test_jobs_of_one_name_are_told_apart_by_their_folders(tmp_path) -> None:
    for name in ("a/flowers", "b/flowers", "c/fruit"):
        folder = make_images(tmp_path / name, ["a.png"])
        LabelingSession.create(folder, Task.CLASSIFICATION, ["cat"]).close()
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await wait_for(pilot, lambda: any("fruit" in t for t in screen_text(pilot.app)), "rows")
        rows = [t[1:22].rstrip() for t in screen_text(pilot.app) if "classification" in t]
        assert rows == ["fruit", "flowers  b/flowers", "flowers  a/flowers"]


def test_with_room_every_row_tells_the_folder(two_jobs) -> None:
    (job, _) = known_jobs()
    row = job_row(job, 200, datetime.now(UTC), under_cursor=False, exists=True, apart="")
    assert sum(len(text) for text, _ in row) == 200
    assert str(two_jobs / "second") in "".join(text for text, _ in row)


def test_the_home_of_the_user_is_a_tilde(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert short_path("/home/ann/x") == "~/x"
    assert short_path("/home/anna/x") == "/home/anna/x"


async def test_the_line_below_says_more_of_the_job_under_the_cursor(two_jobs) -> None:
    async with app_on(None).run_test(size=(200, 30)) as pilot:
        screen = await listed(pilot)
        about = screen.query_one("#about", OneLine)
        await wait_for(pilot, lambda: "0 labeled, 0 to be confirmed, 2 unlabeled" in about.text, "")
        assert str(two_jobs / "second") in about.text
        await pilot.press("j")
        await wait_for(pilot, lambda: str(two_jobs / "first") in about.text, "the other job")


async def test_a_job_is_exported_from_the_list(two_jobs) -> None:
    with LabelingSession.open(two_jobs / "second") as session:
        session.set_label([1], "cat")
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot)
        await pilot.press("E")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ExportDialog), "the dialog")
        pilot.app.screen.query_one("#to").value = str(two_jobs / "out.manifest")
        await pilot.press("enter")
        await wait_for(pilot, lambda: said(screen).startswith("wrote 1 annotation"), "the result")
        assert (two_jobs / "out.manifest").is_file()


async def test_auto_labeling_from_the_list_opens_the_job_and_asks_for_a_model(two_jobs) -> None:
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        assert any(isinstance(s, JobScreen) for s in pilot.app.screen_stack)


async def test_a_job_is_deleted_after_a_y_and_its_images_stay(two_jobs) -> None:
    folder = two_jobs / "second"
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot)
        await pilot.press("D", "enter", "escape")
        assert (folder / "hardcase.json").exists()
        await pilot.press("D", "y")
        await wait_for(pilot, lambda: "is deleted" in said(screen), "the deletion")
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "b.png"]
    assert [job.name for job in known_jobs()] == ["first"]


async def test_a_job_that_is_open_elsewhere_is_not_deleted(two_jobs) -> None:
    with LabelingSession.open(two_jobs / "second"):
        async with app_on(None).run_test(size=(80, 24)) as pilot:
            screen = await listed(pilot)
            await pilot.press("D", "y")
            await wait_for(pilot, lambda: "cannot be removed: open in" in said(screen), "why")
            assert (two_jobs / "second" / "hardcase.json").exists()


async def test_a_folder_that_cannot_be_read_is_told_and_may_be_tried_again(
    tmp_path, monkeypatch
) -> None:
    folder = make_images(tmp_path / "pets", ["a.png"])

    def refuse(_folder, _stopped):
        raise JobError("cannot read pets: Permission denied")

    with monkeypatch.context() as broken:
        broken.setattr("hardcase.tui.dialogs.new_job.look_at", refuse)
        async with app_on(None, new_from=folder).run_test(size=(80, 24)) as pilot:
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
            found = pilot.app.screen.query_one("#found", OneLine)
            await wait_for(pilot, lambda: "Permission denied" in found.text, "the reason")
            await pilot.press("enter")
            await wait_for(pilot, lambda: "Permission denied" in found.text, "the reason again")
            broken.undo()
            await pilot.press("enter")
            await job_screen(pilot)


async def test_the_names_of_the_columns_stand_over_them(two_jobs) -> None:
    async with app_on(None).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        await wait_for(pilot, lambda: any("second" in t for t in screen_text(pilot.app)), "rows")
        lines = screen_text(pilot.app)
        heading = next(line for line in lines if "last change" in line)
        row = next(line for line in lines if "first" in line)
        for title, cell in (("name", "first"), ("task", "classification"), ("last", "just now")):
            assert heading.index(title) == row.index(cell)
