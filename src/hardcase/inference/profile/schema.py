"""The profile of a model: how to feed it and how to read what it answers. A YAML file or an object.

A profile is data from a file, so reading is strict: unknown keys, wrong types and numbers out of
range raise ModelError with one line that names the key.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation, Decoder
from hardcase.model.job import Task
from hardcase.model.text import clean_label, printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "Activation",
    "Color",
    "Decoder",
    "Fit",
    "InputSpec",
    "Layout",
    "Profile",
    "input_from_json",
    "profile_from_json",
    "read_input",
    "read_mapping",
    "read_names",
    "read_profile",
]

_Choice = TypeVar("_Choice", bound=StrEnum)

MAX_PROFILE_BYTES = 1 << 18
MAX_LABELS_BYTES = 1 << 20
MAX_LABELS = 30_000
MAX_SIDE = 8192
MAX_PIXELS = 1 << 24
MADE_FOR = "model_sha256"
"""The key of a profile that hardcase kept itself: the hash of the model it was kept for."""

_MAX_DEPTH = 8
_MAX_NAME = 100


class Fit(StrEnum):
    """How a picture of any shape becomes the model's input; see `preprocess`."""

    LETTERBOX = "letterbox"
    LETTERBOX_TOP_LEFT = "letterbox-top-left"
    STRETCH = "stretch"
    CENTER_CROP = "center-crop"


class Layout(StrEnum):
    """Order of the axes of the input tensor."""

    NCHW = "nchw"
    NHWC = "nhwc"


class Color(StrEnum):
    """Order of the channels of the input tensor."""

    RGB = "rgb"
    BGR = "bgr"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What the model wants to be fed.

    `size` is (width, height) in pixels. A pixel value v in 0-255 becomes `(v / scale - mean) / std`
    of its channel; `mean` and `std` are given in the order of `color`. `pad` in 0-255 fills what a
    letterbox leaves free.
    """

    size: tuple[int, int]
    layout: Layout = Layout.NCHW
    color: Color = Color.RGB
    scale: float = 255.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: Fit = Fit.LETTERBOX
    pad: int = 114

    @property
    def shape(self) -> tuple[int, int, int]:
        """The axes of the input tensor after that of the batch."""
        width, height = self.size
        return (3, height, width) if self.layout is Layout.NCHW else (height, width, 3)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `input_from_json` reads."""
        data = asdict(self)
        for key in ("size", "mean", "std"):
            data[key] = list(data[key])
        return data


@dataclass(frozen=True, slots=True)
class Profile:
    """How to use one model. Thresholds are in [0, 1] and only defaults of a run.

    `outputs` names those of the model's outputs that the decoder reads, in the order of its
    family's `reads`; without names, they are the first ones. `first_class` is what the model calls
    the class of the first label, 0 or 1.
    """

    task: Task
    decoder: Decoder
    input: InputSpec
    labels: tuple[str, ...]
    score_threshold: float = 0.3
    iou_threshold: float = 0.5
    activation: Activation = Activation.NONE
    outputs: tuple[str, ...] = ()
    first_class: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the profile as the object that `profile_from_json` reads."""
        data = asdict(self)
        data["labels"] = list(self.labels)
        data["input"] = self.input.to_json()
        data["outputs"] = list(self.outputs)
        # runs are told apart by this object, and most models need neither
        if not self.outputs:
            del data["outputs"]
        if self.first_class == self.decoder.family.first_class:
            del data["first_class"]
        return data


def read_profile(path: Path) -> Profile:
    """Read a profile from a YAML file. Raises ModelError."""
    data = read_mapping(path)
    data.pop(MADE_FOR, None)
    if "labels_file" in data:
        if "labels" in data:
            raise ModelError(f"{_name(path)}: give labels or labels_file, not both")
        data["labels"] = _read_labels(path, data.pop("labels_file"))
    return profile_from_json(data, _name(path))


def read_input(path: Path) -> InputSpec:
    """Read the `input` of a YAML file; the other keys of a profile may be there. Raises ModelError.

    An encoder has no labels and no decoder, so its profile is an input alone.
    """
    data = read_mapping(path)
    if "input" not in data:
        raise ModelError(f"{_name(path)} must hold input: with a size, to say what it is fed")
    return input_from_json(data["input"], _name(path))


def profile_from_json(data: Mapping[str, Any], where: str) -> Profile:
    """Build a profile from a plain object; `where` starts the line of a ModelError."""
    reader = _Reader(data, where, "")
    decoder = reader.choice(Decoder, "decoder")
    task = reader.choice(Task, "task", decoder.task)
    if task is not decoder.task:
        raise ModelError(f"{where}: decoder {decoder} goes with task {decoder.task}, not {task}")
    family = decoder.family
    profile = Profile(
        task=task,
        decoder=decoder,
        input=input_from_json(reader.take("input"), where),
        labels=_labels(reader.take("labels"), where),
        score_threshold=reader.number("score_threshold", 0.3, 0.0, 1.0),
        iou_threshold=reader.number("iou_threshold", family.iou_threshold, 0.0, 1.0),
        activation=reader.choice(Activation, "activation", family.activations[0]),
        outputs=_outputs(reader.take_or("outputs", []), decoder, where),
        first_class=int(reader.number("first_class", family.first_class, 0, 1)),
    )
    if profile.activation not in family.activations:
        known = " or ".join(family.activations)
        raise ModelError(f"{where}: activation of decoder {decoder} can only be {known}")
    reader.nothing_left()
    return profile


def read_mapping(path: Path) -> dict[str, Any]:
    """Read an object from a small YAML file. Raises ModelError."""
    try:
        text = _read_text(path, MAX_PROFILE_BYTES)
        _require_shallow(text, path)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ModelError(f"{_name(path)} is not YAML: {_one_line(error)}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{_name(path)} must hold keys such as task, decoder, input and labels")
    return dict(data)


def input_from_json(data: object, where: str) -> InputSpec:
    """Build an input from a plain object; `where` starts the line of a ModelError."""
    if not isinstance(data, dict):
        raise ModelError(f"{where}: input must hold keys such as size, color and fit")
    reader = _Reader(data, where, "input.")
    width, height = reader.numbers("size", 2, None)
    if not (width.is_integer() and height.is_integer()) or min(width, height) < 1:
        raise ModelError(f"{where}: input.size must be [width, height] in whole pixels")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise ModelError(f"{where}: input.size has at most {MAX_SIDE} a side, {MAX_PIXELS} pixels")
    std = reader.numbers("std", 3, (1.0, 1.0, 1.0))
    scale = reader.number("scale", 255.0, -math.inf, math.inf)
    if scale == 0 or 0 in std:
        raise ModelError(f"{where}: input.scale and input.std are divided by and cannot be 0")
    mean = reader.numbers("mean", 3, (0.0, 0.0, 0.0))
    spec = InputSpec(
        size=(int(width), int(height)),
        layout=reader.choice(Layout, "layout", Layout.NCHW),
        color=reader.choice(Color, "color", Color.RGB),
        scale=scale,
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
        fit=reader.choice(Fit, "fit", Fit.LETTERBOX),
        pad=int(reader.number("pad", 114, 0, 255)),
    )
    reader.nothing_left()
    return spec


def _outputs(names: object, decoder: Decoder, where: str) -> tuple[str, ...]:
    reads = decoder.family.reads
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ModelError(f"{where}: outputs must be a list of names of the model's outputs")
    if names and len(names) != len(reads):
        raise ModelError(f"{where}: outputs of decoder {decoder} must name {', '.join(reads)}")
    return tuple(printable(name)[:_MAX_NAME] for name in names)


def _labels(names: object, where: str) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not names:
        raise ModelError(f"{where}: labels must be a list of names in the model's order")
    if len(names) > MAX_LABELS:
        raise ModelError(f"{where}: labels has more than {MAX_LABELS} names")
    cleaned = []
    for index, name in enumerate(names):
        if isinstance(name, bool) or not isinstance(name, str | int | float):
            raise ModelError(f"{where}: labels[{index}] must be a name; put it in quotes")
        try:
            cleaned.append(clean_label(str(name)))
        except ValueError as error:
            raise ModelError(f"{where}: labels[{index}]: {error}") from error
    return tuple(cleaned)


def _read_labels(profile: Path, name: object) -> list[str]:
    """Read the names of `labels_file`, which lies in the profile's folder or below it."""
    where = _name(profile)
    if not isinstance(name, str) or not name or "\0" in name:
        raise ModelError(f"{where}: labels_file must be a file name")
    folder = profile.resolve().parent
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise ModelError(f"{where}: labels_file must stay in the folder of the profile")
    return read_names(path)


def read_names(path: Path) -> list[str]:
    """Read a text file of one name a line; empty lines at the end do not count.

    Raises ModelError.
    """
    lines = [line.strip() for line in _read_text(path, MAX_LABELS_BYTES).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _require_shallow(text: str, path: Path) -> None:
    """Refuse deep nesting before anything is built: reading it takes quadratic time."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise ModelError(f"{_name(path)} is nested too deeply for a profile")


def _read_text(path: Path, limit: int) -> str:
    try:
        if not path.is_file():
            raise ModelError(f"{_name(path)} is not a file; check the path")
        with path.open("rb") as file:
            raw = file.read(limit + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{_name(path)} cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{_name(path)} must be UTF-8 text") from error
    if len(raw) > limit:
        raise ModelError(f"{_name(path)} is larger than {limit >> 10} KiB")
    return text


class _Reader:
    """Takes typed values out of an object and knows which keys nobody asked for."""

    def __init__(self, data: Mapping[str, Any], where: str, prefix: str) -> None:
        self._left = dict(data)
        self._where = where
        self._prefix = prefix

    def take(self, key: str) -> object:
        if key not in self._left:
            raise self._error(key, "is missing")
        return self._left.pop(key)

    def take_or(self, key: str, default: object) -> object:
        return self._left.pop(key, default)

    def choice(self, kind: type[_Choice], key: str, default: _Choice | None = None) -> _Choice:
        if default is not None and key not in self._left:
            return default
        value = self.take(key)
        for member in kind:
            if value == member.value:
                return member
        raise self._error(key, f"must be one of {', '.join(kind)}")

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self._left.pop(key, default)
        if not _is_number(value) or not low <= value <= high:
            wanted = "a number" if math.isinf(low) else f"a number from {low:g} to {high:g}"
            raise self._error(key, f"must be {wanted}")
        return float(value)

    def numbers(self, key: str, count: int, default: tuple[float, ...] | None) -> tuple[float, ...]:
        value = self.take(key) if default is None else self._left.pop(key, default)
        if not isinstance(value, list | tuple) or len(value) != count:
            raise self._error(key, f"must be a list of {count} numbers")
        if not all(map(_is_number, value)):
            raise self._error(key, f"must be a list of {count} numbers")
        return tuple(map(float, value))

    def nothing_left(self) -> None:
        for key in self._left:
            raise self._error(str(key)[:60], "is not a key of a profile; check its spelling")

    def _error(self, key: str, problem: str) -> ModelError:
        return ModelError(f"{self._where}: {self._prefix}{printable(key)} {problem}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _name(path: Path) -> str:
    return printable(path.name)


def _one_line(error: BaseException) -> str:
    return printable(" ".join(str(error).split()))[:200]
