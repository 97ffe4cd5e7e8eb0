"""mAP of a detector as hardcase runs it: `python map.py --images DIR --truth T --model M.onnx`.

Truth is a COCO JSON file or a folder of YOLO label files. Prints mAP50 and mAP50-95 of pycocotools.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from hardcase.imaging.open import image_size
from hardcase.inference import EngineRequest, LocalEngine, Profile, load_profile
from hardcase.model.evidence import ORIGINAL, Evidence


@dataclass(frozen=True, slots=True)
class Truth:
    """Image files by id, and a COCO data set whose category ids are class indices."""

    images: dict[int, Path]
    data: dict


@dataclass(frozen=True, slots=True)
class Score:
    images: int
    boxes: int
    map50: float
    map50_95: float


def read_yolo(images: Path, labels: Path, classes: int, missing: str) -> Truth:
    """Read YOLO txt truth. Images without a label file count as `empty` or are left out: `skip`."""
    files, annotations, rows = {}, [], []
    for path in sorted(
        p for p in images.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"}
    ):
        text = labels / f"{path.stem}.txt"
        if not text.exists() and missing == "skip":
            continue
        key = len(files) + 1
        files[key] = path
        width, height = image_size(path)
        rows.append({"id": key, "file_name": path.name, "width": width, "height": height})
        for line in text.read_text().splitlines() if text.exists() else ():
            index, cx, cy, w, h = map(float, line.split())
            box = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height]
            annotations.append(_annotation(len(annotations) + 1, key, int(index), box))
    return Truth(files, _dataset(rows, annotations, classes))


def read_coco(images: Path, file: Path, labels: tuple[str, ...]) -> Truth:
    """Read COCO truth; categories are matched to the profile's labels by name."""
    data = json.loads(file.read_text())
    index = {c["id"]: labels.index(c["name"]) for c in data["categories"] if c["name"] in labels}
    files = {row["id"]: images / row["file_name"] for row in data["images"]}
    annotations = [
        _annotation(n, a["image_id"], index[a["category_id"]], a["bbox"], a.get("iscrowd", 0))
        for n, a in enumerate(data["annotations"], 1)
        if a["category_id"] in index
    ]
    return Truth(files, _dataset(data["images"], annotations, len(labels)))


def evaluate(
    model: Path, profile: Profile, truth: Truth, *, threshold: float = 0.001, iou: float = 0.65
) -> Score:
    """Run a detector over the images of `truth` and score what it finds."""
    results = []
    engine = LocalEngine(EngineRequest(model, profile, threshold=threshold, iou=iou, views=()))
    for key, evidence in engine.run(truth.images.items()):
        if not isinstance(evidence, Evidence):
            raise SystemExit(f"{truth.images[key]}: {evidence}")
        found = evidence.detections[ORIGINAL]
        sides = found.boxes[:, 2:] - found.boxes[:, :2]
        results += [
            {"image_id": key, "category_id": int(c), "bbox": [*map(float, b)], "score": float(s)}
            for b, s, c in zip(
                np.hstack([found.boxes[:, :2], sides]), found.scores, found.classes, strict=True
            )
        ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth.data
        coco.createIndex()
        scoring = COCOeval(coco, coco.loadRes(results), "bbox")
        scoring.evaluate()
        scoring.accumulate()
        scoring.summarize()
    boxes = len(truth.data["annotations"])
    return Score(len(truth.images), boxes, float(scoring.stats[1]), float(scoring.stats[0]))


def _annotation(key: int, image: int, category: int, box: list[float], crowd: int = 0) -> dict:
    area = box[2] * box[3]
    return {
        "id": key,
        "image_id": image,
        "category_id": category,
        "bbox": box,
        "area": area,
        "iscrowd": crowd,
    }


def _dataset(images: list[dict], annotations: list[dict], classes: int) -> dict:
    categories = [{"id": index, "name": str(index)} for index in range(classes)]
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories}


def main() -> None:
    parser = argparse.ArgumentParser(description="mAP of a detector as hardcase runs it")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True, help="COCO JSON or YOLO label folder")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--threshold", type=float, default=0.001)
    parser.add_argument("--iou", type=float, default=0.65)
    parser.add_argument(
        "--missing",
        choices=["empty", "skip"],
        default="empty",
        help="images without a YOLO label file hold no objects, or are left out",
    )
    options = parser.parse_args()
    profile = load_profile(options.model, options.profile)
    if options.truth.is_dir():
        truth = read_yolo(options.images, options.truth, len(profile.labels), options.missing)
    else:
        truth = read_coco(options.images, options.truth, profile.labels)
    score = evaluate(options.model, profile, truth, threshold=options.threshold, iou=options.iou)
    print(f"images {score.images}  boxes {score.boxes}")
    print(f"mAP50 {score.map50:.4f}  mAP50-95 {score.map50_95:.4f}")


if __name__ == "__main__":
    main()
