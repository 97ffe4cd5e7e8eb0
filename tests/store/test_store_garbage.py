"""The garbage collector does not go through the rows of large jobs, nor through those that come."""

from __future__ import annotations

import gc

import pytest
from store_model import add_samples

from hardcase.store import JobStore, jobstore


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()


def test_rows_that_come_to_a_large_job_are_passed_by_too(path, monkeypatch):
    monkeypatch.setattr(jobstore, "_FREEZE", 0)
    monkeypatch.setattr(jobstore, "_LOOSE", 3)
    JobStore.create(path).close()
    with JobStore.open(path) as store:
        before = gc.get_freeze_count()
        add_samples(store, 1, 2)
        assert gc.get_freeze_count() == before
        add_samples(store, 3)
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0
