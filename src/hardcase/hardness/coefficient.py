"""The hard coefficient: how much of a sample's auto labels is expected to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.signals import COLUMN
from hardcase.model.job import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray


def coefficients(task: Task, signals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hard coefficient of each row of `signals` (N, len(SIGNALS)): (N,) in [0, 1].

    Classification: the estimated probability that the label is wrong, 1 - `view_probability`.
    Detection: the expected share of boxes to remove or add, `view_work`. Both take a model's
    scores at their word and use no fitted weights, so they are as calibrated as the model is. A
    row that holds no number there gets 1: nothing is known of it, so a person should look.
    """
    if task is Task.CLASSIFICATION:
        raw = 1.0 - signals[:, COLUMN["view_probability"]]
    else:
        raw = signals[:, COLUMN["view_work"]]
    return np.clip(np.nan_to_num(raw, nan=1.0), 0.0, 1.0)
