"""The hash that tells model files apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits. Raises ModelError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{printable(path.name)} cannot be read: {reason}") from error
