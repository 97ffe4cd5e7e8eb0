"""Embeddings as jobs keep them: a byte a dimension.

An embedding is an L2-normalised vector x of D values in [-1, 1]. It is kept as D signed bytes,
round(127 x), which moves the cosine of two embeddings by about 0.001.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Looks = NDArray[np.float32] | NDArray[np.int8]
"""Embeddings (N, D) as numbers, or as the bytes that jobs keep: a quarter of the memory."""

MAX_DIMENSIONS = 128
"""Every sample of a job carries its embedding in memory and in the job file, so it is short."""

_SCALE = 127.0


def pack(vector: NDArray[np.floating]) -> bytes:
    """Return the (D,) embedding as D signed bytes. Values outside [-1, 1] are cut."""
    return np.clip(np.round(vector * _SCALE), -_SCALE, _SCALE).astype(np.int8).tobytes()


def unpack(data: bytes) -> NDArray[np.float32]:
    """Return the (D,) float32 embedding of packed bytes; `pack` gives the same bytes again."""
    return as_numbers(np.frombuffer(data, np.int8))


def as_numbers(looks: Looks) -> NDArray[np.float32]:
    """Return embeddings, of any shape, as float32; a copy unless they are that already."""
    if looks.dtype != np.int8:
        return np.asarray(looks, np.float32)
    numbers = looks.astype(np.float32)
    numbers /= np.float32(_SCALE)
    return numbers


def stacked(packed: Sequence[bytes]) -> NDArray[np.int8] | None:
    """Return N packed embeddings as (N, D) int8, zeros where a sample has none; read-only.

    None where no sample has one, or where they are of different lengths and cannot be compared.
    """
    lengths = {len(data) for data in packed if data}
    if len(lengths) != 1:
        return None
    blank = bytes(lengths.pop())
    joined = b"".join(data or blank for data in packed)
    return np.frombuffer(joined, np.int8).reshape(len(packed), -1)
