"""The list of a user's jobs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hardcase.model.job import Task
from hardcase.session.jobs import forget, known_jobs, remember, summarize


def test_a_closed_job_is_in_the_list_with_its_counts(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1], "cat")
    session.mark_hard([2])
    session.close()
    (job,) = known_jobs()
    assert (job.total, job.labeled, job.hard, job.task) == (5, 1, 1, Task.CLASSIFICATION)
    assert job.exists


def test_the_newest_job_comes_first_and_each_once(make_session):
    one, two = make_session(), make_session()
    for session in (one, two, one):
        remember(summarize(session))
    assert [job.path for job in known_jobs()] == [str(one.path), str(two.path)]
    forget(str(one.path))
    assert [job.path for job in known_jobs()] == [str(two.path)]


def test_a_broken_list_is_no_obstacle(make_session, tmp_path):
    file = tmp_path / "state" / "hardcase" / "jobs.json"
    file.parent.mkdir(parents=True)
    for text in ("not json", '{"a": 1}', '[{"path": 1}]', '[{"task": "x"}]', "[" * 99_999):
        file.write_text(text)
        assert known_jobs() == []
    session = make_session()
    remember(summarize(session))
    assert [job.path for job in known_jobs()] == [str(session.path)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": 5},
        {"name": None},
        {"task": "x"},
        {"task": []},
        {"running": "no"},
        {"total": "5"},
        {"hard": True},
        {"seen_at": 1},
    ],
)
def test_one_wrong_entry_costs_no_other(make_session, tmp_path, wrong):
    one, two = make_session(), make_session()
    remember(summarize(one))
    remember(summarize(two))
    file = tmp_path / "state" / "hardcase" / "jobs.json"
    entries = json.loads(file.read_text())
    entries[0] |= wrong
    file.write_text(json.dumps([*entries, 7, None, {}]))
    assert [job.path for job in known_jobs()] == [str(one.path)]


def test_what_a_newer_version_adds_is_passed_by(make_session, tmp_path):
    remember(summarize(make_session()))
    file = tmp_path / "state" / "hardcase" / "jobs.json"
    (entry,) = json.loads(file.read_text())
    file.write_text(json.dumps([{**entry, "colour": "red"}]))
    assert [job.path for job in known_jobs()] == [entry["path"]]


def test_programs_that_close_at_once_lose_no_entry(make_session):
    summary = summarize(make_session())
    paths = [f"/{n}" for n in range(40)]
    with ThreadPoolExecutor(4) as programs:
        list(programs.map(lambda path: remember(replace(summary, path=path)), paths))
    assert {job.path for job in known_jobs()} == set(paths)


def test_names_in_the_list_are_printable(make_session, tmp_path):
    remember(summarize(make_session()))
    file = tmp_path / "state" / "hardcase" / "jobs.json"
    data = json.loads(file.read_text())
    data[0]["name"] = "a\x1b]0;b"
    file.write_text(json.dumps(data))
    assert "\x1b" not in known_jobs()[0].name


def test_a_list_that_cannot_be_written_is_only_logged(make_session, tmp_path, caplog):
    (tmp_path / "state").write_text("a file where a folder should be")
    session = make_session()
    session.close()
    assert "cannot be" in caplog.text
