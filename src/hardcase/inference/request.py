"""What the parent asks of the child, and the child's answers, as JSON values.

Whatever the child says is checked here, value by value, before anything else sees it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import UsageError
from hardcase.inference.nms import MAX_BOXES
from hardcase.inference.preprocess import VIEWS
from hardcase.inference.schema import Profile, profile_from_json
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_MAX_SIDE = 1 << 20
_DECIMALS = 3  # of a pixel
SCORE_DECIMALS = 6

MAX_MEASURED_BOXES = 50
"""How many accepted boxes of an image have their pixels measured, best first."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: the model (absolute path), how to use it, and which views to look at besides."""

    model: str
    profile: Profile
    threshold: float
    iou: float
    views: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (0.0 <= self.threshold <= 1.0 and 0.0 <= self.iou <= 1.0):
            raise UsageError("threshold and iou must be from 0 to 1")
        if not set(self.views) <= set(VIEWS) or len(set(self.views)) != len(self.views):
            raise UsageError(f"views must be some of {', '.join(VIEWS)}")

    def to_json(self) -> dict[str, Any]:
        """Return the request as a message."""
        return {
            "model": self.model,
            "profile": self.profile.to_json(),
            "threshold": self.threshold,
            "iou": self.iou,
            "views": list(self.views),
        }


def request_from_json(data: Mapping[str, Any]) -> RunRequest:
    """Invert `RunRequest.to_json`."""
    return RunRequest(
        data["model"],
        profile_from_json(data["profile"], "profile"),
        data["threshold"],
        data["iou"],
        tuple(data["views"]),
    )


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as JSON values: boxes to 0.001 px, scores to 6 decimals."""
    out: dict[str, Any] = {
        "width": evidence.width,
        "height": evidence.height,
        "pixels": list(evidence.pixels),
    }
    if evidence.detections is not None:
        out["detections"] = {
            view: {
                "boxes": _rounded(found.boxes, _DECIMALS),
                "scores": _rounded(found.scores, SCORE_DECIMALS),
                "classes": found.classes.tolist(),
            }
            for view, found in evidence.detections.items()
        }
        out["box_pixels"] = [list(pixels) for pixels in evidence.box_pixels]
    if evidence.probabilities is not None:
        out["probabilities"] = {
            view: _rounded(vector, SCORE_DECIMALS)
            for view, vector in evidence.probabilities.items()
        }
    return out


def evidence_from_json(data: Any, request: RunRequest) -> Evidence:
    """Read evidence of `request`. Raises KeyError, TypeError or ValueError for what is off."""
    width, height = _side(data["width"]), _side(data["height"])
    pixels = _pixels(data["pixels"])
    views = (ORIGINAL, *request.views)
    classes = len(request.profile.labels)
    if request.profile.task is Task.CLASSIFICATION:
        vectors = data["probabilities"]
        probabilities = {view: _vector(vectors[view], classes) for view in views}
        return Evidence(width, height, pixels, probabilities=probabilities)
    found = data["detections"]
    detections = {view: _detections(found[view], width, height, classes) for view in views}
    box_pixels = data["box_pixels"]
    accepted = int((detections[ORIGINAL].scores >= request.threshold).sum())
    if len(box_pixels) > min(accepted, MAX_MEASURED_BOXES):
        raise ValueError("more box statistics than boxes")
    return Evidence(
        width,
        height,
        pixels,
        detections=detections,
        box_pixels=tuple(map(_pixels, box_pixels)),
    )


def _detections(data: Any, width: int, height: int, classes: int) -> Detections:
    boxes = np.array(data["boxes"], dtype=np.float32).reshape(-1, 4)
    scores = np.array(data["scores"], dtype=np.float32)
    indices = np.array(data["classes"])
    if len(boxes) > MAX_BOXES or scores.shape != (len(boxes),) or indices.shape != scores.shape:
        raise ValueError("boxes, scores and classes do not go together")
    if len(boxes):
        if indices.dtype.kind != "i" or indices.min() < 0 or indices.max() >= classes:
            raise ValueError("a class that the profile does not have")
        _within_unit(scores)
        if (np.diff(scores) > 0).any():
            raise ValueError("scores are not best first")
        inside = (boxes >= 0).all() and (boxes <= [width, height, width, height]).all()
        if not inside or not (boxes[:, 2:] > boxes[:, :2]).all():
            raise ValueError("a box that is not in the image")
    return Detections(boxes, scores, indices.astype(np.int64))


def _vector(data: Any, classes: int) -> NDArray[np.float32]:
    vector = np.array(data, dtype=np.float32)
    if vector.shape != (classes,):
        raise ValueError("not one probability a class")
    _within_unit(vector)
    return vector


def _within_unit(values: NDArray[np.float32]) -> None:
    if not ((values >= 0) & (values <= 1)).all():  # false for nan, too
        raise ValueError("a score outside 0-1")


def _pixels(data: Any) -> PixelStatistics:
    values = tuple(float(value) for value in data)
    if not all(math.isfinite(value) for value in values):
        raise ValueError("pixel statistics are not finite")
    return PixelStatistics(*values)


def _side(value: Any) -> int:
    if type(value) is not int or not 0 < value <= _MAX_SIDE:
        raise ValueError("not the side of an image")
    return value


def _rounded(values: NDArray[np.floating], decimals: int) -> list[Any]:
    rounded: list[Any] = np.round(values.astype(np.float64), decimals).tolist()
    return rounded
