"""What a job remembers of images that were looked at for it: in a drop folder, or its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardcase.model.job import Prediction


class Outcome(StrEnum):
    """What became of an image that was seen."""

    OWN = "own"
    """It was in the job before anything was collected."""
    PENDING = "pending"
    """A model looked at it; nothing is decided yet."""
    TAKEN = "taken"
    LEFT = "left"
    """Too easy to be taken."""
    DUPLICATE = "duplicate"
    """It looks like one that the job has, or like one of the same round."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Seen:
    """An image known by its content.

    `path` is the one it had below the drop folder when it was seen, `size` (bytes) and `mtime_ns`
    those of the file then: a file that still has all three is not read again. `sha256` is of its
    content, 64 hex digits; empty where it was too large to read. `look` is what
    `session.near_duplicates` made of its pixels, hex digits. `sample` is the id of the sample it is
    or became. `coefficient` as in a sample. `said` is what the model said while the outcome is
    pending. `error` says why it could not be read. `when` is ISO 8601, UTC.
    """

    id: int
    outcome: Outcome
    path: str = ""
    size: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    look: str = ""
    sample: int | None = None
    coefficient: float | None = None
    said: Prediction | None = None
    error: str | None = None
    when: str = ""
