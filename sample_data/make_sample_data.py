"""Make the two sample sets again: `python sample_data/make_sample_data.py [--out FOLDER]`.

Same Pillow, same bytes. Only numpy and Pillow are needed.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from scenes.difficulty import AXES, Difficulty
from scenes.flowers import SPECIES
from scenes.fruit import KINDS
from scenes.market import Box, MarketScene, render_market
from scenes.meadow import render_meadow

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT = 60
QUALITY = 88
SAMPLE_STREAM = 0
"""First word of every seed; training uses another, so no model has seen these images."""
DETECTION, CLASSIFICATION = 1, 2
HARD_STRENGTH = (0.6, 1.0)
HARD_COUNT = 22
EMPTY_COUNT = 4


@dataclass(frozen=True, slots=True)
class Flower:
    """`pixels` (240, 240, 3) sRGB bytes and the species."""

    pixels: NDArray[np.uint8]
    label: str


def plan(task: int) -> list[Difficulty]:
    """Return the difficulty of each image: 38 easy ones, 22 hard in one or two ways."""
    rng = np.random.default_rng([SAMPLE_STREAM, task])
    difficulties = [Difficulty()] * (COUNT - HARD_COUNT)
    for k in range(HARD_COUNT):
        names = {AXES[-1 - k % len(AXES)]}
        if rng.random() < 0.5:
            names.add(str(rng.choice(AXES)))
        strengths = {name: float(rng.uniform(*HARD_STRENGTH)) for name in sorted(names)}
        difficulties.append(Difficulty(**strengths))
    return [difficulties[k] for k in rng.permutation(COUNT)]


def detection_sample(index: int) -> MarketScene:
    """Image `index` (0-59) of the detection set; four of the easy ones show no fruit at all."""
    difficulties = plan(DETECTION)
    easy = [k for k, difficulty in enumerate(difficulties) if not difficulty.names()]
    rng = np.random.default_rng([SAMPLE_STREAM, DETECTION, index])
    empty = index in easy[:: len(easy) // EMPTY_COUNT][:EMPTY_COUNT]
    return render_market(rng, difficulties[index], empty=empty)


def classification_sample(index: int) -> Flower:
    """Image `index` (0-59) of the classification set; twelve of each species."""
    order = np.random.default_rng([SAMPLE_STREAM, CLASSIFICATION, COUNT]).permutation(COUNT)
    species = SPECIES[int(order[index]) % len(SPECIES)]
    rng = np.random.default_rng([SAMPLE_STREAM, CLASSIFICATION, index])
    pixels = render_meadow(rng, species, plan(CLASSIFICATION)[index])
    return Flower(pixels, species)


def image_name(index: int) -> str:
    """Path of an image below its set's folder; it says nothing about the content."""
    return f"images/{index + 1:03d}.jpg"


def write_detection(folder: Path) -> None:
    """Write the images and `truth.json` (COCO) into `folder`."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for index in range(COUNT):
        scene = detection_sample(index)
        _save(scene.pixels, folder / image_name(index))
        height, width = scene.pixels.shape[:2]
        number = index + 1
        images.append(
            {"id": number, "file_name": image_name(index), "width": width, "height": height}
        )
        for box in scene.boxes:
            annotations.append(_coco_annotation(len(annotations) + 1, number, box))
    categories = [{"id": k, "name": kind} for k, kind in enumerate(KINDS, start=1)]
    truth = {"images": images, "annotations": annotations, "categories": categories}
    lines = [f"  {json.dumps(key)}: {_one_a_line(rows)}" for key, rows in truth.items()]
    (folder / "truth.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def write_classification(folder: Path) -> None:
    """Write the images and `truth.csv` (path, label) into `folder`."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("path", "label"))
        for index in range(COUNT):
            flower = classification_sample(index)
            _save(flower.pixels, folder / image_name(index))
            writer.writerow((image_name(index), flower.label))


def write_difficulty(file: Path) -> None:
    """Write what was made hard in which image, for people and benchmarks; no model reads it."""
    report = {
        name: {image_name(k): d.names() for k, d in enumerate(plan(task)) if d.names()}
        for name, task in (("detection", DETECTION), ("classification", CLASSIFICATION))
    }
    file.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _coco_annotation(number: int, image: int, box: Box) -> dict[str, object]:
    return {
        "id": number,
        "image_id": image,
        "category_id": KINDS.index(box.label) + 1,
        "bbox": [box.x, box.y, box.width, box.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "segmentation": [],
    }


def _one_a_line(rows: list[dict[str, object]]) -> str:
    return "[\n" + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]"


def _save(pixels: NDArray[np.uint8], file: Path) -> None:
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    out = parser.parse_args().out
    write_detection(out / "detection")
    write_classification(out / "classification")
    write_difficulty(out / "difficulty.json")


if __name__ == "__main__":
    main()
