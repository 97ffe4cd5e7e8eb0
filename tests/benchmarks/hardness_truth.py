"""What is true of the images of a benchmark: boxes by image, or the class."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.evidence import Detections, Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
Boxes = list[tuple[str, tuple[float, float, float, float]]]
Truth = dict[Path, "Callable[[Evidence], Boxes]"]
"""Boxes by image, given what the engine found out of it (YOLO files need its size)."""
Labels = dict[Path, str]


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


def as_detections(boxes: Boxes, labels: Sequence[str]) -> Detections:
    """Give names the model's class ids; a name that the model lacks gets an id of its own."""
    ids = {name: i for i, name in enumerate(labels)}
    classes = [ids.setdefault(name, len(ids)) for name, _ in boxes]
    return Detections(
        np.array([b for _, b in boxes], dtype=np.float32).reshape(-1, 4),
        np.ones(len(boxes), dtype=np.float32),
        np.array(classes, dtype=np.int64),
    )
