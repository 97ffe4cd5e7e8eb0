"""Reasons: what is unusual about a sample, told from its signals.

A row of `_OFF_IMAGE` or `_OFF_BOXES` is a reason that compares with a distribution, one of `_VIEWS`
a reason that compares with another view, a line of `_told` a reason that stands by itself;
`lookalikes` has those that compare with other samples. A sample may have reasons without being
hard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.distribution import ENOUGH, off
from hardcase.hardness.lookalikes import (
    cluster_disagrees,
    differs_from_sequence,
    far_from_class,
    out_of_distribution,
)
from hardcase.hardness.signals import COLUMN
from hardcase.model.evidence import (
    BLUR,
    BRIGHTENING,
    CROP,
    FLIP,
    INVERSION,
    SCALE,
    SHARPENING,
    SHEAR,
    SUPERPIXELS,
    TRANSLATION,
    UPDOWN,
)
from hardcase.model.job import Task
from hardcase.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from hardcase.hardness.neighbours import Neighbourhood
    from hardcase.hardness.population import Population

LOW_CONFIDENCE = 0.5
"""Confidence below which a label, or the average box, is more likely wrong than right. What
was likely missed, and what the mirrored image shows, count too: whatever is hard has a reason."""

CHANGED = 0.3
"""Disagreement from which a view's boxes count as changed: about a third of what was found.

On coco_train128 mirroring changes 16 % of the images so far, by two detectors: 0.61 and 0.81 of
their boxes are wrong, of the others' 0.49 and 0.51.
"""

USUAL_CHANGE = 0.75
"""Of the reference, the share whose disagreement a changed sample must exceed. A view so strong
that it changes most predictions (a heavy blur, a small model) tells nothing of any one of them."""


class _Off(NamedTuple):
    """A signal whose unusual values are a reason."""

    reason: Reason
    signal: str
    scale: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """Brings the signal to a scale where distances compare: ln for ratios, root for counts."""
    tolerance: float
    """Spread on that scale below which differences do not matter; see `distribution.off`."""
    boxes: int = 0
    """Accepted boxes it takes for the signal to say something."""


def _plain(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x


def _log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.maximum(x, 1e-9))


def _root(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.maximum(x, 0.0))


_OFF_IMAGE = (
    _Off(Reason.RESOLUTION, "pixels", _log, 0.1),
    _Off(Reason.ASPECT_RATIO, "aspect", _log, 0.03),
    _Off(Reason.BRIGHTNESS, "brightness", _plain, 0.02),
    _Off(Reason.SATURATION, "saturation", _plain, 0.02),
    _Off(Reason.COLOUR_RICHNESS, "colourfulness", _plain, 0.02),
    _Off(Reason.SHARPNESS, "sharpness", _plain, 0.1),
)
_OFF_BOXES = (
    _Off(Reason.BOX_COUNT, "accepted", _root, 0.25),
    _Off(Reason.BOX_AREA_SPREAD, "box_area_spread", _plain, 0.1, boxes=2),
    _Off(Reason.BOX_ASPECT_RATIO, "box_aspect", _log, 0.05, boxes=1),
    _Off(Reason.BOX_AREA_SHARE, "box_area_share", _log, 0.1, boxes=1),
    _Off(Reason.BOXES_AT_EDGE, "box_edge_share", _plain, 0.1, boxes=1),
    _Off(Reason.BOX_BRIGHTNESS, "box_brightness", _plain, 0.02, boxes=1),
    _Off(Reason.BOX_SHARPNESS, "box_sharpness", _plain, 0.1, boxes=1),
    _Off(Reason.BOX_OVERLAP, "box_overlap", _plain, 0.05, boxes=2),
)


_VIEWS: dict[str, Reason] = {
    FLIP: Reason.FLIP_CHANGES,
    BLUR: Reason.BLUR_CHANGES,
    CROP: Reason.CROP_CHANGES,
    UPDOWN: Reason.UPDOWN_CHANGES,
    SCALE: Reason.SCALE_CHANGES,
    TRANSLATION: Reason.TRANSLATION_CHANGES,
    SHEAR: Reason.SHEAR_CHANGES,
    SUPERPIXELS: Reason.SUPERPIXEL_CHANGES,
    SHARPENING: Reason.SHARPENING_CHANGES,
    BRIGHTENING: Reason.BRIGHTENING_CHANGES,
    INVERSION: Reason.INVERSION_CHANGES,
}


def find_reasons(
    population: Population, coefficient: NDArray[np.float64], near: Neighbourhood
) -> dict[Reason, NDArray[np.bool_]]:
    """Return for each reason that applies to the task which of the N samples have it: (N,) bool.

    `coefficient` (N,) is that of the samples, `near` are their neighbours. "Off" compares with the
    samples a person decided, with all where fewer than 20 of those can be compared. Reasons of
    boxes (11 to 18) are not for classification, `FAR_FROM_CLASS` is not for detection.
    """
    task, signals = population.task, population.signals
    reference = signals[population.decided]
    found = _told(population, coefficient)
    for view, reason in _VIEWS.items():
        column = COLUMN[f"{view}_disagreement"]
        found[reason] = _is_changed(task, signals[:, column], reference[:, column])
    checks = _OFF_IMAGE + _OFF_BOXES if task is Task.DETECTION else _OFF_IMAGE
    for check in checks:
        found[check.reason] = _is_off(check, signals, reference)
    found[Reason.CLUSTER_DISAGREES] = cluster_disagrees(population, near)
    found[Reason.CONSECUTIVE_DIFFER] = differs_from_sequence(population, near)
    found[Reason.OUT_OF_DISTRIBUTION] = out_of_distribution(near)
    if task is Task.CLASSIFICATION:
        found[Reason.FAR_FROM_CLASS] = far_from_class(population, near)
    return found


def _told(
    population: Population, coefficient: NDArray[np.float64]
) -> dict[Reason, NDArray[np.bool_]]:
    """Return the reasons that a sample has by itself, whatever the others are like."""
    signals = population.signals
    doubtful = coefficient >= 1.0 - LOW_CONFIDENCE
    if population.task is Task.CLASSIFICATION:
        unsure = signals[:, COLUMN["max_probability"]] < LOW_CONFIDENCE
        return {
            Reason.NO_OBJECT: population.predicted < 0,
            Reason.LOW_CONFIDENCE: unsure | doubtful,
        }
    nothing = signals[:, COLUMN["accepted"]] < 1
    unsure = signals[:, COLUMN["mean_score"]] < LOW_CONFIDENCE
    return {Reason.NO_OBJECT: nothing, Reason.LOW_CONFIDENCE: (unsure | doubtful) & ~nothing}


def _is_changed(
    task: Task, disagreement: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which samples a view changes, and more than it usually does.

    In classification any disagreement means another class, in detection it takes `CHANGED`.
    """
    changed = disagreement > 0 if task is Task.CLASSIFICATION else disagreement >= CHANGED
    usual = disagreement if len(reference) < ENOUGH else reference
    if len(usual) < ENOUGH:
        return changed
    return changed & (disagreement > np.quantile(usual, USUAL_CHANGE))


def _is_off(
    check: _Off, signals: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.bool_]:
    applies = _has_boxes(check, signals)
    values = check.scale(signals[:, COLUMN[check.signal]])
    usual = values[applies]
    comparable = reference[_has_boxes(check, reference)]
    if len(comparable) >= ENOUGH:
        usual = check.scale(comparable[:, COLUMN[check.signal]])
    return off(values, usual, check.tolerance) & applies


def _has_boxes(check: _Off, signals: NDArray[np.float64]) -> NDArray[np.bool_]:
    return signals[:, COLUMN["accepted"]] >= check.boxes
