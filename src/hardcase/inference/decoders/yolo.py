"""YOLOv5, v7, v8, v9, 11 and 12, and YOLOX that was exported decoded: a row or column a candidate.

Sources: `Detect.forward` of ultralytics/yolov5 `models/yolo.py` and WongKinYiu/yolov7
`models/yolo.py` (rows, with objectness), `Detect` of ultralytics/ultralytics
`ultralytics/nn/modules/head.py` (columns, without), `decode_outputs` of Megvii-BaseDetection/YOLOX
`yolox/models/yolo_head.py` (rows, with objectness).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.decoders.candidates import Candidates, of_scores, real

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile


def columns(outputs: tuple[NDArray[Any], ...], _profile: Profile, floor: float) -> Candidates:
    """Decode (4 + classes, N): cx, cy, w, h in input pixels, then a score a class."""
    raw = real(outputs[0])
    return of_scores(raw[:4].T, raw[4:].T, floor, centred=True)


def column_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `columns` reads."""
    return ((4 + len(profile.labels), None),)


def plain_rows(outputs: tuple[NDArray[Any], ...], _profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4 + classes), which is what `columns` reads transposed."""
    raw = real(outputs[0])
    return of_scores(raw[:, :4], raw[:, 4:], floor, centred=True)


def plain_row_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `plain_rows` reads."""
    return ((None, 4 + len(profile.labels)),)


def rows(outputs: tuple[NDArray[Any], ...], _profile: Profile, floor: float) -> Candidates:
    """Decode (N, 5 + classes): cx, cy, w, h in input pixels, objectness, a score a class.

    A candidate scores objectness times class score.
    """
    raw = real(outputs[0])
    raw = raw[raw[:, 4] >= floor]  # class scores are at most 1
    with np.errstate(over="ignore", invalid="ignore"):
        scores = raw[:, 4:5] * raw[:, 5:]
    return of_scores(raw[:, :4], scores, floor, centred=True)


def row_shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what `rows` reads."""
    return ((None, 5 + len(profile.labels)),)
