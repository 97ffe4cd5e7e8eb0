"""Small jobs on tiny images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from hardcase.model.job import Task
from hardcase.session import LabelingSession

MakeSession = Callable[..., LabelingSession]


@pytest.fixture(autouse=True)
def _own_job_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def make_session(tmp_path: Path) -> Iterator[MakeSession]:
    """Return a function that makes a job of `count` images 40 x 30; all are closed at the end."""
    opened = []

    def make(
        task: Task = Task.DETECTION, count: int = 5, labels: tuple[str, ...] = ("cat", "dog")
    ) -> LabelingSession:
        folder = tmp_path / f"job{len(opened)}"
        (folder / "images").mkdir(parents=True)
        for n in range(count):
            Image.new("RGB", (40, 30), (10 * n, 90, 120)).save(folder / "images" / f"{n:03}.png")
        session = LabelingSession.create(folder, task, labels)
        opened.append(session)
        return session

    yield make
    for session in opened:
        session.close()
