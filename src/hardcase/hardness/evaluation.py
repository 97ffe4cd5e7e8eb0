"""How good a coefficient is: does it rank what is wrong first, and does it mean what it says.

Throughout, `scores` (N,) are higher where a sample is thought harder. Ties count as if broken at
random, on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.matching import match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.model.evidence import Detections


class Bin(NamedTuple):
    """One row of a calibration table: samples whose coefficient is in [low, high)."""

    low: float
    high: float
    samples: int
    said: float
    """Mean coefficient."""
    seen: float
    """Mean of the truth."""


def true_work(accepted: Detections, truth: Detections) -> float:
    """Return 1 - TP / (TP + FP + FN) of auto labels against the truth at IoU 0.5, in [0, 1].

    0 when neither has a box.
    """
    total = len(accepted.scores) + len(truth.scores)
    edits = true_edits(accepted, truth)
    right = (total - edits) // 2
    return edits / (total - right) if total else 0.0


def true_edits(accepted: Detections, truth: Detections) -> int:
    """Return FP + FN at IoU 0.5: how many boxes a person has to remove or add, 0 or more."""
    right = int((match(accepted, truth) >= 0).sum())
    return len(accepted.scores) + len(truth.scores) - 2 * right


def spearman(scores: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Return Spearman's rank correlation in [-1, 1], 0 where one side is constant."""
    if len(scores) == 0:
        return 0.0
    a, b = _ranks(scores), _ranks(truth)
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 0 else 0.0


def auroc(scores: NDArray[np.floating], wrong: NDArray[np.bool_]) -> float:
    """Return the probability that a wrong sample outscores a right one (Mann-Whitney U), [0, 1].

    0.5 where all are wrong or all are right.
    """
    positives = int(wrong.sum())
    negatives = wrong.size - positives
    if positives == 0 or negatives == 0:
        return 0.5
    above = _ranks(scores)[wrong].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def average_precision(scores: NDArray[np.floating], wrong: NDArray[np.bool_]) -> float:
    """Return the sum of precision x gain in recall over all distinct scores, in [0, 1]."""
    taken, found = _gain(scores, wrong.astype(np.float64))
    if found[-1] == 0:
        return 0.0
    return float((np.diff(found) * found[1:] / taken[1:]).sum() / found[-1])


def found_within(
    scores: NDArray[np.floating], truth: NDArray[np.floating | np.bool_], share: float
) -> float:
    """Return which share of all that is wrong lies in the first `share` of the samples, [0, 1].

    `truth` is how wrong each sample is, as a bool or in [0, 1]; 0 when nothing is wrong.
    """
    taken, found = _gain(scores, truth.astype(np.float64))
    if found[-1] == 0:
        return 0.0
    return float(np.interp(share * taken[-1], taken, found) / found[-1])


def calibration_table(
    coefficient: NDArray[np.floating], truth: NDArray[np.floating | np.bool_], bins: int = 10
) -> list[Bin]:
    """Return the non-empty of `bins` equal-width bins of the coefficient; the last includes 1."""
    index = np.clip((coefficient * bins).astype(np.int64), 0, bins - 1)
    return [
        Bin(
            i / bins,
            (i + 1) / bins,
            int((index == i).sum()),
            float(coefficient[index == i].mean()),
            float(truth[index == i].mean()),
        )
        for i in np.unique(index).tolist()
    ]


def calibration_error(
    coefficient: NDArray[np.floating], truth: NDArray[np.floating | np.bool_], bins: int = 10
) -> float:
    """Return the expected calibration error: mean |said - seen| over samples' bins, in [0, 1].

    Naeini, Cooper & Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning"
    (2015).
    """
    table = calibration_table(coefficient, truth, bins)
    return sum(b.samples * abs(b.said - b.seen) for b in table) / max(len(coefficient), 1)


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return ranks from 1, ties given their mean rank."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2.0)[index]
    return ranks


def _gain(
    scores: NDArray[np.floating], truth: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (samples taken, truth found), from (0, 0) on, down the distinct scores."""
    _, index, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    found = np.bincount(index, weights=truth, minlength=counts.size)
    return (
        np.concatenate([[0.0], np.cumsum(counts)]),
        np.concatenate([[0.0], np.cumsum(found)]),
    )
