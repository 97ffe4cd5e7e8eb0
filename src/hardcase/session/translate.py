"""From a model's evidence, in the model's classes, to a prediction in the job's labels."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.model.boxes import Box
from hardcase.model.embedding import pack
from hardcase.model.evidence import ORIGINAL, Detections, Evidence
from hardcase.model.job import Annotation, Prediction, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.inference import Profile


def matching_classes(model_labels: Sequence[str], names: Mapping[str, str]) -> dict[int, str]:
    """Map the indices of a model's classes to the job's labels that their names mean, case apart.

    `names` gives the label for each name and alias, see `label_list.names_now`.
    """
    by_folded = {name.casefold(): label for name, label in names.items()}
    return {
        n: by_folded[name.casefold()]
        for n, name in enumerate(model_labels)
        if name.casefold() in by_folded
    }


def translator(
    run: Run, profile: Profile, classes: dict[int, str], threshold: float
) -> Callable[[int, Evidence], Prediction]:
    """Return the function that turns evidence into a prediction in the job's own labels."""
    keep = np.zeros(len(profile.labels), bool)
    keep[list(classes)] = True

    def translate(sample_id: int, evidence: Evidence) -> Prediction:
        seen = restrict(evidence, keep, threshold)
        return Prediction(
            id=sample_id,
            run=run.id,
            annotations=_annotations(seen, classes, threshold, run.signature),
            signals=array("d", hardness.measure(seen, profile.task, threshold)),
            width=evidence.width,
            height=evidence.height,
            embedding=b"" if evidence.embedding is None else pack(evidence.embedding),
        )

    return translate


def in_labels(evidence: Evidence, label_of: NDArray[np.int64], count: int) -> Evidence:
    """Return the evidence with the job's labels, `count` of them, for the model's classes.

    `label_of` (classes,) gives the position of each class's label, -1 for none. Such classes are
    left out, and probabilities are shared out anew among the labels, as of an image that is known
    to be one of them.
    """
    keep = label_of >= 0
    if evidence.probabilities is not None:
        return replace(
            evidence,
            probabilities={
                view: _shared_out(p[keep], label_of[keep], count)
                for view, p in evidence.probabilities.items()
            },
        )
    detections = {}
    for view, found in (evidence.detections or {}).items():
        kept = _of_classes(found, keep)
        detections[view] = replace(kept, classes=label_of[kept.classes])
    return replace(evidence, detections=detections, box_pixels=())


def _shared_out(
    p: NDArray[np.float32], labels: NDArray[np.int64], count: int
) -> NDArray[np.float32]:
    out = np.zeros(count, np.float32)
    np.add.at(out, labels, p)
    return out / max(float(out.sum()), 1e-6)


def restrict(evidence: Evidence, keep: NDArray[np.bool_], threshold: float) -> Evidence:
    """Return the evidence without detections of classes that `keep` (classes,) rules out.

    Probabilities of classes ruled out become 0; the others stay as they are.
    """
    if keep.all():
        return evidence
    if evidence.probabilities is not None:
        probabilities = {
            view: np.where(keep, p, np.float32(0)) for view, p in evidence.probabilities.items()
        }
        return replace(evidence, probabilities=probabilities)
    if evidence.detections is None:
        return evidence
    original = evidence.detections[ORIGINAL]
    accepted = keep[original.classes[original.scores >= threshold]]
    kept_pixels = tuple(p for p, k in zip(evidence.box_pixels, accepted, strict=False) if k)
    detections = {view: _of_classes(d, keep) for view, d in evidence.detections.items()}
    return replace(evidence, detections=detections, box_pixels=kept_pixels)


def _of_classes(detections: Detections, keep: NDArray[np.bool_]) -> Detections:
    wanted = keep[detections.classes]
    return replace(
        detections,
        boxes=detections.boxes[wanted],
        scores=detections.scores[wanted],
        classes=detections.classes[wanted],
    )


def _annotations(
    evidence: Evidence, classes: dict[int, str], threshold: float, by: str
) -> tuple[Annotation, ...]:
    if evidence.detections is not None:
        found = evidence.detections[ORIGINAL]
        return tuple(
            Annotation(classes[int(c)], Box(*map(float, box)), float(score), by).rounded()
            for box, score, c in zip(found.boxes, found.scores, found.classes, strict=True)
            if score >= threshold
        )
    probabilities = (evidence.probabilities or {})[ORIGINAL]
    best = int(np.argmax(probabilities))
    if best not in classes or probabilities[best] < threshold:
        return ()
    return (Annotation(classes[best], None, float(probabilities[best]), by).rounded(),)
