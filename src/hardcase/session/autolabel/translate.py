"""From a model's evidence, in the model's classes, to a prediction in the job's labels."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase import hardness
from hardcase.model.boxes import Box, iou
from hardcase.model.candidates import pack_candidates
from hardcase.model.embedding import pack
from hardcase.model.evidence import ORIGINAL, Detections, Evidence
from hardcase.model.job import Annotation, Prediction, Run
from hardcase.session.boxes.near_misses import near_misses

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from hardcase.inference import Profile
    from hardcase.session.autolabel.class_map import ClassMap

_TINY = np.float32(1e-9)
_SUM_TOLERANCE = 0.01
"""How far from 1 probabilities of classes that exclude each other may sum up."""


def translator(
    run: Run, profile: Profile, classes: ClassMap
) -> Callable[[int, Evidence], Prediction]:
    """Return the function that turns evidence into a prediction in the job's own labels."""
    one_each = len(set(classes.labels.values())) == len(classes.labels)
    read = _as_it_is if one_each and classes.is_uniform else _levelled

    def translate(sample_id: int, evidence: Evidence) -> Prediction:
        seen, scores = read(evidence, classes)
        return Prediction(
            id=sample_id,
            run=run.id,
            annotations=_annotations(seen, scores, classes, run.signature),
            signals=array("f", hardness.measure(seen, profile.task, classes.common)),
            width=evidence.width,
            height=evidence.height,
            embedding=b"" if evidence.embedding is None else pack(evidence.embedding),
            candidates=_candidates(seen, scores, classes),
        )

    return translate


def one_an_object(evidence: Evidence, classes: ClassMap) -> Evidence:
    """Return boxes as the translator takes them: one class for each label, once on an object.

    Scores are held against the thresholds of their classes. Probabilities stay as they are.
    """
    return evidence if evidence.detections is None else _levelled(evidence, classes)[0]


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


def _as_it_is(evidence: Evidence, classes: ClassMap) -> tuple[Evidence, NDArray[np.float32]]:
    """Return the evidence of classes that have a label, and the scores to show."""
    seen = restrict(evidence, classes.keep, classes.common)
    found = (seen.detections or seen.probabilities or {})[ORIGINAL]
    return seen, found if isinstance(found, np.ndarray) else found.scores


def _levelled(evidence: Evidence, classes: ClassMap) -> tuple[Evidence, NDArray[np.float32]]:
    """Return evidence in which one class stands for each label, and the scores to show.

    Scores in it are what they would be had every class the common threshold, see `level_scores`.
    The scores to show, one a box of the original or a class, are the model's own.
    """
    seen = restrict(evidence, classes.keep, classes.lowest)
    first = classes.first
    if evidence.probabilities is not None:
        # Probabilities of one class or another add up where they exclude each other.
        adds = abs(float(evidence.probabilities[ORIGINAL].sum()) - 1) < _SUM_TOLERANCE
        merged = {
            view: _merged(p, first, adds=adds) for view, p in (seen.probabilities or {}).items()
        }
        return replace(seen, probabilities=merged), merged[ORIGINAL]
    detections, scores, pixels = {}, np.zeros(0, np.float32), seen.box_pixels
    for view, found in (seen.detections or {}).items():
        levelled = level_scores(found.scores, classes.thresholds[found.classes], classes.common)
        order = np.argsort(-levelled, kind="stable")
        kept = order[_one_an_object(found, order, first, classes.iou)]
        detections[view] = replace(
            found,
            boxes=found.boxes[kept],
            scores=levelled[kept],
            classes=first[found.classes[kept]],
        )
        if view == ORIGINAL:
            scores = found.scores[kept]
            rank = np.cumsum(found.scores >= classes.lowest) - 1
            accepted = rank[kept[levelled[kept] >= np.float32(classes.common)]]
            pixels = tuple(seen.box_pixels[n] for n in accepted if n < len(seen.box_pixels))
    return replace(seen, detections=detections, box_pixels=pixels), scores


def level_scores(
    scores: NDArray[np.float32], own: NDArray[np.float32], common: float
) -> NDArray[np.float32]:
    """Return scores (N,) in [0, 1] on a scale on which thresholds `own` (N,) lie at `common`.

    Two straight lines, from 0 to the threshold and on to 1: whoever takes a class only from 0.6 on
    says that its 0.6 is worth what `common`, which is above 0, is elsewhere. A score reaches its
    own threshold exactly where the levelled one reaches `common`; where the two are the same it
    stays as it is.
    """
    level = np.float32(common)
    reached = scores >= own
    below = scores * (level / np.maximum(own, _TINY))
    above = 1 - (1 - scores) * ((1 - level) / np.maximum(1 - own, _TINY))
    # A step beside the threshold, so that rounding moves none across it.
    below = np.minimum(below, np.nextafter(level, np.float32(0)))
    above = np.clip(above, min(np.nextafter(level, np.float32(1)), np.float32(1)), 1)
    same = own == np.float32(common)
    return np.where(same, scores, np.where(reached, above, below)).astype(np.float32)


def _one_an_object(
    found: Detections, order: NDArray[np.intp], first: NDArray[np.int64], limit: float
) -> NDArray[np.bool_]:
    """Return which boxes, in `order`, are the best on their object among those of their label.

    Only boxes of different classes rule each other out, at an IoU above `limit`: what the model
    says of one class it has settled itself.
    """
    boxes, kinds = found.boxes[order].astype(np.float64), found.classes[order]
    labels = first[kinds]
    rivals = (labels[:, None] == labels) & (kinds[:, None] != kinds)
    rivals &= iou(boxes, boxes) > limit
    kept = np.ones(len(order), bool)
    for n in np.flatnonzero(rivals.any(axis=1)).tolist():
        if kept[n]:
            kept[n + 1 :] &= ~rivals[n, n + 1 :]
    return kept


def _merged(p: NDArray[np.float32], first: NDArray[np.int64], *, adds: bool) -> NDArray[np.float32]:
    out = np.zeros_like(p)
    (np.add if adds else np.maximum).at(out, first, p)
    return np.minimum(out, np.float32(1))


def _candidates(evidence: Evidence, scores: NDArray[np.float32], classes: ClassMap) -> bytes:
    """Return boxes that were seen and not accepted, as a prediction keeps them."""
    if evidence.detections is None:
        return b""
    found = evidence.detections[ORIGINAL]
    seen = near_misses(found, scores, classes.labels, classes.common)
    return pack_candidates(seen, evidence.width, evidence.height)


def _annotations(
    evidence: Evidence, scores: NDArray[np.float32], classes: ClassMap, by: str
) -> tuple[Annotation, ...]:
    """Return the auto labels in `evidence`; `scores` are those to show, as `_levelled` gives."""
    labels, common = classes.labels, np.float32(classes.common)
    if evidence.detections is not None:
        found = evidence.detections[ORIGINAL]
        rows = zip(found.boxes, found.scores, scores, found.classes, strict=True)
        return tuple(
            Annotation(labels[int(c)], Box(*map(float, box)), float(score), by).rounded()
            for box, level, score, c in rows
            if level >= common
        )
    best = int(np.argmax(scores))
    if best not in labels:
        return ()
    same = [index for index, label in labels.items() if label == labels[best]]
    if scores[best] < classes.thresholds[same].min():
        return ()
    return (Annotation(labels[best], None, float(scores[best]), by).rounded(),)
