"""From the raw first output of a model to candidate boxes or probabilities.

Boxes come out as x1 y1 x2 y2 in pixels of the model's input; `preprocess.Placement` takes them back
to the source image. A box is a candidate once for every class that scores at least the floor, not
for its best class alone: on coco_train128 that gives yolox_nano an mAP50 of .525 instead of .515,
and a second class is evidence of doubt. The output of a model is not trusted: boxes that are no
finite numbers are dropped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.schema import Activation, Decoder, Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

YOLOX_STRIDES = (8, 16, 32)

_ROUNDING = 1e-3  # float16 and quantised models miss 0 and 1 by a little

MAX_CANDIDATES = 5000
"""How many of the best candidates of one image go into non-maximum suppression."""


class Candidates(NamedTuple):
    """Boxes before suppression: `boxes` (N, 4), `scores` (N,), both float32, `classes` (N,) int64.

    Scores are in [0, 1]. Boxes are x1 y1 x2 y2 in pixels of the model's input.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


def ultralytics(output: NDArray[np.floating], floor: float) -> Candidates:
    """Decode (4 + classes, N): rows cx, cy, w, h in input pixels, then a score per class.

    The head of Ultralytics YOLOv8, v9, 11 and 12.
    """
    raw = output.astype(np.float32, copy=False)
    return _candidates(raw[:4].T, raw[4:].T, floor)


def yolox(output: NDArray[np.floating], size: tuple[int, int], floor: float) -> Candidates:
    """Decode (N, 5 + classes): x, y, w, h relative to the grid, objectness, a score per class.

    YOLOX (Ge et al. 2021) exported without decoding: `cx = (x + column) * stride` and
    `w = exp(w) * stride`; a candidate scores objectness times class score. `size` is the (width,
    height) of the input; N is the number of cells of the grids of strides 8, 16 and 32.
    """
    raw = output.astype(np.float32, copy=False)
    cells, strides = _grid(size)
    scores = raw[:, 4:5] * raw[:, 5:]
    with np.errstate(over="ignore"):
        centres = (raw[:, :2] + cells) * strides
        sides = np.exp(raw[:, 2:4]) * strides
    return _candidates(np.concatenate([centres, sides], axis=1), scores, floor)


def yolox_cells(size: tuple[int, int]) -> int:
    """Return how many candidates YOLOX answers for an input of (width, height)."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in YOLOX_STRIDES)


def classifier(output: NDArray[np.floating], activation: Activation) -> NDArray[np.float32]:
    """Return (classes,) float32 probabilities in [0, 1] of a (classes,) raw output.

    Raises ValueError when a number is not finite, which is trouble with this image, and ModelError
    when one is outside [0, 1] without activation, which is trouble with the profile.
    """
    raw = output.astype(np.float64)
    if not np.isfinite(raw).all():
        raise ValueError("the model's scores are not finite numbers")
    if activation is Activation.SOFTMAX:
        raw = np.exp(raw - raw.max())
        raw /= raw.sum()
    elif activation is Activation.SIGMOID:
        raw = 0.5 * (1.0 + np.tanh(0.5 * raw))  # the logistic function without overflow
    elif raw.min() < -_ROUNDING or raw.max() > 1.0 + _ROUNDING:
        raise ModelError("its scores are not in 0-1; set activation: softmax in its profile")
    return np.clip(raw, 0.0, 1.0).astype(np.float32)


def _candidates(
    centred: NDArray[np.float32], scores: NDArray[np.float32], floor: float
) -> Candidates:
    """Keep what reaches `floor` of (N, 4) cx cy w h boxes with (N, classes) scores."""
    rows, classes = np.nonzero(scores >= floor)
    best = scores[rows, classes]
    if best.size > MAX_CANDIDATES:
        top = np.sort(np.argpartition(-best, MAX_CANDIDATES)[:MAX_CANDIDATES])
        rows, classes, best = rows[top], classes[top], best[top]
    boxes = centred[rows]
    half = boxes[:, 2:] / 2
    corners = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    sound = np.isfinite(corners).all(axis=1)
    return Candidates(
        corners[sound], np.clip(best[sound], 0.0, 1.0), classes[sound].astype(np.int64)
    )


@lru_cache(maxsize=4)
def _grid(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return column and row (N, 2) and stride (N, 1) of each cell, rows first, fine grid first."""
    cells, strides = [], []
    for stride in YOLOX_STRIDES:
        columns, rows = np.meshgrid(np.arange(size[0] // stride), np.arange(size[1] // stride))
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((columns.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def check_output(profile: Profile, shape: Sequence[int | str | None]) -> None:
    """Raise ModelError unless a first output of this shape, batch axis first, fits the profile.

    Axes without a number are free and fit anything.
    """
    classes = len(profile.labels)
    if profile.decoder is Decoder.CLASSIFIER:
        flat = [axis for axis in shape[1:] if axis != 1]
        fits = len(shape) >= 2 and _same(flat or [1], (classes,))
        wanted = f"Bx{classes}"
    elif profile.decoder is Decoder.YOLOX:
        cells = yolox_cells(profile.input.size)
        fits, wanted = _same(shape[1:], (cells, 5 + classes)), f"Bx{cells}x{5 + classes}"
    else:
        fits, wanted = _same(shape[1:], (4 + classes, None)), f"Bx{4 + classes}xN"
    if not fits:
        shown = "x".join(str(axis or "?") for axis in shape)
        raise ModelError(
            f"its output is {shown}, but decoder {profile.decoder} with {classes} labels reads "
            f"{wanted}; correct decoder, input.size or labels in the profile"
        )


def _same(shape: Sequence[int | str | None], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        not isinstance(axis, int) or want is None or axis == want
        for axis, want in zip(shape, wanted, strict=True)
    )
