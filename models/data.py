"""Training images, painted by the generator of the sample data from seeds that it never ships.

Images are stored as a camera file would be read: JPEG, decoded, resized to the model's input.
"""

from __future__ import annotations

import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sample_data"))

from typing import TYPE_CHECKING

from scenes.difficulty import draw_difficulty
from scenes.fruit import KINDS
from scenes.market import render_market
from scenes.meadow import SPECIES, render_meadow

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TRAINING_STREAM = 1
"""First word of every training seed; the sample data use 0, so no training image is shipped."""
HARD_SHARE = 0.2
"""Fewer and milder hard images than the samples hold: the rest is for people to find."""
HARD_STRENGTH = (0.1, 0.6)
DETECTOR_INPUT = 256
CLASSIFIER_INPUT = 64
MOST_BOXES = 24


@dataclass(frozen=True, slots=True)
class DetectionData:
    """`images` (n, h, w, 3) uint8 without padding; `boxes` (n, 24, 5): class (-1 none), xyxy px."""

    images: NDArray[np.uint8]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ClassificationData:
    """`images` (n, 64, 64, 3) uint8 and `classes` (n,) int64."""

    images: NDArray[np.uint8]
    classes: NDArray[np.int64]


def _as_file(pixels: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Write as JPEG, read back, resize to `width` pixels across."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=88)
    picture = Image.open(file)
    size = (width, round(picture.height * width / picture.width))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR))


def _market(seed: int, index: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    rng = np.random.default_rng([TRAINING_STREAM, seed, index])
    difficulty = draw_difficulty(rng, hard=rng.random() < HARD_SHARE, strength=HARD_STRENGTH)
    scene = render_market(rng, difficulty, empty=bool(rng.random() < 0.04))
    factor = DETECTOR_INPUT / scene.pixels.shape[1]
    boxes = np.full((MOST_BOXES, 5), -1, np.float32)
    for row, box in zip(boxes, scene.boxes, strict=False):
        corners = (box.x, box.y, box.x + box.width, box.y + box.height)
        row[:] = (KINDS.index(box.label), *(value * factor for value in corners))
    return _as_file(scene.pixels, DETECTOR_INPUT), boxes


def _meadow(seed: int, index: int) -> tuple[NDArray[np.uint8], int]:
    rng = np.random.default_rng([TRAINING_STREAM, seed, index])
    difficulty = draw_difficulty(rng, hard=rng.random() < HARD_SHARE, strength=HARD_STRENGTH)
    species = int(rng.integers(len(SPECIES)))
    return _as_file(render_meadow(rng, SPECIES[species], difficulty), CLASSIFIER_INPUT), species


def _render(one: Callable[[int], tuple], count: int) -> tuple[NDArray, NDArray]:
    workers = min(2, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers) as pool:
        pairs = list(pool.map(one, range(count), chunksize=25))
    return np.stack([image for image, _ in pairs]), np.stack([truth for _, truth in pairs])


def render_detection(count: int, seed: int) -> DetectionData:
    """Paint `count` market scenes."""
    return DetectionData(*_render(partial(_market, seed), count))


def render_classification(count: int, seed: int) -> ClassificationData:
    """Paint `count` flowers, the species drawn at random."""
    images, classes = _render(partial(_meadow, seed), count)
    return ClassificationData(images, classes.astype(np.int64))
