"""Opening a job for a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardcase.errors import ReadOnlyError
from hardcase.model.text import printable
from hardcase.session import LabelingSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def reading(path: Path) -> Iterator[LabelingSession]:
    """Open a job to look at it; somebody else may have it open. Raises JobError."""
    with LabelingSession.open(path, read_only=True) as session:
        yield session


@contextmanager
def writing(path: Path) -> Iterator[LabelingSession]:
    """Open a job to change it; every change is on disk when the block ends.

    Print what was done after the block. Raises JobError, and ReadOnlyError if it is open elsewhere
    or may not be written.
    """
    with LabelingSession.open(path) as session:
        if session.read_only:
            reason = session.read_only_reason or "it may not be written"
            raise ReadOnlyError(
                f"{printable(str(path))} is read-only: {reason}; nothing was changed"
            )
        yield session
        session.flush()
