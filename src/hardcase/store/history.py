"""The changes of a job, newest first: those on their way to the disk, then those in the journal."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.changes import Step, Table
from hardcase.store.files import shown
from hardcase.store.lines import DamagedLine, decode_change, first_touched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hardcase.model.changes import Change
    from hardcase.store.journal import Journal
    from hardcase.store.undo import UndoStack


class History:
    """Reads changes back. `unsaved` returns those that are not in the journal yet, oldest first."""

    def __init__(
        self, journal: Journal, undo: UndoStack, unsaved: Callable[[], list[Change]]
    ) -> None:
        self._journal = journal
        self._undo = undo
        self._unsaved = unsaved
        self._tops: dict[int, Change] = {}

    def newest_first(self, last_seq: int) -> Iterator[Change]:
        """Yield the changes that are kept, from `last_seq` on. Raises JobError."""
        seq = last_seq + 1
        for change in reversed(self._unsaved()):
            yield change
            seq = change.seq
        while seq := self._journal.before(seq):
            kept = self._read(seq)
            if kept is None:
                return
            yield kept

    def undo_target(self) -> Change | None:
        """Return what undo would take back. Raises JobError."""
        return self._top(self._undo.undo)

    def undoable(self, limit: int) -> list[Step]:
        """Return the newest `limit` edits that undo can take back, newest first. Raises JobError.

        Of each line only the beginning is read, since a run may have altered 100,000 samples.
        """
        unsaved = {change.seq: change for change in self._unsaved()}
        steps = (self._step(seq, unsaved) for seq in reversed(self._undo.undo[-limit:]))
        return [step for step in steps if step is not None]

    def redo_target(self) -> Change | None:
        """Return what redo would repeat. Raises JobError."""
        return self._top(self._undo.redo)

    def _top(self, seqs: list[int]) -> Change | None:
        """Return the change on top; it is kept, since screens ask for its title again and again."""
        if not seqs:
            return None
        seq = seqs[-1]
        change = self._tops.get(seq)
        if change is None:
            change = next((c for c in self._unsaved() if c.seq == seq), None) or self._read(seq)
        tops = {stack[-1] for stack in (self._undo.undo, self._undo.redo) if stack}
        self._tops = {s: c for s, c in self._tops.items() if s in tops}
        if change is not None:
            self._tops[seq] = change
        return change

    def _step(self, seq: int, unsaved: Mapping[int, Change]) -> Step | None:
        if (change := unsaved.get(seq)) is not None:
            touched = (edit.key for edit in change.edits if edit.table is Table.SAMPLES)
            return Step(seq, change.when, change.title, tuple(islice(touched, Step.NAMED)))
        where = shown(self._journal.path)
        try:
            line = self._journal.read(seq)
            if line is None:
                return None
            touched = (key for table, key in first_touched(line.edits) if table == Table.SAMPLES)
            header = line.header
            named = tuple(islice(touched, Step.NAMED))
            return Step(seq, header["when"], header["title"], named)
        except (DamagedLine, KeyError, TypeError, ValueError) as error:
            raise JobError(f"change {seq} in {where} is damaged: restore it from a copy") from error
        except OSError as error:
            raise JobError(f"{where} cannot be read ({error.strerror}): check the disk") from error

    def _read(self, seq: int) -> Change | None:
        where = shown(self._journal.path)
        try:
            line = self._journal.read(seq)
            return None if line is None else decode_change(line, self._journal.schema)
        except (DamagedLine, KeyError, TypeError, ValueError) as error:
            raise JobError(f"change {seq} in {where} is damaged: restore it from a copy") from error
        except OSError as error:
            raise JobError(f"{where} cannot be read ({error.strerror}): check the disk") from error
