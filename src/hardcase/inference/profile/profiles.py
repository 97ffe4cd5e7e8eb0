"""Finding the profile of a model, and describing a model to a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.process.child import PROBE, Child
from hardcase.inference.profile.keeping import is_outdated, kept_profile, profile_beside
from hardcase.inference.profile.schema import Profile, read_profile
from hardcase.inference.recognition import recognise
from hardcase.inference.recognition.companions import look_beside
from hardcase.inference.recognition.values import values_from_json
from hardcase.inference.signature import (
    MAX_NAME,
    MAX_TENSORS,
    TIMEOUT,
    Signature,
    TensorInfo,
    read_signature,
    require_model,
    short,
)
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hardcase.inference.profile.schema import InputSpec
    from hardcase.inference.recognition import Probe, Recognition
    from hardcase.inference.recognition.values import Values

__all__ = [
    "ModelInfo",
    "describe_model",
    "find_profile",
    "load_profile",
    "profile_beside",
    "recognise_model",
]

_SHOWN_METADATA_CHARS = 500


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as `hardcase models inspect` shows it. All text is printable.

    `profile` is what a run would use and `profile_source` where it comes from; without one,
    `problem` says why and what to do. `recognition` is what the profile rests on where none was
    written. `metadata` values are cut after 500 characters.
    """

    file: str
    bytes: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: Mapping[str, str]
    profile: Profile | None
    profile_source: str | None
    problem: str | None
    recognition: Recognition | None = None

    def to_json(self) -> dict[str, Any]:
        """Return JSON values only."""
        data = asdict(self)
        for tensor in (*data["inputs"], *data["outputs"]):
            tensor["shape"] = list(tensor["shape"])
        data["inputs"], data["outputs"] = list(data["inputs"]), list(data["outputs"])
        data["profile"] = self.profile.to_json() if self.profile else None
        found = data.pop("recognition") and self.recognition
        data["family"] = self.profile.decoder.family.title if self.profile else None
        data["certainty"] = str(found.certainty) if found else None
        data["reasons"] = list(found.reasons) if found else []
        data["told_by"] = list(found.signs) if found else []
        data["could_be"] = [p.decoder.family.title for p in found.others] if found else []
        data["labels_from"] = found.labels_from if found else None
        return data


def load_profile(
    model: Path,
    explicit: Path | None = None,
    *,
    images: Iterable[Path] = (),
    timeout: float = TIMEOUT,
) -> Profile:
    """Return how to use a model.

    The first of: the file `explicit`; the profile kept for the model, see `keeping`; what the model
    is recognised as, with a few of `images` to look at. Raises ModelError, one line with what is
    known and how to write a profile.
    """
    return find_profile(model, explicit, images=images, timeout=timeout)[0]


def find_profile(
    model: Path,
    explicit: Path | None = None,
    *,
    images: Iterable[Path] = (),
    timeout: float = TIMEOUT,
) -> tuple[Profile, Recognition | None]:
    """Return the profile of `load_profile`, and what it rests on if nobody wrote it."""
    require_model(model)
    written = explicit or kept_profile(model)
    if written is not None:
        return read_profile(written), None
    found = recognise_model(model, images=images, timeout=timeout)
    return found.profile, found


def recognise_model(
    model: Path, *, images: Iterable[Path] = (), timeout: float = TIMEOUT
) -> Recognition:
    """Return what a model is taken for, whatever profile is kept for it.

    `images` are a few pictures for a probe run; without any, drawn ones are shown. Raises
    ModelError.
    """
    signature = read_signature(model, timeout=timeout)
    return _recognised(model, signature, images, timeout)


def describe_model(
    model: Path,
    explicit: Path | None = None,
    *,
    images: Iterable[Path] = (),
    timeout: float = TIMEOUT,
) -> ModelInfo:
    """Describe a model file. Raises ModelError when it cannot be opened at all."""
    signature = read_signature(model, timeout=timeout)
    profile, source, problem, recognition = None, None, None, None
    try:
        written = explicit or kept_profile(model)
        if written is None:
            recognition = _recognised(model, signature, images, timeout)
            profile, source = recognition.profile, "recognised"
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
        recognition=recognition,
    )


def _recognised(
    model: Path, signature: Signature, images: Iterable[Path], timeout: float
) -> Recognition:
    sidecar = printable(profile_beside(model).name)
    try:
        found = recognise(
            signature,
            sidecar,
            companions=look_beside(model),
            probe=_probe(model, tuple(images), timeout),
        )
    except ModelError as error:
        raise ModelError(f"{printable(model.name)}: {error}") from error
    if is_outdated(model):
        said = f"{sidecar} was kept for another file of this name and is not used"
        return replace(found, reasons=(*found.reasons, said))
    return found


def _probe(model: Path, images: tuple[Path, ...], timeout: float) -> Probe:
    """Return what runs the model in a child process on some pictures."""

    def run(spec: InputSpec) -> dict[str, Values]:
        message = {
            "command": PROBE,
            "model": str(model.absolute()),
            "input": spec.to_json(),
            "pictures": [str(image.absolute()) for image in images],
        }
        with Child() as child:
            child.send(message)
            answer = child.receive(timeout, model.name)
        if "fatal" in answer:
            raise ModelError(short(answer["fatal"]))
        try:
            found = list(answer["values"].items())[:MAX_TENSORS]
            return {
                printable(str(name))[:MAX_NAME]: values_from_json(facts) for name, facts in found
            }
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ModelError("the engine's answer makes no sense") from error

    return run
