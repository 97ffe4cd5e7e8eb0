"""Classifiers: one score a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDING = 1e-3  # float16 and quantised models miss 0 and 1 by a little


def classifier(output: NDArray[Any], activation: Activation) -> NDArray[np.float32]:
    """Return (classes,) float32 probabilities in [0, 1] of a (classes,) raw output.

    Bytes are probabilities in steps of 1/255 (uint8), or those less 128 (int8), as TensorFlow Lite
    quantises a softmax. Raises ValueError when a number is not finite, which is trouble with this
    image, and ModelError when one is outside [0, 1] without activation, which is trouble with the
    profile.
    """
    raw = output.astype(np.float64)
    if output.dtype.kind in "iu" and activation is Activation.NONE:
        raw = (raw - np.iinfo(output.dtype).min) / 255.0
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
