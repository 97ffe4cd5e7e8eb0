"""Measure the shipped models on the shipped sample data: `python models/evaluate.py [--json]`.

Stands on its own (numpy, Pillow, ONNX Runtime, PyYAML, pycocotools), so that its figures check
those of the package instead of repeating them.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import yaml
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

if TYPE_CHECKING:
    from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "sample_data"
MATCH_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """Detections in one image: `boxes` (n, 4) xyxy in its pixels, `scores` and `classes` (n,)."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DetectionFigures:
    """mAP at IoU 0.5 and at 0.5 to 0.95; images with a mistake at the profile's threshold."""

    images: int
    map50: float
    map50_95: float
    images_with_mistake: int
    missed: int
    extra: int
    wrong_label: int


@dataclass(frozen=True, slots=True)
class ClassificationFigures:
    """Share of right labels, and which files got which wrong label."""

    images: int
    accuracy: float
    mistakes: tuple[str, ...]


def letterbox(image: Image.Image, size: int) -> tuple[NDArray[np.float32], float, int, int]:
    """Centre `image` on grey: (1, 3, size, size) 0-1, scale, left and top padding in pixels."""
    scale = size / max(image.size)
    width, height = (round(side * scale) for side in image.size)
    left, top = (size - width) // 2, (size - height) // 2
    square = Image.new("RGB", (size, size), (114, 114, 114))
    square.paste(image.resize((width, height), Image.Resampling.BILINEAR), (left, top))
    values = np.asarray(square, np.float32).transpose(2, 0, 1)[None] / 255
    return values, scale, left, top


def iou(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Overlap of one box with many, all xyxy."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    both = np.clip(high - low, 0, None).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return both / (areas + (box[2:] - box[:2]).prod() - both)


def detect(
    session: onnxruntime.InferenceSession, image: Image.Image, threshold: float, limit: float
) -> Found:
    """Run the detector on one image; `limit` is the IoU of the per-class suppression."""
    size = session.get_inputs()[0].shape[2]
    values, scale, left, top = letterbox(image, size)
    output = session.run(None, {"images": values})[0][0]
    classes, scores = output[4:].argmax(0), output[4:].max(0)
    keep = scores >= threshold
    centre, extent = output[:2, keep].T, output[2:4, keep].T
    corners = np.concatenate([centre - extent / 2, centre + extent / 2], 1)
    corners = (corners - [left, top, left, top]) / scale
    corners = np.clip(corners, 0, [*image.size, *image.size]).astype(np.float32)
    classes, scores = classes[keep], scores[keep]
    order = list(np.argsort(-scores, kind="stable"))
    kept = []
    while order:
        best = order.pop(0)
        kept.append(best)
        others = np.asarray(order, np.int64)
        if len(others):
            same = classes[others] == classes[best]
            close = iou(corners[best], corners[others]) > limit
            order = list(others[~(same & close)])
    return Found(corners[kept], scores[kept], classes[kept])


def compare(found: Found, boxes: NDArray[np.float32], classes: NDArray[np.int64]) -> list[str]:
    """Mistakes in one image: best score first, each detection takes its closest free true box."""
    free = set(range(len(boxes)))
    mistakes = []
    for box, label in zip(found.boxes, found.classes, strict=True):
        places = sorted(free)
        close = iou(box, boxes[places]) if places else np.zeros(1)
        if close.max() < MATCH_IOU:
            mistakes.append("extra")
            continue
        match = places[int(close.argmax())]
        free.discard(match)
        if classes[match] != label:
            mistakes.append("wrong label")
    return mistakes + ["missed"] * len(free)


def measure_detector(names: list[str]) -> DetectionFigures:
    """Evaluate on the images of the given names (`images/NNN.jpg`)."""
    session, profile = _load("fruit_detector")
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(SAMPLES / "detection" / "truth.json"))
    ids = [number for number, image in truth.imgs.items() if image["file_name"] in names]
    results, mistakes = [], {}
    for number in ids:
        file = SAMPLES / "detection" / truth.imgs[number]["file_name"]
        image = Image.open(file).convert("RGB")
        found = detect(session, image, 0.01, profile["iou_threshold"])
        for box, score, label in zip(found.boxes, found.scores, found.classes, strict=True):
            x, y, right, low = (float(value) for value in box)
            bbox = [x, y, right - x, low - y]
            entry = {"image_id": number, "category_id": int(label) + 1, "bbox": bbox}
            results.append(entry | {"score": float(score)})
        sure = found.scores >= profile["score_threshold"]
        found = Found(found.boxes[sure], found.scores[sure], found.classes[sure])
        rows = truth.imgToAnns[number]
        boxes = np.asarray([row["bbox"] for row in rows], np.float32).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        classes = np.asarray([row["category_id"] - 1 for row in rows], np.int64)
        mistakes[number] = compare(found, boxes, classes)
    with contextlib.redirect_stdout(io.StringIO()):
        scores = COCOeval(truth, truth.loadRes(results), "bbox")
        scores.params.imgIds = ids
        scores.evaluate()
        scores.accumulate()
        scores.summarize()
    kinds = [kind for found_kinds in mistakes.values() for kind in found_kinds]
    return DetectionFigures(
        len(ids),
        round(float(scores.stats[1]), 3),
        round(float(scores.stats[0]), 3),
        sum(1 for found_kinds in mistakes.values() if found_kinds),
        kinds.count("missed"),
        kinds.count("extra"),
        kinds.count("wrong label"),
    )


def measure_classifier(names: list[str]) -> ClassificationFigures:
    """Evaluate on the images of the given names (`images/NNN.jpg`)."""
    session, profile = _load("flower_classifier")
    width, height = profile["input"]["size"]
    wrong = []
    with (SAMPLES / "classification" / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["path"] in names]
    for row in rows:
        image = Image.open(SAMPLES / "classification" / row["path"]).convert("RGB")
        image = image.resize((width, height), Image.Resampling.BILINEAR)
        values = np.asarray(image, np.float32).transpose(2, 0, 1)[None] / 255
        logits = session.run(None, {"images": values})[0][0]
        label = profile["labels"][int(logits.argmax())]
        if label != row["label"]:
            odds = np.exp(logits - logits.max())
            sure = odds.max() / odds.sum()
            wrong.append(f"{row['path']}: {row['label']} taken for {label} ({sure:.2f})")
    return ClassificationFigures(len(rows), round(1 - len(wrong) / len(rows), 3), tuple(wrong))


def _load(stem: str) -> tuple[onnxruntime.InferenceSession, dict]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    file = str(HERE / f"{stem}.onnx")
    session = onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])
    return session, yaml.safe_load((HERE / f"{stem}.yaml").read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    hard = json.loads((SAMPLES / "difficulty.json").read_text(encoding="utf-8"))
    report = {}
    for task, measure in (("detection", measure_detector), ("classification", measure_classifier)):
        names = sorted(f"images/{file.name}" for file in (SAMPLES / task / "images").iterdir())
        groups = {
            "all": names,
            "easy": [name for name in names if name not in hard[task]],
            "hard": [name for name in names if name in hard[task]],
        }
        report[task] = {group: asdict(measure(members)) for group, members in groups.items()}
    if as_json:
        print(json.dumps(report, indent=1))
        return
    for task, groups in report.items():
        for group, figures in groups.items():
            print(task, group)
            for name, value in figures.items():
                print(f"  {name:20} {value}")


if __name__ == "__main__":
    main()
