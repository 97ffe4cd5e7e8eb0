"""One image through a model: read it, look at it in several views, say what is seen.

Only the child process imports this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.imaging.open import decode
from hardcase.imaging.statistics import MEASURED_SIDE, measure
from hardcase.inference import decoders
from hardcase.inference.nms import suppress
from hardcase.inference.preprocess import FLIP, Placement, place, render, view
from hardcase.inference.request import MAX_MEASURED_BOXES, SCORE_DECIMALS, RunRequest
from hardcase.inference.schema import Decoder, Profile
from hardcase.inference.session import Model, run
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


FLOOR = 0.01
"""Candidates are kept down to this score, or the threshold if that is lower."""

_MIN_SIDE = 0.5  # of a source pixel; thinner boxes show nothing


def gather(model: Model, path: str, request: RunRequest) -> Evidence:
    """Return what `model` and a look at the pixels say about one image.

    Raises ImageError when the image cannot be read, ValueError when the model has no usable answer
    for it, ModelError when the model itself fails.
    """
    profile = model.profile
    decoded = decode(Path(path), max_size=_wanted_size(profile))
    placement = place(profile.input, decoded.width, decoded.height)
    canvas = render(decoded.image, profile.input, placement)
    pictures = {ORIGINAL: canvas}
    pictures |= {name: view(canvas, placement, name) for name in request.views}
    outputs = dict(zip(pictures, run(model, list(pictures.values())), strict=True))
    pixels = np.asarray(decoded.image)
    if profile.task is Task.CLASSIFICATION:
        probabilities = {
            name: decoders.classifier(output.reshape(-1), profile.activation)
            for name, output in outputs.items()
        }
        return Evidence(decoded.width, decoded.height, measure(pixels), probabilities=probabilities)
    detections = _detections(outputs, placement, profile, request)
    accepted = detections[ORIGINAL].scores >= request.threshold
    boxes = detections[ORIGINAL].boxes[accepted][:MAX_MEASURED_BOXES]
    shrunk = decoded.image.width / decoded.width, decoded.image.height / decoded.height
    return Evidence(
        decoded.width,
        decoded.height,
        measure(pixels),
        detections=detections,
        box_pixels=tuple(_measure_box(pixels, box * (shrunk * 2)) for box in boxes),
    )


def _detections(
    outputs: Mapping[str, NDArray[Any]],
    placement: Placement,
    profile: Profile,
    request: RunRequest,
) -> dict[str, Detections]:
    floor = min(request.threshold, FLOOR)
    out = {}
    for name, output in outputs.items():
        if profile.decoder is Decoder.YOLOX:
            found = decoders.yolox(output, profile.input.size, floor)
        else:
            found = decoders.ultralytics(output, floor)
        boxes: NDArray[np.floating] = found.boxes
        if name == FLIP:
            boxes = placement.mirrored(boxes)
        boxes = placement.to_source(boxes)
        visible = (boxes[:, 2:] - boxes[:, :2] >= _MIN_SIDE).all(axis=1)
        boxes, scores, classes = boxes[visible], found.scores[visible], found.classes[visible]
        # rounded as the answer will be, so that parent and child accept the same boxes
        scores = np.round(scores, SCORE_DECIMALS)
        kept = suppress(boxes, scores, classes, request.iou)
        out[name] = Detections(boxes[kept].astype(np.float32), scores[kept], classes[kept])
    return out


def _measure_box(pixels: NDArray[np.uint8], box: NDArray[np.floating]) -> PixelStatistics:
    """Measure the whole pixels that a box touches, at least one."""
    height, width = pixels.shape[:2]
    x1, y1 = min(int(box[0]), width - 1), min(int(box[1]), height - 1)
    x2, y2 = max(int(np.ceil(box[2])), x1 + 1), max(int(np.ceil(box[3])), y1 + 1)
    return measure(pixels[y1:y2, x1:x2])


def _wanted_size(profile: Profile) -> tuple[int, int]:
    """Return the size below which reading at reduced scale would cost detail.

    Twice the model's input, since resampling to it from less would blur; and twice what the pixel
    statistics look at.
    """
    width, height = profile.input.size
    return max(2 * width, 2 * MEASURED_SIDE), max(2 * height, 2 * MEASURED_SIDE)
