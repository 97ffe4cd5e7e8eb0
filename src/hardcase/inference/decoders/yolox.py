"""YOLOX (Ge et al. 2021), exported without decoding its grid.

Source: Megvii-BaseDetection/YOLOX `tools/export_onnx.py` (`--decode_in_inference` is off by
default) and `yolox/utils/demo_utils.py`, which decodes afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.decoders import grid
from hardcase.inference.decoders.candidates import Candidates, of_scores, real

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile

STRIDES = (8, 16, 32)


def decode(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, 5 + classes): x, y, w, h relative to the grid, objectness, a score a class.

    `cx = (x + column) * stride` and `w = exp(w) * stride`; a candidate scores objectness times
    class score. N is the number of cells of the grids of strides 8, 16 and 32.
    """
    raw = real(outputs[0])
    rows = np.flatnonzero(raw[:, 4] >= floor)  # class scores are at most 1
    places, strides = (cells[rows] for cells in grid.cells(profile.input.size, STRIDES))
    raw = raw[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        centres = (raw[:, :2] + places) * strides
        sides = np.exp(raw[:, 2:4]) * strides
        scores = raw[:, 4:5] * raw[:, 5:]
    return of_scores(np.concatenate([centres, sides], axis=1), scores, floor, centred=True)


def shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `decode` reads."""
    return ((grid.count(profile.input.size, STRIDES), 5 + len(profile.labels)),)
