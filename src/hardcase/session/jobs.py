"""The jobs this user worked on, newest first."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import JobError
from hardcase.model.job import RunState, Task
from hardcase.model.text import printable
from hardcase.session import user_state
from hardcase.session.clock import now
from hardcase.store import removal

if TYPE_CHECKING:
    from hardcase.session.labeling import LabelingSession

log = logging.getLogger(__name__)

_FILE = "jobs.json"

_TYPES: dict[str, type] = {
    **dict.fromkeys(("path", "name", "task", "seen_at"), str),
    **dict.fromkeys(("total", "unlabeled", "labeled", "to_be_confirmed", "hard"), int),
    "running": bool,
}
"""The keys of an entry and what they hold."""


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
    changed_at: str = ""
    """When the newest change was made that undo can take back; empty if that is not known."""

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
        changed_at=_changed_at(session),
    )


def _changed_at(session: LabelingSession) -> str:
    try:
        newest = session.decisions(1)
    except JobError as error:
        log.warning("the last change of %s cannot be read: %s", session.path, error)
        return ""
    return newest[0].when if newest else session.job.created_at


def known_jobs() -> list[JobSummary]:
    """Return the jobs in the list, newest first."""
    entries = user_state.read(_FILE)
    if entries is None:
        return []
    if not isinstance(entries, list):
        log.warning("%s is no list of jobs", _FILE)
        return []
    found = [_summary(entry) for entry in entries[: user_state.MAX_JOBS]]
    return [summary for summary in found if summary is not None]


def remember(summary: JobSummary) -> None:
    """Put a job at the head of the list."""
    with user_state.alone(_FILE):
        others = [job for job in known_jobs() if job.path != summary.path]
        _write([summary, *others][: user_state.MAX_JOBS])


def forget(path: str) -> None:
    """Take a job off the list; its file stays."""
    with user_state.alone(_FILE):
        _write([job for job in known_jobs() if job.path != path])


def delete(path: str) -> None:
    """Remove a job file with its journal, and take it off the list; the images stay.

    This cannot be undone. Raises JobError if it is open elsewhere or cannot be removed.
    """
    removal.remove(Path(path))
    forget(path)


def _summary(entry: Any) -> JobSummary | None:
    """Return what an entry says, None if it is none; what newer versions add is passed by."""
    if not isinstance(entry, dict) or any(type(entry.get(k)) is not t for k, t in _TYPES.items()):
        log.warning("an entry in the list of jobs lacks something and is left out")
        return None
    values = {name: entry[name] for name in _TYPES}
    try:
        task = Task(values["task"])
    except ValueError as error:
        log.warning("an entry in the list of jobs is left out: %s", error)
        return None
    changed_at = entry.get("changed_at")
    values["changed_at"] = changed_at if isinstance(changed_at, str) else ""
    return JobSummary(**{**values, "task": task, "name": printable(values["name"])})


def _write(jobs: list[JobSummary]) -> None:
    user_state.write(_FILE, [asdict(job) for job in jobs])
