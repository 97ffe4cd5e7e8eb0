"""Real images and real models, from a folder to a score, by commands alone."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from hardcase.imaging.open import image_size

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.shared_data, pytest.mark.slow, pytest.mark.timeout(900)]

YOLOX = """\
task: detection
decoder: yolox
input: {size: [416, 416], color: bgr, scale: 1, fit: letterbox-top-left, pad: 114}
labels_file: coco.names
"""
YOLO11 = """\
task: detection
decoder: ultralytics
input: {size: [320, 320], scale: 255, fit: letterbox, pad: 114}
labels_file: coco.names
"""
RESNET = """\
task: classification
decoder: classifier
input:
  size: [32, 32]
  scale: 255
  mean: [0.4914, 0.4822, 0.4465]
  std: [0.2471, 0.2435, 0.2616]
  fit: stretch
labels: [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]
activation: softmax
"""


def link(source: Path, target: Path) -> None:
    """Make `source` appear as `target`, without a copy where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def truth(images: Path, labels: Path, names: list[str]) -> dict[str, list]:
    """Return YOLO label files as COCO, image ids in the order of the files, classes from 1."""
    rows, boxes = [], []
    for key, path in enumerate(sorted(images.glob("*.jpg")), 1):
        width, height = image_size(path)
        rows.append({"id": key, "file_name": path.name, "width": width, "height": height})
        file = labels / f"{path.stem}.txt"
        for line in file.read_text().splitlines() if file.exists() else ():
            label, cx, cy, w, h = map(float, line.split())
            box = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height]
            known = {"id": len(boxes) + 1, "image_id": key, "category_id": int(label) + 1}
            boxes.append({**known, "bbox": box, "area": box[2] * box[3], "iscrowd": 0})
    categories = [{"id": n, "name": name} for n, name in enumerate(names, 1)]
    return {"images": rows, "annotations": boxes, "categories": categories}


def map50(expected: dict[str, list], results: Path) -> float:
    """Return mAP at IoU 0.5 of an exported results file, images and classes matched by name."""
    pycocotools = pytest.importorskip("pycocotools.coco")
    from pycocotools.cocoeval import COCOeval

    beside = json.loads(results.with_name("results.images.json").read_text())
    image_ids = {row["file_name"].split("/")[-1]: row["id"] for row in expected["images"]}
    images = {row["id"]: image_ids[row["file_name"].split("/")[-1]] for row in beside["images"]}
    class_ids = {row["name"]: row["id"] for row in expected["categories"]}
    classes = {row["id"]: class_ids[row["name"]] for row in beside["categories"]}
    found = [
        {**r, "image_id": images[r["image_id"]], "category_id": classes[r["category_id"]]}
        for r in json.loads(results.read_text())
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = pycocotools.COCO()
        coco.dataset = expected
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[1])


@pytest.mark.parametrize(
    "case",
    [("yolox_nano_bigisland", YOLOX, 0.522), ("yolo11n_int8_droneeye", YOLO11, 0.467)],
    ids=["yolox", "yolo11"],
)
def test_detection_from_folder_to_map(case, shared_data, tmp_path, hardcase):
    model, profile, expected = case
    source = shared_data / "detection" / "coco_train128"
    job = tmp_path / "job"
    for path in (source / "images").glob("*.jpg"):
        link(path, job / "images" / path.name)
    names = tmp_path / "coco.names"
    shutil.copy(source / "coco.names", names)
    (tmp_path / "profile.yaml").write_text(profile)

    assert hardcase("init", job, "--task", "detection", "--labels-file", names).status == 0
    done = hardcase(
        *("autolabel", job, "--mode", "pre-label", "--json"),
        *("--model", shared_data / "onnx" / f"{model}.onnx"),
        *("--profile", tmp_path / "profile.yaml", "--threshold", "0.001", "--iou", "0.65"),
    )
    assert done.status == 0, done.err
    (run,) = done.records
    assert (run["state"], run["done"], run["failed"]) == ("completed", 128, 0)
    assert run["to_be_confirmed"] == 128

    listed = hardcase("list", job, "--tab", "to-be-confirmed", "--json").records
    coefficients = [sample["hard_coefficient"] for sample in listed]
    assert coefficients == sorted(coefficients, reverse=True)
    assert len(listed) == 128

    hardest = [str(sample["id"]) for sample in listed[:5]]
    assert hardcase("confirm", job, *hardest).status == 0
    (stats,) = hardcase("stats", job, "--json").records
    assert (stats["labeled"], stats["to_be_confirmed"]) == (5, 123)

    out = tmp_path / "results.json"
    export = ("export", job, out, "--format", "coco-results", "--what", "predictions")
    assert hardcase(*export).status == 0
    images = truth(source / "images", source / "labels", names.read_text().splitlines())
    assert map50(images, out) == pytest.approx(expected, abs=0.01)
    assert hardcase("check", job).status == 0


def test_classification_from_folder_to_accuracy(shared_data, tmp_path, hardcase):
    source = shared_data / "classification" / "cifar10_train_4000"
    job = tmp_path / "job"
    for path in source.glob("*/*.*"):
        link(path, job / path.relative_to(source))
    labels = ",".join(sorted(folder.name for folder in source.iterdir() if folder.is_dir()))
    (tmp_path / "profile.yaml").write_text(RESNET)

    init = ("init", job, "--task", "classification", "--labels", labels)
    assert hardcase(*init).status == 0
    done = hardcase(
        *("autolabel", job, "--mode", "pre-label", "--threshold", "0", "--json"),
        *("--model", shared_data / "onnx" / "cifar10_resnet_2b.onnx"),
        *("--profile", tmp_path / "profile.yaml"),
    )
    assert done.status == 0, done.err
    (run,) = done.records
    assert (run["done"], run["failed"], run["to_be_confirmed"]) == (4000, 0, 4000)

    listed = hardcase("list", job, "--tab", "to-be-confirmed", "--json").records
    right = [s["annotations"][0]["label"] == s["path"].split("/")[0] for s in listed]
    accuracy = sum(right) / len(right)
    assert 0.60 < accuracy < 0.90
    hardest, easiest = right[:1000], right[-1000:]
    assert sum(hardest) < sum(easiest)

    assert hardcase("confirm", job, "--filter", "coef:<0.1").status == 0
    (stats,) = hardcase("stats", job, "--json").records
    assert stats["labeled"] + stats["to_be_confirmed"] == 4000
    export = ("export", job, tmp_path / "out.csv", "--format", "csv", "--what", "predictions")
    assert hardcase(*export).status == 0
    assert sum(1 for _ in (tmp_path / "out.csv").open()) >= 4000
