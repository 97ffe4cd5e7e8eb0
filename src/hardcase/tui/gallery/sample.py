"""What a tile of the gallery, and the line under it, says of a sample: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.imaging.overlay import Overlay
from hardcase.model.job import HUMAN, Sample, Status, Task
from hardcase.model.reasons import Reason, explained
from hardcase.model.text import printable
from hardcase.tui.gallery.tile import Tile
from hardcase.tui.widgets.details import is_past, judgement
from hardcase.tui.widgets.sample_rows import HARD_MARK, STATUS_WORDS, label_text, status_mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PLAIN = "#ffffff"
_REASONS = {reason.value: reason for reason in Reason}


def tile_of(
    sample: Sample,
    task: Task,
    path: Path | None,
    colours: Mapping[str, str],
    *,
    folder: str,
    selected: bool,
    box: int | None = None,
    boxes: bool = True,
) -> Tile:
    """Return the tile of a sample whose image is at `path`, None if it may not be opened.

    The name is the sample's path without the leading `folder`. `boxes` tells whether to draw them,
    `box` which one is selected.
    """
    names = {a.label for a in sample.annotations}
    note = "" if sample.coefficient is None else f" {sample.coefficient:.2f}"[:5]
    problem = "file is missing" if sample.missing else ""
    if path is None:
        problem = "outside the job"
    return Tile(
        key=sample.id,
        path=path,
        name=sample.path.removeprefix(folder),
        label=label_text(sample, task) or STATUS_WORDS[sample.status],
        swatch=colours.get(next(iter(names)), "") if len(names) == 1 else "",
        note=note.replace(" 0.", " ."),
        mark=status_mark(sample),
        hard=sample.hard,
        overlays=_overlays(sample, colours, box) if boxes else (),
        selected=selected,
        problem=problem,
    )


def caption(sample: Sample, task: Task, error: str | None = None) -> tuple[str, str]:
    """Return the path of a sample, and in one line what is known of it."""
    if sample.missing:
        about = "the file is gone from the folder"
    elif error or sample.error:
        about = printable(error or sample.error or "")
    else:
        parts = [STATUS_WORDS[sample.status], _labels(sample, task)]
        parts.append(judgement(sample))
        known = [_REASONS[n] for n in sample.reasons if n in _REASONS]
        of = "of the auto label: " if is_past(sample) else ""
        parts += [f"{HARD_MARK} {of}{explained(reason, task).what}" for reason in known]
        about = " · ".join(part for part in parts if part)
    return sample.path, about


def _labels(sample: Sample, task: Task) -> str:
    if sample.status is Status.UNLABELED and not sample.annotations:
        return ""
    if task is Task.CLASSIFICATION and len(sample.annotations) == 1:
        one = sample.annotations[0]
        return one.label if one.score is None else f"{one.label} {one.score:.2f}"
    return label_text(sample, task)


def _overlays(sample: Sample, colours: Mapping[str, str], box: int | None) -> tuple[Overlay, ...]:
    return tuple(
        Overlay(
            a.box,
            a.label,
            a.score,
            colours.get(a.label, _PLAIN),
            by_human=a.by == HUMAN,
            selected=n == box,
        )
        for n, a in enumerate(sample.annotations)
        if a.box is not None
    )
