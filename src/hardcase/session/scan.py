"""Finding the images of a folder, and keeping a job in step with it."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.changes import Edit, Table
from hardcase.model.job import Sample
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jfif"}
)


def find_images(root: Path) -> list[str]:
    """Return the image files below `root`, as sorted paths relative to it with `/`.

    Hidden files and folders are passed by, symbolic links to folders are not followed, and names
    that are not valid text are left out, since a job file could not hold them. Folders below `root`
    that cannot be read, and links that lead nowhere in circles, are passed by with a warning in
    the log. Raises JobError if `root` itself cannot be read.
    """
    skipped: list[str] = []
    try:
        found = sorted(_walk(root, "", skipped))
    except OSError as error:
        where = printable(str(error.filename))
        raise JobError(f"cannot read {where}: {error.strerror}") from error
    if skipped:
        log.warning("skipped %d that cannot be read: first %s", len(skipped), skipped[0])
    return found


def _walk(folder: Path, prefix: str, skipped: list[str]) -> Iterator[str]:
    with os.scandir(folder) as listing:
        entries = list(listing)
    for entry in entries:
        if entry.name.startswith(".") or not _is_text(entry.name):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", skipped)
            elif os.path.splitext(entry.name)[1].lower() in EXTENSIONS and entry.is_file():  # noqa: PTH122 - a Path each would double the time of a large folder
                yield prefix + entry.name
        except OSError as error:
            skipped.append(printable(f"{prefix}{entry.name} ({error.strerror})"))


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def sync_edits(found: Iterable[str], known: Mapping[str, Sample], first: int) -> list[Edit]:
    """Return the edits that bring samples, by path, in step with the images found in the folder.

    New images become samples with ids from `first` on; samples whose image is gone are marked
    missing, and unmarked once it is back: their labels stay.
    """
    present = set(found)
    edits = [
        Edit(Table.SAMPLES, s.id, s, replace(s, missing=s.path not in present))
        for s in known.values()
        if s.missing != (s.path not in present)
    ]
    new = enumerate(sorted(present - known.keys()), first)
    return edits + [Edit(Table.SAMPLES, n, None, Sample(n, path)) for n, path in new]
