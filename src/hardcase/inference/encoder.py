"""An encoder: a network whose output is the embedding of a picture. Finding out what it is fed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.inference.process.request import EncoderRequest
from hardcase.inference.profile.profiles import profile_beside
from hardcase.inference.profile.schema import read_input
from hardcase.inference.signature import require_model

if TYPE_CHECKING:
    from pathlib import Path


def encoder_request(encoder: Path) -> EncoderRequest:
    """Return what the child needs to know of an encoder file.

    The YAML file beside it may say what it is fed, as the `input` of a profile does; otherwise it
    gets what `features.default_input` says. Raises ModelError.
    """
    model = require_model(encoder)
    written = profile_beside(model)
    return EncoderRequest(str(model), read_input(written) if written.exists() else None)
