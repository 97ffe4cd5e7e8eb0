"""What a check of labels found: where a model sees otherwise than whoever labeled the sample."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardcase.model.boxes import Box


class MistakeKind(StrEnum):
    """What may be wrong with a label."""

    SWAPPED = "swapped"
    """The label is another one."""
    EXTRA = "model-extra"
    """The model sees an object that nobody labeled."""
    MISSED = "model-missed"
    """A labeled box where the model sees no such object."""
    PLACED = "badly-placed"
    """The object is there, but the box does not fit it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One likely mistake.

    `score` in [0, 1], the higher the likelier. `given` is the label there is, None if nobody
    labeled anything there; `seen` what the model sees instead, None if nothing, and `confidence`
    its score in [0, 1] for that. `box` is where to look, in source pixels, None in classification:
    the model's box where it sees an object elsewhere or nobody labeled one, else the labeled box.
    `index` is the annotation it is about, counted from 0.
    """

    kind: MistakeKind
    score: float
    given: str | None = None
    seen: str | None = None
    confidence: float | None = None
    box: Box | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in one sample, likeliest first.

    `id` is the sample's, `run` that of the check, `score` in [0, 1] that of the likeliest. `about`
    is a checksum of the annotations it speaks of: when they change, it is past.
    """

    id: int
    run: int
    score: float
    mistakes: tuple[Mistake, ...]
    about: int = 0
