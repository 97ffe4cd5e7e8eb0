"""What a row of the list of jobs says: pure functions."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from hardcase.model.numbers import count, percent
from hardcase.model.text import printable
from hardcase.tui.widgets.sample_rows import HARD_MARK
from hardcase.tui.widgets.text import elide, fit, fit_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.session.jobs import JobSummary
    from hardcase.tui.widgets.virtual_list import Part

_BAR = 10
_REST = 16 + (2 + _BAR + 6) + 9 + 16
"""Cells of a row beside name and path."""
_ROOMY = 40
"""Cells for the name from which the path is told of every job, not only where names are alike."""
_SPELLED = 12
"""Cells that a path gets at least."""


def heading(width: int) -> str:
    """Return the names of the columns in `width` cells."""
    name = " name".ljust(_name_width(width) + 1)
    return f"{name}  {'task':<14}  {'labeled':<{_BAR + 6}}{'hard':>9}  last change"


def job_row(
    job: JobSummary, width: int, present: datetime, *, under_cursor: bool, exists: bool, apart: str
) -> list[Part]:
    """Return the row of a job; `apart` tells it from others of its name, empty if it has none."""
    state, style = ago(job.changed_at or job.seen_at, present), "muted"
    if not exists:
        state, style = "gone", "bad"
    elif job.running:
        state, style = "run unfinished", "open"
    share = job.labeled / job.total if job.total else 0.0
    full = round(share * _BAR)
    hard = f"{HARD_MARK} {job.hard:,}" if job.hard else ""
    return [
        ("▌" if under_cursor else " ", "strong"),
        *_name(job, _name_width(width), apart),
        (f"  {job.task.value:<14}", "muted"),
        ("  " + "━" * full, "good"),
        ("─" * (_BAR - full), "muted"),
        (f" {percent(share):>5}", ""),
        (f"{hard:>9}", "hard"),
        (f"  {state:<14}", style),
    ]


def about(job: JobSummary, width: int) -> str:
    """Return in a line of `width` cells what the row has no room for; the path gives way."""
    counts = (
        f"{job.labeled:,} labeled",
        f"{job.to_be_confirmed:,} to be confirmed",
        f"{job.unlabeled:,} unlabeled",
    )
    said = f"{count(job.total, 'image')}: {', '.join(counts)} · "
    where = short_path(str(Path(job.path).parent))
    return said + elide(where, max(width - cell_len(said), _SPELLED))


def told_apart(jobs: Sequence[JobSummary]) -> dict[str, str]:
    """Return by path, for jobs that share a name, as much of the end of their folder as differs."""
    groups: dict[str, list[JobSummary]] = defaultdict(list)
    for job in jobs:
        groups[job.name].append(job)
    out: dict[str, str] = {}
    for group in groups.values():
        parts = {job.path: Path(job.path).parent.parts for job in group if len(group) > 1}
        depth = 1
        while len({p[-depth:] for p in parts.values()}) < len(set(parts.values())):
            depth += 1
        out |= {path: "/".join(p[-depth:]) for path, p in parts.items()}
    return out


def short_path(path: str) -> str:
    """Return a path with the user's home as `~`."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return path
    return f"~{path[len(home) :]}" if path == home or path.startswith(f"{home}/") else path


def ago(moment: str, present: datetime) -> str:
    """Return how long ago an ISO 8601 moment was, in a word; the text itself if it is none."""
    try:
        seconds = (present - datetime.fromisoformat(moment)).total_seconds()
    except (ValueError, TypeError):
        return printable(moment)[:9]
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "just now"


def _name(job: JobSummary, width: int, apart: str) -> list[Part]:
    """Return the name and, where there is room or it is needed, the folder of the job."""
    if width >= _ROOMY:
        name = elide(job.name, width // 2)
        where = fit(short_path(str(Path(job.path).parent)), width - cell_len(name) - 2)
    elif apart:
        name = elide(job.name, width - min(len(apart), width // 2) - 2)
        where = fit_end(apart, width - cell_len(name) - 2)
    else:
        return [(fit(job.name, width), "")]
    return [(f"{name}  ", ""), (where, "muted")]


def _name_width(width: int) -> int:
    return max(width - 1 - _REST, 8)
