"""What a row of the sample list says: pure functions from a sample to text and style names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.cells import cell_len

from hardcase.model.job import Sample, Status, Task
from hardcase.model.numbers import count
from hardcase.tui.widgets.text import bar, cut, fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardcase.tui.widgets.virtual_list import Part

HARD_MARK = "▲"

_NARROW = 30
"""Cells for name and label; below that, only the number of boxes is told, for the name's sake."""

STATUS_MARKS = {
    Status.UNLABELED: ("○", "muted"),
    Status.TO_BE_CONFIRMED: ("◐", "open"),
    Status.LABELED: ("●", "good"),
}
STATUS_WORDS = {
    Status.UNLABELED: "unlabeled",
    Status.TO_BE_CONFIRMED: "to be confirmed",
    Status.LABELED: "labeled",
}


def shared_folder(paths: Iterable[str]) -> str:
    """Return the folder, with its slash, that all paths begin with; empty if there is none."""
    first = last = None
    for path in paths:
        first = path if first is None or path < first else first
        last = path if last is None or path > last else last
    # What the first and the last in order share, all between them share.
    folder = os.path.commonprefix([first or "", last or ""])  # noqa: RUF071 - cut at a slash next
    return folder[: folder.rfind("/") + 1]


def status_mark(sample: Sample) -> Part:
    """Return the character of a sample's state and its style."""
    if sample.missing:
        return "✗", "bad"
    if sample.error is not None:
        return "!", "bad"
    return STATUS_MARKS[sample.status]


def label_text(sample: Sample, task: Task) -> str:
    """Return the labels in short: names, or what is in the boxes and how often."""
    if task is Task.CLASSIFICATION:
        return ", ".join(a.label for a in sample.annotations)
    if not sample.annotations:
        return "" if sample.status is Status.UNLABELED else "no objects"
    names = {a.label for a in sample.annotations}
    number = len(sample.annotations)
    if len(names) > 1:
        return count(number, "box")
    name = next(iter(names))
    return name if number == 1 else f"{name} ×{number}"


def sample_row(
    sample: Sample,
    task: Task,
    width: int,
    *,
    under_cursor: bool,
    selected: bool,
    scored: bool,
    colours: Mapping[str, str],
    folder: str = "",
) -> list[Part]:
    """Return the row of a sample in `width` cells: marks, name, labels, coefficient.

    The name is the path without the leading `folder`, which all samples share.
    `scored` keeps room for the coefficient, which a job has once a model ran in it.
    """
    lead = "✓" if selected else "▌" if under_cursor else " "
    glyph, glyph_style = status_mark(sample)
    tail = _coefficient(sample) if scored and width >= 24 else [(" ", "")]
    room = max(width - 4 - sum(len(text) for text, _ in tail), 0)
    labels = _label_parts(sample, task, min(room // 2, 30), colours)
    if room < _NARROW and task is Task.DETECTION:
        labels = [(f"  {_box_count(sample)}", "")]
    name_width = room - sum(cell_len(text) for text, _ in labels)
    return [
        (lead, "strong"),
        (HARD_MARK if sample.hard else " ", "hard"),
        (glyph + " ", glyph_style),
        (fit(sample.path.removeprefix(folder), name_width), ""),
        *labels,
        *tail,
    ]


def _box_count(sample: Sample) -> str:
    if sample.annotations:
        return count(len(sample.annotations), "box")
    return "" if sample.status is Status.UNLABELED else "none"


def _label_parts(sample: Sample, task: Task, width: int, colours: Mapping[str, str]) -> list[Part]:
    text = label_text(sample, task)
    if width < 6 or not text:
        return []
    names = {a.label for a in sample.annotations}
    # The label's colour is a swatch: as a text colour it would drown on some backgrounds.
    swatch = colours.get(next(iter(names)), "") if len(names) == 1 else ""
    lead = [("  ■ ", swatch)] if swatch else [("  ", "")]
    return [*lead, (cut(text, width - len(lead[0][0])), "")]


def _coefficient(sample: Sample) -> list[Part]:
    """Return six cells for the right edge, blank for a sample that no model saw."""
    if sample.coefficient is None:
        return [("      ", "")]
    number = f"{sample.coefficient:.2f}".removeprefix("0")[:3]
    style = "hard" if sample.hard else "muted"
    return [(f" {bar(sample.coefficient)}{number} ", style)]
