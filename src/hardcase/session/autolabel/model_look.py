"""A look at what a model says of a few of a job's images, before a run. No job is changed by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.inference import EngineRequest, LocalEngine
from hardcase.model.boxes import Box
from hardcase.model.evidence import ORIGINAL
from hardcase.model.job import Annotation, Run, Task
from hardcase.model.text import printable
from hardcase.session.autolabel.kinds import PRE_LABEL
from hardcase.session.autolabel.translate import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hardcase.inference import Engine
    from hardcase.model.evidence import Evidence
    from hardcase.session.autolabel.class_map import ClassMap
    from hardcase.session.autolabel.run_request import PreparedRun
    from hardcase.session.labeling import LabelingSession

LOOKED_AT = 5
"""How many images are looked at: enough to tell a wrong reading from a weak model."""

_LOWEST = 0.01
"""Boxes are asked for down to this score, so that another threshold takes no other look."""

_BEST = 5


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a model says of one image.

    `annotations` are what a run would label it with. `left_out` are boxes from the common threshold
    on whose classes mean no label of the job, under the names of the classes. `best` are the most
    likely classes with their probabilities in [0, 1], empty in detection; where none of them is
    taken, `why` says so, of the likeliest. `error` says why there is none of it.
    """

    annotations: tuple[Annotation, ...] = ()
    left_out: tuple[Annotation, ...] = ()
    best: tuple[tuple[str, float], ...] = ()
    why: str = ""
    error: str = ""


def images_of(session: LabelingSession, count: int = LOOKED_AT) -> dict[int, Path]:
    """Return the paths of a few images of a job by sample, spread over it."""
    ids = [s.id for s in session.samples() if not s.missing and s.error is None]
    found: dict[int, Path] = {}
    for sample_id in ids[:: max(1, len(ids) // count)][:count]:
        try:
            found[sample_id] = session.image_path(sample_id)
        except HardcaseError:
            continue  # said when the sample itself is shown
    return found


def engine_for(prepared: PreparedRun) -> Engine:
    """Return what looks at images with a model, at the images themselves only. Raises ModelError.

    Closing it, from any thread, ends a look under way.
    """
    return LocalEngine(
        EngineRequest(
            prepared.request.model,
            prepared.profile,
            threshold=min(prepared.class_map({}).lowest, _LOWEST),
            iou=prepared.iou,
            views=(),
        )
    )


def look(engine: Engine, images: Mapping[int, Path]) -> Iterator[tuple[int, Evidence | str]]:
    """Yield what a model says of each image by sample, or why one cannot be read.

    On a worker thread. Raises ModelError.
    """
    try:
        yield from engine.run(images.items())
    finally:
        engine.close()


def sighting(said: Evidence | str, prepared: PreparedRun, labels: Mapping[int, str]) -> Sighting:
    """Return what a run would make of what a model said of an image.

    `labels` gives the job's label of each class by index, see `class_map.labels_of`.
    """
    if isinstance(said, str):
        return Sighting(error=said)
    classes = prepared.class_map(labels)
    run = Run(0, PRE_LABEL, prepared.name)
    made = translator(run, prepared.profile, classes)(0, said).annotations
    if prepared.profile.task is Task.CLASSIFICATION:
        best = tuple(_best(said, prepared, labels))
        return Sighting(made, best=best, why="" if made else _why_none(said, prepared, classes))
    return Sighting(made, tuple(_left_out(said, prepared, classes)))


def _best(
    said: Evidence, prepared: PreparedRun, labels: Mapping[int, str]
) -> Iterable[tuple[str, float]]:
    if said.probabilities is None:
        return
    p = said.probabilities[ORIGINAL]
    for index in (-p).argsort(kind="stable")[:_BEST].tolist():
        yield labels.get(index, prepared.profile.labels[index]), float(p[index])


def _why_none(said: Evidence, prepared: PreparedRun, classes: ClassMap) -> str:
    """Return why a run would label an image with none of the likely classes."""
    if said.probabilities is None:
        return "no label"
    p = said.probabilities[ORIGINAL]
    first = int(p.argmax())
    if first not in classes.labels and p[first] >= classes.thresholds[first]:
        return f"the job has no label {printable(prepared.profile.labels[first])}"
    return "no label: none is likely enough"


def _left_out(said: Evidence, prepared: PreparedRun, classes: ClassMap) -> Iterable[Annotation]:
    if said.detections is None:
        return
    found = said.detections[ORIGINAL]
    for box, score, kind in zip(found.boxes, found.scores, found.classes.tolist(), strict=True):
        if kind not in classes.labels and score >= classes.common:
            name = prepared.profile.labels[kind]
            yield Annotation(name, Box(*map(float, box)), float(score), prepared.name).rounded()
