"""Neighbourhoods in embedding space: what the auto labels of look-alike samples say of one.

Embeddings are L2-normalised, so likeness is the cosine. Everything is compared with a bank of at
most `BANK` samples, evenly spaced over the population, so that the cost grows with N alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.embedding import as_numbers
from hardcase.precedence import keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.model.embedding import Looks

NEIGHBOURS = 10
"""How many nearest samples count. 30 serves no better on the sets the weights are fitted on."""

BANK = 4096
"""Samples compared with. It takes about 0.2 s at 10,000 samples and 2 s at 100,000."""

_BLOCK = 64  # rows; more take more memory and no less time
_ROWS = 4096  # the same, where rows are not compared with the bank


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The nearest samples of each of N samples.

    `known` (N,) bool: the sample has an embedding and `NEIGHBOURS` others to compare with; rows
    that it rules out are neutral in all else. `nearest` (N, NEIGHBOURS) int64: rows of the
    population, in no order. `likeness` (N,): mean cosine with those, 1 where unknown.
    `class_likeness` (N,): mean cosine with the nearest of those in the bank that have the same auto
    label, at most `NEIGHBOURS` of them, nan where there are fewer than that or it is unknown.
    """

    known: NDArray[np.bool_]
    nearest: NDArray[np.int64]
    likeness: NDArray[np.float64]
    class_likeness: NDArray[np.float64]


def neighbourhood(embeddings: Looks | None, predicted: NDArray[np.int64]) -> Neighbourhood:
    """Find the neighbours of N samples; `embeddings` (N, D), zeros or None where there are none."""
    count = len(predicted)
    known = has_look(embeddings) if embeddings is not None else np.zeros(count, dtype=np.bool_)
    nearest = np.zeros((count, NEIGHBOURS), dtype=np.int64)
    likeness, of_class = np.ones(count), np.full(count, np.nan)
    rows = np.flatnonzero(known)
    if embeddings is None or rows.size <= NEIGHBOURS:
        return Neighbourhood(np.zeros_like(known), nearest, likeness, of_class)
    bank = bank_rows(rows)
    vectors, labels = as_numbers(embeddings[bank]), predicted[bank]
    for start in keys.before(range(0, rows.size, _BLOCK)):
        block = rows[start : start + _BLOCK]
        cosine = as_numbers(embeddings[block]) @ vectors.T
        own = np.searchsorted(bank, block)
        own_here = bank[np.minimum(own, bank.size - 1)] == block
        cosine[np.flatnonzero(own_here), own[own_here]] = -np.inf
        best = np.argpartition(cosine, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        nearest[block] = bank[best]
        likeness[block] = np.take_along_axis(cosine, best, axis=1).mean(axis=1)
        of_class[block] = _class_likeness(cosine, predicted[block], labels)
    return Neighbourhood(known, nearest, likeness, of_class)


def has_look(embeddings: Looks) -> NDArray[np.bool_]:
    """Return which rows (N,) hold an embedding: finite and about of length 1."""
    length = _products(embeddings, embeddings)
    with np.errstate(invalid="ignore"):
        inside: NDArray[np.bool_] = (length > 0.5) & (length < 2.0)
    return inside


def likeness_to_next(embeddings: Looks, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the cosine of each row with the one after it, (N - 1,); 0 where one is not `known`."""
    both = known[1:] & known[:-1]
    return np.where(both, _products(embeddings[1:], embeddings[:-1]), np.float32(0))


def _products(a: Looks, b: Looks) -> NDArray[np.float32]:
    """Return the (N,) inner products of the rows of a and b (N, D)."""
    out = np.zeros(len(a), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(a), _ROWS):
            rows = slice(start, start + _ROWS)
            out[rows] = np.einsum("nd,nd->n", as_numbers(a[rows]), as_numbers(b[rows]))
    return out


def bank_rows(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most `BANK` of the rows, evenly spaced, in order."""
    if rows.size <= BANK:
        return rows
    return rows[np.linspace(0, rows.size - 1, BANK).round().astype(np.int64)]


def dissent(near: Neighbourhood, predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return which share of each sample's neighbours has another auto label: (N,) in [0, 1].

    0 where it is unknown. Deep k-nearest neighbours: Papernot & McDaniel (2018).
    """
    other = (predicted[near.nearest] != predicted[:, None]).mean(axis=1)
    return np.where(near.known, other, 0.0)


def _class_likeness(
    cosine: NDArray[np.float32], classes: NDArray[np.int64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean of the best cosines (B, M) with bank samples of the row's own class: (B,)."""
    out = np.full(len(classes), np.nan)
    for c in np.unique(classes).tolist():
        mine = np.flatnonzero(classes == c)
        same = cosine[mine][:, labels == c]
        if same.shape[1] > NEIGHBOURS:
            best = np.partition(same, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
            out[mine] = best.mean(axis=1)
    return out
