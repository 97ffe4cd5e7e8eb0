"""NanoDet and NanoDet-Plus: distances to the four sides, each as a distribution.

Source: RangiLyu/nanodet `nanodet/model/head/nanodet_plus_head.py` (scores leave the exported model
sigmoided; priors at column * stride; strides 8, 16, 32, 64) and `gfl_head.py` of the first NanoDet
(strides 8, 16, 32; priors at the middle of a cell). Distributions: Li et al. 2020, Generalized
Focal Loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.decoders import grid
from hardcase.inference.decoders.candidates import Candidates, activated, of_scores, real
from hardcase.inference.profile.families import Activation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile

PLUS = (8, 16, 32, 64)
FIRST = (8, 16, 32)
_SIDES = 4


def decode(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, classes + 4 (reg_max + 1)): a score a class, then four distributions.

    A side lies `stride * sum(i * softmax(d)_i)` from the prior of the cell: left, top, right and
    bottom. N tells which strides there are.
    """
    raw = real(outputs[0])
    size, classes = profile.input.size, len(profile.labels)
    strides = strides_of(size, len(raw))
    bins = (raw.shape[1] - classes) // _SIDES
    if strides is None or raw.shape[1] != classes + _SIDES * bins or bins < 2:
        raise ModelError(
            f"its output of {len(raw)} rows of {raw.shape[1]} is none of a NanoDet with {classes} "
            "labels at this size; correct input.size or labels in the profile"
        )
    places, steps = grid.cells(size, strides, up=True)
    rows = (raw[:, :classes] >= floor).any(axis=1)
    shares = activated(raw[rows, classes:].reshape(-1, _SIDES, bins), Activation.SOFTMAX)
    with np.errstate(invalid="ignore", over="ignore"):
        reach = shares @ np.arange(bins, dtype=np.float32) * steps[rows]
        priors = (places[rows] + (0.0 if strides == PLUS else 0.5)) * steps[rows]
        boxes = np.concatenate([priors - reach[:, :2], priors + reach[:, 2:]], axis=1)
    return of_scores(boxes.astype(np.float32), raw[rows, :classes], floor)


def strides_of(size: tuple[int, int], cells: int) -> tuple[int, ...] | None:
    """Return the strides whose feature maps have this many cells, if there are such."""
    for strides in (PLUS, FIRST):
        if grid.count(size, strides, up=True) == cells:
            return strides
    return None


def shapes(_profile: Profile) -> tuple[Shape, ...]:
    """Say what `decode` reads; it counts rows and columns itself."""
    return ((None, None),)
