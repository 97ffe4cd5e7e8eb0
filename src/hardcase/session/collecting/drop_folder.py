"""A folder that others drop images into: what is new there, and whether it is all there yet."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.errors import JobError, UsageError
from hardcase.imaging.open import MAX_FILE_BYTES
from hardcase.model.text import printable
from hardcase.session.folder.scan import find_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SETTLED_SECONDS = 2.0
"""A file that did not change for this long has been written to its end."""
OLD_SECONDS = 60.0
"""A file that last changed this long ago need not be watched; clocks differ by less."""

_PIECE = 1 << 20

Key = tuple[str, int, int]
"""Path, size in bytes and time of modification in ns: what tells a file without reading it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file in a drop folder: `path` relative to it with `/`, size in bytes, times in ns."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def key(self) -> Key:
        """What tells it from another one without reading it."""
        return self.path, self.size, self.mtime_ns


class ChangedError(Exception):
    """The file is another than it was when it was listed: it waits for the next round."""


class DropFolder:
    """What there is in a drop folder, and what of it is known already.

    `wall` and `steady` are clocks in seconds: that of the files, and one that only goes forward.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.waiting = 0
        """How many new files may still be being written, as of the last `poll`."""
        self.links = 0
        """How many symbolic links were passed by, as of the last `poll`."""
        self._wall = wall
        self._steady = steady
        self._known: set[Key] = set()
        self._met: dict[Key, tuple[int, float]] = {}

    def know(self, keys: Iterable[Key]) -> None:
        """Report those files no longer."""
        self._known.update(keys)

    def poll(self) -> list[Dropped]:
        """Return the unknown files that are written to their end, sorted by path.

        Symbolic links are passed by: an image of another folder is none that was dropped here.
        Raises JobError if the folder cannot be read.
        """
        moment, self.links = self._steady(), 0
        met: dict[Key, tuple[int, float]] = {}
        ready = []
        for path in find_images(self.folder):
            found = self._look(path)
            if found is None or found.key in self._known:
                continue
            before = self._met.get(found.key)
            same = before is not None and before[0] == found.ctime_ns
            since = before[1] if before is not None and same else moment
            met[found.key] = (found.ctime_ns, since)
            age = self._wall() - found.ctime_ns / 1e9
            if moment - since >= SETTLED_SECONDS or age >= OLD_SECONDS:
                ready.append(found)
        self._met = met
        self.waiting = len(met) - len(ready)
        return ready

    def sha256(self, dropped: Dropped) -> str:
        """Return the SHA-256 of a file's content, 64 hex digits; empty if it is too large.

        Raises ChangedError if it is not the file that was listed, OSError if it cannot be read.
        """
        if dropped.size > MAX_FILE_BYTES:
            return ""
        digest = hashlib.sha256()
        with opened(self.folder, dropped) as file:
            while piece := os.read(file, _PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def remove(self, dropped: Dropped) -> None:
        """Remove a file, unless it is another one by now. Raises OSError."""
        found = self._look(dropped.path)
        if found is not None and found.key == dropped.key:
            (self.folder / dropped.path).unlink()

    def _look(self, path: str) -> Dropped | None:
        try:
            status = (self.folder / path).lstat()
        except OSError:
            return None  # it went between the listing and now
        if stat.S_ISLNK(status.st_mode):
            self.links += 1
            return None
        return Dropped(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@contextmanager
def opened(folder: Path, dropped: Dropped) -> Iterator[int]:
    """Open a listed file for reading, never through a symbolic link; yield its descriptor.

    Raises ChangedError if it is not the file that was listed, or no longer so after the block, and
    OSError if it cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(folder / dropped.path, flags)
    try:
        _require_unchanged(descriptor, dropped)
        yield descriptor
        _require_unchanged(descriptor, dropped)
    finally:
        os.close(descriptor)


def _require_unchanged(descriptor: int, dropped: Dropped) -> None:
    status = os.fstat(descriptor)
    now = (status.st_size, status.st_mtime_ns)
    if not stat.S_ISREG(status.st_mode) or now != (dropped.size, dropped.mtime_ns):
        raise ChangedError


def require_apart(folder: Path, root: Path) -> None:
    """Raise unless `folder` is one to collect from into a job whose images are in `root`."""
    shown = printable(str(folder))
    if not folder.is_dir():
        raise JobError(f"{shown} is no folder: give the one that new images are dropped into")
    inside, outside = folder.resolve(), root.resolve()
    if inside == outside:
        raise UsageError(
            f"{shown} is the folder of the job; its images come in with: hardcase sync"
        )
    if inside.is_relative_to(outside):
        raise UsageError(f"{shown} is inside the folder of the job; see: hardcase sync")
    if outside.is_relative_to(inside):
        raise UsageError(f"{shown} holds the folder of the job: give one beside it")
