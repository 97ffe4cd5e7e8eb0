"""Fit the shipped weights of detection: prints `detection_weights.py`'s numbers.

    python tests/benchmarks/fit_detection_weights.py DIR [DIR ...]

Each DIR holds `images/`, `truth.json` (COCO), `model.onnx` and `model.yaml`; `fitting_scenes.py`
makes those that the shipped numbers come from, and any other labeled data with a model will do.
Every DIR weighs the same. How well the weights of the others rank a DIR's images (leaving it out)
is printed beside mean confidence, and then the numbers fitted on all.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hardness_truth import as_detections, coco_truth

import hardcase.hardness.detection_coefficient as coefficient
import hardcase.hardness.detection_objects as objects
from hardcase.hardness import SIGNALS, Population, measure
from hardcase.hardness import evaluation as ev
from hardcase.hardness.detection import CANDIDATE_FLOOR, at_least
from hardcase.hardness.detection_views import pair
from hardcase.hardness.learning import Prior
from hardcase.hardness.matching import match
from hardcase.inference import EngineRequest, LocalEngine, load_profile
from hardcase.model.evidence import ORIGINAL, Detections, Evidence
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RIDGE = 1e-3


@dataclass(frozen=True)
class Set:
    """One labeled folder: what its model saw, and per object whether it is right or was missed."""

    name: str
    threshold: float
    evidence: list[Evidence]
    wrong: Array
    features: list[Array]
    accepted: list[NDArray[np.bool_]]
    true: list[NDArray[np.bool_]]
    missed: int
    traced: int

    def population(self) -> Population:
        """The set as a job nobody has decided anything of, by the weights now in force."""
        rows = [measure(e, Task.DETECTION, self.threshold) for e in self.evidence]
        none = np.full(len(rows), -1)
        return Population.undecided(Task.DETECTION, np.array(rows), none)


def read(folder: Path) -> Set:
    model = folder / "model.onnx"
    profile = load_profile(model, folder / "model.yaml")
    threshold = profile.score_threshold
    truth = coco_truth(folder, folder / "truth.json")
    paths = sorted(truth)
    engine = LocalEngine(
        EngineRequest(
            model, profile, threshold=threshold, iou=profile.iou_threshold, views=objects.VIEWS
        )
    )
    out = Set(str(folder), threshold, [], np.empty(0), [], [], [], 0, 0)
    wrong, missed, traced = [], 0, 0
    for key, evidence in engine.run(enumerate(paths)):
        if isinstance(evidence, str) or evidence.detections is None:
            raise SystemExit(f"{paths[key]}: {evidence}")
        true = as_detections(truth[paths[key]](evidence), profile.labels)
        views = {
            name: at_least(found, min(threshold, CANDIDATE_FLOOR))
            for name, found in evidence.detections.items()
        }
        seen = [pair(views[ORIGINAL], views[name]) for name in objects.VIEWS]
        found = objects.gather_objects(views[ORIGINAL], seen)
        accepted = found.score >= threshold
        right, left = labeled(found, accepted, true)
        out.evidence.append(evidence)
        out.features.append(objects.object_features(found, accepted))
        out.accepted.append(accepted)
        out.true.append(right)
        wrong.append(ev.true_work(at_least(views[ORIGINAL], threshold), true))
        missed += left
        traced += int(right[~accepted].sum())
    return Set(
        folder.name,
        threshold,
        out.evidence,
        np.array(wrong),
        out.features,
        out.accepted,
        out.true,
        missed,
        traced,
    )


def labeled(
    found: objects.Objects, accepted: NDArray[np.bool_], true: Detections
) -> tuple[NDArray[np.bool_], int]:
    """Return which objects are right, or were missed; and how many objects were missed in all."""
    out = np.zeros(len(accepted), np.bool_)
    free = np.ones(len(true.scores), np.bool_)
    sure = np.maximum(found.score, found.seen)
    for rows in (np.flatnonzero(accepted), np.flatnonzero(~accepted)):
        left = np.flatnonzero(free)
        partner = match(
            Detections(found.boxes[rows], sure[rows], found.classes[rows]),
            Detections(true.boxes[left], true.scores[left], true.classes[left]),
        )
        out[rows] = partner >= 0
        free[left[partner[partner >= 0]]] = False
    return out, int(free.sum() + out[~accepted].sum())


def logistic_fit(x: Array, y: Array, weight: Array) -> tuple[float, ...]:
    """Return the weights (K,) of the best logistic regression, ridge on all but the first."""
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 0.0
    for _ in range(100):
        p = objects.logistic(x, tuple(w))
        slope = x.T @ (weight * (p - y)) + ridge * w
        bend = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return tuple(float(v) for v in w)


def fit_objects(sets: Sequence[Set]) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Return RIGHT, MISSED, BLIND."""
    both = []
    for accepted in (True, False):
        x, y, weight = [], [], []
        for s in sets:
            rows = np.concatenate(s.accepted) == accepted
            count = max(int(rows.sum()), 1)
            x.append(np.concatenate(s.features)[rows])
            y.append(np.concatenate(s.true)[rows].astype(np.float64))
            weight.append(np.full(int(rows.sum()), 1.0 / count / len(sets)))
        table = np.concatenate(x)
        if accepted:  # "covered" is no question for what was accepted: see `object_features`
            table[:, 4] = 0.0
        both.append(logistic_fit(table, np.concatenate(y), np.concatenate(weight)))
    blind = float(np.mean([1.0 - s.traced / s.missed for s in sets if s.missed]))
    return both[0], both[1], blind


def put_in_force(right: tuple[float, ...], missed: tuple[float, ...], blind: float) -> None:
    objects.RIGHT, objects.MISSED, coefficient.BLIND = right, missed, blind


def fit_prior(sets: Sequence[Set]) -> Prior:
    """Return the prior of the calibration: what it takes on average, how far sets differ."""
    lines = []
    for s in sets:
        share = np.clip(coefficient.expected_share(s.population()), 0.005, 0.995)
        x = np.stack([np.ones(len(share)), np.log(share / (1 - share))], axis=1)
        lines.append(logistic_fit(x, s.wrong, np.full(len(share), 1 / len(share))))
    intercepts, slopes = np.array(lines).T
    print(f"intercepts {np.round(intercepts, 2)}, slopes {np.round(slopes, 2)}")
    numbers = [np.median(intercepts), intercepts.std(), np.median(slopes), slopes.std()]
    a, a_spread, w, w_spread = (round(float(v), 2) for v in numbers)
    return Prior((a, a_spread), (w,), (w_spread,), 0.0, 0.0, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    args = parser.parse_args()
    sets = [read(folder) for folder in args.folders]
    print("spearman, leaving the set out:            ours    mean confidence")
    for n, s in enumerate(sets):
        rest = sets[:n] + sets[n + 1 :]
        if rest:
            put_in_force(*fit_objects(rest))
        population = s.population()
        confidence = 1 - population.signals[:, SIGNALS.index("mean_score")]
        ours = ev.spearman(coefficient.expected_share(population), s.wrong)
        print(f"{s.name:38} {ours:8.3f} {ev.spearman(confidence, s.wrong):8.3f}")
    right, missed, blind = fit_objects(sets)
    put_in_force(right, missed, blind)
    prior = fit_prior(sets)
    print(f"\nRIGHT = {tuple(round(w, 3) for w in right)}")
    print(f"MISSED = {tuple(round(w, 3) for w in missed)}")
    print(f"BLIND = {blind:.2f}")
    print(f"PRIOR = {prior}")


if __name__ == "__main__":
    main()
