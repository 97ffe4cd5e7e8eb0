"""Small JSON files of the user's: the list of jobs, the filters used before, places in jobs.

They are a convenience: where one cannot be read or written, the program goes on without it and says
so in the log.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
MAX_JOBS = 200


def read(name: str) -> Any:
    """Return what a file holds, None if there is none or it cannot be read."""
    file = _file(name)
    try:
        if file.stat().st_size > MAX_BYTES:
            log.warning("%s is larger than what this program writes", file)
            return None
        return json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read: %s", file, error)
        return None


def write(name: str, data: Any) -> None:
    """Put JSON data in the place of what a file holds."""
    file = _file(name)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(data, indent=1), "utf-8")
        draft.replace(file)
    except OSError as error:
        log.warning("%s cannot be written: %s", file, error)


def by_job(name: str) -> dict[str, object]:
    """Return what a file holds of each job file, by its path, newest first."""
    found = read(name)
    if found is not None and not isinstance(found, dict):
        log.warning("%s does not list anything by job", name)
    return found if isinstance(found, dict) else {}


def put_of_job(name: str, job_file: Path, change: Callable[[object], object]) -> None:
    """Put what `change` makes of what a file holds of a job, None if nothing, at its head.

    Of more than `MAX_JOBS` jobs the oldest is forgotten.
    """
    with alone(name):
        known = by_job(name)
        mine = {str(job_file): change(known.pop(str(job_file), None))}
        write(name, dict(list((mine | known).items())[:MAX_JOBS]))


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Keep other programs of the user's from changing a file meanwhile, where that works."""
    file = _file(name)
    with ExitStack() as stack:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(file.with_name(f"{file.name}.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            log.warning("%s cannot be locked: %s", file, error)
        yield


def _file(name: str) -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "hardcase" / name
