"""Which images look the same: difference hashes, and what a model says of both.

The look of an image is a difference hash (N. Krawetz, "Kind of like that", hackerfactor.com, 2013)
of both directions: the luma, averaged down to 9 x 9, is compared with its right and with its lower
neighbour, 64 bits each. It stays the same under another size, quality, brightness or a stamped
date. Embeddings were the other choice: they need the same model on both sides and say what kind of
image it is, not which; two photos of a horse are no duplicates.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.open import open_image
from hardcase.model.boxes import Box, as_array, iou

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from hardcase.model.job import Annotation

BITS = 128
NEAR = 16
"""Bits in which two looks of one scene differ at most.

Measured on coco_train128, bccd and cifar10_train_4000, 8 million pairs of photos: two pairs are
that near, and both are one scene taken twice. The same photos re-encoded, at half the size,
brighter, duller, noisy, blurred or stamped are that near in 98 to 100 % (90 to 100 % of CIFAR-10's
32 x 32 pixels), cropped by 2 % in 98 %, shifted by 1 % in 93 to 98 %, by 2 % in 31 to 47 %. So is
the same scene with another object in it, of a fifth of its width: see `say_the_same`.
"""
SAME_PLACE = 0.5
"""IoU from which boxes of one label in two images are the same object."""

CLEAR = 0.5
"""Score from which a model is clear about an object; people always are."""

_SIDE = 9
_READ = (24 * _SIDE, 24 * _SIDE)
"""A JPEG may be read reduced to this; averaging does the rest."""


def look_at(path: Path) -> str:
    """Return the look of an image file, 32 hex digits. Raises ImageError."""
    return look(open_image(path, max_size=_READ))


def look(image: Image.Image) -> str:
    """Return the look of an image, 32 hex digits."""
    small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    luma = np.asarray(small, dtype=np.int16)
    across = luma[:-1, 1:] > luma[:-1, :-1]
    down = luma[1:, :-1] > luma[:-1, :-1]
    return np.packbits(np.concatenate([across.ravel(), down.ravel()])).tobytes().hex()


class Looks:
    """Looks of many images, each with the number it was added under."""

    def __init__(self) -> None:
        self._bits = np.zeros((64, 2), np.uint64)
        self._keys = np.zeros(64, np.int64)
        self._count = 0

    def add(self, key: int, look: str) -> None:
        """Add a look. Raises ValueError if it is none."""
        bits = _bits(look)
        if self._count == len(self._keys):
            self._bits = np.concatenate([self._bits, np.zeros_like(self._bits)])
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
        self._bits[self._count] = bits
        self._keys[self._count] = key
        self._count += 1

    def near(self, look: str) -> list[int]:
        """Return the keys of the looks within `NEAR` bits, the nearest first."""
        differing = np.bitwise_count(self._bits[: self._count] ^ _bits(look))
        distance = differing.sum(axis=1, dtype=np.int64)
        found = np.flatnonzero(distance <= NEAR)
        return [int(k) for k in self._keys[found[np.argsort(distance[found], kind="stable")]]]


def say_the_same(ours: Sequence[Annotation], theirs: Sequence[Annotation]) -> bool:
    """Return whether neither of two images of one scene clearly shows what the other does not.

    A bird that came into the picture of a fixed camera hardly alters its look, and is what one
    wants to keep. Boxes are in shares of the image, see `in_shares`. A clear annotation needs a
    partner of its label in the other image, with boxes at an IoU of `SAME_PLACE` or more; unclear
    ones come and go between two copies of a photo.

    Measured with a small detector on 90 photos of coco_train128: copies smaller, cropped or noisy
    count as the same in 93 to 99 % (68 % if unclear ones needed partners too); with an object of
    30 % of the height pasted in, 57 % do (the model did not see it), by the look alone 86 %.
    """
    return not _shows_more(ours, theirs) and not _shows_more(theirs, ours)


def in_shares(
    annotations: Iterable[Annotation], width: int | None, height: int | None
) -> tuple[Annotation, ...]:
    """Return annotations with boxes in shares of an image's size, so that copies can be compared.

    `width` and `height` in pixels; of an image whose size is not known boxes stay as they are.
    """
    if not width or not height:
        return tuple(annotations)
    return tuple(
        a
        if a.box is None
        else replace(
            a, box=Box(a.box.x1 / width, a.box.y1 / height, a.box.x2 / width, a.box.y2 / height)
        )
        for a in annotations
    )


def _shows_more(ours: Sequence[Annotation], theirs: Sequence[Annotation]) -> bool:
    clear = [a for a in ours if a.score is None or a.score >= CLEAR]
    return not all(any(_is_same(a, b) for b in theirs) for a in clear)


def _is_same(a: Annotation, b: Annotation) -> bool:
    if a.label != b.label or a.box is None or b.box is None:
        return a.label == b.label and a.box is b.box
    return bool(iou(as_array([a.box]), as_array([b.box]))[0, 0] >= SAME_PLACE)


def _bits(look: str) -> NDArray[np.uint64]:
    raw = bytes.fromhex(look)
    if len(raw) != BITS // 8:
        message = f"a look has {BITS} bits, not {8 * len(raw)}"
        raise ValueError(message)
    return np.frombuffer(raw, np.uint64)
