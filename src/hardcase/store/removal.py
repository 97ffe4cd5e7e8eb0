"""Removing a job: its file and its journal, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.store.files import shown
from hardcase.store.journal import journal_path
from hardcase.store.lock import Busy, WriterLock, lock_path

if TYPE_CHECKING:
    from pathlib import Path


def remove(path: Path) -> None:
    """Remove the job at `path`; the images stay. This cannot be undone.

    Raises JobError if it is open elsewhere, if it may not be written, or if it cannot be removed;
    then it is as it was, as far as the disk allows.
    """
    path = path.resolve()
    try:
        lock = WriterLock(path)
    except Busy as busy:
        raise JobError(f"{shown(path)} cannot be removed: {busy}") from busy
    try:
        # The job file first: a journal without one is no job, one without its journal is.
        for file in (path, journal_path(path), lock_path(path)):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise JobError(f"{shown(path)} cannot be removed: {error.strerror}") from error
    finally:
        lock.release()
