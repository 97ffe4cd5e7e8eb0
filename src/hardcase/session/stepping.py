"""Undo and redo beside what the program records on its own.

A command is taken back as far as it went: what it altered becomes what it was. What it left alone
stays as it is now, even if that is not what it was at the time of the command. So the coefficient,
the reasons and the mark that re-judging gave a sample survive an undo of its confirmation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardcase.model.changes import Change
    from hardcase.model.job import Row
    from hardcase.session.labeling import LabelingSession
    from hardcase.store import JobStore

RANKED = ("coefficient", "reasons", "hard")
"""What re-judging may alter of a sample, no person having a say in it."""


def undo(session: LabelingSession, store: JobStore) -> Change | None:
    """Take back the newest change that is not taken back yet."""
    target = store.undo_target()
    if target is None:
        return None
    edits = onto(store.tables, target.inverted_edits())
    return session.commit(f"undo: {target.title}", edits, Kind.UNDO, target.seq)


def redo(session: LabelingSession, store: JobStore) -> Change | None:
    """Repeat the change that was taken back last."""
    target = store.redo_target()
    if target is None:
        return None
    edits = onto(store.tables, (e for e in target.edits if not e.table.is_record))
    return session.commit(f"redo: {target.title}", edits, Kind.REDO, target.seq)


def onto(tables: Mapping[Table, Mapping[int, Row]], edits: Iterable[Edit]) -> list[Edit]:
    """Return `edits`, made some time ago, as edits of the rows there are now."""
    return [_onto(tables[edit.table].get(edit.key), edit) for edit in edits]


def _onto(current: Row | None, edit: Edit) -> Edit:
    before, after = edit.before, edit.after
    if current is before or not isinstance(current, Sample):
        return edit
    if isinstance(before, Sample) and isinstance(after, Sample):
        kept: dict[str, Any] = {
            name: getattr(current, name)
            for name in RANKED
            if getattr(before, name) == getattr(after, name)
        }
        after = replace(after, **kept)
    return Edit(edit.table, edit.key, current, after)
