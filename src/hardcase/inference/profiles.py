"""Finding the profile of a model, and describing a model to a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.recognition import recognise
from hardcase.inference.schema import Profile, read_profile
from hardcase.inference.signature import (
    TIMEOUT,
    Signature,
    TensorInfo,
    read_signature,
    require_model,
)
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SHOWN_METADATA_CHARS = 500


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as `hardcase models inspect` shows it. All text is printable.

    `profile` is what a run would use and `profile_source` where it comes from; without one,
    `problem` says why and what to do. `metadata` values are cut after 500 characters.
    """

    file: str
    bytes: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: Mapping[str, str]
    profile: Profile | None
    profile_source: str | None
    problem: str | None

    def to_json(self) -> dict[str, Any]:
        """Return JSON values only."""
        data = asdict(self)
        for tensor in (*data["inputs"], *data["outputs"]):
            tensor["shape"] = list(tensor["shape"])
        data["inputs"], data["outputs"] = list(data["inputs"]), list(data["outputs"])
        data["profile"] = self.profile.to_json() if self.profile else None
        return data


def profile_beside(model: Path) -> Path:
    """Return where the profile of a model is looked for: the YAML file of its name beside it."""
    return model.with_suffix(".yaml")


def load_profile(model: Path, explicit: Path | None = None, *, timeout: float = TIMEOUT) -> Profile:
    """Return how to use a model.

    The first of: the file `explicit`; the YAML file beside the model; what the model's metadata and
    shapes say. Raises ModelError, one line with what is known and how to write a profile.
    """
    require_model(model)
    written = _written(model, explicit)
    if written is not None:
        return read_profile(written)
    return _recognised(model, read_signature(model, timeout=timeout))


def describe_model(
    model: Path, explicit: Path | None = None, *, timeout: float = TIMEOUT
) -> ModelInfo:
    """Describe a model file. Raises ModelError when it cannot be opened at all."""
    signature = read_signature(model, timeout=timeout)
    profile, source, problem = None, None, None
    try:
        written = _written(model, explicit)
        if written is None:
            profile, source = _recognised(model, signature), "the model itself"
        else:
            profile, source = read_profile(written), printable(written.name)
    except ModelError as error:
        problem = str(error)
    return ModelInfo(
        file=printable(model.name),
        bytes=model.stat().st_size,
        inputs=signature.inputs,
        outputs=signature.outputs,
        metadata={key: value[:_SHOWN_METADATA_CHARS] for key, value in signature.metadata.items()},
        profile=profile,
        profile_source=source,
        problem=problem,
    )


def _written(model: Path, explicit: Path | None) -> Path | None:
    if explicit is not None:
        return explicit
    beside = profile_beside(model)
    return beside if beside.exists() else None


def _recognised(model: Path, signature: Signature) -> Profile:
    try:
        return recognise(signature, printable(profile_beside(model).name))
    except ModelError as error:
        raise ModelError(f"{printable(model.name)}: {error}") from error
