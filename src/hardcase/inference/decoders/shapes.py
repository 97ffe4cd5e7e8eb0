"""The shapes that a decoder reads, beside those that a model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_Axis = TypeVar("_Axis", bound=int | str | None)

Shape = tuple[int | None, ...]
"""Axes of one picture's output, None for any length. `()` is a single number."""


def has_batch_axis(axes: Sequence[int | str | None], shape: Shape) -> bool | None:
    """Return whether an output of these axes starts with the batch; None if it does not fit.

    Only lists of any length come without the batch. Axes without a number fit anything, as do
    outputs of which no axis is known. Axes of length 1 beyond those of `shape` do not count.
    """
    if not axes and shape:
        return True
    lean = lean_axes(axes, len(shape))
    if len(lean) == len(shape) + 1:
        return True if _same(lean[1:], shape) else None
    listed = len(lean) == len(shape) > 0 and shape[0] is None and _same(lean, shape)
    return False if listed else None


def lean_axes(axes: Sequence[_Axis], rank: int) -> list[_Axis]:
    """Drop axes of length 1, last ones first, until `rank` and the first are left."""
    lean = list(axes)
    while len(lean) > rank + 1 and (ones := [i for i, axis in enumerate(lean) if i and axis == 1]):
        del lean[ones[-1]]
    return lean


def per_picture(output: NDArray[Any], shape: Shape, count: int) -> list[NDArray[Any]] | None:
    """Return what an output says of each of `count` pictures; None if it does not fit."""
    batched = has_batch_axis(output.shape, shape)
    lean = output.reshape(lean_axes(output.shape, len(shape)))
    if batched is None or lean.ndim != len(shape) + batched:
        return None
    rows = list(lean) if batched else [lean]
    return rows if len(rows) == count else None


def shown(axes: Sequence[int | str | None]) -> str:
    """Return axes as people write them: `1x84x2100`."""
    return "x".join("?" if axis is None else str(axis) for axis in axes) or "scalar"


def _same(axes: Sequence[int | str | None], shape: Shape) -> bool:
    return len(axes) == len(shape) and all(
        not isinstance(axis, int) or want is None or axis == want
        for axis, want in zip(axes, shape, strict=True)
    )
