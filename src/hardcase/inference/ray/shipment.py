"""The files of a model as bytes with their hashes, to be unpacked on another machine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import ModelError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# An entry of TensorProto.external_data as Protocol Buffers write it: key (1) "location", value (2)
# with its length in one or two bytes. Looked for anywhere, since tensors lie in subgraphs as well.
_LOCATION = re.compile(rb"\x0a\x08location\x12(?:([\x01-\x7f])|([\x80-\xff])([\x01-\x1f]))")


@dataclass(frozen=True, slots=True)
class ShippedFile:
    """One file: its path below the model's folder, with `/`, its content (N,) uint8, its SHA-256.

    An array, since those travel without being copied where the machine is the same.
    """

    name: str
    content: NDArray[np.uint8]
    sha256: str


def pack(model: Path) -> tuple[ShippedFile, ...]:
    """Return a model file and the files beside it that hold its weights, the model first.

    Raises ModelError if one cannot be read.
    """
    first = _read(model, model.name)
    folder = model.parent.resolve()
    found = [first]
    for name in sorted(set(_locations(first.content.data))):
        path = _beside(folder, name)
        if path is not None and name != model.name:
            found.append(_read(path, path.relative_to(folder).as_posix()))
    return tuple(found)


def unpack(files: tuple[ShippedFile, ...], folder: Path) -> Path:
    """Write the files into a folder; return the path of the model. Raises ModelError."""
    for file in files:
        if hashlib.sha256(file.content.data).hexdigest() != file.sha256:
            raise ModelError(f"{printable(file.name)} was damaged on its way; try again")
        path = folder / file.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content.data)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ModelError(f"{printable(file.name)} cannot be unpacked: {reason}") from error
    return folder / files[0].name


def _beside(folder: Path, name: str) -> Path | None:
    """Return the file of a name in a folder or below, None if there is none."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None
    except (OSError, ValueError):
        return None  # a name that no file can have


def _read(path: Path, name: str) -> ShippedFile:
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{printable(path.name)} cannot be read: {reason}") from error
    return ShippedFile(name, content, hashlib.sha256(content.data).hexdigest())


def _locations(model: memoryview) -> Iterator[str]:
    for found in _LOCATION.finditer(model):
        short, low, high = found.groups()
        size = short[0] if short else (low[0] & 0x7F) | high[0] << 7
        try:
            yield bytes(model[found.end() : found.end() + size]).decode()
        except UnicodeDecodeError:
            continue
