"""Models that answer every candidate as a box and a score a class, in two outputs.

Sources: Deci-AI/super-gradients `documentation/source/models_export.md` (YOLO-NAS with
`postprocessing=False`: x1 y1 x2 y2 in pixels, scores sigmoided);
Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB `run_video_face_detection_onnx.py` (boxes x1 y1
x2 y2 in 0-1, softmaxed scores, of which the first is the background), whose heads are those of SSD
(Liu et al. 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.decoders.candidates import Candidates, activated, of_scores, real

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile


def pixels(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4) x1 y1 x2 y2 in input pixels, and (N, classes) scores."""
    return of_scores(real(outputs[0]), _scores(outputs[1], profile), floor)


def relative(outputs: tuple[NDArray[Any], ...], profile: Profile, floor: float) -> Candidates:
    """Decode (N, 4) x1 y1 x2 y2 in 0-1 of the input, and (N, background + classes) scores."""
    with np.errstate(over="ignore", invalid="ignore"):
        boxes = real(outputs[0]) * np.array(profile.input.size * 2, dtype=np.float32)
    return of_scores(boxes, _scores(outputs[1], profile), floor)


def shapes(profile: Profile) -> tuple[Shape, ...]:
    """Say what both read."""
    return ((None, 4), (None, profile.first_class + len(profile.labels)))


def _scores(raw: NDArray[Any], profile: Profile) -> NDArray[np.float32]:
    return activated(real(raw), profile.activation)[:, profile.first_class :]
