"""The hard coefficient: how much of a sample's auto labels is expected to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.classification_coefficient import classification_coefficients
from hardcase.hardness.detection_coefficient import detection_coefficients
from hardcase.model.job import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.hardness.neighbours import Neighbourhood
    from hardcase.hardness.population import Population


def coefficients(population: Population, near: Neighbourhood | None = None) -> NDArray[np.float64]:
    """Return the hard coefficient of each sample: (N,) in [0, 1].

    Classification: the estimated probability that the label is wrong. Detection: the expected
    share of boxes to remove or add, 1 - TP / (TP + FP + FN) at IoU 0.5. A row that holds no number
    gets 1: nothing is known of it, so a person should look.
    Both start from shipped weights and learn from what people decided of other samples. `near`, the
    neighbours of the samples, spares looking for them again.
    """
    if population.task is Task.CLASSIFICATION:
        raw = classification_coefficients(population, near)
    else:
        raw = detection_coefficients(population)
    return np.clip(np.nan_to_num(raw, nan=1.0), 0.0, 1.0)
