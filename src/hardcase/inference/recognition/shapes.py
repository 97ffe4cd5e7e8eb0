"""How many candidates a detector answers tells which it is: the cells of its feature maps."""

from __future__ import annotations

from hardcase.inference.decoders import grid

YOLOX = (8, 16, 32)
NANODET_PLUS = (8, 16, 32, 64)
LARGE = (8, 16, 32, 64)
ANCHORS = 3
_BINS = (8, 17, 11, 33)
MIN_QUERIES, MAX_QUERIES = 100, 1000
"""How many boxes a DETR answers; 100, 300 or 900 are usual."""


def is_anchored(size: tuple[int, int] | None, count: int | None) -> bool:
    """Return whether a YOLOv5 or v7 has so many candidates: three a cell, three or four maps."""
    return size is not None and count in {
        ANCHORS * grid.count(size, YOLOX),
        ANCHORS * grid.count(size, LARGE),
    }


def is_yolox(size: tuple[int, int] | None, count: int | None) -> bool:
    """Return whether a detector with one candidate a cell of strides 8, 16 and 32 has so many."""
    return size is not None and count == grid.count(size, YOLOX)


def is_nanodet(size: tuple[int, int] | None, count: int | None) -> bool:
    """Return whether a NanoDet-Plus has so many candidates."""
    return size is not None and count == grid.count(size, NANODET_PLUS, up=True)


def nanodet_classes(channels: int, known: set[int]) -> int | None:
    """Return how many of NanoDet's numbers a candidate are scores, for the usual `reg_max`.

    Counts that are known from names come before the first that is possible.
    """
    possible = [channels - 4 * bins for bins in _BINS if channels - 4 * bins > 0]
    return next((count for count in possible if count in known), next(iter(possible), None))
