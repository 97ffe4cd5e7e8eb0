"""Audited bulk confirm: how many of N labels may be wrong, by a random check of some of them.

A set of N samples is fixed, n of them are drawn at random without replacement and checked, k turn
out wrong. `most_wrong` is the exact upper confidence bound for how many of all N are wrong: the
inversion of the hypergeometric test, which is Clopper & Pearson's interval ("The use of confidence
or fiducial limits illustrated in the case of the binomial", 1934) for a finite population (Wright,
"Exact confidence bounds when sampling from small finite universes", 1991). It assumes nothing of
the coefficients: those only choose the set, before anything of it is checked. Whatever happens to
the unchecked samples afterwards can only lower how many of them are wrong.

Attempts pay for themselves: the i-th one in a job may be mistaken with probability `alpha(i)`, and
these sum to `ALPHA`, so that by the union bound all confirmations of a job together hold at 95 %,
however often one tries and whatever one learned in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, floor, lgamma
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHA = 0.05
"""The probability with which all confirmations of a job together may break their promise."""

POWER = 0.8
"""A set is proposed if its check is expected to pass at least this often."""

WORTH = 0.25
"""Share of a set that must be spared checking; below it, confirming by hand is as quick."""

MOST_ALLOWED = 20
"""Mistakes that a planned check may find and still pass; more would mean very long checks."""

_SIZES = 48


def alpha(attempt: int) -> float:
    """Return the share of `ALPHA` that the attempt, counted from 1, may use: 2/3, 2/9, 2/27, ..."""
    return float(ALPHA * 2 / 3**attempt)


def at_most(k: int, population: int, wrong: int, drawn: int) -> float:
    """Return P(X <= k), X being how many wrong ones a draw of `drawn` holds (hypergeometric).

    `wrong` of the `population` are wrong. Sums the terms, each by the logarithm of factorials.
    """
    low = max(0, drawn - (population - wrong))
    if k < low:
        return 0.0
    if k >= min(wrong, drawn):
        return 1.0
    whole = _choose(population, drawn)
    terms = (
        exp(_choose(wrong, x) + _choose(population - wrong, drawn - x) - whole)
        for x in range(low, k + 1)
    )
    return min(sum(terms), 1.0)


def most_wrong(found: int, population: int, drawn: int, level: float) -> int:
    """Return the upper bound for how many of the population are wrong, those found included.

    It is exceeded with a probability of at most `level`: the largest count under which finding
    `found` or fewer among `drawn` has a probability above `level`.
    """
    low, high = found, population - (drawn - found)
    while low < high:
        middle = (low + high + 1) // 2
        if at_most(found, population, middle, drawn) > level:
            low = middle
        else:
            high = middle - 1
    return low


def bound(
    found: int, population: int, drawn: int, level: float, *, left: int | None = None
) -> float:
    """Return the largest share of what is confirmed unseen that may be wrong, in [0, 1].

    `left` is how many that are: all that were not drawn, unless some were decided by hand since.
    """
    unseen = population - drawn if left is None else left
    if unseen <= 0:
        return 0.0
    return min((most_wrong(found, population, drawn, level) - found) / unseen, 1.0)


def passes(
    found: int, population: int, drawn: int, level: float, risk: float, *, left: int | None = None
) -> bool:
    """Whether what is left unseen may be confirmed: at most `risk` of it is wrong, at the level.

    That is `bound(...) <= risk` in one evaluation: one wrong more than tolerated would be refuted.
    """
    unseen = population - drawn if left is None else left
    one_more = found + _tolerated(risk, unseen) + 1
    possible = one_more <= population - (drawn - found)
    return not possible or at_most(found, population, one_more, drawn) <= level


@lru_cache(maxsize=1 << 14)
def needed(population: int, allowed: int, level: float, risk: float) -> int:
    """Return how many to draw so that a check with `allowed` wrong ones passes; all, at most.

    More draws are not always better: as fewer stay unseen, fewer of them may be wrong. So it looks
    for the step of that stair on which the longest check passes, then for the shortest on it.
    """

    def longest(tolerated: int) -> int:
        return min(population - ceil(round(tolerated / risk, 9)), population)

    def enough(drawn: int) -> bool:
        return drawn >= allowed and passes(allowed, population, drawn, level, risk)

    low, high = 0, _tolerated(risk, population)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if enough(longest(middle)) else (low, middle - 1)
    first, last = max(longest(low + 1) + 1, allowed, 0), longest(low)
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if enough(middle) else (middle + 1, last)
    return last


def most_allowed(population: int, drawn: int, level: float, risk: float) -> int:
    """Return how many wrong ones a check of `drawn` may find and still pass, -1 if not even 0."""
    found = -1
    while found < drawn and passes(found + 1, population, drawn, level, risk):
        found += 1
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """A check that is proposed: draw `drawn` of the `size` easiest; `allowed` may be wrong.

    `expected` is the share of them that the coefficients expect to be wrong.
    """

    size: int
    drawn: int
    allowed: int
    expected: float

    @property
    def unseen(self) -> int:
        """How many are confirmed unseen if the check passes."""
        return self.size - self.drawn

    @property
    def worth(self) -> bool:
        """Whether it spares enough to be worth it."""
        return self.unseen >= max(WORTH * self.size, 1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no plan: even `size` samples without a mistake would take `drawn` checks.

    `expected` is the share of the easiest ones that the coefficients expect to be wrong.
    """

    size: int
    drawn: int
    expected: float


def plan(
    coefficients: NDArray[np.floating], risk: float, level: float, suspicion: float = 1.0
) -> Plan | Refusal:
    """Return the check that lets the most samples be confirmed unseen.

    `coefficients` (N,) in [0, 1], in any order; `risk` in (0, 1) is the tolerated share of wrong
    ones. Sets are made of the lowest coefficients. The coefficients times `suspicion` (1 or more)
    are taken at their word only to propose a set whose check should pass; the promise does not rest
    on them.
    """
    ordered = np.sort(coefficients)
    expected = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    best: Plan | None = None
    for size in _sizes(len(ordered)):
        share = min(suspicion * float(expected[size - 1]), 1.0)
        found = _check(size, round(share * size), risk, level)
        if found is not None and (best is None or found.unseen > best.unseen):
            best = found
    if best is not None and best.worth:
        return best
    everything = len(ordered)
    if not everything:
        return Refusal(0, 0, 0.0)
    easiest = max(min(everything, floor(2 / risk)) - 1, 0)
    return Refusal(everything, needed(everything, 0, level, risk), float(expected[easiest]))


@lru_cache(maxsize=1 << 14)
def _check(size: int, wrong: int, risk: float, level: float) -> Plan | None:
    """Return the shortest check of a set that is likely to pass, None if there is none.

    `wrong` is how many of the set are expected to be.
    """
    for allowed in range(MOST_ALLOWED + 1):
        drawn = needed(size, allowed, level, risk)
        if drawn >= size:
            return None
        if at_most(allowed, size, wrong, drawn) >= POWER:
            return Plan(size, drawn, most_allowed(size, drawn, level, risk), wrong / size)
    return None


def _sizes(count: int) -> list[int]:
    """Return sizes from few to all, in steps of an equal ratio: enough to find a good one."""
    if not count:
        return []
    return sorted({round(s) for s in np.geomspace(min(20, count), count, _SIZES).tolist()})


def _tolerated(risk: float, unseen: int) -> int:
    return floor(round(risk * unseen, 9))


@lru_cache(maxsize=1 << 16)
def _log_factorial(n: int) -> float:
    return lgamma(n + 1)


def _choose(n: int, k: int) -> float:
    """Return the logarithm of n over k."""
    return _log_factorial(n) - _log_factorial(k) - _log_factorial(n - k)
