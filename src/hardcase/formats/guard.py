"""What an export must leave as it is: the files of the job, whatever path or link leads to them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.files import is_image
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hardcase.formats.base import Dataset

MAX_LINKS = 40
"""As many as Linux follows in a row."""

_Identity = tuple[int, int]


class Guard:
    """Knows the job's files by device and inode, with every link on the way to one of them.

    A link of an earlier export that merely points at an image is none of them.
    """

    def __init__(self, dataset: Dataset) -> None:
        names = dict.fromkeys((*dataset.keep, *(sample.path for sample in dataset.samples)))
        self._kept = {identity for name in names for identity in _chain(dataset.root, name)}
        self._root = dataset.root.resolve()

    def keeps(self, path: Path) -> bool:
        """Whether what is at `path` itself, links not followed, is a file of the job."""
        found = _look(path)
        return found is not None and (found.st_dev, found.st_ino) in self._kept

    def refuse(self, path: Path, *, exported: bool) -> None:
        """Raise FormatError if writing at `path` would replace a file of the job.

        So does an image below the job's root that the job has not taken in yet, unless an export
        made it.
        """
        found = _look(path)
        if found is None:
            return
        new = not exported and stat.S_ISREG(found.st_mode) and is_image(path)
        inside = new and path.parent.resolve().is_relative_to(self._root)
        if inside or self.keeps(path):
            raise FormatError(
                f"{printable(str(path))} belongs to the job and would be written over: "
                "choose a folder outside the images"
            )


def _chain(folder: Path | str, name: str) -> Iterator[_Identity]:
    for _ in range(MAX_LINKS):
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path each would double the time of a large job
        found = _look(path)
        if found is None:
            return
        yield found.st_dev, found.st_ino
        if not stat.S_ISLNK(found.st_mode):
            return
        folder, name = os.path.split(path)[0], os.readlink(path)  # noqa: PTH115 - as above


def _look(path: Path | str) -> os.stat_result | None:
    """Return what is at a path, links not followed; None if nothing is there."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
