from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardcase.store import JobStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hardcase.json"


@pytest.fixture
def store(path: Path) -> Iterator[JobStore]:
    store = JobStore.create(path)
    yield store
    store.close()
