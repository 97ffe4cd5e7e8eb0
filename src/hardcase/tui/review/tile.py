"""What a tile of quick review, and the line under it, says of a box: pure functions."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from hardcase.imaging.overlay import Overlay
from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN
from hardcase.model.text import printable
from hardcase.session.boxes.box_index import BoxSort
from hardcase.session.boxes.box_review import STRUCK
from hardcase.tui.gallery.tile import Tile
from hardcase.tui.widgets.details import judgement
from hardcase.tui.widgets.sample_rows import STATUS_WORDS, status_mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hardcase.model.job import Annotation, Sample
    from hardcase.session.boxes.box_review import BoxReview

CONTEXT = 0.2
"""How much of what lies around a box is shown on each side, in its longer side."""

_LEAST_CONTEXT = 6.0  # pixels, so that a tiny box is seen in something
_PLAIN = "#ffffff"


def part_around(box: Box) -> tuple[float, float, float, float]:
    """Return a box with some of what is around it, in source pixels; it may leave the image."""
    pad = max(CONTEXT * max(box.width, box.height), _LEAST_CONTEXT)
    return box.x1 - pad, box.y1 - pad, box.x2 + pad, box.y2 + pad


def box_tile(
    review: BoxReview,
    row: int,
    sample: Sample,
    path: Path | None,
    colours: Mapping[str, str],
    *,
    folder: str,
    sort: BoxSort,
    selected: bool,
    outlined: bool,
) -> Tile:
    """Return the tile of a box: the part of the image around it, its label and what becomes of it.

    The name begins with what the boxes are sorted by. `folder` is what all paths begin with.
    """
    old, new = fate_of(review, row)
    box = Box(*review.boxes.box[row].tolist())
    score = float(review.boxes.score[row])
    colour = colours.get(new or old, _PLAIN)
    said = {
        BoxSort.AREA: f"{box.width:.0f}×{box.height:.0f}",
        BoxSort.ASPECT: f"{box.width / box.height:.2f}",
        BoxSort.SCORE: f"{box.width:.0f}×{box.height:.0f}",
        BoxSort.HARD: "" if sample.coefficient is None else f"{sample.coefficient:.2f}",
    }[sort]
    mark = status_mark(sample)
    label = old
    if new is None:
        mark, label = ("✗", "bad"), f"✗ {old}"
    elif new != old:
        mark, label = ("→", "open"), f"→ {new}"
    outline = Overlay(box, old, None, colour)
    return Tile(
        key=row,
        path=path,
        name=f"{said} {sample.path.removeprefix(folder)}".strip(),
        label=label,
        swatch="" if new is None else colour,
        note="" if isnan(score) else f" {score:.2f}".replace(" 0.", " ."),
        mark=mark,
        hard=sample.hard,
        overlays=(outline,) if outlined else (),
        selected=selected,
        problem=_problem(sample, path),
        part=part_around(box),
        focus=None if outlined else box,
        struck=new is None,
    )


def box_caption(review: BoxReview, row: int, sample: Sample, annotation: Annotation) -> str:
    """Return in one line what is known of a box and what becomes of it."""
    old, new = fate_of(review, row)
    box = Box(*review.boxes.box[row].tolist())
    fate = "to be deleted" if new is None else f"to become {new}" if new != old else ""
    score = "" if annotation.score is None else f"{annotation.score:.2f}"
    by = "a person" if annotation.by == HUMAN else annotation.by
    hard = judgement(sample)
    size = f"{box.width:.0f}×{box.height:.0f} px"
    ratio = f"ratio {box.width / box.height:.2f}"
    parts = (fate, f"{old} {score}".strip(), size, ratio, f"by {by}", STATUS_WORDS[sample.status])
    return printable(" · ".join(part for part in (*parts, hard) if part))


def fate_of(review: BoxReview, row: int) -> tuple[str, str | None]:
    """Return the label of a box and the one it will have, None if it is to go."""
    fate = int(review.fate[row])
    return review.names[review.boxes.label[row]], None if fate == STRUCK else review.names[fate]


def _problem(sample: Sample, path: Path | None) -> str:
    if path is None:
        return "outside the job"
    return "file is missing" if sample.missing else ""
