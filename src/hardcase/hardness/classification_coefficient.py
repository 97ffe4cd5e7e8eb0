"""The probability that a class given by a model is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.classification_weights import PRIOR
from hardcase.hardness.learning import Rows, probability_wrong
from hardcase.hardness.neighbours import NEIGHBOURS, Neighbourhood, dissent, has_look, neighbourhood
from hardcase.hardness.signals import COLUMN
from hardcase.hardness.views import log_odds, view_shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.hardness.population import Population

FEATURES = ("doubt", "view_shift", "dissent", "distance")

_FARTHEST = 3.0


def classification_coefficients(
    population: Population, near: Neighbourhood | None = None
) -> NDArray[np.float64]:
    """Return the probability that each label is wrong: (N,) in [0, 1], nan without numbers.

    From the shipped weights, and from what people decided of the population's other samples.
    `near` spares looking for the neighbours again.
    """
    x = features(population, near or neighbourhood(population.embeddings, population.predicted))
    usable = np.isfinite(x).all(axis=1)
    out = np.full(len(x), np.nan)
    looks = population.embeddings
    if looks is not None and not (usable & has_look(looks)).all():  # else no copy: it is large
        looks = looks[usable]
        looks[~has_look(looks)] = 0
    rows = Rows(x[usable], population.predicted[usable], looks)
    out[usable] = probability_wrong(rows, population.wrong[usable], PRIOR)
    return out


def features(population: Population, near: Neighbourhood) -> NDArray[np.float64]:
    """Return what the weights weigh: (N, len(FEATURES)), the last three about 0 on average.

    `doubt`: log-odds of 1 - the label's probability, plus `view_shift`. `view_shift`: see there.
    `dissent`: log-odds that a neighbour has another label, (1 + others) / (2 + all). `distance`:
    how much less like its neighbours a sample is than others of its label, in standard deviations,
    cut to +-3.
    """
    shift = view_shift(population.signals)
    doubt = log_odds(1.0 - population.signals[:, COLUMN["max_probability"]])
    others = NEIGHBOURS * dissent(near, population.predicted)
    odds = log_odds((1.0 + others) / (2.0 + NEIGHBOURS))
    return np.stack(
        [
            doubt + shift,
            shift,
            _centred(odds, near.known),
            _distance(near, population.predicted),
        ],
        axis=1,
    )


def _distance(near: Neighbourhood, predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.zeros(len(predicted))
    if not near.known.any():
        return out
    overall = float(near.likeness[near.known].mean())
    classes, index = np.unique(predicted, return_inverse=True)
    total = np.bincount(index[near.known], near.likeness[near.known], len(classes))
    count = np.bincount(index[near.known], minlength=len(classes))
    usual = (total + NEIGHBOURS * overall) / (count + NEIGHBOURS)
    below = usual[index] - near.likeness
    spread = float(near.likeness[near.known].std())
    if spread > 0:
        out[near.known] = np.clip(below[near.known] / spread, -_FARTHEST, _FARTHEST)
    return out


def _centred(x: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return x less its mean over what is known, 0 elsewhere."""
    return np.where(known, x - x[known].mean(), 0.0) if known.any() else np.zeros(len(x))
