"""How well the hard coefficient finds what is wrong, beside the usual measures of uncertainty.

    python tests/benchmarks/hardness.py --images DIR --truth TRUTH --model M.onnx [--profile P.yaml]

TRUTH is a COCO JSON file, a folder of YOLO label files (with `--names`, one class a line), or, for
a classifier, a CSV file with the columns `path,label` (paths relative to it) or an ImageFolder (the
last directory is the label; default: the images' own). Classes are compared by name. Every figure
is of the images that have truth; `--part` takes every second one, so that what was chosen on one
half can be reported on the other.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness import SIGNALS, Assessment, Population, assess, measure
from hardcase.hardness import evaluation as ev
from hardcase.hardness.detection import at_least
from hardcase.hardness.rule import DEFAULT
from hardcase.inference import LocalEngine, Profile, load_profile
from hardcase.model.evidence import ORIGINAL, Detections, Evidence
from hardcase.model.job import Task
from hardcase.model.reasons import EXPLANATIONS, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
SHARES = (0.1, 0.2, 0.5)
Boxes = list[tuple[str, tuple[float, float, float, float]]]
Truth = dict[Path, "Callable[[Evidence], Boxes]"]
"""Boxes by image, given what the engine found out of it (YOLO files need its size)."""
Labels = dict[Path, str]


@dataclass(frozen=True)
class Measured:
    """All that is known of the images: signals (N, S), truth in [0, 1] or bool (N,), class (N,)."""

    task: Task
    signals: NDArray[np.float64]
    truth: NDArray[np.float64]
    predicted: NDArray[np.int64]
    failed: int

    def column(self, name: str) -> NDArray[np.float64]:
        return self.signals[:, SIGNALS.index(name)]


def coco_truth(images: Path, file: Path) -> Truth:
    data = json.loads(file.read_text())
    names = {c["id"]: c["name"] for c in data["categories"]}
    by_image: dict[int, Boxes] = {image["id"]: [] for image in data["images"]}
    for a in data["annotations"]:
        x, y, w, h = a["bbox"]
        by_image[a["image_id"]].append((names[a["category_id"]], (x, y, x + w, y + h)))
    return {
        images / image["file_name"]: lambda _, boxes=by_image[image["id"]]: boxes
        for image in data["images"]
    }


def yolo_truth(images: Path, folder: Path, names: Sequence[str]) -> Truth:
    def read(file: Path, evidence: Evidence) -> Boxes:
        boxes = []
        for line in file.read_text().splitlines():
            c, cx, cy, w, h = map(float, line.split()[:5])
            half = np.array([w, h]) / 2
            size = np.array([evidence.width, evidence.height])
            low, high = (np.array([cx, cy]) - half) * size, (np.array([cx, cy]) + half) * size
            boxes.append((names[int(c)], (*low.tolist(), *high.tolist())))
        return boxes

    return {
        image: lambda evidence, file=label: read(file, evidence)
        for image in all_images(images)
        if (label := folder / image.relative_to(images).with_suffix(".txt")).is_file()
    }


def class_truth(source: Path) -> Labels:
    if source.is_dir():
        return {path: path.parent.name for path in all_images(source)}
    with source.open(newline="") as file:
        return {source.parent / row["path"]: row["label"] for row in csv.DictReader(file)}


def all_images(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def warn_of_names(given: set[str], labels: Sequence[str]) -> None:
    if unknown := sorted(given - set(labels)):
        print(f"names the model does not know, all counted as missed: {', '.join(unknown)}")


def as_detections(boxes: Boxes, labels: Sequence[str]) -> Detections:
    """Give names the model's class ids; a name that the model lacks gets an id of its own."""
    ids = {name: i for i, name in enumerate(labels)}
    classes = [ids.setdefault(name, len(ids)) for name, _ in boxes]
    return Detections(
        np.array([b for _, b in boxes], dtype=np.float32).reshape(-1, 4),
        np.ones(len(boxes), dtype=np.float32),
        np.array(classes, dtype=np.int64),
    )


def run(
    model: Path,
    profile: Profile,
    paths: list[Path],
    *,
    truth: Truth | None = None,
    labels: Labels | None = None,
) -> Measured:
    """Run the model over `paths`; boxes are compared with `truth`, classes with `labels`."""
    truth, labels = truth or {}, labels or {}
    threshold = profile.score_threshold
    engine = LocalEngine(model, profile, threshold=threshold, iou=profile.iou_threshold)
    rows, wrong, predicted, failed = [], [], [], 0
    given: set[str] = set()
    for key, evidence in engine.run(enumerate(paths)):
        if isinstance(evidence, str):
            failed += 1
            print(f"{paths[key]}: {evidence}")
            continue
        rows.append(measure(evidence, profile.task, threshold))
        if evidence.detections is not None:
            accepted = at_least(evidence.detections[ORIGINAL], threshold)
            boxes = truth[paths[key]](evidence)
            given.update(name for name, _ in boxes)
            wrong.append(ev.true_work(accepted, as_detections(boxes, profile.labels)))
            predicted.append(-1)
        elif evidence.probabilities is not None:
            predicted.append(int(np.argmax(evidence.probabilities[ORIGINAL])))
            given.add(labels[paths[key]])
            wrong.append(float(profile.labels[predicted[-1]] != labels[paths[key]]))
    warn_of_names(given, profile.labels)
    return Measured(
        profile.task, np.array(rows), np.array(wrong), np.array(predicted, dtype=np.int64), failed
    )


def rivals(m: Measured, coefficient: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The coefficient and what it has to beat, all higher where harder."""
    if m.task is Task.DETECTION:
        others = {
            "expected work": m.column("expected_work"),
            "mean confidence": 1 - m.column("mean_score"),
            "min confidence": 1 - m.column("min_score"),
        }
    else:
        others = {
            "max probability": 1 - m.column("max_probability"),
            "entropy": m.column("entropy"),
            "margin": 1 - m.column("margin"),
        }
    rng = np.random.default_rng(0)
    return {"coefficient": coefficient, **others, "random": rng.random(len(coefficient))}


def interval(
    score: Callable[[NDArray[np.float64], NDArray[np.float64]], float],
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    truth: NDArray[np.float64],
) -> tuple[float, float]:
    """95 % of the difference in score over 500 paired bootstrap resamples."""
    rng = np.random.default_rng(0)
    gains = []
    for _ in range(500):
        pick = rng.integers(0, len(truth), len(truth))
        gains.append(score(ours[pick], truth[pick]) - score(theirs[pick], truth[pick]))
    low, high = np.quantile(gains, [0.025, 0.975])
    return float(low), float(high)


def report_ranking(m: Measured, scores: Mapping[str, NDArray[np.float64]]) -> None:
    wrong = m.truth > 0
    main: Callable[[NDArray[np.float64], NDArray[np.float64]], float]
    if m.task is Task.DETECTION:
        main, columns = ev.spearman, ["spearman"]
    else:
        columns = ["AUROC", "AP"]

        def main(s: NDArray[np.float64], t: NDArray[np.float64]) -> float:
            return ev.auroc(s, t > 0)

    columns += [f"in {share:.0%}" for share in SHARES] + ["ECE", "  gain of coefficient (95 %)"]
    print(f"\n{'':16}" + "".join(f"{c:>10}" for c in columns))
    for name, s in scores.items():
        figures = [main(s, m.truth)]
        if m.task is Task.CLASSIFICATION:
            figures.append(ev.average_precision(s, wrong))
        figures += [ev.found_within(s, m.truth, share) for share in SHARES]
        figures.append(ev.calibration_error(s, m.truth))
        line = f"{name:16}" + "".join(f"{f:10.3f}" for f in figures)
        if name != "coefficient":
            low, high = interval(main, scores["coefficient"], s, m.truth)
            gain = main(scores["coefficient"], m.truth) - figures[0]
            line += f"    {gain:+.3f} ({low:+.3f} to {high:+.3f})"
        print(line)


def report_calibration(m: Measured, coefficient: NDArray[np.float64]) -> None:
    print("\ncoefficient   samples    said    seen")
    for b in ev.calibration_table(coefficient, m.truth):
        print(f"{b.low:.1f} to {b.high:.1f} {b.samples:11} {b.said:7.3f} {b.seen:7.3f}")


def report_marks(m: Measured, assessed: list[Assessment]) -> None:
    hard = np.array([a.hard for a in assessed])
    held = m.truth[hard].sum() / max(m.truth.sum(), 1e-12)
    print(f"\nhard (coefficient from {DEFAULT.value} on): {hard.mean():.1%} of the images,", end="")
    print(f" with {held:.1%} of what is wrong", end="")
    print(f"; mean truth {mean(m.truth[hard])} in hard, {mean(m.truth[~hard])} in others")
    print("\nreason                                        share   truth with  without")
    for reason in Reason:
        has = np.array([reason in a.reasons for a in assessed])
        if has.any():
            what = f"{reason.value:2} {EXPLANATIONS[reason].what}"
            with_it, without = mean(m.truth[has]), mean(m.truth[~has])
            print(f"{what:44} {has.mean():6.1%} {with_it:>12} {without:>8}")


def mean(values: NDArray[np.float64]) -> str:
    return f"{values.mean():.3f}" if values.size else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--truth", type=Path, help="default: the images' directories")
    parser.add_argument("--names", type=Path, help="class names of YOLO label files, one a line")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--threshold", type=float, help="default: the profile's")
    parser.add_argument("--part", choices=("all", "even", "odd"), default="all")
    args = parser.parse_args()

    profile = load_profile(args.model, args.profile)
    if args.threshold is not None:
        profile = replace(profile, score_threshold=args.threshold)
    truth: Truth = {}
    labels: Labels = {}
    if profile.task is Task.CLASSIFICATION:
        labels = class_truth(args.truth or args.images)
    elif args.truth is None:
        parser.error("a detector needs --truth")
    elif args.truth.is_file():
        truth = coco_truth(args.images, args.truth)
    else:
        names = args.names.read_text().splitlines() if args.names else profile.labels
        truth = yolo_truth(args.images, args.truth, names)
    paths = sorted(truth or labels)
    start, step = {"all": (0, 1), "even": (0, 2), "odd": (1, 2)}[args.part]
    m = run(args.model, profile, paths[start::step], truth=truth, labels=labels)
    if len(m.truth) == 0:
        parser.error("no image with truth could be run")

    assessed = assess(Population.undecided(m.task, m.signals, m.predicted))
    coefficient = np.array([a.coefficient for a in assessed])
    kind = "share of boxes wrong" if m.task is Task.DETECTION else "share of labels wrong"
    print(f"{args.model.name} on {args.images}: {len(m.truth)} images, {m.failed} failed,", end="")
    print(f" {kind} {m.truth.mean():.3f}, coefficient {coefficient.mean():.3f}")
    report_ranking(m, rivals(m, coefficient))
    report_calibration(m, coefficient)
    report_marks(m, assessed)


if __name__ == "__main__":
    main()
