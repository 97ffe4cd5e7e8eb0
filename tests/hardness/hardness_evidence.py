"""Builders of evidence for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness import Assessment, Population, assess
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics

if TYPE_CHECKING:
    from hardcase.model.job import Task

Object = tuple[tuple[float, float, float, float], float, int]
"""Box, score, class."""


def detections(*objects: Object) -> Detections:
    ordered = sorted(objects, key=lambda o: -o[1])
    return Detections(
        np.array([o[0] for o in ordered], dtype=np.float32).reshape(-1, 4),
        np.array([o[1] for o in ordered], dtype=np.float32),
        np.array([o[2] for o in ordered], dtype=np.int64),
    )


def look(
    brightness: float = 0.5,
    saturation: float = 0.4,
    colourfulness: float = 0.3,
    sharpness: float = 6.0,
) -> PixelStatistics:
    return PixelStatistics(brightness, saturation, colourfulness, sharpness)


ORDINARY_LOOK = look()


def detected(
    *objects: Object,
    flip: tuple[Object, ...] | None = None,
    blur: tuple[Object, ...] | None = None,
    size: tuple[int, int] = (640, 480),
    pixels: PixelStatistics | None = None,
    box_pixels: tuple[PixelStatistics, ...] = (),
) -> Evidence:
    views = {ORIGINAL: detections(*objects)}
    if flip is not None:
        views["flip"] = detections(*flip)
    if blur is not None:
        views["blur"] = detections(*blur)
    return Evidence(*size, pixels or look(), detections=views, box_pixels=box_pixels)


def classified(
    *original: float,
    flip: tuple[float, ...] | None = None,
    blur: tuple[float, ...] | None = None,
    size: tuple[int, int] = (32, 32),
    pixels: PixelStatistics | None = None,
) -> Evidence:
    views = {ORIGINAL: original, "flip": flip or original, "blur": blur or original}
    vectors = {name: np.array(p, dtype=np.float32) for name, p in views.items()}
    return Evidence(*size, pixels or look(), probabilities=vectors)


@dataclass(frozen=True)
class Scene:
    """An image of a detection job, described by what the reasons look at."""

    size: tuple[int, int] = (640, 480)
    pixels: PixelStatistics = ORDINARY_LOOK
    box_look: PixelStatistics = ORDINARY_LOOK
    count: int = 4
    side: float = 60.0
    growth: float = 1.1
    shape: float = 1.0
    left: float = 40.0
    gap: float = 1.5
    score: float = 0.9
    flip_score: float = 0.88
    blur_score: float = 0.85

    def evidence(self) -> Evidence:
        boxes = []
        x = self.left
        for i in range(self.count):
            width = self.side * self.growth**i * self.shape**0.5
            height = self.side * self.growth**i / self.shape**0.5
            boxes.append((x, 50.0, x + width, 50.0 + height))
            x += width * self.gap
        return detected(
            *((b, self.score, 0) for b in boxes),
            flip=tuple((b, self.flip_score, 0) for b in boxes),
            blur=tuple((b, self.blur_score, 0) for b in boxes),
            size=self.size,
            pixels=self.pixels,
            box_pixels=(self.box_look,) * self.count,
        )


def ordinary_scenes(count: int = 60) -> list[Scene]:
    """Scenes of one kind that differ mildly in everything, as the photos of a job do."""
    rng = np.random.default_rng(7)

    def looks() -> PixelStatistics:
        return look(*rng.uniform([0.4, 0.3, 0.25, 5.5], [0.6, 0.5, 0.35, 6.5]))

    return [
        replace(
            Scene(),
            size=(int(rng.integers(620, 660)), int(rng.integers(470, 490))),
            pixels=looks(),
            box_look=looks(),
            count=int(rng.integers(3, 6)),
            side=rng.uniform(50, 70),
            growth=rng.uniform(1.05, 1.2),
            shape=rng.uniform(0.9, 1.1),
            gap=rng.uniform(1.2, 1.4),
            score=rng.uniform(0.8, 0.95),
            flip_score=rng.uniform(0.8, 0.95),
            blur_score=rng.uniform(0.75, 0.9),
        )
        for _ in range(count)
    ]


def beside(
    task: Task, signals: np.ndarray, predicted: np.ndarray, decided: np.ndarray | None = None
) -> list[Assessment]:
    """Assess rows of signals beside rows of samples that a person confirmed as they were."""
    rows = signals if decided is None or not decided.size else np.vstack([signals, decided])
    classes = np.concatenate([predicted, np.zeros(len(rows) - len(signals), dtype=np.int64)])
    job = Population.undecided(task, rows, classes)
    job.wrong[len(signals) :] = 0.0
    return assess(job)[: len(signals)]
