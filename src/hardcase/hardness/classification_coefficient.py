"""The probability that a class given by a model is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.hardness.signals import COLUMN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hardcase.hardness.population import Population


def classification_coefficients(population: Population) -> NDArray[np.float64]:
    """Return 1 - `view_probability`: (N,), nan where that is.

    It takes a model's scores at their word, so it is as calibrated as the model is.
    """
    doubt: NDArray[np.float64] = 1.0 - population.signals[:, COLUMN["view_probability"]]
    return doubt
