"""Which sample's boxes are edited, how that begins, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.job import Task
from hardcase.model.text import printable

if TYPE_CHECKING:
    from hardcase.model.job import Sample
    from hardcase.session import LabelingSession
    from hardcase.tui.canvas.canvas import ImageCanvas


@dataclass(frozen=True, slots=True)
class Opening:
    """What the editor opens on: a sample by id, and the index of the box selected at first.

    `label` is what a new box gets, `before` the sample seen before this one, whose boxes can be
    taken over, `beside` the canvas of the screen it opens from.
    """

    sample_id: int
    box: int | None = None
    label: str | None = None
    before: int | None = None
    beside: ImageCanvas | None = None


def why_not(session: LabelingSession, sample: Sample | None) -> str | None:
    """Return in one line why the boxes of a sample cannot be edited, None if they can."""
    if session.task is not Task.DETECTION:
        return "only detection jobs have boxes to edit"
    if sample is None:
        return "there is no sample here"
    if session.read_only:
        return "the job is read-only: its boxes cannot be edited"
    try:
        there = session.image_path(sample.id).is_file()
        session.size(sample.id)
    except HardcaseError as error:
        return f"its boxes cannot be edited: {error}"
    if not there:
        return "the file is gone from the folder: bring it back to edit its boxes"
    if sample.error is not None:
        return f"its boxes cannot be edited: {printable(sample.error)}"
    return None
