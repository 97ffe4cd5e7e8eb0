"""What is asked of a run, and the same once its model was looked at. Knows no job.

A job file keeps of a run what it takes to go on with it another day: `PreparedRun.settings` and
`PreparedRun.files`. Where it is computed is the matter of whoever computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError, UsageError
from hardcase.inference import (
    HERE,
    Effort,
    Profile,
    encoder_request,
    file_sha256,
    find_profile,
    profile_from_json,
)
from hardcase.model.spans import from_spans, to_spans
from hardcase.model.text import printable
from hardcase.session.autolabel.class_map import ClassMap, class_map, of_classes, thresholds_of
from hardcase.session.autolabel.targets import Existing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardcase.inference import Recognition, Where
    from hardcase.model.job import Run


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run on which samples.

    None takes the profile's thresholds. `samples` are ids, and only those are labeled; an empty
    filter without them takes the unlabeled samples, both together take what passes both. `effort`
    says how much is spent on other looks at the images; `encoder` is an ONNX file whose output is
    the embedding, instead of what the model itself knows of an image. `mapping` has (class, label)
    pairs, an empty label for a class to be left out; classes it does not speak of mean the label of
    their name. `thresholds` has (class, threshold) pairs. `existing` says what becomes of auto
    labels of earlier runs; None replaces those of samples that a filter or `samples` asks for and
    keeps the rest. `changed` leaves out what the same model, used the same way, said of the file as
    it is. `where` is what computes it: the same run wherever that is.
    """

    model: Path
    profile: Path | None = None
    threshold: float | None = None
    iou: float | None = None
    filter: str = ""
    effort: Effort = Effort.STANDARD
    encoder: Path | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    thresholds: tuple[tuple[str, float], ...] = ()
    existing: Existing | None = None
    changed: bool = False
    samples: tuple[int, ...] = ()
    where: Where = HERE

    @property
    def is_choosy(self) -> bool:
        """Whether it says itself which samples it wants, rather than the unlabeled ones."""
        return bool(self.filter.strip() or self.samples)


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A request whose model was looked at. `encoder` stands for it in the settings of the run.

    `mapping` and `thresholds` are those of the request in the model's own spelling.
    `recognition` is what the profile rests on, None where somebody wrote it or accepted it.
    `again` is the run to go on with, or to start if it waits; without it that is found by what was
    asked for.
    """

    request: RunRequest
    profile: Profile
    sha256: str
    threshold: float
    iou: float
    encoder: Mapping[str, Any] | None = None
    recognition: Recognition | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    again: int | None = None

    @property
    def name(self) -> str:
        """The model's name: its file name without the ending."""
        return printable(self.request.model.stem)

    @property
    def settings(self) -> dict[str, Any]:
        """What makes two runs of a model the same, as JSON values."""
        settings: dict[str, Any] = {
            "threshold": self.threshold,
            "iou": self.iou,
            "profile": self.profile.to_json(),
            "filter": self.request.filter.strip(),
            "effort": self.request.effort.value,
        }
        optional = {
            "encoder": self.encoder,
            "map": dict(self.mapping),
            "thresholds": dict(self.thresholds),
            "existing": self.request.existing and self.request.existing.value,
            "changed": self.request.changed,
            "samples": to_spans(self.request.samples),
        }
        return settings | {name: value for name, value in optional.items() if value}

    @property
    def files(self) -> dict[str, str]:
        """Where the model and the encoder are: absolute paths by `model` and `encoder`."""
        paths = {"model": self.request.model, "encoder": self.request.encoder}
        return {name: str(path.absolute()) for name, path in paths.items() if path is not None}

    def class_map(self, labels: Mapping[int, str]) -> ClassMap:
        """Return the map of the model's classes, of which some have `labels`, by index."""
        return class_map(
            self.profile.labels,
            labels,
            common=self.threshold,
            own=self.thresholds,
            iou=self.iou,
        )


def beyond_a_form(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the `RunRequest` that `settings` came from which only commands set.

    What a job file says that makes no sense is left out.
    """
    pairs = {
        name: tuple(found.items()) if isinstance(found := settings.get(name), dict) else ()
        for name in ("map", "thresholds")
    }
    existing = settings.get("existing")
    return {
        "mapping": tuple((k, v) for k, v in pairs["map"] if isinstance(v, str)),
        "thresholds": tuple((k, v) for k, v in pairs["thresholds"] if isinstance(v, int | float)),
        "existing": Existing(existing) if existing in tuple(Existing) else None,
        "changed": settings.get("changed") is True,
        "samples": _samples(settings),
    }


def _samples(settings: Mapping[str, Any]) -> tuple[int, ...]:
    try:
        return from_spans(settings.get("samples", ""))
    except (TypeError, ValueError, AttributeError):
        return ()


def prepare(request: RunRequest, images: Iterable[Path] = ()) -> PreparedRun:
    """Read the model's profile and hash. Raises ModelError, UsageError.

    A model without a profile is recognised, with a few `images` to look at.
    """
    sha256 = _sha256(request.model)
    found = find_profile(request.model, request.profile, images=images)
    return used_as(request, sha256, *found)


def used_as(
    request: RunRequest, sha256: str, profile: Profile, recognition: Recognition | None = None
) -> PreparedRun:
    """Prepare a request whose model, of a hash, is used as `profile` says. Raises UsageError."""
    threshold = profile.score_threshold if request.threshold is None else request.threshold
    iou = profile.iou_threshold if request.iou is None else request.iou
    for name, value in (("threshold", threshold), ("iou", iou)):
        if not 0 <= value <= 1:
            raise UsageError(f"the {name} lies between 0 and 1, not at {value}")
    encoder = None if request.encoder is None else _encoder_settings(request.encoder)
    mapping = of_classes(request.mapping, profile.labels)
    own = thresholds_of(request.thresholds, profile.labels)
    return PreparedRun(request, profile, sha256, threshold, iou, encoder, recognition, mapping, own)


def prepare_again(run: Run, where: Where = HERE) -> PreparedRun:
    """Prepare to go on with a run, or to start one that waits, as its job keeps it; on any thread.

    The profile is the one it was asked for with, whatever lies beside the model now. Raises
    ModelError if a model is not where or what it was, UsageError if the job does not say.
    """
    try:
        prepared = _as_kept(run, where)
    except (KeyError, TypeError, ValueError, AttributeError, ModelError) as error:
        raise UsageError(
            f"the job does not say how to go on with {run.signature}: start it anew"
        ) from error
    encoder = prepared.request.encoder
    same = _sha256(prepared.request.model) == run.sha256
    if not (same and (encoder is None or _encoder_settings(encoder) == prepared.encoder)):
        which = prepared.request.model if not same or encoder is None else encoder
        raise ModelError(
            f"{printable(which.name)} is not what {run.signature} was asked for with: put that "
            "back, or start a run anew"
        )
    return prepared


def _as_kept(run: Run, where: Where) -> PreparedRun:
    asked = run.settings
    beyond = beyond_a_form(asked) | {"samples": from_spans(asked.get("samples", ""))}
    request = RunRequest(
        Path(run.files["model"]),
        threshold=float(asked["threshold"]),
        iou=float(asked["iou"]),
        filter=str(asked["filter"]),
        effort=Effort(asked["effort"]),
        encoder=Path(run.files["encoder"]) if asked.get("encoder") else None,
        where=where,
        **beyond,
    )
    return PreparedRun(
        request,
        profile_from_json(asked["profile"], "profile"),
        run.sha256,
        asked["threshold"],
        asked["iou"],
        asked.get("encoder"),
        mapping=dict(beyond["mapping"]),
        thresholds=dict(beyond["thresholds"]),
        again=run.id,
    )


def _sha256(model: Path) -> str:
    """Return the hash of a model file. Raises ModelError if there is none."""
    if not model.is_file():
        raise ModelError(f"no model at {printable(str(model))}: give an ONNX file")
    return file_sha256(model)


def _encoder_settings(path: Path) -> dict[str, Any]:
    """Return what tells an encoder, as it is used, from another."""
    fed = encoder_request(path).input
    return {"sha256": file_sha256(path), "input": None if fed is None else fed.to_json()}
