"""Reasons that compare a sample with those that look like it: 2, 3, 4 and 30.

They need embeddings; without them no sample has any. Classification compares classes, detection
the number of boxes, since a population knows no classes of boxes: "far from its class" is not for
detection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.distribution import ENOUGH, FAR, off
from hardcase.hardness.neighbours import Neighbourhood, dissent, likeness_to_next
from hardcase.hardness.signals import COLUMN
from hardcase.model.job import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.hardness.population import Population

    Mask = NDArray[np.bool_]

MOST = 0.7
"""Share of the neighbours with another label from which a cluster disagrees: 7 of 10, so that its
own label is the less likely one even if a neighbour or two err."""

RARE = 0.95
"""Quantile of the job that the share must reach too: where the model's features hardly part its
classes, most neighbourhoods are mixed, and only the most mixed ones tell anything."""

OTHER_COUNT = 0.5
"""Least spread of the root of the number of boxes among neighbours: a box more or less is usual."""

LIKENESS = 0.02
"""Spread of cosines below which differences do not matter: twice what keeping embeddings in bytes
may change."""


def cluster_disagrees(population: Population, near: Neighbourhood) -> Mask:
    """Return which samples (N,) are labeled otherwise than those most like them.

    Classification: at least `MOST` of the nearest have another label, and this share is among the
    job's largest. Detection: the root of the number of boxes lies more than `FAR` spreads
    (1.4826 MAD, at least `OTHER_COUNT`) from the median of the nearest.
    """
    if population.task is Task.CLASSIFICATION:
        share = dissent(near, population.predicted)
        if not near.known.any():
            return np.zeros(len(share), dtype=np.bool_)
        usual = np.quantile(share[near.known], RARE)
        return near.known & (share >= max(MOST, usual))
    roots = _roots(population)
    around: NDArray[np.float64] = roots[near.nearest]
    middle = np.median(around, axis=1)
    spread = 1.4826 * np.median(np.abs(around - middle[:, None]), axis=1)
    apart: Mask = np.abs(roots - middle) > FAR * np.maximum(spread, OTHER_COUNT)
    return near.known & apart


def far_from_class(population: Population, near: Neighbourhood) -> Mask:
    """Return which samples (N,) are unlike the others of their auto label.

    Their mean cosine with the nearest of their class is off, on the low side, among those of the
    class. Never in detection. Class-conditional distance as in Lee et al., "A simple unified
    framework for detecting out-of-distribution samples" (2018), by neighbours instead of normals.
    """
    out = np.zeros(len(population.predicted), dtype=np.bool_)
    if population.task is Task.DETECTION:
        return out
    for c in np.unique(population.predicted[near.known]).tolist():
        mine = near.known & (population.predicted == c)
        out[mine] = _low(near.class_likeness[mine])
    return out


def out_of_distribution(near: Neighbourhood) -> Mask:
    """Return which samples (N,) are unlike anything else in the job.

    Their mean cosine with the nearest samples is off, on the low side. Sun et al.,
    "Out-of-distribution detection with deep nearest neighbors" (2022).
    """
    out = np.zeros(len(near.known), dtype=np.bool_)
    out[near.known] = _low(near.likeness[near.known])
    return out


def differs_from_sequence(population: Population, near: Neighbourhood) -> Mask:
    """Return which samples (N,) are labeled otherwise than the look-alikes before and after them.

    Rows are in path order, which for frames of a video is that of time. A sample differs where it
    is as like the one before and the one after as samples usually are like their nearest, these two
    agree with each other, and it does not: another class, or in detection a number of boxes whose
    root differs by more than `OTHER_COUNT`. A single odd frame is told, not a change of scene. With
    fewer than 20 samples that have embeddings nothing is told.
    """
    count = len(population.predicted)
    out = np.zeros(count, dtype=np.bool_)
    vectors = population.embeddings
    if vectors is None or near.known.sum() < ENOUGH or count < 3:
        return out
    usual = float(np.median(near.likeness[near.known]))
    alike = likeness_to_next(vectors, near.known) >= usual
    alike &= near.known[1:] & near.known[:-1]
    if population.task is Task.CLASSIFICATION:
        labels = population.predicted
        before, around = labels[1:-1] != labels[:-2], labels[:-2] == labels[2:]
    else:
        roots = _roots(population)
        before = np.abs(roots[1:-1] - (roots[:-2] + roots[2:]) / 2) > OTHER_COUNT
        around = np.abs(roots[:-2] - roots[2:]) <= OTHER_COUNT
    out[1:-1] = alike[:-1] & alike[1:] & before & around
    return out


def _low(likeness: NDArray[np.float64]) -> Mask:
    low: Mask = likeness < np.nan_to_num(_median(likeness))
    return off(likeness, likeness, LIKENESS) & low


def _median(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else np.nan


def _roots(population: Population) -> NDArray[np.float64]:
    accepted = np.nan_to_num(population.signals[:, COLUMN["accepted"]], posinf=0.0, neginf=0.0)
    return np.sqrt(np.maximum(accepted, 0.0))
