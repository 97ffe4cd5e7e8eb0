"""Walks over folders that nobody vouches for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE_SUFFIXES = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".mpo", ".png", ".ppm", ".pgm", ".pbm", ".tif", ".tiff"}
    | {".webp", ".avif", ".jp2"}
)
MAX_FILES = 5_000_000


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted by path; hidden ones and linked folders are passed by.

    Raises FormatError if the folder cannot be read or has more than `MAX_FILES` files.
    """
    count = 0
    try:
        for where, folders, files in os.walk(folder, onerror=_raise):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for name in sorted(files):
                if name.startswith("."):
                    continue
                count += 1
                if count > MAX_FILES:
                    raise FormatError(
                        f"{printable(str(folder))} has too many files: narrow it down"
                    )
                yield Path(where, name)
    except OSError as error:
        raise FormatError(f"cannot read {printable(str(folder))}: {error.strerror}") from error


def _raise(error: OSError) -> None:
    raise error


def is_image(path: Path) -> bool:
    """Whether a file is an image by its name."""
    return path.suffix.lower() in IMAGE_SUFFIXES
