"""Telling whether the labels of a sample are still those that somebody spoke of."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardcase.model.job import Annotation


def annotations_checksum(annotations: Iterable[Annotation]) -> int:
    """Return the CRC-32 of labels and boxes, in order; who made them and scores do not count."""
    told = [(a.label, None if a.box is None else tuple(a.box)) for a in annotations]
    return zlib.crc32(repr(told).encode())
