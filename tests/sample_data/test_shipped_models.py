"""The shipped models have the promised inputs, outputs and metadata, and make honest mistakes."""

import ast
import csv
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
SAMPLES = ROOT / "sample_data"


def session(stem):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    file = str(MODELS / f"{stem}.onnx")
    return onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])


def profile(stem):
    return yaml.safe_load((MODELS / f"{stem}.yaml").read_text(encoding="utf-8"))


def test_models_and_samples_stay_small():
    files = [f for folder in (MODELS, SAMPLES) for f in folder.rglob("*") if f.is_file()]
    assert sum(file.stat().st_size for file in files) < 15_000_000


@pytest.mark.parametrize("stem", ["fruit_detector", "flower_classifier"])
def test_the_profile_agrees_with_the_model(stem):
    model, described = session(stem), profile(stem)
    metadata = model.get_modelmeta().custom_metadata_map
    width, height = described["input"]["size"]
    assert model.get_inputs()[0].name == "images"
    assert model.get_inputs()[0].shape[1:] == [3, height, width]
    assert isinstance(model.get_inputs()[0].shape[0], str)
    assert ast.literal_eval(metadata["imgsz"]) == [height, width]
    assert ast.literal_eval(metadata["names"]) == dict(enumerate(described["labels"]))
    assert (
        metadata["task"] == {"detection": "detect", "classification": "classify"}[described["task"]]
    )


@pytest.mark.parametrize("batch", [1, 3])
def test_the_detector_has_the_output_of_an_ultralytics_export(batch):
    model = session("fruit_detector")
    noise = np.random.default_rng(0).random((batch, 3, 256, 256), np.float32)
    (output,) = model.run(["output0"], {"images": noise})
    cells = 32 * 32 + 16 * 16 + 8 * 8
    assert output.shape == (batch, 4 + 5, cells)
    assert output.dtype == np.float32
    assert output[:, 4:].min() >= 0
    assert output[:, 4:].max() <= 1
    assert output[:, 2:4].min() > 0


def classify(path, model, size):
    image = Image.open(SAMPLES / "classification" / path).convert("RGB")
    pixels = np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32) / 255
    return model.run(["output0"], {"images": pixels.transpose(2, 0, 1)[None]})[0][0]


def test_the_classifier_errs_about_as_often_as_the_readme_says():
    model, described = session("flower_classifier"), profile("flower_classifier")
    with (SAMPLES / "classification" / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hard = json.loads((SAMPLES / "difficulty.json").read_text(encoding="utf-8"))["classification"]
    wrong = []
    for row in rows:
        logits = classify(row["path"], model, tuple(described["input"]["size"]))
        assert logits.shape == (len(described["labels"]),)
        if described["labels"][int(logits.argmax())] != row["label"]:
            wrong.append(row["path"])
    assert 5 <= len(wrong) <= 12
    assert sum(path in hard for path in wrong) > len(wrong) / 2


def test_the_detector_finds_the_fruit_of_an_easy_image():
    truth = json.loads((SAMPLES / "detection" / "truth.json").read_text(encoding="utf-8"))
    image = next(image for image in truth["images"] if image["file_name"] == "images/004.jpg")
    rows = [row for row in truth["annotations"] if row["image_id"] == image["id"]]
    picture = Image.open(SAMPLES / "detection" / image["file_name"]).convert("RGB")
    square = Image.new("RGB", (256, 256), (114, 114, 114))
    square.paste(picture.resize((256, 192), Image.Resampling.BILINEAR), (0, 32))
    pixels = np.asarray(square, np.float32).transpose(2, 0, 1)[None] / 255
    output = session("fruit_detector").run(None, {"images": pixels})[0][0]
    for row in rows:
        x, y, width, height = row["bbox"]
        middle = np.asarray([x + width / 2, y + height / 2]) * 256 / 480 + [0, 32]
        near = np.hypot(*(output[:2] - middle[:, None])) < 6
        scores = output[4:, near].max(1)
        assert scores.argmax() == row["category_id"] - 1
        assert scores.max() > 0.5
