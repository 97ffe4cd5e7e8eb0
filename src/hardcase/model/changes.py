"""Change: the one way to alter a job.

A change holds, for every row it touches, the row before and after. The store appends it, undo
inverts it, the screens listen to it, and `hardcase log` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from hardcase.model.job import Row


class Table(StrEnum):
    """The tables of a job file."""

    JOB = "job"
    LABELS = "labels"
    SAMPLES = "samples"
    RUNS = "runs"
    PREDICTIONS = "predictions"
    AUDITS = "audits"
    SEEN = "seen"
    FINDINGS = "findings"
    FILES = "files"

    @property
    def is_record(self) -> bool:
        """Whether rows record what happened (runs and what they said): undo passes those by."""
        return self not in (Table.JOB, Table.LABELS, Table.SAMPLES)


class Kind(StrEnum):
    """What a change is to the undo history."""

    EDIT = "edit"
    """A command of the user: can be undone."""
    UNDO = "undo"
    """Takes back the change `target`."""
    REDO = "redo"
    """Repeats the undone change `target`."""
    RECORD = "record"
    """Only records progress: undo passes it by."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One row before and after. `before` is None when the row is new, `after` when it goes."""

    table: Table
    key: int
    before: Row | None
    after: Row | None

    def inverted(self) -> Edit:
        """Return the edit that takes this one back."""
        return Edit(self.table, self.key, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Change:
    """One command's effect. `seq` counts from 1 without gaps in a job; `when` is ISO 8601 UTC.

    `forgotten` is how many samples it touched, where that is all that is still known of its edits.
    """

    seq: int
    when: str
    who: str
    title: str
    edits: tuple[Edit, ...]
    kind: Kind = Kind.EDIT
    target: int | None = None
    forgotten: int | None = None

    @property
    def samples(self) -> int:
        """How many samples it touched."""
        if self.forgotten is not None:
            return self.forgotten
        return sum(edit.table is Table.SAMPLES for edit in self.edits)

    def inverted_edits(self) -> tuple[Edit, ...]:
        """Return the edits that undo this change, last first; records stay as they are."""
        return tuple(e.inverted() for e in reversed(self.edits) if not e.table.is_record)


@dataclass(frozen=True, slots=True)
class Step:
    """A change that undo can take back, without its rows.

    `samples` are the ids of the first samples it touched, at most `Step.NAMED`: a run touches all.
    """

    seq: int
    when: str
    title: str
    samples: tuple[int, ...]

    NAMED: ClassVar[int] = 100
