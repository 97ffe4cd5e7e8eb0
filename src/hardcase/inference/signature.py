"""What a model file says of itself: inputs, outputs and metadata, read in a child process."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.process.child import DESCRIBE, Child
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NO_MODEL = ("Protobuf parsing failed", "No graph was found")
"""What the runtime says of files that are empty, cut short or something else."""
_KIND = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
MAX_TENSORS = 256
MAX_RANK = 16
MAX_NAME = 100
MAX_METADATA_ENTRIES = 256
MAX_METADATA_CHARS = 1 << 18
"""Longest metadata value that is looked at; 10,000 class names fit."""

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One input or output. `shape` has an int for a fixed axis and a name for a free one."""

    name: str
    shape: tuple[int | str, ...]
    dtype: str

    @property
    def text(self) -> str:
        """The shape as people write it: `1x3x416x416`."""
        return "x".join(map(str, self.shape)) or "scalar"


@dataclass(frozen=True, slots=True)
class Signature:
    """Inputs, outputs and metadata of a model. All text is printable, but otherwise not trusted."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: Mapping[str, str]


def read_signature(model: Path, *, timeout: float = TIMEOUT) -> Signature:
    """Read the signature of an ONNX file. Raises ModelError."""
    with Child() as child:
        child.send({"command": DESCRIBE, "model": str(require_model(model))})
        answer = child.receive(timeout, model.name)
    if "fatal" in answer:
        raise ModelError(f"{printable(model.name)} {_unopened(short(answer['fatal']))}")
    try:
        return signature_from_json(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{printable(model.name)}: the engine's answer makes no sense") from error


def _unopened(said: str) -> str:
    """Return why a model cannot be opened, given what the runtime says of it."""
    if any(sign in said for sign in _NO_MODEL):
        return "is no ONNX model, or only a part of one; export it or copy it again"
    return f"cannot be opened: {said}"


def require_model(model: Path) -> Path:
    """Return the absolute path of a model file. Raises ModelError if there is none."""
    try:
        found = model.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise ModelError(f"{printable(str(model))} is not a file; give the path of an ONNX model")
    return model.absolute()


def signature_from_json(data: Mapping[str, Any]) -> Signature:
    """Read what the child says of a model; raises KeyError, TypeError or ValueError if it lies."""
    metadata = data["metadata"]
    if len(metadata) > MAX_METADATA_ENTRIES:
        raise ValueError("too many metadata entries")
    return Signature(
        _tensors(data["inputs"]),
        _tensors(data["outputs"]),
        {
            printable(str(key))[:100]: printable(str(value))[:MAX_METADATA_CHARS]
            for key, value in metadata.items()
        },
    )


def short(text: object) -> str:
    """Return a message of the runtime on one printable line of at most 300 characters.

    The runtime's name, number and word for the kind of error, which tell people nothing, go.
    """
    line = _KIND.sub("", printable(" ".join(str(text).split())))
    return line if len(line) <= 300 else line[:299] + "…"


def _tensors(data: object) -> tuple[TensorInfo, ...]:
    if not isinstance(data, list) or len(data) > MAX_TENSORS:
        raise ValueError("not a short list of tensors")
    return tuple(
        TensorInfo(
            printable(str(item["name"]))[:MAX_NAME],
            tuple(map(_axis, item["shape"][:MAX_RANK])),
            printable(str(item["dtype"]))[:40],
        )
        for item in data
    )


def _axis(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < math.inf:
        return value
    return printable(str(value or "?"))[:40]
