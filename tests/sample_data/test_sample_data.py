"""The shipped sample sets are what the generator paints and what their truth says."""

import csv
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_data"


@pytest.fixture(scope="module")
def generator():
    sys.path.insert(0, str(SAMPLES))
    try:
        place = SAMPLES / "make_sample_data.py"
        spec = importlib.util.spec_from_file_location("make_sample_data", place)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SAMPLES))


@pytest.fixture(scope="module")
def coco():
    return json.loads((SAMPLES / "detection" / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def labels():
    with (SAMPLES / "classification" / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_same_picture(pixels, file):
    shipped = np.asarray(Image.open(file), np.float32)
    assert shipped.shape == pixels.shape
    # JPEG alone moves a grainy image by several levels; another scene would differ by far more
    assert np.abs(shipped - pixels).mean() < 8


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_the_generator_paints_the_shipped_detection_images(generator, coco, index):
    scene = generator.detection_sample(index)
    image = coco["images"][index]
    assert_same_picture(scene.pixels, SAMPLES / "detection" / image["file_name"])
    names = {category["id"]: category["name"] for category in coco["categories"]}
    shipped = [
        (names[row["category_id"]], *row["bbox"])
        for row in coco["annotations"]
        if row["image_id"] == image["id"]
    ]
    painted = [(box.label, box.x, box.y, box.width, box.height) for box in scene.boxes]
    assert [name for name, *_ in shipped] == [name for name, *_ in painted]
    for (_, *a), (_, *b) in zip(shipped, painted, strict=True):
        assert a == pytest.approx(b, abs=1)


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_the_generator_paints_the_shipped_flowers(generator, labels, index):
    flower = generator.classification_sample(index)
    assert labels[index]["label"] == flower.label
    assert_same_picture(flower.pixels, SAMPLES / "classification" / labels[index]["path"])


def test_boxes_lie_inside_their_images(coco):
    sizes = {image["id"]: (image["width"], image["height"]) for image in coco["images"]}
    for row in coco["annotations"]:
        x, y, width, height = row["bbox"]
        assert min(x, y) >= 0
        assert min(width, height) >= 1
        assert x + width <= sizes[row["image_id"]][0]
        assert y + height <= sizes[row["image_id"]][1]


def test_every_image_has_truth_and_the_other_way_round(coco, labels):
    for task, paths in (
        ("detection", [image["file_name"] for image in coco["images"]]),
        ("classification", [row["path"] for row in labels]),
    ):
        files = sorted(f"images/{file.name}" for file in (SAMPLES / task / "images").iterdir())
        assert files == sorted(paths)
        assert len(files) == 60


def test_some_detection_images_show_nothing_to_find(coco):
    seen = {row["image_id"] for row in coco["annotations"]}
    assert 3 <= len(coco["images"]) - len(seen) <= 6


def test_each_flower_occurs_equally_often(labels):
    counts = {}
    for row in labels:
        counts[row["label"]] = counts.get(row["label"], 0) + 1
    assert counts == dict.fromkeys(("aster", "daisy", "poppy", "rudbeckia", "sunflower"), 12)
