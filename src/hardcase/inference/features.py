"""Embeddings: what a network computes of a picture, as a short vector of length 1.

The model that labels has looked at the picture already; what it knows before its last layer says
which pictures it takes for alike. A classifier's is the input of the last layer with weights, the
one that gives the logits. A detector's is the input of a convolution that gives one map a class, at
the coarsest level, where the whole picture is in view: among images of coco_train128 and their
three nearest by it, .24 of the classes are shared, .18 by the widest map of the same level, .07 by
chance. Maps are averaged over their cells. Wider ones are projected to 128 values by a fixed random
matrix, which keeps angles well enough (Johnson & Lindenstrauss, 1984). Only the child process
imports this module.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hardcase.inference.profile.schema import Fit, InputSpec, Layout
from hardcase.model.embedding import MAX_DIMENSIONS
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.inference.graph import Graph, Node

_CONVOLUTIONS = frozenset({"Conv", "FusedConv", "ConvInteger", "QLinearConv"})
_WEIGHTS_AT = {
    "Conv": 1,
    "FusedConv": 1,
    "ConvInteger": 1,
    "QLinearConv": 3,
    "Gemm": 1,
    "MatMul": 1,
    "FusedMatMul": 1,
    "MatMulInteger": 1,
    "MatMulNBits": 1,
    "QLinearMatMul": 3,
    "QGemm": 3,
}
"""Layers with weights, and which input these are; the first is what they multiply."""

_QUANTISERS = frozenset({"QuantizeLinear", "DynamicQuantizeLinear"})

MAX_LAYERS = 2000
_MAX_FEATURES = 1 << 16
_SEED = 20

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_IMAGENET_SIDE = 224


class Layer(NamedTuple):
    """A layer with weights: what it multiplies, what it gives, whether channels come first."""

    taken: str
    given: str
    channels_first: bool


def layers(graph: Graph, task: Task) -> list[Layer]:
    """Return the layers whose input may serve as embedding, in order of execution.

    One at most for a classifier; a detector has many, of which `coarsest` tells one by their
    shapes.
    """
    producer = {name: node for node in graph.nodes for name in node.outputs}
    if task is Task.DETECTION:
        nodes = [node for node in graph.nodes if node.operator in _CONVOLUTIONS]
    else:
        nodes = _last_layers(graph, producer)[-1:]
    found = []
    for node in nodes[-MAX_LAYERS:]:
        name = _taken(graph, producer, node)
        if name is not None and name not in graph.fed:
            found.append(Layer(name, node.outputs[0], node.operator in _CONVOLUTIONS))
    return found


def coarsest(
    found: Sequence[Layer], shapes: Mapping[str, Sequence[Any]], classes: int
) -> Layer | None:
    """Return the convolution whose input serves as a detector's embedding, None if none does.

    Of those that give `classes` maps, or of all where none does, the one on fewest cells, of these
    the last. Maps have the shape (batch, channels, height, width) and more than one cell.
    """
    cells = {}
    for layer in found:
        shape, given = shapes[layer.taken], shapes[layer.given]
        if len(shape) == 4 and all(isinstance(axis, int) for axis in shape[1:]):
            per_class = len(given) == 4 and given[1] == classes
            cells[layer] = (not per_class, shape[2] * shape[3])
    cells = {layer: rank for layer, rank in cells.items() if rank[1] > 1}
    best = min(cells.values(), default=None)
    return next((layer for layer in reversed(cells) if cells[layer] == best), None)


def embedding(activations: NDArray[Any], *, channels_first: bool) -> NDArray[np.float32] | None:
    """Return the embedding of one picture's activations: (D,) float32, L2-normalised, D <= 128.

    `activations` are (C,), or C channels first or last among other axes, which are averaged. None
    where there is nothing to tell apart: fewer than two channels, more than 65,536, all zero, or
    values that are no finite numbers.
    """
    values = activations.astype(np.float32, copy=False)
    if values.ndim > 1:
        axes = tuple(range(1, values.ndim)) if channels_first else tuple(range(values.ndim - 1))
        values = values.mean(axis=axes)
    if values.ndim != 1 or not 2 <= values.size <= _MAX_FEATURES:
        return None
    with np.errstate(all="ignore"):
        if values.size > MAX_DIMENSIONS:
            values = values @ _projection(values.size)
        length = float(np.linalg.norm(values))
    if not np.isfinite(length) or length <= 1e-12:
        return None
    return (values / np.float32(length)).astype(np.float32, copy=False)


def default_input(shape: Sequence[Any]) -> InputSpec:
    """Return what an encoder is fed that says nothing of itself but the shape of its input.

    As ImageNet models of torchvision: RGB in 0-1, normalised by ImageNet's mean and standard
    deviation, the middle of the picture; the size is that of the input, 224 x 224 where it is free.
    """
    axes = [axis if isinstance(axis, int) and axis > 0 else None for axis in shape]
    last = len(axes) == 4 and axes[3] == 3 and axes[1] != 3
    height, width = (axes[1:3] if last else axes[2:4]) if len(axes) == 4 else (None, None)
    size = (width or _IMAGENET_SIDE, height or _IMAGENET_SIDE)
    return InputSpec(
        size,
        layout=Layout.NHWC if last else Layout.NCHW,
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        fit=Fit.CENTER_CROP,
    )


def _last_layers(graph: Graph, producer: Mapping[str, Node]) -> list[Node]:
    """Return the layers with weights after which none comes on the way to the first output."""
    waiting = list(graph.outputs[:1])
    seen: set[str] = set()
    found: set[Node] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in producer:
            continue
        seen.add(name)
        node = producer[name]
        if _taken(graph, producer, node) is None:
            waiting.extend(graph.varying(node))
        else:
            found.add(node)
    return [node for node in graph.nodes if node in found]


def _taken(graph: Graph, producer: Mapping[str, Node], node: Node) -> str | None:
    """Return the tensor that a layer multiplies with weights; None for any other node.

    Of a tensor that is quantised for the layer, the one before.
    """
    at = _WEIGHTS_AT.get(node.operator)
    if at is None or at >= len(node.inputs):
        return None
    first, weights = node.inputs[0], node.inputs[at]
    if first in graph.constants and node.operator == "MatMul":
        first, weights = weights, first
    if first in graph.constants or weights not in graph.constants:
        return None
    quantiser = producer.get(first)
    if quantiser is not None and quantiser.operator in _QUANTISERS:
        return quantiser.inputs[0]
    return first


@lru_cache(maxsize=2)
def _projection(size: int) -> NDArray[np.float32]:
    """Return the matrix (size, 128) that every program projects `size` features with."""
    # the legacy generator is the one whose stream numpy promises never to change
    normal = np.random.RandomState(_SEED).standard_normal((size, MAX_DIMENSIONS))
    matrix: NDArray[np.float32] = (normal / np.sqrt(MAX_DIMENSIONS)).astype(np.float32)
    return matrix
