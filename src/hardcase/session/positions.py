"""Where somebody was in a job when they left it: the tab, and the sample in each.

It is kept with the user's own files and not in the job: it says nothing of the images, two people
with one job are at two places, looking around must not count as a change of the job, and a job
that may only be read has a place too.

A filter is not kept: who opens a job days later takes what is shown for all there is. The
history of the filter bar has it (`session.filtering.filter_history`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.session import user_state
from hardcase.session.views import Tab

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

_FILE = "positions.json"


@dataclass(frozen=True, slots=True)
class Position:
    """The open tab, and by tab the id of the sample looked at last and its place in the list."""

    tab: Tab
    places: Mapping[Tab, tuple[int, int]]


def recall(job_file: Path) -> Position | None:
    """Return where the user was in a job, None if that is not known."""
    entry = user_state.by_job(_FILE).get(str(job_file))
    if not isinstance(entry, dict):
        return None
    try:
        tab = Tab(entry["tab"])
        places = {Tab(name): (int(at), int(row)) for name, (at, row) in entry["places"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.warning("the position in %s is not understood: %s", job_file, error)
        return None
    return Position(tab, places)


def remember(job_file: Path, position: Position) -> None:
    """Keep where the user is in a job; of many jobs the oldest is forgotten."""
    places = {tab.value: list(place) for tab, place in position.places.items()}
    mine = {"tab": position.tab.value, "places": places}
    user_state.put_of_job(_FILE, job_file, lambda _before: mine)
