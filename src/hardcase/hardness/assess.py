"""Assessments: coefficient, reasons and mark of every sample of a population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.coefficient import coefficients
from hardcase.hardness.neighbours import neighbourhood
from hardcase.hardness.reasons import find_reasons
from hardcase.hardness.rule import DEFAULT, Rule, hard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hardcase.hardness.population import Population
    from hardcase.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is thought of one sample: `coefficient` in [0, 1], reason ids ascending, the mark."""

    coefficient: float
    reasons: tuple[int, ...]
    hard: bool


def assess(population: Population, *, rule: Rule = DEFAULT) -> list[Assessment]:
    """Assess the samples of a population, in order.

    `rule` says which of those that nobody has decided are hard; the others are not. Reasons
    explain, they do not decide.
    """
    near = neighbourhood(population.embeddings, population.predicted)
    coefficient = coefficients(population, near)
    marks = hard(np.where(population.decided, np.nan, coefficient), rule)
    reasons = _as_tuples(find_reasons(population, coefficient, near), len(coefficient))
    return list(map(Assessment, coefficient.tolist(), reasons, marks.tolist()))


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
