"""A model run over the images of a benchmark: signals, truth, and what the rivals need."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from hardness_truth import Labels, Truth, as_detections

from hardcase.hardness import SIGNALS, Population, aligned, measure
from hardcase.hardness import evaluation as ev
from hardcase.hardness.detection import at_least
from hardcase.inference import EngineRequest, LocalEngine, Profile
from hardcase.model.evidence import ORIGINAL, Evidence
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Measured:
    """All that is known of N images, in path order.

    `signals` (N, S), `truth` (N,) the share of auto labels that is wrong, `edits`
    (N,) how many a person has to remove or add, `predicted` and `given`
    (N,) the model's class and the true one (-1 in detection), `embeddings` (N, D) or (N, 0).
    `others` (N, R): scores of the rivals that need more than signals, named by `other_names`.
    """

    task: Task
    signals: NDArray[np.float64]
    truth: NDArray[np.float64]
    edits: NDArray[np.float64]
    predicted: NDArray[np.int64]
    given: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    others: NDArray[np.float64]
    other_names: tuple[str, ...]
    failed: int
    seconds: float
    """Time of measuring the signals, an image; the model's own time is not in it."""
    engine_seconds: float
    """Time of the rest, an image: reading, the model, its views."""

    def column(self, name: str) -> NDArray[np.float64]:
        return self.signals[:, SIGNALS.index(name)]

    def every_second(self, first: int) -> Measured:
        """Every second image, from the first (0) or the second (1) on."""
        rows = slice(first, None, 2)
        names = ("signals", "truth", "edits", "predicted", "given", "embeddings", "others")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def population(self, decided: NDArray[np.bool_] | None = None) -> Population:
        """The images as a job's samples, of which a person decided some (N,)."""
        known = np.zeros(len(self.truth), bool) if decided is None else decided
        return Population(
            self.task,
            self.signals,
            self.predicted,
            self.embeddings if self.embeddings.size else None,
            np.where(known, self.given, -1),
            np.where(known, self.truth, np.nan),
        )

    def save(self, file: Path) -> None:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        np.savez_compressed(file, signal_names=np.array(SIGNALS), **values)


def load(file: Path) -> Measured:
    """Read what `Measured.save` wrote, with older signals too."""
    with np.load(file) as data:
        values = {f.name: data[f.name] for f in fields(Measured) if f.name in data}
        values.setdefault("edits", values["truth"])  # files of before it was measured
        values["signals"] = aligned(data["signals"], tuple(map(str, data["signal_names"])))
    values["task"] = Task(str(values["task"]))
    values["other_names"] = tuple(map(str, values["other_names"]))
    for name in ("failed", "seconds", "engine_seconds"):
        values[name] = values[name].item()
    return Measured(**values)


def run(
    model: Path,
    profile: Profile,
    paths: list[Path],
    *,
    truth: Truth | None = None,
    labels: Labels | None = None,
    **engine_options: object,
) -> Measured:
    """Run the model over `paths`; boxes are compared with `truth`, classes with `labels`."""
    truth, labels = truth or {}, labels or {}
    threshold = profile.score_threshold
    engine = LocalEngine(
        EngineRequest(
            model, profile, threshold=threshold, iou=profile.iou_threshold, **engine_options
        )
    )
    position = {name: n for n, name in enumerate(profile.labels)}
    found: list[Evidence] = []
    rows, wrong, edits, predicted, given, failed = [], [], [], [], [], 0
    names: set[str] = set()
    seconds, began = 0.0, time.perf_counter()
    for key, evidence in engine.run(enumerate(paths)):
        if isinstance(evidence, str):
            failed += 1
            print(f"{paths[key]}: {evidence}")
            continue
        start = time.perf_counter()
        rows.append(measure(evidence, profile.task, threshold))
        seconds += time.perf_counter() - start
        found.append(evidence)
        if evidence.detections is not None:
            accepted = at_least(evidence.detections[ORIGINAL], threshold)
            boxes = truth[paths[key]](evidence)
            names.update(name for name, _ in boxes)
            true = as_detections(boxes, profile.labels)
            wrong.append(ev.true_work(accepted, true))
            edits.append(ev.true_edits(accepted, true))
            predicted.append(-1)
            given.append(-1)
        elif evidence.probabilities is not None:
            predicted.append(int(np.argmax(evidence.probabilities[ORIGINAL])))
            names.add(labels[paths[key]])
            given.append(position.get(labels[paths[key]], len(position)))
            wrong.append(float(predicted[-1] != given[-1]))
            edits.append(wrong[-1])
    whole = time.perf_counter() - began
    if unknown := sorted(names - set(profile.labels)):
        print(f"names the model does not know, all counted as missed: {', '.join(unknown)}")
    others = cleanlab_scores(found, threshold, profile.labels)
    count = max(len(rows), 1)
    return Measured(
        profile.task,
        np.array(rows, dtype=np.float64).reshape(-1, len(SIGNALS)),
        np.array(wrong),
        np.array(edits, dtype=np.float64),
        np.array(predicted, dtype=np.int64),
        np.array(given, dtype=np.int64),
        embeddings(found),
        np.stack(list(others.values()), 1) if others else np.empty((len(rows), 0)),
        tuple(others),
        failed,
        seconds / count,
        (whole - seconds) / count,
    )


def embeddings(found: Sequence[Evidence]) -> NDArray[np.float32]:
    """Return embeddings as a job keeps them, in int8 steps: (N, D), (N, 0) without."""
    each = [getattr(e, "embedding", None) for e in found]
    width = max((len(x) for x in each if x is not None), default=0)
    out = np.zeros((len(each), width), np.float32)
    for row, x in zip(out, each, strict=True):
        if x is not None:
            row[:] = np.round(127 * x) / 127
    return out


def cleanlab_scores(
    found: Sequence[Evidence], threshold: float, labels: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Return cleanlab's own scores of the auto labels, higher where harder; nothing without it."""
    try:
        from cleanlab.object_detection.rank import get_label_quality_scores as of_boxes
        from cleanlab.rank import get_label_quality_scores as of_classes
    except ImportError:
        print("cleanlab is not installed (pip install cleanlab): its scores are left out")
        return {}
    if not found:
        return {}
    if found[0].probabilities is not None:
        p = np.array([e.probabilities[ORIGINAL] for e in found if e.probabilities], np.float64)
        p = np.clip(p, 1e-9, 1)
        p /= p.sum(axis=1, keepdims=True)
        best = p.argmax(axis=1)
        if len(np.unique(best)) < 2:
            return {}
        methods = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
        return {f"cleanlab {m.split('_')[-1]}": 1 - of_classes(best, p, method=m) for m in methods}
    predictions, auto = [], []
    for e in found:
        d = (e.detections or {})[ORIGINAL]
        scored = np.hstack([d.boxes, d.scores[:, None]]).astype(np.float64)
        predictions.append(
            np.array([scored[d.classes == c] for c in range(len(labels))] + [None], object)[:-1]
        )
        taken = at_least(d, threshold)
        auto.append({"bboxes": taken.boxes.astype(np.float64), "labels": taken.classes})
    return {"cleanlab ObjectLab": 1 - of_boxes(auto, predictions, verbose=False)}
