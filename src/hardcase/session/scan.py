"""Finding the images of a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hardcase.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jfif"}
)


def find_images(root: Path) -> list[str]:
    """Return the image files below `root`, as sorted paths relative to it with `/`.

    Hidden files and folders are passed by, symbolic links to folders are not followed, and names
    that are not valid text are left out, since a job file could not hold them.
    """
    try:
        return sorted(_walk(root, ""))
    except OSError as error:
        raise JobError(f"cannot read {error.filename}: {error.strerror}") from error


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not _is_text(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/")
            elif os.path.splitext(entry.name)[1].lower() in EXTENSIONS and entry.is_file():  # noqa: PTH122 - a Path each would double the time of a large folder
                yield prefix + entry.name


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
