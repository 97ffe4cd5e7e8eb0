"""Removing a job leaves nothing of it, and everything else."""

from __future__ import annotations

import pytest
from store_model import add_samples

from hardcase.errors import JobError
from hardcase.store import JobStore
from hardcase.store.removal import remove


def test_a_removed_job_leaves_no_file_behind(tmp_path):
    path = tmp_path / "hardcase.json"
    (tmp_path / "image.png").write_bytes(b"x")
    with JobStore.create(path) as store:
        add_samples(store, 1, 2)
    remove(path)
    assert [file.name for file in tmp_path.iterdir()] == ["image.png"]
    JobStore.create(path).close()  # and its place is free


def test_an_open_job_is_not_removed(tmp_path):
    path = tmp_path / "hardcase.json"
    with JobStore.create(path) as store:
        with pytest.raises(JobError, match="cannot be removed: open in"):
            remove(path)
        add_samples(store, 1)
