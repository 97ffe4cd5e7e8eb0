"""Likely mistakes in labels that are there already: what a model says against them.

First the labels of each image are held against its evidence (`compare_classes`, `compare_boxes`),
then all images together are judged, since how much it means that a model does not see a labeled
object hangs on how often it misses real ones of that size. Scores lie in [0, 1], the higher the
likelier the label is wrong.

Classification goes by self-confidence as in confident learning (Northcutt, Jiang & Chuang, 2021).
Detection asks for the kinds of ObjectLab (Tkachenko, Thyagarajan & Mueller, 2023) - overlooked,
badly located, swapped - and for labeled boxes without an object besides; the formulas are ours.
They were chosen on cifar10_train_4000 and coco_train128 with mistakes planted into the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.model.boxes import Box, iou
from hardcase.model.evidence import FLIP, ORIGINAL
from hardcase.model.findings import Mistake, MistakeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.model.evidence import Detections, Evidence

MISTAKE_SHARE = 0.05
"""How many of a hundred labels are expected to be wrong before anything was looked at.

Northcutt, Athalye & Mueller ("Pervasive label errors in test sets", 2021) found 3.4 on average.
"""
SAME_PLACE = 0.5
"""IoU from which two boxes are at one place."""
NEARBY = 0.1
"""IoU from which a box of the same label may mean the same object."""
WELL_PLACED = 0.7
"""IoU from which a box needs no look: two people who draw the same box agree that far."""
LOWEST = 0.1
"""Mistakes of a lower score are not told."""
_COMPARABLE = 200
"""With how many labeled boxes of about its size a box is compared."""
_UNSURE = 0.1
"""Candidates of a lower score are no evidence of an object that nobody labeled."""


class GivenBox(NamedTuple):
    """A labeled box: its place among the annotations, class, and what the model sees there.

    `size` is the natural log of the square root of its share of the image. `seen` in [0, 1] is the
    best score of a candidate of its class, lowered where IoU is below `SAME_PLACE`; `rival` that of
    another class at its place. `near` is the best candidate of its class that fits no other labeled
    box better, with its score and IoU; None if there is none from `NEARBY` on.
    """

    position: int
    class_: int
    box: Box
    size: float
    seen: float
    rival: float
    rival_class: int
    near: Box | None
    near_score: float
    near_iou: float


class LooseBox(NamedTuple):
    """A candidate at a place where nothing is labeled, and its likelihood to be an object."""

    class_: int
    box: Box
    score: float


class Boxes(NamedTuple):
    """What the model says of the labeled boxes of an image, and which others it sees."""

    given: tuple[GivenBox, ...]
    loose: tuple[LooseBox, ...]


def compare_classes(evidence: Evidence, given: Sequence[int]) -> tuple[float, int, float]:
    """Return the score of a classified image, the class the model sees, and its probability.

    `given` are the classes of its labels. With g the summed probability of those, averaged over the
    image and its mirror image, and K classes, the score is the probability that the label is wrong,

        q (1 - g) / (q (1 - g) + (1 - pi) g),   q = pi / (K - 1),   pi = MISTAKE_SHARE,

    if mistakes fall on any other class alike. It orders as 1 - g, the self-confidence, does.
    """
    views = evidence.probabilities or {}
    seen = [views[name] for name in (ORIGINAL, FLIP) if name in views]
    p = np.mean(np.asarray(seen, np.float64), axis=0)
    own = min(float(p[list(given)].sum()), 1.0)
    others = p.copy()
    others[list(given)] = -1.0
    best = int(np.argmax(others))
    odds = MISTAKE_SHARE / max(len(p) - 1, 1) * (1.0 - own)
    total = odds + (1.0 - MISTAKE_SHARE) * own
    return (odds / total if total > 0 else 0.0), best, max(float(others[best]), 0.0)


def compare_boxes(
    evidence: Evidence, boxes: NDArray[np.float64], classes: NDArray[np.int64]
) -> Boxes:
    """Hold the labeled boxes (M, 4) of an image against the model's candidates.

    `classes` (M,) are theirs, -1 for one that the model does not know: nothing is said of those,
    but what is seen at their place is not loose.
    """
    original = (evidence.detections or {})[ORIGINAL]
    overlap = iou(boxes, original.boxes.astype(np.float64))
    same = classes[:, None] == original.classes[None, :]
    akin = np.where(same, overlap, 0.0)
    mine = same & (akin >= akin.max(axis=0, initial=0.0)) & (akin >= NEARBY)
    area = float(evidence.width * evidence.height)
    given = [
        _given(n, _Row(overlap[n], same[n], mine[n], original), boxes[n], int(classes[n]), area)
        for n in np.flatnonzero(classes >= 0).tolist()
    ]
    return Boxes(tuple(given), _loose(evidence, original, overlap, same))


def judge_boxes(images: Sequence[Boxes], names: Sequence[str]) -> list[list[Mistake]]:
    """Return the likely mistakes of each image, likeliest first; `names` are those of the classes.

    Per labeled box the likeliest kind is told, if its score reaches `LOWEST`:

    model-missed: (1 - max(seen, rival)) pi / (pi + (1 - pi) F), with F the share of comparable
        labeled boxes of which the model sees no more. A wrong box is never seen, a right one of
        that size with probability F no better.
    swapped: rival (q rival) / (q rival + (1 - pi) seen), q and pi as for classes.
    badly-placed: sqrt(near score) (1 - IoU) for an IoU in [NEARBY, WELL_PLACED).

    And for what nobody labeled, model-extra: the score, averaged over the image and its mirror
    image, times 1 - the largest IoU with a labeled box of its class.
    """
    seen = np.array([g.seen for image in images for g in image.given])
    size = np.array([g.size for image in images for g in image.given])
    usual = iter(share_below(seen, size).tolist())
    return [_judged(image, [next(usual) for _ in image.given], names) for image in images]


def share_below(values: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each of N values the share of comparable ones that are no larger, (0, 1].

    Comparable are the `_COMPARABLE` nearest in order of size, or all. Counted with one more that is
    no larger, so that the share is never 0.
    """
    count = len(values)
    width = min(_COMPARABLE, count)
    if count == 0:
        return np.zeros(0)
    order = np.argsort(sizes, kind="stable")
    ordered = values[order]
    windows = np.lib.stride_tricks.sliding_window_view(ordered, width)
    first = np.clip(np.arange(count) - width // 2, 0, count - width)
    out = np.empty(count)
    for start in range(0, count, 4096):  # bounds the memory: a window is as wide as the comparison
        rows = slice(start, start + 4096)
        below = windows[first[rows]] <= ordered[rows, None]
        out[order[rows]] = (1 + below.sum(axis=1)) / (width + 1)
    return out


class _Row(NamedTuple):
    """The candidates of an image as one labeled box sees them."""

    overlap: NDArray[np.float64]
    same: NDArray[np.bool_]
    mine: NDArray[np.bool_]
    found: Detections


def _given(
    position: int, row: _Row, corners: NDArray[np.float64], class_: int, area: float
) -> GivenBox:
    box = Box(*corners.tolist())
    overlap, same, mine, found = row
    scores = found.scores.astype(np.float64)
    near = np.where(mine, scores * np.sqrt(overlap), 0.0)
    seen = np.where(same & (overlap >= NEARBY), scores * np.minimum(overlap / SAME_PLACE, 1.0), 0.0)
    rival = np.where(~same & (overlap >= SAME_PLACE), scores, 0.0)
    fits, other = (int(np.argmax(v)) if v.size and v.max() > 0 else -1 for v in (near, rival))
    return GivenBox(
        position=position,
        class_=class_,
        box=box,
        size=float(np.log(np.sqrt(max(box.area, 1e-9) / area))),
        seen=float(seen.max(initial=0.0)),
        rival=float(rival[other]) if other >= 0 else 0.0,
        rival_class=int(found.classes[other]) if other >= 0 else -1,
        near=Box(*found.boxes[fits].astype(float).tolist()) if fits >= 0 else None,
        near_score=float(scores[fits]) if fits >= 0 else 0.0,
        near_iou=float(overlap[fits]) if fits >= 0 else 0.0,
    )


def _loose(
    evidence: Evidence,
    found: Detections,
    overlap: NDArray[np.float64],
    same: NDArray[np.bool_],
) -> tuple[LooseBox, ...]:
    alone = overlap.max(axis=0, initial=0.0) < SAME_PLACE
    akin = np.where(same, overlap, 0.0).max(axis=0, initial=0.0)
    flipped = (evidence.detections or {}).get(FLIP)
    out = []
    for n in np.flatnonzero(alone & (found.scores >= _UNSURE)).tolist():
        score = float(found.scores[n])
        if flipped is not None:
            score = (score + _score_at(found.boxes[n], int(found.classes[n]), flipped)) / 2
        box = Box(*found.boxes[n].astype(float).tolist())
        out.append(LooseBox(int(found.classes[n]), box, score * float(1.0 - akin[n])))
    return tuple(out)


def _score_at(box: NDArray[np.float32], class_: int, found: Detections) -> float:
    """Return the best score of a candidate of that class at that place, 0 if there is none."""
    at = (found.classes == class_) & (iou(box[None], found.boxes)[0] >= SAME_PLACE)
    return float(found.scores[at].max(initial=0.0))


def _judged(image: Boxes, usual: Sequence[float], names: Sequence[str]) -> list[Mistake]:
    out = [_worst(given, share, names) for given, share in zip(image.given, usual, strict=True)]
    placed = {m.box for m in out if m.kind is MistakeKind.PLACED}
    out += [
        Mistake(MistakeKind.EXTRA, b.score, None, names[b.class_], b.score, b.box)
        for b in image.loose
        if b.box not in placed
    ]
    return sorted((m for m in out if m.score >= LOWEST), key=lambda m: -m.score)


def _worst(given: GivenBox, usual: float, names: Sequence[str]) -> Mistake:
    """Return the likeliest mistake in a labeled box."""
    pi = MISTAKE_SHARE
    label, box, index = names[given.class_], given.box, given.position
    missed = (1 - max(given.seen, given.rival)) * pi / (pi + (1 - pi) * usual)
    found = [Mistake(MistakeKind.MISSED, missed, label, None, None, box, index)]
    if given.rival > 0:
        odds = pi / max(len(names) - 1, 1) * given.rival
        swapped = given.rival * odds / (odds + (1 - pi) * given.seen)
        other = names[given.rival_class]
        found.append(Mistake(MistakeKind.SWAPPED, swapped, label, other, given.rival, box, index))
    if given.near is not None and given.near_iou < WELL_PLACED:
        placed = float(np.sqrt(given.near_score)) * (1 - given.near_iou)
        near, score = given.near, given.near_score
        found.append(Mistake(MistakeKind.PLACED, placed, label, label, score, near, index))
    return max(found, key=lambda m: m.score)
