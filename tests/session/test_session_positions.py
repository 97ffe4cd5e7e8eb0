"""Where a user was in a job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardcase.session import Tab, user_state
from hardcase.session.positions import Position, recall, remember

HERE = Position(Tab.LABELED, {Tab.LABELED: (7, 3), Tab.ALL: (1, 0)})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "hardcase" / "positions.json"


def test_a_position_is_recalled_for_its_job_only():
    remember(Path("/a/hardcase.json"), HERE)
    assert recall(Path("/a/hardcase.json")) == HERE
    assert recall(Path("/b/hardcase.json")) is None


def test_the_oldest_position_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(user_state, "MAX_JOBS", 2)
    for name in ("/a", "/b", "/a", "/c"):
        remember(Path(name), HERE)
    assert [recall(Path(name)) is not None for name in ("/a", "/b", "/c")] == [True, False, True]


def test_a_file_far_larger_than_this_program_writes_is_not_read(file, monkeypatch):
    remember(Path("/a"), HERE)
    monkeypatch.setattr(user_state, "MAX_BYTES", file.stat().st_size)
    assert recall(Path("/a")) == HERE
    monkeypatch.setattr(user_state, "MAX_BYTES", file.stat().st_size - 1)
    assert recall(Path("/a")) is None


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {},
        {"tab": "none", "places": {}},
        {"tab": "all", "places": [1]},
        {"tab": "all", "places": {"all": 5}},
        {"tab": "all", "places": {"all": ["x", 1]}},
    ],
)
def test_a_position_that_makes_no_sense_is_none(file, entry):
    remember(Path("/a"), HERE)
    file.write_text(json.dumps({"/b": entry, **json.loads(file.read_text())}))
    assert recall(Path("/b")) is None
    assert recall(Path("/a")) == HERE
