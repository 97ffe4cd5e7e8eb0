"""The filters that this user kept before, newest first, a job each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.session import user_state
from hardcase.session.filtering.filters import parse

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.session.filtering.filters import Term

MAX_FILTERS = 20

_FILE = "filters.json"


def used_filters(job_file: Path) -> list[str]:
    """Return the filters kept in a job, newest first."""
    return _fit(user_state.by_job(_FILE).get(str(job_file)))


def remember_filter(job_file: Path, expression: str) -> None:
    """Put a filter at the head of those of a job, in the place of one that says the same."""
    terms = _terms(expression)
    if not terms:
        return

    def with_it(listed: object) -> list[str]:
        others = [e for e in _fit(listed) if _terms(e) != terms]
        return [expression.strip(), *others][:MAX_FILTERS]

    user_state.put_of_job(_FILE, job_file, with_it)


def _fit(listed: object) -> list[str]:
    if not isinstance(listed, list):
        return []
    fit = [e for e in listed if isinstance(e, str) and e.isprintable() and _terms(e)]
    return fit[:MAX_FILTERS]


def _terms(expression: str) -> tuple[Term, ...]:
    """Return what an expression says, nothing if it does not parse."""
    try:
        return parse(expression)
    except UsageError:
        return ()
