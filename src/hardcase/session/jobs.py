"""The jobs this user worked on, newest first: S10. Kept in one small JSON file of the user's.

The list is a convenience: where it cannot be read or written, the program goes on without it and
says so in the log.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.model.job import RunState, Task
from hardcase.model.text import printable
from hardcase.session.clock import now

if TYPE_CHECKING:
    from hardcase.session.labeling import LabelingSession

log = logging.getLogger(__name__)

MAX_JOBS = 200
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class JobSummary:
    """What the job list shows, as of when the job was last open here.

    `path` is the job file. `running` tells that a run was under way or broken off.
    """

    path: str
    name: str
    task: Task
    total: int
    unlabeled: int
    labeled: int
    to_be_confirmed: int
    hard: int
    running: bool
    seen_at: str

    @property
    def exists(self) -> bool:
        """Whether the job file is still there."""
        return Path(self.path).is_file()


def summarize(session: LabelingSession) -> JobSummary:
    """Return the summary of an open job."""
    stats = session.stats()
    return JobSummary(
        path=str(session.path),
        name=session.job.name,
        task=session.task,
        total=stats.total,
        unlabeled=stats.unlabeled,
        labeled=stats.labeled,
        to_be_confirmed=stats.to_be_confirmed,
        hard=stats.hard,
        running=any(run.state is RunState.RUNNING for run in session.runs),
        seen_at=now(),
    )


def known_jobs() -> list[JobSummary]:
    """Return the jobs in the list, newest first."""
    file = _file()
    try:
        if file.stat().st_size > MAX_BYTES:
            log.warning("%s is too large to be a list of jobs", file)
            return []
        entries = json.loads(file.read_text("utf-8"))
        return [_summary(entry) for entry in entries[:MAX_JOBS]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("the list of jobs cannot be read: %s", error)
        return []


def remember(summary: JobSummary) -> None:
    """Put a job at the head of the list."""
    others = [job for job in known_jobs() if job.path != summary.path]
    _write([summary, *others][:MAX_JOBS])


def forget(path: str) -> None:
    """Take a job off the list; its file stays."""
    _write([job for job in known_jobs() if job.path != path])


def _file() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "hardcase" / "jobs.json"


def _summary(entry: dict[str, Any]) -> JobSummary:
    summary = JobSummary(**{**entry, "task": Task(entry["task"])})
    counts = (summary.total, summary.unlabeled, summary.labeled, summary.to_be_confirmed)
    if not all(isinstance(count, int) for count in (*counts, summary.hard)):
        raise TypeError("a count is no number")
    return JobSummary(**{**asdict(summary), "name": printable(str(summary.name))})


def _write(jobs: list[JobSummary]) -> None:
    file = _file()
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps([asdict(job) for job in jobs], indent=1), "utf-8")
        draft.replace(file)
    except OSError as error:
        log.warning("the list of jobs cannot be written: %s", error)
