"""How well likely mistakes in labels are found, beside cleanlab's scores on the same evidence.

    python tests/benchmarks/label_mistakes.py --images DIR --truth TRUTH --model M.onnx

TRUTH as for `hardness.py`. Mistakes are planted into a share of the true labels: `swap` (another
class), and in boxes `drop` (one is left out), `add` (one more, of the size of another, anywhere),
`shift` (moved by a quarter to three fifths of its size), and all four together. Printed is, over
images, the AUROC for having a planted mistake and the precision among the first k, k being how many
have one; and over boxes the precision among the first k mistakes told, a told one counting if it is
of the right kind and at the right place. Truth has mistakes of its own, which count as false here.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hardness_truth import as_detections, class_truth, coco_truth, yolo_truth

from hardcase.hardness.evaluation import auroc
from hardcase.hardness.mistakes import compare_boxes, compare_classes, judge_boxes
from hardcase.inference import Effort, EngineRequest, LocalEngine, load_profile
from hardcase.model.boxes import iou
from hardcase.model.evidence import ORIGINAL
from hardcase.model.findings import MistakeKind
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from hardcase.inference import Profile
    from hardcase.model.evidence import Evidence
    from hardcase.model.findings import Mistake

KINDS = {
    "swap": MistakeKind.SWAPPED,
    "drop": MistakeKind.EXTRA,
    "add": MistakeKind.MISSED,
    "shift": MistakeKind.PLACED,
}


@dataclass
class Labels:
    """The labels of an image, boxes (N, 4) and classes (N,), and what was planted where."""

    boxes: NDArray[np.float64]
    classes: NDArray[np.int64]
    planted: list[tuple[str, NDArray[np.float64]]]


def plant(
    truth: Sequence[Labels],
    seen: Sequence[Evidence],
    kinds: Sequence[str],
    rng: np.random.Generator,
    *,
    share: float,
    classes: int,
) -> list[Labels]:
    """Return the labels with mistakes of these kinds, in about `share` of the boxes."""
    sizes = [
        ((b[2:] - b[:2]) / [e.width, e.height], c)
        for labels, e in zip(truth, seen, strict=True)
        for b, c in zip(labels.boxes, labels.classes, strict=True)
    ]
    out = []
    for labels, e in zip(truth, seen, strict=True):
        frame = np.array([e.width, e.height], np.float64)
        boxes, ids = list(labels.boxes.copy()), labels.classes.tolist()
        planted: list[tuple[str, NDArray[np.float64]]] = []
        gone = set()
        for n in np.flatnonzero(rng.random(len(boxes)) < share).tolist():
            kind = kinds[rng.integers(len(kinds))]
            place = boxes[n]
            if kind == "swap":
                ids[n] = int((ids[n] + rng.integers(1, classes)) % classes)
            elif kind == "drop":
                gone.add(n)
            elif kind == "shift":
                step = (place[2:] - place[:2]) * rng.uniform(0.25, 0.6, 2) * rng.choice([-1, 1], 2)
                place = np.clip(place + np.tile(step, 2), 0, np.tile(frame, 2))
                if (place[2:] - place[:2]).min() < 1:
                    continue
                boxes[n] = place
            else:
                size, class_ = sizes[rng.integers(len(sizes))]
                corner = rng.random(2) * (1 - size) * frame
                place = np.concatenate([corner, corner + size * frame])
                boxes.append(place)
                ids.append(int(class_))
            planted.append((kind, place))
        kept = [n for n in range(len(boxes)) if n not in gone]
        out.append(
            Labels(
                np.array([boxes[n] for n in kept]).reshape(-1, 4),
                np.array([ids[n] for n in kept], np.int64),
                planted,
            )
        )
    return out


def told(
    mistakes: Sequence[Sequence[Mistake]], labels: Sequence[Labels]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return of every mistake told its score and whether it was planted there."""
    scores, right = [], []
    for found, image in zip(mistakes, labels, strict=True):
        for m in found:
            box = image.boxes[m.index] if m.index is not None else np.array(m.box)
            at = [
                KINDS[kind] is m.kind and iou(place[None], box[None])[0, 0] >= 0.5
                for kind, place in image.planted
            ]
            scores.append(m.score)
            right.append(any(at))
    return np.array(scores), np.array(right, bool)


def first(scores: NDArray[np.float64], wrong: NDArray[np.bool_], k: int) -> float:
    """Return the precision among the first k."""
    return float(wrong[np.argsort(-scores, kind="stable")[:k]].mean()) if k else 0.0


def objectlab(
    labels: Sequence[Labels], seen: Sequence[Evidence], classes: int
) -> NDArray[np.float64] | None:
    try:
        from cleanlab.object_detection.rank import get_label_quality_scores
    except ImportError:
        return None
    given, predicted, rows = [], [], []
    for n, (image, e) in enumerate(zip(labels, seen, strict=True)):
        d = (e.detections or {})[ORIGINAL]
        if len(image.boxes) == 0:
            continue  # it takes no image without labels
        scored = np.hstack([d.boxes, d.scores[:, None]]).astype(np.float64)
        parts = [scored[d.classes == c] for c in range(classes)]
        predicted.append(np.array([*parts, None], object)[:-1])
        given.append({"bboxes": image.boxes, "labels": image.classes})
        rows.append(n)
    out = np.zeros(len(labels))
    out[rows] = 1 - get_label_quality_scores(given, predicted, verbose=False)
    return out


def boxes_report(
    truth: Sequence[Labels],
    seen: Sequence[Evidence],
    names: Sequence[str],
    args: argparse.Namespace,
) -> Iterator[str]:
    yield f"{'planted':<8}{'score':<12}{'AUROC':>7}{'first k':>9}{'of boxes':>10}"
    for name, kinds in {**{k: (k,) for k in KINDS}, "all": tuple(KINDS)}.items():
        figures: dict[str, list[tuple[float, float, float]]] = {}
        for seed in range(args.seeds):
            rng = np.random.default_rng(seed)
            labels = plant(truth, seen, kinds, rng, share=args.share, classes=len(names))
            wrong = np.array([bool(image.planted) for image in labels])
            compared = [
                compare_boxes(e, image.boxes, image.classes)
                for e, image in zip(seen, labels, strict=True)
            ]
            mistakes = judge_boxes(compared, names)
            scores, right = told(mistakes, labels)
            k = int(wrong.sum())
            box = first(scores, right, sum(len(image.planted) for image in labels))
            mine = np.array([max((m.score for m in found), default=0.0) for found in mistakes])
            row = (auroc(mine, wrong), first(mine, wrong, k), box)
            figures.setdefault("hardcase", []).append(row)
            other = objectlab(labels, seen, len(names))
            if other is not None:
                row = (auroc(other, wrong), first(other, wrong, k), np.nan)
                figures.setdefault("ObjectLab", []).append(row)
        for rival, rows in figures.items():
            a, b, c = np.mean(rows, axis=0)
            yield f"{name:<8}{rival:<12}{a:>7.3f}{b:>9.3f}" + ("" if np.isnan(c) else f"{c:>10.3f}")


def classes_report(
    truth: NDArray[np.int64], seen: Sequence[Evidence], args: argparse.Namespace
) -> Iterator[str]:
    p = np.array([(e.probabilities or {})[ORIGINAL] for e in seen], np.float64)
    p = np.clip(p, 1e-9, 1)
    p /= p.sum(axis=1, keepdims=True)
    count = p.shape[1]
    figures: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(args.seeds):
        rng = np.random.default_rng(seed)
        wrong = rng.random(len(truth)) < args.share
        given = np.where(wrong, (truth + rng.integers(1, count, len(truth))) % count, truth)
        mine = [compare_classes(e, [c])[0] for e, c in zip(seen, given.tolist(), strict=True)]
        scores = {"hardcase": np.array(mine)}
        try:
            from cleanlab.rank import get_label_quality_scores

            for method in ("self_confidence", "normalized_margin"):
                scores[method] = 1 - get_label_quality_scores(given, p, method=method)
        except ImportError:
            pass
        for rival, score in scores.items():
            row = (
                auroc(score, wrong),
                first(score, wrong, int(wrong.sum())),
                first(score, wrong, 100),
            )
            figures.setdefault(rival, []).append(row)
        bins = np.digitize(scores["hardcase"], (0.1, 0.5, 0.9))
        for n, name in enumerate(("below 0.1", "0.1 to 0.5", "0.5 to 0.9", "from 0.9")):
            if (bins == n).any():
                row = (np.nan, float(wrong[bins == n].mean()), float((bins == n).mean()))
                figures.setdefault(name, []).append(row)
    yield f"{'score':<20}{'AUROC':>7}{'first k':>9}{'first 100':>11}"
    for rival, rows in figures.items():
        a, b, c = np.mean(rows, axis=0)
        if np.isnan(a):
            yield f"{rival:<20}wrong {b:.3f}, of all images {c:.3f}"
        else:
            yield f"{rival:<20}{a:>7.3f}{b:>9.3f}{c:>11.3f}"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--truth", type=Path, help="default: the images' directories")
    parser.add_argument("--names", type=Path, help="class names of YOLO label files, one a line")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--share", type=float, default=0.05, help="of labels that are spoiled")
    parser.add_argument("--seeds", type=int, default=5)
    return parser


def evidence_of(model: Path, profile: Profile, paths: Sequence[Path]) -> dict[Path, Evidence]:
    threshold, overlap = profile.score_threshold, profile.iou_threshold
    engine = LocalEngine(
        EngineRequest(model, profile, threshold=threshold, iou=overlap, effort=Effort.QUICK)
    )
    answers = ((paths[key], found) for key, found in engine.run(enumerate(paths)))
    return {path: found for path, found in answers if not isinstance(found, str)}


def main() -> None:
    parser = arguments()
    args = parser.parse_args()
    warnings.filterwarnings("ignore", module="cleanlab")
    profile = load_profile(args.model, args.profile)
    names = profile.labels
    if profile.task is Task.CLASSIFICATION:
        by_path = class_truth(args.truth or args.images)
        seen = evidence_of(args.model, profile, sorted(by_path))
        known = {path: e for path, e in seen.items() if by_path[path] in names}
        classes = np.array([names.index(by_path[path]) for path in known], np.int64)
        report = classes_report(classes, list(known.values()), args)
    else:
        if args.truth is None:
            parser.error("a detector needs --truth")
        files = args.names.read_text().splitlines() if args.names else names
        make = coco_truth(args.images, args.truth) if args.truth.is_file() else None
        truth = make or yolo_truth(args.images, args.truth, files)
        seen = evidence_of(args.model, profile, sorted(truth))
        labels = []
        for path, e in seen.items():
            found = as_detections(truth[path](e), names)
            kept = found.classes < len(names)
            labels.append(Labels(found.boxes[kept].astype(np.float64), found.classes[kept], []))
        report = boxes_report(labels, list(seen.values()), names, args)
    print(f"{len(seen)} images, mistakes in {args.share:.0%} of the labels, {args.seeds} times")
    for line in report:
        print(line)


if __name__ == "__main__":
    main()
