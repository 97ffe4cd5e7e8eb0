"""Weights of the classification coefficient, fitted by `tests/benchmarks/fit_weights.py`."""

from __future__ import annotations

from hardcase.hardness.learning import Prior

PRIOR = Prior(
    intercept=(0.2, 0.7),
    means=(1.0, 0.4, 0.0, 0.0),
    deviations=(0.0, 0.2, 0.2, 0.15),
    by_class=0.3,
    by_look=0.7,
    reach=0.3,
)
