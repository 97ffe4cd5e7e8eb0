"""What undo and redo would act on, derived from the kinds of the changes in their order."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardcase.model.changes import Kind


@dataclass(slots=True)
class UndoStack:
    """Seqs of the edits that can be undone and of those that can be redone, newest last.

    Derived from the newest changes alone, it equals the one derived from all, less what is older.
    """

    undo: list[int] = field(default_factory=list)
    redo: list[int] = field(default_factory=list)
    first: int = 0
    """Changes before this seq are no longer kept, so they can be neither undone nor redone."""

    def note(self, seq: int, kind: Kind, target: int | None) -> None:
        """Take the next change into account."""
        if kind is Kind.EDIT:
            self.undo.append(seq)
            self.redo.clear()
        elif kind is Kind.UNDO and target is not None:
            _move(target, self.undo, self.redo, self.first)
        elif kind is Kind.REDO and target is not None:
            _move(target, self.redo, self.undo, self.first)

    def oldest(self, keep: int) -> int | None:
        """Return the oldest seq among the newest `keep` of either list, None when there is none."""
        lists = (seqs[-keep:] for seqs in (self.undo, self.redo) if keep)
        return min((seqs[0] for seqs in lists if seqs), default=None)

    def forget_before(self, first: int) -> None:
        """Drop what is older than the seq `first`."""
        self.first = first
        self.undo[:] = [seq for seq in self.undo if seq >= first]
        self.redo[:] = [seq for seq in self.redo if seq >= first]


def _move(seq: int, source: list[int], destination: list[int], first: int) -> None:
    if source and source[-1] == seq:
        source.pop()
    elif seq in source:
        source.remove(seq)
    if seq >= first:
        destination.append(seq)
