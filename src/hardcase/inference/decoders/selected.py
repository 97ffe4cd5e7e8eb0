"""Models that choose their boxes themselves and list them: with a score and a class each.

Sources: ultralytics/ultralytics `Detect.postprocess` (YOLOv10, YOLO26, `nms=True`: x1 y1 x2 y2,
score, class); Deci-AI/super-gradients `documentation/source/models_export.md` (YOLO-NAS: flat rows
of image, x1 y1 x2 y2, score, class; or the four tensors of TensorRT's EfficientNMS); `ONNX_ORT` of
WongKinYiu/yolov7 `models/experimental.py` (flat rows of image, x1 y1 x2 y2, class, score);
lyuwenyu/RT-DETR `rtdetrv2_pytorch/tools/export_onnx.py` (labels, boxes, scores);
open-mmlab/mmdeploy `docs/en/04-supported-codebases/mmdet.md` (dets, labels); torchvision's
`GeneralizedRCNN` (boxes, labels, scores; class 0 is the background); `exporter_lib_v2.py` of the
TensorFlow Object Detection API (y1 x1 y2 x2 in 0-1, classes from 1); SSD in onnx/models (boxes in
0-1, classes from 1); PaddlePaddle/PaddleDetection `deploy/EXPORT_MODEL.md` (rows of class, score,
x1 y1 x2 y2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.decoders.candidates import Candidates, of_list, real

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile

Outputs = tuple["NDArray[Any]", ...]


def end2end(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 6): x1, y1, x2, y2 in input pixels, score, class."""
    raw = real(outputs[0])
    return _listed(raw[:, :4], raw[:, 4], raw[:, 5], profile, floor)


def paddle(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 6): class, score, x1, y1, x2, y2 in input pixels."""
    raw = real(outputs[0])
    return _listed(raw[:, 2:], raw[:, 1], raw[:, 0], profile, floor)


def flat_score_class(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 7): image, x1, y1, x2, y2 in input pixels, score, class."""
    raw = real(outputs[0])
    return _listed(raw[:, 1:5], raw[:, 5], raw[:, 6], profile, floor)


def flat_class_score(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 7): image, x1, y1, x2, y2 in input pixels, class, score."""
    raw = real(outputs[0])
    return _listed(raw[:, 1:5], raw[:, 6], raw[:, 5], profile, floor)


def mmdeploy(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 5) x1, y1, x2, y2 in input pixels and score, and (N,) classes."""
    raw = real(outputs[0])
    return _listed(raw[:, :4], raw[:, 4], outputs[1], profile, floor)


def labels_boxes_scores(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N,) classes, (N, 4) x1 y1 x2 y2 in input pixels, (N,) scores."""
    labels, boxes, scores = outputs
    return _listed(real(boxes), real(scores), labels, profile, floor)


def boxes_labels_scores(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4) x1 y1 x2 y2 in input pixels, (N,) classes, (N,) scores."""
    boxes, labels, scores = outputs
    return _listed(real(boxes), real(scores), labels, profile, floor)


def ssd(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4) x1 y1 x2 y2 in 0-1 of the input, (N,) classes, (N,) scores."""
    boxes, labels, scores = outputs
    return _listed(_in_pixels(real(boxes), profile), real(scores), labels, profile, floor)


def counted(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode a count, then (N, 4) x1 y1 x2 y2 in input pixels, (N,) scores and (N,) classes."""
    count, boxes, scores, classes = outputs
    first = _count(count)
    return _listed(real(boxes)[:first], real(scores)[:first], classes[:first], profile, floor)


def tensorflow(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Decode as `counted` does, but boxes are y1 x1 y2 x2 in 0-1 of the input."""
    count, boxes, scores, classes = outputs
    first = _count(count)
    upright = _in_pixels(real(boxes)[:first, [1, 0, 3, 2]], profile)
    return _listed(upright, real(scores)[:first], classes[:first], profile, floor)


def rows(width: int) -> tuple[Shape, ...]:
    """Say what the decoders of one list with `width` numbers a row read."""
    return ((None, width),)


MMDEPLOY: tuple[Shape, ...] = ((None, 5), (None,))
LABELS_BOXES_SCORES: tuple[Shape, ...] = ((None,), (None, 4), (None,))
BOXES_LABELS_SCORES: tuple[Shape, ...] = ((None, 4), (None,), (None,))
COUNTED: tuple[Shape, ...] = ((), (None, 4), (None,), (None,))


def _listed(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[Any],
    profile: Profile,
    floor: float,
) -> Candidates:
    if not len(boxes) == len(scores) == len(classes):
        raise ValueError("the model answers boxes, scores and classes of different number")
    counted_from_zero = classes.astype(np.float64) - profile.first_class
    return of_list(boxes, scores, counted_from_zero, floor, len(profile.labels))


def _count(output: NDArray[Any]) -> int:
    """Return how many rows count: what the model says, if that makes sense."""
    number = float(output.reshape(-1)[0])
    if not (np.isfinite(number) and number >= 0):
        raise ValueError("the model answers no sensible number of boxes")
    return int(min(number, 1 << 30))


def _in_pixels(relative: NDArray[np.float32], profile: Profile) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        return relative * np.array(profile.input.size * 2, dtype=np.float32)
