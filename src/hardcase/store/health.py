"""What may be wrong with the files of a job."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.text import printable
from hardcase.store.checkpoint import JobStorage
from hardcase.store.files import temporary
from hardcase.store.jobstore import JobStore
from hardcase.store.journal import journal_path
from hardcase.store.lock import lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def damage(job_file: Path) -> Iterator[str]:
    """Yield what is wrong with a job file or its journal; both are read to the end."""
    try:
        with JobStore.open(job_file, read_only=True) as store:
            if store.notice is not None:
                yield store.notice
            for _ in store.history():
                pass
        # A job whose journal breaks off opens all the same; only reading all of it tells.
        JobStorage(job_file).read()
    except JobError as error:
        yield str(error)


def leftovers(job_file: Path) -> Iterator[str]:
    """Yield what a crash left beside a job that nobody has open for writing."""
    for path in (temporary(job_file), temporary(journal_path(job_file))):
        if path.exists():
            yield f"{printable(path.name)} is left from a crash and may be removed"


def is_in_use(job_file: Path) -> bool:
    """Whether somebody has the job open for writing."""
    try:
        with lock_path(job_file).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
