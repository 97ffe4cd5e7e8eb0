"""`hardcase [PATH]`: the app where there is a terminal, a line or a list where there is none."""

from __future__ import annotations

import pytest

from hardcase.cli import app, demo
from hardcase.session import Tab


@pytest.fixture
def shown(monkeypatch):
    """Pretend there is a terminal; collect what the app would be opened on."""
    opened = []

    def run_app(path, tab, terminal, *, mouse):
        assert terminal.depth
        opened.append((path, tab) if mouse else (path, tab, "without the mouse"))
        return 0

    monkeypatch.setenv(
        "TEXTUAL_COLOR_SYSTEM", "auto"
    )  # so that what `show` sets ends with the test
    monkeypatch.setattr(app, "has_terminal", lambda: True)
    monkeypatch.setattr(demo, "has_terminal", lambda: True)
    monkeypatch.setattr("hardcase.tui.app.run_app", run_app)
    return opened


def test_a_job_opens_in_the_app(job, cli, shown):
    assert cli(job).status == 0
    assert cli("open", job / "hardcase.json").status == 0
    assert cli().status == 0
    assert shown == [(job, None), (job / "hardcase.json", None), (None, None)]


def test_the_job_of_the_current_folder_opens_where_none_is_named(job, cli, shown, monkeypatch):
    monkeypatch.chdir(job)
    assert cli().status == 0
    assert shown == [(job, None)]


def test_a_folder_of_images_opens_in_the_app(folder, cli, shown):
    assert cli(folder).status == 0
    assert shown == [(folder, None)]


def test_the_mouse_may_be_left_to_the_terminal(job, cli, shown):
    assert cli(job, "--no-mouse").status == 0
    assert cli("--no-mouse").status == 0
    assert [path for path, _, without in shown if without] == [job, None]


def test_a_folder_of_nothing_does_not(tmp_path, cli, shown):
    (tmp_path / "empty").mkdir()
    result = cli(tmp_path / "empty")
    assert result.status == 1
    assert "neither a job nor an image" in result.error
    assert not shown


def test_without_a_terminal_a_job_is_wrong_use(job, cli):
    result = cli(job)
    assert result.status == 2
    assert "needs a terminal" in result.error


def test_without_a_terminal_a_folder_is_told_about_init(folder, cli):
    result = cli(folder)
    assert result.status == 1
    assert f"hardcase init {folder} --task" in result.error


def test_without_a_terminal_the_jobs_are_listed(job, cli):
    header, row = cli().out.splitlines()
    assert header.split()[0] == "name"
    cells = row.split(maxsplit=6)
    assert cells == ["pictures", "classification", "0", "0", "6", "0", f"{job}/hardcase.json"]


def test_no_jobs_yet_is_no_failure(cli):
    result = cli()
    assert (result.status, result.out) == (0, "")
    assert "hardcase init" in result.error


def test_jobs_that_are_gone_are_listed_as_such(job, cli):
    (job / "hardcase.json").unlink()
    (record,) = cli("open", "--json").records
    assert record["exists"] is False
    assert "(gone)" in cli().out


def test_json_lists_the_jobs_and_opens_none(job, cli, shown):
    assert cli("open", job, "--json").status == 2
    assert not shown


def test_a_dumb_terminal_is_none(monkeypatch):
    monkeypatch.setattr(app, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("TERM", "dumb")
    assert not app.has_terminal()
    monkeypatch.setenv("TERM", "xterm")
    assert app.has_terminal()


@pytest.fixture
def small_demo(monkeypatch, boxes, cli):
    """A small job in place of the sample data, which takes a while."""
    cli("mark-hard", boxes, "blue/0.png")
    monkeypatch.setattr(demo, "make_demo", lambda _folder, _progress: [boxes / "hardcase.json"])
    return boxes / "hardcase.json"


def test_the_demo_opens_what_is_to_be_confirmed(small_demo, cli, shown):
    assert cli("demo").status == 0
    assert shown == [(small_demo, Tab.TO_BE_CONFIRMED)]


def test_the_demo_prints_hard_examples_without_a_terminal(small_demo, cli):
    result = cli("demo")
    assert result.status == 0
    title, counts, _, row = result.out.splitlines()
    assert title == f"pictures: {small_demo}"
    assert counts == "6 images, 0 to be confirmed, 2 labeled, 1 hard example"
    assert "blue/0.png" in row


def test_the_demo_speaks_json(small_demo, cli, shown):
    record = cli("demo", "--json").record
    assert record["job"] == str(small_demo)
    assert record["stats"]["hard"] == 1
    assert [s["path"] for s in record["hard"]] == ["blue/0.png"]
    assert not shown
