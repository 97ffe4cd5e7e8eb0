"""Inputs beside the picture: what some families want to know of it.

Boxes of models that ask for a size come in pixels of that size; told the size of their own input,
they answer in input pixels as all others do. Sources: lyuwenyu/RT-DETR
`rtdetrv2_pytorch/tools/export_onnx.py` (`orig_target_sizes`, width before height); `DetrOnnxConfig`
of huggingface/optimum (`pixel_mask`, 1 where the picture is); PaddlePaddle/PaddleDetection
`deploy/EXPORT_MODEL.md` (`im_shape`, height before width, and `scale_factor`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.errors import ModelError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH_HEIGHT = frozenset({"orig_target_sizes", "target_sizes", "orig_size"})
HEIGHT_WIDTH = frozenset({"im_shape", "image_shape"})
ONES = frozenset({"scale_factor"})
MASK = "pixel_mask"
_MAX_MASK = 8192

_NUMBERS: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(double)": np.dtype(np.float64),
    "tensor(int64)": np.dtype(np.int64),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(bool)": np.dtype(np.bool_),
}


@dataclass(frozen=True, slots=True)
class Feed:
    """An input beside the picture: what it is told of one picture, repeated for each of a batch.

    `batched` is whether its tensor has an axis for that.
    """

    name: str
    value: NDArray[Any]
    batched: bool = True

    def of(self, count: int) -> NDArray[Any]:
        """Return the tensor for `count` pictures."""
        return np.stack([self.value] * count) if self.batched else self.value


def feed_of(name: str, kind: str, shape: Sequence[int | str | None], size: tuple[int, int]) -> Feed:
    """Return what an input is told of a picture that fills an input of `size` (width, height).

    Raises ModelError for an input that nothing here knows.
    """
    width, height = size
    known = name.lower()
    dtype = _NUMBERS.get(kind)
    if dtype is not None and known in WIDTH_HEIGHT:
        return Feed(name, np.array([width, height], dtype=dtype), len(shape) != 1)
    if dtype is not None and known in HEIGHT_WIDTH:
        return Feed(name, np.array([height, width], dtype=dtype), len(shape) != 1)
    if dtype is not None and known in ONES:
        return Feed(name, np.ones(2, dtype=dtype), len(shape) != 1)
    if dtype is not None and known == MASK and len(shape) == 3:
        sides = [
            axis if isinstance(axis, int) and 0 < axis <= _MAX_MASK else own
            for axis, own in zip(shape[1:], (height, width), strict=True)
        ]
        return Feed(name, np.ones(sides, dtype=dtype))
    raise ModelError(
        f"it wants the input {printable(name)[:60]} beside the picture, which nothing here knows; "
        "export it without"
    )
