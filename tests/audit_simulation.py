"""Simulated jobs for audited bulk confirm, and procedures to try on them.

A job is N auto labels, which of them are wrong, and coefficients. A procedure confirms some unseen;
it may look at whether a label is wrong only by checking it. Its promise is broken in a job if more
than the stated share of all that it confirmed unseen in one go is wrong. The rates of mistakes lie
around the stated one, where a promise is easiest to break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardcase.hardness.audit import ALPHA, Plan, alpha, passes, plan

KINDS = ("informative", "overconfident", "uninformative", "adversarial", "borderline")
SIZES = (300, 1000, 4000, 20000)
RISKS = (0.01, 0.02, 0.05, 0.1)
ATTEMPTS = 6


@dataclass
class SimulatedJob:
    """`coefficient` (N,) in [0, 1], `wrong` (N,) bool, the tolerated share, a source of chance."""

    coefficient: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    risk: float
    rng: np.random.Generator


Procedure = Callable[[SimulatedJob], Iterator[NDArray[np.int64]]]
"""Yields the indices of each set confirmed unseen."""


def simulated(kind: str, rng: np.random.Generator) -> SimulatedJob:
    """Return a job. Kinds say how the coefficient relates to what is wrong.

    Informative: it is the probability. Overconfident: that is three times as high. Uninformative:
    a constant that lets everything pass for easy, while 1 to 3 times the stated share is wrong.
    Adversarial: what is wrong has the lowest coefficients. Borderline: a constant, and just more
    than the stated share is wrong.
    """
    size, risk = int(rng.choice(SIZES)), float(rng.choice(RISKS))
    if kind in ("informative", "overconfident"):
        true = rng.beta(0.3, rng.uniform(1.0, 6.0), size)
        said = true if kind == "informative" else true / 3
        return SimulatedJob(said, rng.random(size) < true, risk, rng)
    if kind == "adversarial":
        wrong = np.zeros(size, bool)
        wrong[: int(rng.uniform(1, 3) * risk * size)] = True
        return SimulatedJob(np.linspace(0, risk / 2, size), wrong, risk, rng)
    more = rng.uniform(1, 3) if kind == "uninformative" else 1.05
    wrong = rng.permutation(size) < more * risk * size
    return SimulatedJob(np.full(size, 0.1 * risk), wrong, risk, rng)


def honest(job: SimulatedJob) -> Iterator[NDArray[np.int64]]:
    """Do as the program does: a plan, a random check, the exact bound; attempts pay."""
    waiting = np.arange(len(job.wrong))
    suspicion = 1.0
    for attempt in range(1, ATTEMPTS + 1):
        found = plan(job.coefficient[waiting], job.risk, alpha(attempt), suspicion)
        if not isinstance(found, Plan):
            return
        order = np.argsort(job.coefficient[waiting], kind="stable")
        members = waiting[order[: found.size]]
        checks = job.rng.permutation(members)[: found.drawn]
        seen = int(job.wrong[checks].sum())
        unseen = np.setdiff1d(members, checks)
        if passes(seen, found.size, found.drawn, alpha(attempt), job.risk):
            yield unseen
            return
        suspicion = max(1.0, (seen + 0.5) / (found.expected * found.drawn + 0.5))
        waiting = np.setdiff1d(waiting, checks)


def own_mean(job: SimulatedJob) -> Iterator[NDArray[np.int64]]:
    """Trust the coefficients: confirm the most whose mean is tolerated. A naive procedure."""
    order = np.argsort(job.coefficient, kind="stable")
    mean = np.cumsum(job.coefficient[order]) / np.arange(1, len(order) + 1)
    if mean[0] <= job.risk:
        yield order[: int(np.flatnonzero(mean <= job.risk)[-1]) + 1]


def trying_again(job: SimulatedJob) -> Iterator[NDArray[np.int64]]:
    """Draw again, each time at 95 %, until a check passes. Naive: no attempt pays."""
    waiting = np.arange(len(job.wrong))
    for _ in range(20):
        found = plan(job.coefficient[waiting], job.risk, ALPHA)
        if not isinstance(found, Plan):
            return
        order = np.argsort(job.coefficient[waiting], kind="stable")
        members = waiting[order[: found.size]]
        checks = job.rng.permutation(members)[: found.drawn]
        if int(job.wrong[checks].sum()) <= found.allowed:
            yield np.setdiff1d(members, checks)
            return


def peeking(job: SimulatedJob) -> Iterator[NDArray[np.int64]]:
    """Stop checking as soon as the share found wrong so far is tolerated. Naive too."""
    members = job.rng.permutation(len(job.wrong))
    share = np.cumsum(job.wrong[members]) / np.arange(1, len(members) + 1)
    for drawn in range(20, len(members) // 2):
        if share[drawn - 1] <= job.risk:
            yield members[drawn:]
            return


def broken_promises(procedure: Procedure, kind: str, jobs: int, seed: int) -> tuple[int, int]:
    """Return in how many of the jobs the promise was broken, and in how many one was made."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    broken = made = 0
    for _ in range(jobs):
        job = simulated(kind, rng)
        confirmed = list(procedure(job))
        made += bool(confirmed)
        broken += any(job.wrong[unseen].mean() > job.risk for unseen in confirmed if len(unseen))
    return broken, made
