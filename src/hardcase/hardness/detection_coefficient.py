"""The expected share of a sample's boxes that a person has to remove or add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.hardness.signals import COLUMN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hardcase.hardness.population import Population


def detection_coefficients(population: Population) -> NDArray[np.float64]:
    """Return `view_work`: (N,), nan where that is.

    It takes a model's scores at their word, so it is as calibrated as the model is.
    """
    work: NDArray[np.float64] = population.signals[:, COLUMN["view_work"]]
    return work
