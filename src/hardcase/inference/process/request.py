"""What the parent asks of the child, and the child's answers, as JSON values.

Whatever the child says is checked here, value by value, before anything else sees it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import UsageError
from hardcase.inference.budget import Plan
from hardcase.inference.decoders.nms import MAX_BOXES
from hardcase.inference.profile.schema import InputSpec, Profile, input_from_json, profile_from_json
from hardcase.inference.providers import AUTO, CHOICES
from hardcase.model.boxes import Box
from hardcase.model.embedding import pack, unpack
from hardcase.model.evidence import ORIGINAL, VIEWS, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.model.rows import embedding_from_json, embedding_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_MAX_SIDE = 1 << 20
_DECIMALS = 3  # of a pixel
_ROUNDING = 0.01  # px; a float32 that was rounded may miss a bound by a little
_MAX_NORM_ERROR = 0.1  # rounding 128 values to 1/127 gives at most 0.045
SCORE_DECIMALS = 6

MAX_MEASURED_BOXES = 50
"""How many accepted boxes of an image have their pixels measured, best first."""


@dataclass(frozen=True, slots=True)
class EncoderRequest:
    """A network whose output is the embedding: its file (absolute path) and what it is fed.

    Without `input` it is fed as `encoder.default_input` says.
    """

    model: str
    input: InputSpec | None = None


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: the model (absolute path), how to use it, and which views to look at besides.

    `provider` is what it is to be computed on, one of `providers.CHOICES`.
    """

    model: str
    profile: Profile
    threshold: float
    iou: float
    plan: Plan
    encoder: EncoderRequest | None = None
    provider: str = AUTO

    def __post_init__(self) -> None:
        if not (0.0 <= self.threshold <= 1.0 and 0.0 <= self.iou <= 1.0):
            raise UsageError("threshold and iou must be from 0 to 1")
        views = self.plan.views
        if not set(views) <= set(VIEWS) or len(set(views)) != len(views):
            raise UsageError(f"views must be some of {', '.join(VIEWS)}")
        if self.provider not in CHOICES:
            raise UsageError(f"the provider must be one of {', '.join(CHOICES)}")

    def to_json(self) -> dict[str, Any]:
        """Return the request as a message."""
        out: dict[str, Any] = {
            "model": self.model,
            "profile": self.profile.to_json(),
            "threshold": self.threshold,
            "iou": self.iou,
            "always": list(self.plan.always),
            "undecided": list(self.plan.undecided),
            "provider": self.provider,
        }
        if self.encoder is not None:
            spec = self.encoder.input
            out["encoder"] = {
                "model": self.encoder.model,
                "input": None if spec is None else spec.to_json(),
            }
        return out


def request_from_json(data: Mapping[str, Any]) -> RunRequest:
    """Invert `RunRequest.to_json`."""
    encoder = data.get("encoder")
    if encoder is not None:
        spec = encoder["input"]
        fed = None if spec is None else input_from_json(spec, "encoder")
        encoder = EncoderRequest(encoder["model"], fed)
    return RunRequest(
        data["model"],
        profile_from_json(data["profile"], "profile"),
        data["threshold"],
        data["iou"],
        Plan(tuple(data["always"]), tuple(data["undecided"])),
        encoder,
        data.get("provider", AUTO),
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
                "shown": None if found.shown is None else list(found.shown.rounded()),
            }
            for view, found in evidence.detections.items()
        }
        out["box_pixels"] = [list(pixels) for pixels in evidence.box_pixels]
    if evidence.probabilities is not None:
        out["probabilities"] = {
            view: _rounded(vector, SCORE_DECIMALS)
            for view, vector in evidence.probabilities.items()
        }
    if evidence.embedding is not None:
        out["embedding"] = embedding_to_json(pack(evidence.embedding))
    return out


def evidence_from_json(data: Any, request: RunRequest) -> Evidence:
    """Read evidence of `request`. Raises KeyError, TypeError or ValueError for what is off."""
    width, height = _side(data["width"]), _side(data["height"])
    pixels = _pixels(data["pixels"])
    classes = len(request.profile.labels)
    embedding = _embedding(data.get("embedding"))
    if request.profile.task is Task.CLASSIFICATION:
        vectors = _of_plan(data["probabilities"], request.plan)
        probabilities = {view: _vector(vector, classes) for view, vector in vectors.items()}
        return Evidence(width, height, pixels, probabilities=probabilities, embedding=embedding)
    found = _of_plan(data["detections"], request.plan)
    detections = {view: _detections(seen, width, height, classes) for view, seen in found.items()}
    if detections[ORIGINAL].shown is not None:
        raise ValueError("the original shows the whole image")
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
        embedding=embedding,
    )


def _of_plan(views: Any, plan: Plan) -> dict[str, Any]:
    """Return the views in the order of the plan, if they are all of one of its two steps."""
    for wanted in ((ORIGINAL, *plan.always), (ORIGINAL, *plan.views)):
        if set(views) == set(wanted):
            return {view: views[view] for view in wanted}
    raise ValueError("not the views that were asked for")


def _embedding(text: Any) -> NDArray[np.float32] | None:
    if text is None:
        return None
    vector = unpack(embedding_from_json(text))
    if abs(float(np.linalg.norm(vector)) - 1.0) > _MAX_NORM_ERROR:
        raise ValueError("an embedding that is not normalised")
    return vector


def _detections(data: Any, width: int, height: int, classes: int) -> Detections:
    boxes = np.array(data["boxes"], dtype=np.float32).reshape(-1, 4)
    scores = np.array(data["scores"], dtype=np.float32)
    indices = np.array(data["classes"])
    whole = Box(0.0, 0.0, float(width), float(height))
    shown = None if data.get("shown") is None else Box(*map(float, data["shown"]))
    part = shown or whole
    if not (0 <= part.x1 < part.x2 <= width and 0 <= part.y1 < part.y2 <= height):
        raise ValueError("a view of what is not in the image")
    if len(boxes) > MAX_BOXES or scores.shape != (len(boxes),) or indices.shape != scores.shape:
        raise ValueError("boxes, scores and classes do not go together")
    if len(boxes):
        if indices.dtype.kind != "i" or indices.min() < 0 or indices.max() >= classes:
            raise ValueError("a class that the profile does not have")
        _within_unit(scores)
        if (np.diff(scores) > 0).any():
            raise ValueError("scores are not best first")
        slack = _ROUNDING if shown else 0.0
        low, high = np.array([part[:2]]) - slack, np.array([part[2:]]) + slack
        inside = (boxes[:, :2] >= low).all() and (boxes[:, 2:] <= high).all()
        if not inside or not (boxes[:, 2:] > boxes[:, :2]).all():
            raise ValueError("a box that is not in the image")
    return Detections(boxes, scores, indices.astype(np.int64), shown)


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
