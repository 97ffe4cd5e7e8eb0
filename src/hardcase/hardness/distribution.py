"""Which values lie off a reference distribution: far out by its own spread, and rare in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR = 3.5
"""Robust z-score from which a value is far out (Iglewicz & Hoaglin, "How to detect and handle
outliers", 1993: modified z-scores above 3.5)."""

RARE = 0.05
"""A value is rare when at most this share of the reference lies as far out on its side. It bounds
the share flagged when a job is compared with itself, skewed or two-humped ones included, and keeps
quiet below 20 samples, where a single one is already a larger share."""

ENOUGH = 20
"""How many reference samples it takes to speak of a distribution: 1 / `RARE`."""


def off(
    values: NDArray[np.float64], reference: NDArray[np.float64], tolerance: float
) -> NDArray[np.bool_]:
    """Return which of the `values` (N,) lie off the `reference` (M,): (N,) bool.

    Off means both far, |x - median| > FAR x max(1.4826 MAD, tolerance), and rare (see `RARE`).
    1.4826 MAD estimates the standard deviation of a normal distribution. `tolerance`, above 0, in
    the unit of the values, is the spread below which differences do not matter: it decides where
    the reference is constant or nearly so. With fewer than `ENOUGH` finite reference values
    nothing is off. Non-finite values are never off.
    """
    out = np.zeros(values.shape, dtype=np.bool_)
    known = np.sort(reference[np.isfinite(reference)])
    if known.size < ENOUGH:
        return out
    median = np.median(known)
    spread = max(1.4826 * float(np.median(np.abs(known - median))), tolerance)
    far = np.flatnonzero(np.isfinite(values) & (np.abs(values - median) > FAR * spread))
    x = values[far]
    as_high = known.size - np.searchsorted(known, x, side="left")
    as_low = np.searchsorted(known, x, side="right")
    share = np.where(x > median, as_high, as_low) / known.size
    out[far] = share <= RARE
    return out
