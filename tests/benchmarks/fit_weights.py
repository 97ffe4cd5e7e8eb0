"""Fit the prior of the classification coefficient on several sets at once.

    python tests/benchmarks/fit_weights.py SET.npz ...

Each SET.npz is what `hardness.py --save` kept of one set of `fitting_sets.py`. Of each set, all
labels known, the logistic regression of "the label is wrong" on the features is fitted by itself.
How much a unit of doubt is worth differs between models by more than all else, and the program
learns that by itself; so the other weights are given relative to it. Printed are a row a set,
their median and spread (1.4826 MAD), and the figures of the shipped prior: AUROC beside the best
of max probability, margin and entropy, without confirmations and after 20 and 200 random ones. The
medians are shipped, but 0 for `dissent` and `distance`, which are strong on some sets and nothing
on others: those are for confirmations to learn. The widths are narrower than the spreads, so that
20 confirmations do no harm; they are among a few values tried from 0.1 to 0.4, which differ little.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hardness_measured import Measured, load

from hardcase.hardness import coefficients
from hardcase.hardness.classification_coefficient import FEATURES, features
from hardcase.hardness.classification_weights import PRIOR
from hardcase.hardness.evaluation import auroc, calibration_error
from hardcase.hardness.neighbours import neighbourhood

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIDGE = 1.0
SEEDS = 5


def fitted(x: NDArray[np.float64], wrong: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression with an intercept (first), ridge on the rest: (1 + K,)."""
    design = np.hstack([np.ones((len(x), 1)), x])
    ridge = np.diag([1e-6] + [RIDGE] * x.shape[1])
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        w = p * (1 - p) + 1e-9
        step = np.linalg.solve(
            design.T @ (design * w[:, None]) + ridge, design.T @ (wrong - p) - ridge @ beta
        )
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def gain(m: Measured, c: NDArray[np.float64], rest: NDArray[np.bool_]) -> float:
    wrong = m.truth[rest] > 0
    best = max(
        auroc(1 - m.column("max_probability")[rest], wrong),
        auroc(1 - m.column("margin")[rest], wrong),
        auroc(m.column("entropy")[rest], wrong),
    )
    return auroc(c[rest], wrong) - best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+")
    sets = {file.stem: load(file) for file in parser.parse_args().sets}
    names = ("intercept", "doubt", *(f"{name}/doubt" for name in FEATURES[1:]))
    print(f"{'set':18}{'wrong':>7}" + "".join(f"{name:>17}" for name in names))
    rows = []
    for name, m in sets.items():
        job = m.population()
        x = features(job, neighbourhood(job.embeddings, job.predicted))
        beta = fitted(x, m.truth > 0)
        rows.append(np.concatenate([beta[:2], beta[2:] / beta[1]]))
        print(f"{name:18}{m.truth.mean():7.3f}" + "".join(f"{v:17.2f}" for v in rows[-1]))
    median = np.median(rows, 0)
    spread = 1.4826 * np.median(np.abs(rows - median), 0)
    for what, values in (("median", median), ("spread", spread)):
        print(f"{what:25}" + "".join(f"{v:17.2f}" for v in values))
    print(f"shipped: {PRIOR}")

    print(f"\n{'AUROC above best':18}{'none':>9}{'20':>9}{'200':>9}{'ECE: none':>12}{'200':>9}")
    for name, m in sets.items():
        every = np.ones(len(m.truth), bool)
        none = coefficients(m.population())
        figures = [gain(m, none, every)]
        errors: list[float] = []
        for confirmed in (20, 200):
            gains = []
            for seed in range(SEEDS):
                decided = np.zeros(len(m.truth), bool)
                decided[np.random.default_rng(seed).permutation(len(decided))[:confirmed]] = True
                c = coefficients(m.population(decided))
                gains.append(gain(m, c, ~decided))
                if confirmed == 200:
                    errors.append(calibration_error(c[~decided], m.truth[~decided]))
            figures.append(float(np.mean(gains)))
        line = f"{name:18}" + "".join(f"{f:+9.3f}" for f in figures)
        print(f"{line}{calibration_error(none, m.truth):12.3f}{np.mean(errors):9.3f}")


if __name__ == "__main__":
    main()
