"""Images through a model: read them, look at them in several views, say what is seen.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from hardcase.errors import ImageError, ModelError
from hardcase.imaging.open import Decoded, decode
from hardcase.imaging.statistics import MEASURED_SIDE, Look, reduced, wholes
from hardcase.inference import budget, decoders, opened, providers, views
from hardcase.inference.decoders.nms import suppress
from hardcase.inference.preprocess import as_image, place, render
from hardcase.inference.process.request import MAX_MEASURED_BOXES, SCORE_DECIMALS, RunRequest
from hardcase.inference.process.spread import pictures_at_once
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hardcase.inference.preprocess import Picture
    from hardcase.inference.profile.schema import InputSpec
    from hardcase.inference.session import Network

FLOOR = 0.01
"""Candidates are kept down to this score, or the threshold if that is lower."""

_MIN_SIDE = 0.5  # of a source pixel; thinner boxes show nothing


@dataclass(frozen=True, slots=True)
class Looker:
    """What a run looks at images with. Without `encoder`, embeddings are the model's own.

    `provider` is what computes it; `note` says why that is not what was asked for.
    """

    request: RunRequest
    model: opened.Model
    encoder: Network | None
    provider: str = providers.CPU
    note: str = ""

    @property
    def specs(self) -> list[InputSpec]:
        """What is fed to each network."""
        return [self.model.profile.input, *([self.encoder.spec] if self.encoder else [])]

    @property
    def at_once(self) -> int:
        """How many images are best looked at together."""
        accelerated = self.provider != providers.CPU
        return pictures_at_once(self.model.profile.input, accelerated=accelerated)


def open_looker(request: RunRequest, threads: int) -> Looker:
    """Open the model of a run and its encoder, on the provider asked for if that starts.

    Raises ModelError.
    """
    provider, note = providers.chosen(request.provider, onnxruntime.get_available_providers())
    if provider != providers.CPU:
        try:
            return _open(request, threads, provider, note)
        except ModelError as error:
            note = providers.failed(provider, str(error))
    return _open(request, threads, providers.CPU, note)


def _open(request: RunRequest, threads: int, provider: str, note: str) -> Looker:
    own = request.encoder is None
    model = opened.open_model(
        request.model, request.profile, threads, tapped=own, provider=provider
    )
    encoder = None
    if request.encoder is not None:
        encoder = opened.open_encoder(request.encoder, threads, provider)
    return Looker(request, model, encoder, provider, note)


def gather(looker: Looker, paths: Sequence[str]) -> list[Evidence | str]:
    """Return what the model and a look at the pixels say about each of some images.

    A str says why an image cannot be read, or that the model has no usable answer for it. Small
    pictures share calls of the model. Raises ModelError when the model itself fails.
    """
    opening = [_opened(looker, path) for path in paths]
    sights = [sight for sight in opening if isinstance(sight, _Sight)]
    plan, task = looker.request.plan, looker.model.profile.task
    _look(sights, (ORIGINAL, *plan.always))
    if plan.undecided:
        sound = [sight for sight in sights if not sight.trouble]
        _look([s for s in sound if budget.undecided(task, s.risk())], plan.undecided)
    if task is Task.CLASSIFICATION:
        for sight, whole in zip(sights, wholes([s.pixels for s in sights]), strict=True):
            sight.whole = whole
    return [sight.evidence() if isinstance(sight, _Sight) else sight for sight in opening]


def _opened(looker: Looker, path: str) -> _Sight | str:
    try:
        decoded = decode(path, max_size=_wanted_size(looker.specs))
    except ImageError as error:
        return str(error)
    return _Sight(looker, decoded)


def _look(sights: Sequence[_Sight], names: Sequence[str]) -> None:
    """Look at the same views of some images, the original first if it is among them."""
    if not sights:
        return
    model = sights[0].looker.model
    shown = [(sight, name) for name in names for sight in sights]
    own = names[0] == ORIGINAL and sights[0].looker.encoder is None
    embed = len(sights) if own else 0
    outputs, embeddings = opened.run(model, [s.picture(name) for s, name in shown], embed=embed)
    if model.profile.task is Task.CLASSIFICATION:
        vectors = decoders.probabilities(outputs, model.profile)
        for (sight, name), vector in zip(shown, vectors, strict=True):
            sight.note_class(name, vector)
    else:
        for (sight, name), output in zip(shown, outputs, strict=True):
            sight.note_boxes(name, output)
    for sight, embedding in zip(sights, embeddings, strict=False):
        sight.embedding = embedding


class _Sight:
    """One image as seen so far, or the `trouble` with it.

    Only what is needed of the image is kept, since many large ones may be under way at once.
    `pixels` are those to be measured; `whole` is what was, where many are measured together.
    """

    def __init__(self, looker: Looker, decoded: Decoded) -> None:
        spec, image = looker.model.profile.input, decoded.image
        self.looker = looker
        self._size = decoded.width, decoded.height
        self._placement = place(spec, *self._size)
        self._canvas: Picture = render(image, spec, self._placement)
        self.pixels = reduced(image)
        if self._canvas is image and self.pixels.shape[1:] == (image.height, image.width):
            self._canvas = self.pixels
        self.whole: PixelStatistics | None = None
        self._detections: dict[str, Detections] = {}
        self._probabilities: dict[str, NDArray[np.float32]] = {}
        self.embedding: NDArray[np.float32] | None = None
        if looker.encoder is not None:
            self.embedding = opened.encode(looker.encoder, image, self._size)
        self.trouble = ""

    def note_class(self, name: str, probabilities: NDArray[np.float32] | None) -> None:
        """Note what the model says of a view; `trouble` takes that it makes no sense."""
        if probabilities is None:
            self.trouble = self.trouble or "the model's scores are not finite numbers"
        else:
            self._probabilities[name] = probabilities

    def note_boxes(self, name: str, output: tuple[NDArray[Any], ...]) -> None:
        """Note what the model says of a view; `trouble` takes an answer without sense."""
        try:
            self._detections[name] = self._found(output, name)
        except ValueError as error:
            self.trouble = self.trouble or str(error)

    def evidence(self) -> Evidence | str:
        """Return everything seen, or the trouble."""
        if self.trouble:
            return self.trouble
        if self.whole is not None:
            return Evidence(
                *self._size, self.whole, probabilities=self._probabilities, embedding=self.embedding
            )
        look = Look(self.pixels, self._size)
        original = self._detections[ORIGINAL]
        accepted = original.boxes[original.scores >= self.looker.request.threshold]
        return Evidence(
            *self._size,
            look.whole(),
            detections=self._detections,
            box_pixels=tuple(map(look.part, accepted[:MAX_MEASURED_BOXES])),
            embedding=self.embedding,
        )

    def risk(self) -> float:
        """Return the risk that `budget` decides by, of what was seen so far."""
        if self._probabilities:
            return budget.risk_of_class(self._probabilities)
        return budget.risk_of_boxes(self._detections[ORIGINAL], self.looker.request.threshold)

    def picture(self, name: str) -> Picture:
        """Return what the model is shown of a view."""
        if name == ORIGINAL:
            return self._canvas
        profile = self.looker.model.profile
        pad = profile.input.pad if profile.task is Task.DETECTION else None
        self._canvas = canvas = as_image(self._canvas)
        return views.view(canvas, self._placement, name, pad)

    def _found(self, output: tuple[NDArray[Any], ...], name: str) -> Detections:
        profile, placement = self.looker.model.profile, self._placement
        request = self.looker.request
        floor = min(request.threshold, FLOOR)
        found = decoders.decode(output, profile, floor)
        boxes = placement.to_source(views.to_original(found.boxes, placement, name))
        shown = views.shown_part(placement, name)
        if shown is not None:
            boxes = np.clip(boxes, (*shown[:2], *shown[:2]), (*shown[2:], *shown[2:]))
        visible = (boxes[:, 2:] - boxes[:, :2] >= _MIN_SIDE).all(axis=1)
        boxes, scores, classes = boxes[visible], found.scores[visible], found.classes[visible]
        # rounded as the answer will be, so that parent and child accept the same boxes
        scores = np.round(scores, SCORE_DECIMALS)
        kept = suppress(boxes, scores, classes, request.iou)
        return Detections(boxes[kept].astype(np.float32), scores[kept], classes[kept], shown)


def _wanted_size(specs: Sequence[InputSpec]) -> tuple[int, int]:
    """Return the size below which reading at reduced scale would cost detail.

    Twice the networks' inputs, since resampling to them from less would blur; and twice what the
    pixel statistics look at.
    """
    width = max(spec.size[0] for spec in specs)
    height = max(spec.size[1] for spec in specs)
    return max(2 * width, 2 * MEASURED_SIDE), max(2 * height, 2 * MEASURED_SIDE)
