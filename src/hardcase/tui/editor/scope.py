"""What undo may take back in the editor: what was done in it, and nothing older."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hardcase.model.changes import Kind

if TYPE_CHECKING:
    from hardcase.model.changes import Change


@dataclass(slots=True)
class UndoScope:
    """Follows the changes of a job from one moment on. The job's own order of undo stands."""

    _done: list[bool] = field(default_factory=list)
    _undone: list[bool] = field(default_factory=list)

    def note(self, change: Change, *, ours: bool) -> None:
        """Take a change into account; `ours` if it was made in the editor."""
        if change.kind is Kind.EDIT:
            self._done.append(ours)
            self._undone.clear()
        elif change.kind is Kind.UNDO and self._done:
            self._undone.append(self._done.pop())
        elif change.kind is Kind.REDO and self._undone:
            self._done.append(self._undone.pop())

    @property
    def can_undo(self) -> bool:
        """Whether the job's next undo takes back what was done in the editor."""
        return bool(self._done) and self._done[-1]

    @property
    def can_redo(self) -> bool:
        """Whether the job's next redo repeats what was done in the editor."""
        return bool(self._undone) and self._undone[-1]
