"""Assessments: coefficient, reasons and mark of every sample of a population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.coefficient import coefficients
from hardcase.hardness.reasons import find_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hardcase.hardness.population import Population
    from hardcase.model.reasons import Reason

HARD_THRESHOLD = 0.5
"""Coefficient from which a sample is hard: its label is more likely wrong than right, or at least
half of its boxes are expected to need work.

It marks 41 % of cifar10_train_4000 by a classifier that is wrong on 29 %, and these hold 75 % of
what is wrong; 53 and 68 % of coco_train128 by two small detectors, with 70 and 86 %.
"""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is thought of one sample: `coefficient` in [0, 1], reason ids ascending, the mark."""

    coefficient: float
    reasons: tuple[int, ...]
    hard: bool


def assess(population: Population, *, threshold: float = HARD_THRESHOLD) -> list[Assessment]:
    """Assess the samples of a population, in order.

    A sample is hard from a coefficient of `threshold` on. Reasons explain, they do not decide.
    """
    coefficient = coefficients(population)
    hard = coefficient >= threshold
    reasons = _as_tuples(find_reasons(population, coefficient), len(coefficient))
    return list(map(Assessment, coefficient.tolist(), reasons, hard.tolist()))


def _as_tuples(found: Mapping[Reason, NDArray[np.bool_]], count: int) -> list[tuple[int, ...]]:
    """Return each sample's reason ids. Few combinations occur, so tuples are shared."""
    bits = np.zeros(count, dtype=np.int64)
    for reason, has in found.items():
        bits |= has.astype(np.int64) << int(reason)
    distinct, index = np.unique(bits, return_inverse=True)
    tuples = [
        tuple(sorted(int(r) for r in found if code >> int(r) & 1)) for code in distinct.tolist()
    ]
    return [tuples[i] for i in index.tolist()]
