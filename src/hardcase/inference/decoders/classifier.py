"""Classifiers: one score a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDING = 1e-3  # float16 and quantised models miss 0 and 1 by a little


def classifier(output: NDArray[Any], activation: Activation) -> list[NDArray[np.float32] | None]:
    """Return (classes,) float32 probabilities in [0, 1] of each row of a raw output (N, classes).

    None for a row with a number that is not finite, which is trouble with that image. Bytes are
    probabilities in steps of 1/255 (uint8), or those less 128 (int8), as TensorFlow Lite quantises
    a softmax. Raises ModelError when a number is outside [0, 1] without activation, which is
    trouble with the profile.
    """
    raw = output.astype(np.float64)
    if output.dtype.kind in "iu" and activation is Activation.NONE:
        raw = (raw - np.iinfo(output.dtype).min) / 255.0
    sound: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(raw), axis=1)
    raw[~sound] = 0.0
    if activation is Activation.SOFTMAX:
        raw = np.exp(raw - raw.max(axis=1, keepdims=True))
        raw /= raw.sum(axis=1, keepdims=True)
    elif activation is Activation.SIGMOID:
        raw = 0.5 * (1.0 + np.tanh(0.5 * raw))  # the logistic function without overflow
    elif raw.min() < -_ROUNDING or raw.max() > 1.0 + _ROUNDING:
        raise ModelError("its scores are not in 0-1; set activation: softmax in its profile")
    rows = np.clip(raw, 0.0, 1.0).astype(np.float32)
    return [row if fine else None for row, fine in zip(rows, sound, strict=True)]
