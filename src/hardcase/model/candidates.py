"""What a model saw in an image and did not quite accept, as jobs keep it: some bytes an image.

Every sample that a detector looked at carries its own, in memory and in the job file, so they are
few and small: how many names there are; each name, with its length before it; then ten bytes a
candidate, its box, score and the number of its name. Coordinates are to 1/65535 of the image's
width or height, scores to 1/255.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.model.text import MAX_LABEL_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CANDIDATES = 9
"""As many as there are digits to name them by, less 0."""

_ENTRY = struct.Struct("<4H2B")
_LENGTH = struct.Struct("<H")
_PLACES, _SCORES = 65535, 255

MAX_BYTES = 1 + MAX_CANDIDATES * (_LENGTH.size + 4 * MAX_LABEL_LENGTH + _ENTRY.size)


def pack_candidates(candidates: Sequence[Annotation], width: int, height: int) -> bytes:
    """Return boxes with scores of a `width` x `height` image as bytes, `MAX_CANDIDATES` at most.

    The first are kept, less those too thin to be told; without any there are no bytes.
    """
    placed = [(c, _places(c.box, width, height)) for c in candidates if c.box is not None]
    kept = [(c, at) for c, at in placed if at[0] < at[2] and at[1] < at[3]][:MAX_CANDIDATES]
    if not kept:
        return b""
    names = list(dict.fromkeys(c.label for c, _ in kept))
    parts = [bytes([len(names)])]
    for name in names:
        encoded = name.encode()
        parts += [_LENGTH.pack(len(encoded)), encoded]
    for candidate, at in kept:
        score = round((candidate.score or 0.0) * _SCORES)
        parts.append(_ENTRY.pack(*at, score, names.index(candidate.label)))
    return b"".join(parts)


def unpack_candidates(data: bytes, width: int, height: int, by: str) -> tuple[Annotation, ...]:
    """Return packed candidates as annotations made `by` a run, in the words of then.

    Raises ValueError for bytes that are none of `pack_candidates`.
    """
    if not data:
        return ()
    names, at = [], 1
    try:
        for _ in range(data[0]):
            (length,) = _LENGTH.unpack_from(data, at)
            start = at + _LENGTH.size
            at = start + length
            names.append(data[start:at].decode())
        if at > len(data):
            raise ValueError("candidates that are cut off")
        found = tuple(
            _annotation(entry, names, (width, height), by)
            for entry in _ENTRY.iter_unpack(data[at:])
        )
    except (struct.error, IndexError) as error:
        raise ValueError("candidates that make no sense") from error
    if len(found) > MAX_CANDIDATES:
        raise ValueError(f"an image has at most {MAX_CANDIDATES} candidates")
    return found


def _places(box: Box, width: int, height: int) -> list[int]:
    sides = (width, height, width, height)
    shares = (value / side for value, side in zip(box, sides, strict=True))
    return [min(max(round(share * _PLACES), 0), _PLACES) for share in shares]


def _annotation(
    entry: tuple[int, ...], names: Sequence[str], size: tuple[int, int], by: str
) -> Annotation:
    *places, score, name = entry
    box = Box(*(place / _PLACES * side for place, side in zip(places, size * 2, strict=True)))
    if not (box.x1 < box.x2 and box.y1 < box.y2):
        raise ValueError("a candidate without area")
    return Annotation(names[name], box, score / _SCORES, by).rounded()
