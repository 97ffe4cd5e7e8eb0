"""Simulated classification jobs for the tests of this folder."""

from __future__ import annotations

import numpy as np

from hardcase.hardness import SIGNALS, Population
from hardcase.model.job import Task

COLUMN = {name: n for n, name in enumerate(SIGNALS)}


def rows(p: np.ndarray, flip: np.ndarray | None = None) -> np.ndarray:
    """Signals of samples whose label has probability `p`, and `flip` in the mirrored image."""
    out = np.zeros((len(p), len(SIGNALS)))
    out[:, COLUMN["max_probability"]] = p
    out[:, COLUMN["view_probability"]] = p if flip is None else (p + flip) / 2
    return out


def simulated(seed: int, count: int = 800, classes: int = 5) -> tuple[Population, np.ndarray]:
    """A job nobody decided, and which of its labels are wrong.

    The model is overconfident, worse in some classes, and wrong more often in one corner of its
    embedding space.
    """
    rng = np.random.default_rng(seed)
    predicted = rng.integers(0, classes, count)
    centres = rng.normal(0, 1, (classes, 16))
    looks = centres[predicted] + rng.normal(0, 0.7, (count, 16))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    doubt = rng.normal(-1.0, 1.3, count)
    bias = rng.normal(0, 0.7, classes)[predicted] + 1.5 * (looks[:, 0] > 0.3)
    wrong = rng.random(count) < 1 / (1 + np.exp(-(0.3 + 1.2 * doubt + bias)))
    p = 1 / (1 + np.exp(doubt))
    flip = 1 / (1 + np.exp(doubt + rng.normal(0, 0.6, count) + 0.4 * wrong))
    job = Population.undecided(
        Task.CLASSIFICATION, rows(p, flip), predicted, looks.astype(np.float32)
    )
    return job, wrong


def decide(job: Population, wrong: np.ndarray, which: np.ndarray) -> Population:
    """The job after a person decided some of its samples."""
    job.wrong[:] = np.nan
    job.wrong[which] = wrong[which]
    return job
