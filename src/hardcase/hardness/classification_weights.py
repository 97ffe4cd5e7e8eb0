"""Weights of the classification coefficient, fitted by `tests/benchmarks/fit_weights.py`.

Fitted on eight sets that `tests/benchmarks/fitting_sets.py` makes: flowers that the sample data's
generator paints from other seeds, scikit-learn's digits, letters in many fonts, cells of BCCD, and
two models made there on every second photo of a part of CIFAR-10. No model or image that a figure
of ours is reported on is among them: those of CIFAR-10 are of the other half.
"""

from __future__ import annotations

from hardcase.hardness.learning import Prior

PRIOR = Prior(
    intercept=(-0.2, 0.7),
    means=(1.0, 0.25, 0.0, 0.0),
    deviations=(0.0, 0.2, 0.2, 0.15),
    by_class=0.3,
    by_look=0.7,
    reach=0.3,
)
"""In the order of `classification_coefficient.FEATURES`. The means are medians over the sets, in
units of `doubt`, whose own worth is the scale s of `learning`. Dissent and distance of neighbours
are worth much on letters and digits and nothing on flowers and photos, so they start at 0. Widths
were chosen among a few values for what 20 and 200 confirmations make of those sets.
"""
