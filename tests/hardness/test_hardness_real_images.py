"""The coefficient on real images and models, by the benchmark's own measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardcase.hardness import assess
from hardcase.hardness import evaluation as ev
from hardcase.hardness.coefficient import coefficients
from hardcase.inference import load_profile

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

YOLOX = """
task: detection
decoder: yolox
input:
  {size: [416, 416], layout: nchw, color: bgr, scale: 1, mean: [0, 0, 0], std: [1, 1, 1],
   fit: letterbox-top-left, pad: 114}
labels_file: coco.names
score_threshold: 0.3
iou_threshold: 0.5
"""
CIFAR = """
task: classification
decoder: classifier
input:
  {size: [32, 32], layout: nchw, color: rgb, scale: 255, mean: [0.4914, 0.4822, 0.4465],
   std: [0.2471, 0.2435, 0.2616], fit: stretch}
labels: [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]
score_threshold: 0.3
iou_threshold: 0.5
activation: softmax
"""


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "benchmarks")


def test_detection_ranks_better_than_confidence_and_means_what_it_says(
    shared_data: Path, tmp_path: Path, benchmarks: None
) -> None:
    from hardness_measured import run
    from hardness_truth import yolo_truth

    photos = shared_data / "detection" / "coco_train128"
    names = (photos / "coco.names").read_text()
    (tmp_path / "coco.names").write_text(names)
    (tmp_path / "yolox.yaml").write_text(YOLOX)
    model = shared_data / "onnx" / "yolox_nano_bigisland.onnx"
    truth = yolo_truth(photos / "images", photos / "labels", names.splitlines())
    profile = load_profile(model, tmp_path / "yolox.yaml")
    m = run(model, profile, sorted(truth), truth=truth)

    c = coefficients(m.population())
    mean_confidence = ev.spearman(1 - m.column("mean_score"), m.truth)
    assert ev.spearman(c, m.truth) > max(0.7, mean_confidence + 0.1)
    assert ev.calibration_error(c, m.truth) < 0.05
    reasons = [a.reasons for a in assess(m.population())]
    assert 0.2 < sum(map(bool, reasons)) / len(reasons) < 0.8


def test_classification_ranks_better_than_max_probability(
    shared_data: Path, tmp_path: Path, benchmarks: None
) -> None:
    from hardness_measured import run
    from hardness_truth import class_truth

    images = shared_data / "classification" / "cifar10_train_4000"
    (tmp_path / "cifar.yaml").write_text(CIFAR)
    model = shared_data / "onnx" / "cifar10_resnet_2b.onnx"
    labels = class_truth(images)
    profile = load_profile(model, tmp_path / "cifar.yaml")
    m = run(model, profile, sorted(labels), labels=labels)

    wrong = m.truth > 0
    ours = ev.auroc(coefficients(m.population()), wrong)
    assert ours > ev.auroc(1 - m.column("max_probability"), wrong) + 0.005
