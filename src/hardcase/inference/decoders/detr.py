"""Transformers that answer a fixed number of boxes, relative to the input: the DETR families.

Sources: `RTDETRDecoder` of ultralytics/ultralytics `ultralytics/nn/modules/head.py` (boxes and
sigmoided scores side by side, (300, 4 + classes)); roboflow/rf-detr `rfdetr/deploy/export.py`
(`dets`, `labels`) and `PostProcess` of its `rfdetr/models/lwdetr.py` (sigmoid, best of all pairs of
box and class); `post_process_object_detection` of huggingface/transformers for DETR (softmax, last
class is "no object") and RT-DETR (sigmoid).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.decoders.candidates import (
    Candidates,
    activated,
    corners,
    of_list,
    of_scores,
    real,
)
from hardcase.inference.profile.families import Activation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile


def rtdetr(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4 + classes): cx, cy, w, h in 0-1 of the input, then a score a class."""
    raw = real(outputs[0])
    scores = activated(raw[:, 4:], profile.activation)
    return of_scores(_in_pixels(raw[:, :4], profile), scores, floor, centred=True)


def rtdetr_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `rtdetr` reads."""
    return ((None, 4 + len(profile.labels)),)


def rtdetr_top(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, 6): cx, cy, w, h in 0-1 of the input, score, class."""
    raw = real(outputs[0])
    boxes = corners(_in_pixels(raw[:, :4], profile))
    classes = raw[:, 5] - profile.first_class
    return of_list(boxes, raw[:, 4], classes, floor, len(profile.labels))


def boxes_and_logits(
    outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float
) -> Candidates:
    """Decode (N, 4) cx, cy, w, h in 0-1 of the input, and (N, classes) logits, sigmoided."""
    scores = activated(real(outputs[1]), Activation.SIGMOID)
    return of_scores(_in_pixels(real(outputs[0]), profile), scores, floor, centred=True)


def boxes_and_logits_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `boxes_and_logits` reads."""
    return ((None, 4), (None, len(profile.labels)))


def logits_and_boxes(
    outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float
) -> Candidates:
    """Decode (N, classes) logits and (N, 4) cx, cy, w, h in 0-1 of the input.

    With softmax there is one more class at the end, which means that there is no object.
    """
    scores = activated(real(outputs[0]), profile.activation)[:, : len(profile.labels)]
    return of_scores(_in_pixels(real(outputs[1]), profile), scores, floor, centred=True)


def logits_and_boxes_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `logits_and_boxes` reads."""
    none = 1 if profile.activation is Activation.SOFTMAX else 0
    return ((None, len(profile.labels) + none), (None, 4))


def _in_pixels(relative: NDArray[np.float32], profile: Profile) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        return relative * np.array(profile.input.size * 2, dtype=np.float32)
