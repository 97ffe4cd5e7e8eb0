"""Real models find in real images what they are known to find."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from PIL import Image

from hardcase.inference import (
    EngineRequest,
    LocalEngine,
    describe_model,
    load_profile,
    recognise_model,
)
from hardcase.model.evidence import ORIGINAL

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def benchmark():
    """The module tests/benchmarks/map.py."""
    path = Path(__file__).parents[1] / "benchmarks" / "map.py"
    spec = importlib.util.spec_from_file_location("benchmark_map", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def yolox(shared_data):
    """The YOLOX model's path and the profile that it is recognised to want."""
    model = shared_data / "onnx/yolox_nano_bigisland.onnx"
    return model, load_profile(model)


@pytest.mark.slow
def test_yolox_reaches_its_known_map(shared_data, yolox, benchmark):
    folder = shared_data / "detection/coco_train128"
    truth = benchmark.read_yolo(folder / "images", folder / "labels", 80, "empty")
    score = benchmark.evaluate(*yolox, truth)
    assert (score.images, score.boxes) == (128, 929)
    assert score.map50 == pytest.approx(0.522, abs=0.01)


@pytest.mark.slow
def test_yolo11_reaches_its_known_map_with_its_own_metadata(shared_data, benchmark):
    folder = shared_data / "detection/coco_train128"
    model = shared_data / "onnx/yolo11n_int8_droneeye.onnx"
    profile = load_profile(model)
    truth = benchmark.read_yolo(folder / "images", folder / "labels", 80, "empty")
    assert benchmark.evaluate(model, profile, truth).map50 == pytest.approx(0.467, abs=0.01)


@pytest.mark.slow
def test_views_of_a_real_image_see_mostly_the_same_objects(shared_data, yolox):
    folder = shared_data / "detection/coco_train128/images"
    paths = sorted(folder.iterdir())[:24]
    engine = LocalEngine(EngineRequest(*yolox, threshold=0.3, iou=0.5))
    here = there = both = 0
    from hardcase.model.boxes import iou

    for _, evidence in engine.run(enumerate(paths)):
        a, b = (evidence.detections[view] for view in (ORIGINAL, "flip"))
        strong_a, strong_b = a.boxes[a.scores >= 0.5], b.boxes[b.scores >= 0.5]
        here, there = here + len(strong_a), there + len(strong_b)
        both += int((iou(strong_a, strong_b) > 0.5).any(axis=1).sum())
    assert both > 0.7 * max(here, there) > 20


def test_the_cifar_classifier_is_right_about_as_often_as_known(shared_data):
    folder = shared_data / "classification/cifar10_train_4000"
    model = shared_data / "onnx/cifar10_resnet_2b.onnx"
    profile = load_profile(model)
    engine = LocalEngine(EngineRequest(model, profile, threshold=0.3, iou=0.5, views=()))
    files = sorted(folder.rglob("*.jpg"))[::4]
    right = sum(
        profile.labels[evidence.probabilities[ORIGINAL].argmax()] == files[key].parent.name
        for key, evidence in engine.run(enumerate(files))
    )
    assert right / len(files) == pytest.approx(0.70, abs=0.04)


def test_a_segmentation_model_is_refused_kindly(shared_data):
    info = describe_model(shared_data / "onnx/terrain_segmentation_droneeye.onnx")
    assert info.profile is None
    assert "segmentation" in info.problem
    assert "use a classification or detection model" in info.problem


@pytest.mark.parametrize(
    ("file", "decoder", "classes", "certainty"),
    [
        ("cifar10_resnet_2b", "classifier", 10, "guess"),
        ("ultraface_rfb320", "ssd-scores", 1, "likely"),
        ("yolo11n_int8_droneeye", "ultralytics", 80, "sure"),
        ("yolox_nano_bigisland", "yolox", 80, "likely"),
    ],
)
def test_real_models_are_recognised_without_a_profile(
    shared_data, file, decoder, classes, certainty
):
    info = describe_model(shared_data / f"onnx/{file}.onnx")
    assert info.profile.decoder == decoder
    assert len(info.profile.labels) == classes
    assert info.recognition.certainty == certainty


def test_what_real_models_answer_is_recognised_on_real_images_too(shared_data):
    images = sorted((shared_data / "detection/coco_train128/images").iterdir())[:3]
    for file in ("ultraface_rfb320", "yolox_nano_bigisland"):
        model = shared_data / f"onnx/{file}.onnx"
        assert recognise_model(model, images=images).profile == recognise_model(model).profile


@pytest.mark.slow
@pytest.mark.parametrize("file", ["yolox_nano_bigisland", "yolo11n_int8_droneeye"])
def test_reading_large_jpegs_at_reduced_scale_leaves_map_as_it_is(
    shared_data, benchmark, tmp_path, file
):
    folder = shared_data / "detection/coco_train128"
    for name in ("jpg", "png"):
        (tmp_path / name).mkdir()
    for path in sorted((folder / "images").iterdir()):
        with Image.open(path) as image:
            large = image.convert("RGB").resize((3 * image.width, 3 * image.height))
        reduced = tmp_path / "jpg" / f"{path.stem}.jpg"
        large.save(reduced, quality=95)
        with Image.open(reduced) as image:  # the same pixels, which are read whole
            image.save(tmp_path / "png" / f"{path.stem}.png", compress_level=0)
    model = shared_data / f"onnx/{file}.onnx"
    scores = [
        benchmark.evaluate(
            model,
            load_profile(model),
            benchmark.read_yolo(tmp_path / name, folder / "labels", 80, "empty"),
        )
        for name in ("jpg", "png")
    ]
    assert scores[0].map50 == pytest.approx(scores[1].map50, abs=0.001)
