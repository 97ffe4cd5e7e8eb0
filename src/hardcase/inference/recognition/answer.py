"""What recognition answers, and what it weighs on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hardcase.inference.profile.schema import InputSpec
from hardcase.inference.recognition.values import Values

if TYPE_CHECKING:
    from hardcase.inference.profile.families import Activation, Decoder
    from hardcase.inference.profile.schema import Profile

Probe = Callable[[InputSpec], Mapping[str, Values]]
"""Runs the model on pictures fed as the argument says, and tells of each output by name.

Raises ModelError.
"""


class Certainty(StrEnum):
    """How sure recognition is: told by the model, told by signs that fit one family, or a guess."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


class Sign(StrEnum):
    """What a model was told by; the value follows "told by"."""

    METADATA = "its metadata"
    FILE = "a file beside it"
    NAMES = "names of inputs and outputs"
    SHAPES = "shapes of outputs"
    PROBE = "a probe run"
    LABELED = "labeled images"
    PERSON = "a person"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a model is taken for. `reasons` are lines; all text is printable.

    `signs` are what it was told by, the one that decided first. `others` are profiles of the other
    families whose outputs have such shapes. `fixed_pixels` is whether its input takes 8-bit pixels
    as they are, `free_layout` whether it does not say which axis holds the channels.
    """

    profile: Profile
    certainty: Certainty
    reasons: tuple[str, ...]
    labels_from: str
    signs: tuple[Sign, ...] = ()
    others: tuple[Profile, ...] = ()
    fixed_pixels: bool = False
    free_layout: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a model: the decoder, its outputs, and how many classes they speak of.

    `classes` is None where shapes do not tell. `why` is a clause that follows the family's title.
    """

    decoder: Decoder
    why: str
    certainty: Certainty
    outputs: tuple[str, ...] = ()
    classes: int | None = None
    activation: Activation | None = None
    size: tuple[int, int] | None = None
