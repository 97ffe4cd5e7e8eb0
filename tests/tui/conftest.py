"""Jobs of tiny images, closed in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tui_helpers import LABELS, make_images

from hardcase.model.job import Task
from hardcase.session import LabelingSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("HARDCASE_KEYMAP", raising=False)


@pytest.fixture
def make_job(tmp_path: Path) -> Iterator[Callable[..., LabelingSession]]:
    made: list[LabelingSession] = []

    def make(
        task: Task = Task.CLASSIFICATION,
        count: int = 6,
        labels: tuple[str, ...] = LABELS,
        names: list[str] | None = None,
    ) -> LabelingSession:
        folder = make_images(
            tmp_path / f"images{len(made)}", names or [f"{n:03}.png" for n in range(count)]
        )
        session = LabelingSession.create(folder, task, labels, name="my job")
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()
