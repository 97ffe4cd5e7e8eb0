"""What other looks at an image do to the belief in its class, weighed by how harmless they are.

A view that a job's model was never taught to bear, such as mirrored digits, tells nothing of any
one image; the job itself shows which those are, by how much belief the view costs on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.signals import COLUMN
from hardcase.model.evidence import CROP, TRANSLATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

COSTLY = 0.3
"""A view that costs this share of the mean probability or more is not listened to. Averaged in with
the image itself, views beyond it made the ranking of the fitting sets worse in 27 of 34 cases, by
0.08 of AUROC on average; of those that cost less than a tenth, by nothing."""

_ENOUGH = 5  # images seen in a view before it is listened to
_FLOOR = 1e-4  # probabilities nearer to 0 or 1 say no more
_FARTHEST = 4.0


def log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln p / (1 - p) of probabilities (N,), cut to [1e-4, 1 - 1e-4]; nan stays nan."""
    cut = np.clip(p, _FLOOR, 1.0 - _FLOOR)
    odds: NDArray[np.float64] = np.log(cut / (1.0 - cut))
    return odds


def view_shift(signals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much the views raise the log-odds that the label is wrong: (N,), mean about 0.

    sum over views v of g_v (z_v - z - mean of z_v - z) / (1 + sum of g_v), with z the log-odds of
    the label being wrong by the image itself, z_v by the view, the difference cut to +-4, and
    g_v = 1 - c_v / COSTLY, cut to [0, 1], for the share c_v of the mean probability that the view
    costs. An image without a view counts as changed as usual. Test-time augmentation: Wang et al.,
    "Aleatoric uncertainty estimation with test-time augmentation" (2019); the weighing is ours.
    """
    original = _probability(signals, "max_probability")
    doubt = log_odds(1.0 - original)
    shift, weights = np.zeros(len(original)), 1.0
    for probability in _views(signals):
        seen = (probability > 0) & np.isfinite(probability) & np.isfinite(doubt)
        before = float(original[seen].mean()) if seen.any() else 0.0
        if seen.sum() < _ENOUGH or before <= 0:
            continue
        cost = (before - float(probability[seen].mean())) / before
        weight = float(np.clip(1.0 - cost / COSTLY, 0.0, 1.0))
        change = log_odds(1.0 - probability[seen]) - doubt[seen]
        change = np.clip(change, -_FARTHEST, _FARTHEST)
        shift[seen] += weight * (change - change.mean())
        weights += weight
    return shift / weights


def _views(signals: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the probability of the label in each view, 0 where it was not looked at."""
    mean, original = (
        _probability(signals, name) for name in ("view_probability", "max_probability")
    )
    flip = 2.0 * mean - original  # the mean of both is what all versions kept
    others = [_probability(signals, f"{name}_probability") for name in (CROP, TRANSLATION)]
    return [np.maximum(flip, 0.0), *others]


def _probability(signals: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    return np.clip(signals[:, COLUMN[name]], 0.0, 1.0)
