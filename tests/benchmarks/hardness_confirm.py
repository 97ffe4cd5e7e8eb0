"""What confirmations are worth: people decide some samples, the coefficient of the rest is judged.

Three plans, each with the truth as the person's answer:
- hardest first: the program's own order, judged anew after every 20 decisions. What is left is
  easier than the whole, for every measure alike, so compare within the table only.
- random: the samples are drawn at random. What is left is a fair sample of all.
- other half: hardest first in one random half of the samples, scored on the other half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness import coefficients
from hardcase.hardness.neighbours import Neighbourhood, neighbourhood

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardness_measured import Measured
    from numpy.typing import NDArray

STEP = 20
PLANS = ("hardest first", "random", "other half")


class Outcome(NamedTuple):
    """The coefficient of all samples after the decisions, and which samples are to be scored."""

    coefficient: NDArray[np.float64]
    scored: NDArray[np.bool_]


def outcomes(m: Measured, plan: str, confirmed: int, seeds: int) -> Iterator[Outcome]:
    """Yield an outcome a seed; "hardest first" knows no chance and gives one."""
    count = len(m.truth)
    near = neighbourhood(m.population().embeddings, m.predicted)
    for seed in range(1 if plan == "hardest first" else seeds):
        rng = np.random.default_rng(seed)
        if plan == "random":
            decided = np.zeros(count, bool)
            decided[rng.permutation(count)[:confirmed]] = True
            yield Outcome(coefficients(m.population(decided), near), ~decided)
        elif plan == "other half":
            queue = np.zeros(count, bool)
            queue[rng.permutation(count)[: count // 2]] = True
            yield Outcome(_hardest_first(m, near, queue, confirmed)[0], ~queue)
        else:
            coefficient, decided = _hardest_first(m, near, np.ones(count, bool), confirmed)
            yield Outcome(coefficient, ~decided)


def _hardest_first(
    m: Measured, near: Neighbourhood, queue: NDArray[np.bool_], confirmed: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    decided = np.zeros(len(queue), bool)
    coefficient = coefficients(m.population(), near)
    while (left := confirmed - int(decided.sum())) > 0 and (queue & ~decided).any():
        order = np.argsort(-np.where(queue & ~decided, coefficient, -1.0), kind="stable")
        take = min(STEP, left, int((queue & ~decided).sum()))
        decided[order[:take]] = True
        coefficient = coefficients(m.population(decided), near)
    return coefficient, decided
