"""The filters that this user kept before, newest first, a job each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.session import user_state
from hardcase.session.filters import parse

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.session.filters import Term

log = logging.getLogger(__name__)

MAX_JOBS = 200
MAX_FILTERS = 20

_FILE = "filters.json"


def used_filters(job_file: Path) -> list[str]:
    """Return the filters kept in a job, newest first."""
    return _of(_known(), job_file)


def remember_filter(job_file: Path, expression: str) -> None:
    """Put a filter at the head of those of a job, in the place of one that says the same."""
    terms = _terms(expression)
    if not terms:
        return
    with user_state.alone(_FILE):
        known = _known()
        others = [e for e in _of(known, job_file) if _terms(e) != terms]
        known.pop(str(job_file), None)
        mine = {str(job_file): [expression.strip(), *others][:MAX_FILTERS]}
        user_state.write(_FILE, dict(list((mine | known).items())[:MAX_JOBS]))


def _known() -> dict[str, object]:
    found = user_state.read(_FILE)
    if found is not None and not isinstance(found, dict):
        log.warning("%s does not list filters by job", _FILE)
    return found if isinstance(found, dict) else {}


def _of(known: dict[str, object], job_file: Path) -> list[str]:
    listed = known.get(str(job_file))
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
