"""Signals: what is measured of each sample, as a row of numbers that can be stored as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.hardness.classification import classification_signals
from hardcase.hardness.detection import detection_signals
from hardcase.model.evidence import VIEWS
from hardcase.model.job import Task

if TYPE_CHECKING:
    from hardcase.model.evidence import Evidence

_IMAGE = ("pixels", "aspect", "brightness", "saturation", "colourfulness", "sharpness")
_VIEWS = tuple(f"{name}_disagreement" for name in VIEWS)
_CLASSIFICATION = (
    "max_probability",
    "margin",
    "entropy",
    "view_probability",
    "crop_probability",
    "translation_probability",
)
_DETECTION = (
    "accepted",
    "mean_score",
    "min_score",
    "expected_misses",
    "expected_work",
    "view_work",
    "wrong_boxes",
    "missed_boxes",
    "any_missed",
    "box_area_spread",
    "box_aspect",
    "box_area_share",
    "box_edge_share",
    "box_overlap",
    "box_brightness",
    "box_sharpness",
)

SIGNALS: tuple[str, ...] = _IMAGE + _VIEWS + _CLASSIFICATION + _DETECTION
"""Names of the columns, in order. Formulas are with the functions that measure them."""

COLUMN: dict[str, int] = {name: i for i, name in enumerate(SIGNALS)}
"""Index of each signal in a row."""

_DIGITS = 6


def measure(evidence: Evidence, task: Task, threshold: float) -> tuple[float, ...]:
    """Return the signals of one image, in the order of `SIGNALS`: finite, to six digits.

    `threshold` in [0, 1] is the score from which a box becomes an auto label; classification does
    not use it. Signals of the other task are 0. Where a signal of this task has nothing to measure
    (boxes of an image without boxes, a view that was not run) it takes a neutral value named in
    its docstring, and no reason is drawn from it. Raises ValueError when the evidence is of
    another task, KeyError when it lacks the original view.
    """
    values = image_signals(evidence)
    if task is Task.DETECTION:
        values |= detection_signals(evidence, threshold)
    else:
        values |= classification_signals(evidence)
    return tuple(float(f"{values.get(name, 0.0):.{_DIGITS}g}") for name in SIGNALS)


def image_signals(evidence: Evidence) -> dict[str, float]:
    """Return how the whole image looks.

    `pixels`: width x height, above 0. `aspect`: width / height, above 0. `brightness`,
    `saturation` in [0, 1], `colourfulness` in [0, about 1.5], `sharpness` 0 or more: those of
    `PixelStatistics`, which names their sources.
    """
    return {
        "pixels": float(evidence.width * evidence.height),
        "aspect": evidence.width / evidence.height,
        **evidence.pixels._asdict(),
    }
