"""The expected share of a sample's boxes that a person has to remove or add."""

from __future__ import annotations

from math import lgamma
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.detection_weights import BLIND, PRIOR
from hardcase.hardness.learning import Rows, probability_wrong
from hardcase.hardness.signals import COLUMN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.hardness.population import Population

    Array = NDArray[np.float64]

ALIKE = 0.3
"""How alike the objects of an image are in being missed: the correlation within an image, as in a
beta-binomial distribution. What hides one object, darkness or blur, hides others too."""

BELIEVED = 4.0
"""How many images that a person decided the job's base rate weighs against."""

_MOST = 1e5  # boxes; more are no image
_CUT = 0.005  # the expected share is cut to [_CUT, 1 - _CUT] before its log-odds are taken


def detection_coefficients(population: Population) -> Array:
    """Return the expected 1 - TP / (TP + FP + FN) at IoU 0.5 of each sample: (N,), nan without it.

    From the shipped weights, and from what people decided of the population's other samples, which
    calibrates: intercept and slope of the log-odds. Neither the look of the images (embeddings),
    nor how many, how large or how crowded their boxes are, ranked better on the fitting sets with
    100 decisions; so the order is that of the shipped weights, but for images where nothing was
    found.
    """
    share = expected_share(population)
    usable = np.isfinite(share)
    cut = np.clip(share[usable], _CUT, 1.0 - _CUT)
    odds = np.log(cut / (1.0 - cut))
    rows = Rows(odds[:, None], np.zeros(cut.size, dtype=np.int64), None)
    out = np.full(len(share), np.nan)
    out[usable] = probability_wrong(rows, population.wrong[usable], PRIOR)
    return out


class _Job(NamedTuple):
    """Signals of N samples, within their ranges or nan; see `detection_objects.Work`."""

    accepted: Array
    wrong: Array
    missed: Array
    any_missed: Array
    older: Array
    """`view_work`, what versions measured that did not measure the rest."""

    @property
    def nothing(self) -> NDArray[np.bool_]:
        """Whose image shows no box that was accepted."""
        return self.accepted < 1

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Whose row is of a version that measures objects; never of one that shows none."""
        return (self.wrong > 0) | (self.missed > 0)


def _job(population: Population) -> _Job:
    names = ("accepted", "wrong_boxes", "missed_boxes", "any_missed", "view_work")
    columns = population.signals[:, [COLUMN[name] for name in names]]
    finite = np.isfinite(columns).all(axis=1, keepdims=True)
    columns = np.where(finite, columns, np.nan)
    accepted, wrong, missed, any_missed, older = np.clip(
        columns, 0.0, (_MOST, _MOST, _MOST, 1.0, 1.0)
    ).T
    return _Job(accepted, np.minimum(wrong, accepted), missed, any_missed, older)


def expected_share(population: Population) -> Array:
    """Return the share of boxes to remove or add by the shipped weights: (N,) in [0, 1] or nan.

    (wrong + missed) / (accepted + missed), the expectations of `detection_objects.Work`. Where
    nothing was accepted, all work is adding: 1 - (1 - any_missed) (1 - `hidden`). Rows of versions
    that did not measure these have `view_work` instead.
    """
    job = _job(population)
    any_missed = np.where(job.measured, job.any_missed, job.older)
    adding = 1.0 - (1.0 - any_missed) * (1.0 - hidden(population))
    total = np.where(job.nothing, 1.0, job.accepted + job.missed)
    share = np.where(job.measured, (job.wrong + job.missed) / total, job.older)
    return np.where(job.nothing, adding, share)


def hidden(population: Population) -> float:
    """Return how probable it is that an image where nothing at all was seen holds objects, [0, 1].

    Empirical Bayes over the job. Objects are missed without a trace at the rate m = `BLIND` x
    missed / (right + missed) of the images where something was found. An image of k objects, k as
    in those images, shows none of them with the probability that a beta-binomial of mean m and
    correlation `ALIKE` gives to k of k. So many images of the job are expected to show nothing
    although they hold objects; there are as many as the sum of 1 - any_missed that show nothing.
    Their ratio is the answer, one image at even odds put to it for jobs with few such images: in a
    job where nearly all images have objects it is near 1, in one with many empty images near 0.
    What people decided of such images counts beside it, which weighs as much as `BELIEVED` of them.
    """
    job = _job(population)
    found = job.accepted >= 1
    traceless = np.where(job.nothing, 1.0 - job.any_missed, 0.0)
    prior = 0.5
    if found.any():
        objects = np.maximum((job.accepted - job.wrong + job.missed)[found], 0.5)
        rate = BLIND * (float(job.missed[found].sum()) + 0.5) / (float(objects.sum()) + 1.0)
        expected = float(found.sum()) * _all_missed(objects, rate)
        prior = min(1.0, (expected + 0.5) / (float(traceless.sum()) + 1.0))
    decided = job.nothing & np.isfinite(population.wrong)
    wrongly = float(traceless[decided] @ np.clip(population.wrong[decided], 0.0, 1.0))
    return (BELIEVED * prior + wrongly) / (BELIEVED + float(traceless[decided].sum()))


def _all_missed(objects: Array, rate: float) -> float:
    """Return the mean probability that all of k objects are missed, over k (N,), above 0."""
    rate = min(max(rate, 1e-6), 1.0 - 1e-6)
    a, b = rate * (1.0 - ALIKE) / ALIKE, (1.0 - rate) * (1.0 - ALIKE) / ALIKE
    k, counts = np.unique(np.round(objects, 1), return_counts=True)
    logs = [lgamma(a + x) + lgamma(a + b) - lgamma(a) - lgamma(a + b + x) for x in k.tolist()]
    return float(np.exp(np.array(logs)) @ counts / counts.sum())
