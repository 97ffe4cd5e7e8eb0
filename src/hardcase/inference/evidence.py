"""One image through a model: read it, look at it in several views, say what is seen.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.imaging.open import decode
from hardcase.imaging.statistics import MEASURED_SIDE, Look
from hardcase.inference import budget, decoders, opened, views
from hardcase.inference.nms import suppress
from hardcase.inference.preprocess import place, render
from hardcase.inference.request import MAX_MEASURED_BOXES, SCORE_DECIMALS, RunRequest
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from hardcase.inference.schema import InputSpec
    from hardcase.inference.session import Network

FLOOR = 0.01
"""Candidates are kept down to this score, or the threshold if that is lower."""

_MIN_SIDE = 0.5  # of a source pixel; thinner boxes show nothing


@dataclass(frozen=True, slots=True)
class Looker:
    """What a run looks at images with. Without `encoder`, embeddings are the model's own."""

    request: RunRequest
    model: opened.Model
    encoder: Network | None


def open_looker(request: RunRequest, threads: int) -> Looker:
    """Open the model of a run and its encoder. Raises ModelError."""
    with_encoder = request.encoder is not None
    model = opened.open_model(request.model, request.profile, threads, tapped=not with_encoder)
    encoder = opened.open_encoder(request.encoder, threads) if request.encoder else None
    return Looker(request, model, encoder)


def gather(looker: Looker, path: str) -> Evidence:
    """Return what the model and a look at the pixels say about one image.

    Raises ImageError when the image cannot be read, ValueError when the model has no usable answer
    for it, ModelError when the model itself fails.
    """
    specs = [looker.model.profile.input, *([looker.encoder.spec] if looker.encoder else [])]
    decoded = decode(Path(path), max_size=_wanted_size(specs))
    size = decoded.width, decoded.height
    sight = _Sight(looker, decoded.image, size)
    embedding = sight.look((ORIGINAL, *looker.request.plan.always))
    if looker.encoder is not None:
        embedding = opened.encode(looker.encoder, decoded.image, size)
    further = looker.request.plan.undecided
    if further and budget.undecided(looker.request.profile.task, sight.risk()):
        sight.look(further)
    if looker.request.profile.task is Task.CLASSIFICATION:
        pixels, _ = look_of(decoded.image, size)
        return Evidence(*size, pixels, probabilities=sight.probabilities, embedding=embedding)
    original = sight.detections[ORIGINAL]
    accepted = original.boxes[original.scores >= looker.request.threshold]
    pixels, box_pixels = look_of(decoded.image, size, accepted)
    return Evidence(
        *size, pixels, detections=sight.detections, box_pixels=box_pixels, embedding=embedding
    )


def look_of(
    image: Image.Image, size: tuple[int, int], boxes: NDArray[np.floating] | None = None
) -> tuple[PixelStatistics, tuple[PixelStatistics, ...]]:
    """Return how an image looks, and its first `MAX_MEASURED_BOXES` boxes (N, 4) in source pixels.

    `image` may be smaller than its source, which is of `size`.
    """
    look = Look(image)
    if boxes is None:
        return look.whole(), ()
    shrunk = np.array([image.width / size[0], image.height / size[1]] * 2)
    return look.whole(), tuple(map(look.part, boxes[:MAX_MEASURED_BOXES] * shrunk))


class _Sight:
    """One image as seen so far: `detections` or `probabilities` by view."""

    def __init__(self, looker: Looker, image: Image.Image, size: tuple[int, int]) -> None:
        self._model = looker.model
        self._request = looker.request
        self._placement = place(looker.model.profile.input, *size)
        self._canvas = render(image, looker.model.profile.input, self._placement)
        self.detections: dict[str, Detections] = {}
        self.probabilities: dict[str, NDArray[np.float32]] = {}

    def look(self, names: Sequence[str]) -> NDArray[np.float32] | None:
        """Look at some views at once; if the original is first, return its embedding."""
        profile = self._model.profile
        pictures = [self._picture(name) for name in names]
        outputs, embedding = opened.run(self._model, pictures, embed=names[0] == ORIGINAL)
        for name, output in zip(names, outputs, strict=True):
            if profile.task is Task.CLASSIFICATION:
                self.probabilities[name] = decoders.probabilities(output, profile)
            else:
                self.detections[name] = self._detections(output, name)
        return embedding

    def risk(self) -> float:
        """Return the risk that `budget` decides by, of what was seen so far."""
        if self._model.profile.task is Task.CLASSIFICATION:
            return budget.risk_of_class(self.probabilities)
        return budget.risk_of_boxes(self.detections[ORIGINAL], self._request.threshold)

    def _picture(self, name: str) -> Image.Image:
        if name == ORIGINAL:
            return self._canvas
        profile = self._model.profile
        pad = profile.input.pad if profile.task is Task.DETECTION else None
        return views.view(self._canvas, self._placement, name, pad)

    def _detections(self, output: tuple[NDArray[Any], ...], name: str) -> Detections:
        profile, placement = self._model.profile, self._placement
        floor = min(self._request.threshold, FLOOR)
        found = decoders.decode(output, profile, floor)
        boxes = placement.to_source(views.to_original(found.boxes, placement, name))
        shown = views.shown_part(placement, name)
        if shown is not None:
            boxes = np.clip(boxes, (*shown[:2], *shown[:2]), (*shown[2:], *shown[2:]))
        visible = (boxes[:, 2:] - boxes[:, :2] >= _MIN_SIDE).all(axis=1)
        boxes, scores, classes = boxes[visible], found.scores[visible], found.classes[visible]
        # rounded as the answer will be, so that parent and child accept the same boxes
        scores = np.round(scores, SCORE_DECIMALS)
        kept = suppress(boxes, scores, classes, self._request.iou)
        return Detections(boxes[kept].astype(np.float32), scores[kept], classes[kept], shown)


def _wanted_size(specs: Sequence[InputSpec]) -> tuple[int, int]:
    """Return the size below which reading at reduced scale would cost detail.

    Twice the networks' inputs, since resampling to them from less would blur; and twice what the
    pixel statistics look at.
    """
    width = max(spec.size[0] for spec in specs)
    height = max(spec.size[1] for spec in specs)
    return max(2 * width, 2 * MEASURED_SIDE), max(2 * height, 2 * MEASURED_SIDE)
