"""All samples of a run, judged together: what the model said of them and what people decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.signals import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.model.embedding import Looks
    from hardcase.model.job import Task


@dataclass(frozen=True, slots=True)
class Population:
    """N auto-labeled samples of one model, in path order.

    `signals` (N, len(SIGNALS)) float64 as `measure` gives them; `aligned` brings older rows into
    that form. `predicted` (N,) int64 is the class of the auto label, -1 for none and in detection.
    `embeddings` (N, D), numbers or bytes, zeros where a sample has none; None where no sample has.
    `given` (N,) int64 is the class a person confirmed or gave, -1 while nobody decided and in
    detection. `wrong` (N,) float64 is the share of the auto labels a person had to correct, in
    [0, 1], nan while nobody decided: 0 or 1 in classification, `evaluation.true_work` in detection.
    Raises ValueError on other shapes.
    """

    task: Task
    signals: NDArray[np.float64]
    predicted: NDArray[np.int64]
    embeddings: Looks | None
    given: NDArray[np.int64]
    wrong: NDArray[np.float64]

    def __post_init__(self) -> None:
        count = len(self.signals)
        if self.signals.shape != (count, len(SIGNALS)):
            message = f"signals need {len(SIGNALS)} columns, not shape {self.signals.shape}"
            raise ValueError(message)
        for name in ("predicted", "given", "wrong"):
            if (shape := getattr(self, name).shape) != (count,):
                message = f"{name} needs one value a sample, not shape {shape}"
                raise ValueError(message)
        if self.embeddings is not None and (
            self.embeddings.ndim != 2 or len(self.embeddings) != count
        ):
            message = f"embeddings need one row a sample, not shape {self.embeddings.shape}"
            raise ValueError(message)

    @classmethod
    def undecided(
        cls,
        task: Task,
        signals: NDArray[np.floating],
        predicted: NDArray[np.integer],
        embeddings: Looks | None = None,
    ) -> Population:
        """Return a population of which a person has not decided anything yet."""
        rows = np.asarray(signals, dtype=np.float64)
        if rows.size == 0:
            rows = rows.reshape(0, len(SIGNALS))
        return cls(
            task,
            rows,
            np.asarray(predicted, dtype=np.int64),
            embeddings,
            np.full(len(rows), -1, dtype=np.int64),
            np.full(len(rows), np.nan),
        )

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Which samples (N,) a person decided: the usual ones, that "off" compares with."""
        return np.isfinite(self.wrong) | (self.given >= 0)


def aligned(rows: NDArray[np.float64], columns: Sequence[str]) -> NDArray[np.float64]:
    """Return rows (N, len(columns)) of signals with the names `columns` in the order of `SIGNALS`.

    Columns that `SIGNALS` lacks are dropped, those that `columns` lacks are 0, which is the
    neutral value of every signal that was added since.
    """
    known = {name: n for n, name in enumerate(columns)}
    out = np.zeros((len(rows), len(SIGNALS)))
    for n, name in enumerate(SIGNALS):
        if name in known:
            out[:, n] = rows[:, known[name]]
    return out
