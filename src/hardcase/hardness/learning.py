"""Learning from confirmations: a Gaussian-process logistic regression with a prior that was fitted.

The log-odds that a label is wrong are f(x) = a + s w.x + b(class) + r(class, embedding), with
a, w, b, r normal around what was fitted on other data (Rasmussen & Williams, "Gaussian processes
for machine learning", 2006, ch. 3: Laplace's approximation). The scale s, how much a model's
confidence is worth, differs most between models and can only be positive, so it is averaged over a
grid, each value weighed by its prior and by how well it explains the decisions. Without decisions
this is the prior's mean; a few move it little, many outweigh it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.model.embedding import as_numbers
from hardcase.precedence import keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.model.embedding import Looks

    Array = NDArray[np.float64]

MOST_DECISIONS = 800
"""Decisions learned from, evenly spaced over the job where there are more; time grows with the
cube of their number."""

SCALES = np.exp(np.linspace(np.log(0.5), np.log(4.0), 7))
"""The grid of s. On the sets that the weights are fitted on it is 0.7 to 4."""

SCALE_SPREAD = 0.7
"""Standard deviation of ln s around 0."""

_STEPS = 40
_BLOCK = 512  # rows; more take more memory and no less time


class Prior(NamedTuple):
    """What is believed before anybody decides: mean and standard deviation of each weight.

    `intercept`: (mean, deviation) of a. `means`, `deviations` (K,) of w. `by_class`: deviation of
    b. `by_look`: deviation of r, which falls off with the distance of embeddings as
    exp(-|e - e'|^2 / 2 `reach`^2); half of it is shared between classes.
    """

    intercept: tuple[float, float]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    by_class: float
    by_look: float
    reach: float


class Rows(NamedTuple):
    """Features (N, K) finite, class (N,), embeddings (N, D) or None; zeros have no look."""

    features: Array
    classes: NDArray[np.int64]
    embeddings: Looks | None

    def taken(self, rows: NDArray[np.int64] | slice) -> Rows:
        """Return some of the rows."""
        kept = None if self.embeddings is None else self.embeddings[rows]
        return Rows(self.features[rows], self.classes[rows], kept)


def probability_wrong(rows: Rows, wrong: Array, prior: Prior) -> Array:
    """Return the probability that each label is wrong: (N,), in (0, 1).

    `wrong` (N,) in [0, 1] is what people decided, nan where nobody did.
    """
    decided = np.flatnonzero(np.isfinite(wrong))
    if decided.size > MOST_DECISIONS:
        spaced = np.linspace(0, decided.size - 1, MOST_DECISIONS)
        decided = decided[spaced.round().astype(np.int64)]
    known, y = rows.taken(decided), np.clip(wrong[decided], 0.0, 1.0)
    local = _local_kernel(known, known, prior)
    linear = (known.features * np.square(prior.deviations)) @ known.features.T
    steady = local + prior.intercept[1] ** 2
    duals, evidence = [], []
    dual = np.zeros(decided.size)
    for scale in keys.before(SCALES):
        mean = prior.intercept[0] + scale * (known.features @ np.array(prior.means))
        dual, fits = _mode(scale**2 * linear + steady, mean, y, dual)
        duals.append(dual)
        evidence.append(fits - 0.5 * (np.log(scale) / SCALE_SPREAD) ** 2)
    weights = np.exp(np.array(evidence) - max(evidence))
    return _predicted(rows, known, np.stack(duals), weights / weights.sum(), prior)


def _predicted(rows: Rows, known: Rows, duals: Array, weights: Array, prior: Prior) -> Array:
    out = np.zeros(len(rows.features))
    for start in keys.before(range(0, len(out), _BLOCK)):
        block = rows.taken(slice(start, start + _BLOCK))
        local = _local_kernel(block, known, prior) @ duals.T
        for n, scale in enumerate(SCALES):
            slope = scale * np.array(prior.means)
            slope += scale**2 * np.square(prior.deviations) * (known.features.T @ duals[n])
            offset = prior.intercept[0] + prior.intercept[1] ** 2 * duals[n].sum()
            f = np.clip(offset + block.features @ slope + local[:, n], -500, 500)
            out[start : start + _BLOCK] += weights[n] / (1.0 + np.exp(-f))
    return out


def _local_kernel(a: Rows, b: Rows, prior: Prior) -> Array:
    """Return the prior covariance of b + r between rows: (len(a), len(b))."""
    same = (a.classes[:, None] == b.classes[None, :]).astype(np.float64)
    kernel: Array = prior.by_class**2 * same
    if a.embeddings is None or b.embeddings is None:
        return kernel
    cosine = (as_numbers(a.embeddings) @ as_numbers(b.embeddings).T).astype(np.float64)
    near = np.exp(np.minimum(cosine - 1.0, 0.0) / prior.reach**2)
    looks = (a.embeddings != 0).any(axis=1)[:, None] & (b.embeddings != 0).any(axis=1)
    kernel += prior.by_look**2 * np.where(looks, near, 0.0) * (1.0 + same) / 2.0
    return kernel


def _mode(kernel: Array, mean: Array, y: Array, start: Array) -> tuple[Array, float]:
    """Return the dual weights of the most probable f, and the log evidence of `y` (Laplace).

    f = mean + kernel @ dual. Newton's method with halved steps, from `start`.
    """

    def loss(dual: Array) -> float:
        g = kernel @ dual
        f = mean + g
        return float(np.logaddexp(0.0, f).sum() - y @ f + 0.5 * dual @ g)

    dual, current = start, loss(start)
    for _ in range(_STEPS):
        p, w = _probability(mean + kernel @ dual)
        target = kernel @ dual + (y - p) / w
        step = np.linalg.solve(kernel + np.diag(1.0 / w), target) - dual
        size = 1.0
        while (after := loss(dual + size * step)) > current + 1e-9 and size > 1e-3:
            size /= 2
        if after >= current - 1e-6:
            break
        dual, current = dual + size * step, after
    _, w = _probability(mean + kernel @ dual)
    root = np.sqrt(w)
    spread = np.eye(len(y)) + root[:, None] * kernel * root
    return dual, -current - 0.5 * float(np.linalg.slogdet(spread)[1])


def _probability(f: Array) -> tuple[Array, Array]:
    p = 1.0 / (1.0 + np.exp(-np.clip(f, -500, 500)))
    return p, np.maximum(p * (1.0 - p), 1e-6)
