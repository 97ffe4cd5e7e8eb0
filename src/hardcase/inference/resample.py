"""Bilinear resampling without antialiasing, by ONNX Runtime's own operator.

In a third of the time that Pillow takes for it. The graph is the smallest that does it: `Resize`
with `half_pixel`, which is where OpenCV's INTER_LINEAR looks as well, and the size as an input.
Only the child process imports this module.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.inference.graph import numbered, packed
from hardcase.inference.session import open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

# field numbers and values of onnx.proto
_IR_VERSION, _GRAPH, _OPSETS, _OPSET_VERSION = 1, 7, 8, 2
_NODE, _GRAPH_NAME, _INPUT, _OUTPUT = 1, 2, 11, 12
_TAKES, _GIVES, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_STRING, _ATTRIBUTE_TYPE, _STRING = 1, 4, 20, 3
_VALUE_NAME, _VALUE_TYPE, _TENSOR, _ELEMENT, _SHAPE, _AXIS, _LENGTH, _FREE = 1, 2, 1, 1, 2, 1, 1, 2
_FLOAT, _INT64 = 1, 7


def resample(planes: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Return (C, H, W) planes as (C, `height`, `width`), values between those of the neighbours.

    Output pixel x shows the source at (x + 0.5) W / `width` - 0.5; beyond the border is what is on
    it. Safe to call from several threads.
    """
    size = np.array([1, len(planes), height, width], dtype=np.int64)
    (out,) = _session().run(None, {"planes": planes[None], "size": size})
    resampled: NDArray[np.float32] = out[0]
    return resampled


@cache
def _session() -> Any:
    return open_session(onnx_file())


def onnx_file() -> bytes:
    """Return the ONNX file of the operator."""
    node = packed(
        _NODE,
        *(packed(_TAKES, name) for name in ("planes", "", "", "size")),
        packed(_GIVES, "resampled"),
        packed(_OPERATOR, "Resize"),
        _attribute("mode", "linear"),
        _attribute("coordinate_transformation_mode", "half_pixel"),
    )
    graph = packed(
        _GRAPH,
        node,
        packed(_GRAPH_NAME, "resample"),
        packed(_INPUT, *_tensor("planes", _FLOAT, 1, "C", "H", "W")),
        packed(_INPUT, *_tensor("size", _INT64, 4)),
        packed(_OUTPUT, *_tensor("resampled", _FLOAT, 1, "C", "height", "width")),
    )
    opset = packed(_OPSETS, numbered(_OPSET_VERSION, 13))
    return numbered(_IR_VERSION, 7) + opset + graph


def _attribute(name: str, value: str) -> bytes:
    kind = numbered(_ATTRIBUTE_TYPE, _STRING)
    return packed(_ATTRIBUTE, packed(_ATTRIBUTE_NAME, name), packed(_ATTRIBUTE_STRING, value), kind)


def _tensor(name: str, element: int, *axes: int | str) -> tuple[bytes, bytes]:
    """Return name and type of an input or output; axes without a number are free."""
    sides = [
        packed(_AXIS, numbered(_LENGTH, n) if isinstance(n, int) else packed(_FREE, n))
        for n in axes
    ]
    kind = packed(_TENSOR, numbered(_ELEMENT, element), packed(_SHAPE, *sides))
    return packed(_VALUE_NAME, name), packed(_VALUE_TYPE, kind)
