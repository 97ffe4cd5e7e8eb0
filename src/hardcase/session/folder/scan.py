"""Finding the images of a folder, without opening one."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jfif"}
)


@dataclass(frozen=True, slots=True)
class FileState:
    """What the file system says of an image: `size` in bytes, `mtime_ns`, `inode`."""

    size: int
    mtime_ns: int
    inode: int

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells the file without reading it, as in `model.fingerprint`."""
        return self.size, self.mtime_ns, self.inode


@dataclass(frozen=True, slots=True)
class Folder:
    """The images below a folder by path, relative to it with `/`.

    `unread` are the paths of what could not be looked at, files and folders; nothing is known of
    what is in those. `nameless` says which were left out for their names, see `Listing`.
    """

    files: Mapping[str, FileState]
    unread: tuple[str, ...] = ()
    nameless: str = ""

    def is_unread(self, path: str) -> bool:
        """Whether an image with this path may be there all the same."""
        return any(path == it or path.startswith(f"{it}/") for it in self.unread)


@dataclass(frozen=True, slots=True)
class Listing:
    """The sorted paths of the images below a folder, relative to it with `/`.

    `nameless` says, printable, that images and folders were left out since their names are not
    valid text, which a job file could not hold; empty if there is none.
    """

    paths: list[str]
    nameless: str = ""


def find_images(root: Path, stopped: Callable[[], bool] = lambda: False) -> list[str]:
    """Return the paths of `list_images` alone."""
    return list_images(root, stopped).paths


def list_images(root: Path, stopped: Callable[[], bool] = lambda: False) -> Listing:
    """Return the image files below `root`.

    Hidden files and folders are passed by, symbolic links to folders are not followed, and names
    that are not valid text are left out. Those, folders below `root` that cannot be read, and links
    that lead nowhere in circles, are passed by with a warning in the log. Ends early, with what was
    found by then, once `stopped`. Raises JobError if `root` itself cannot be read.
    """
    passed = _Passed()
    found = sorted(path for path, _ in _images(root, passed, stopped))
    passed.warn()
    return Listing(found, passed.nameless_in_words)


def has_images(root: Path) -> bool:
    """Whether `find_images` would find one; it stops at the first. Raises JobError as that does."""
    return next(_images(root, _Passed(), lambda: False), None) is not None


def look_through(root: Path, stopped: Callable[[], bool] = lambda: False) -> Folder:
    """Return the images that `find_images` finds, with what the file system says of each.

    Raises JobError if `root` itself cannot be read, and once `stopped`.
    """
    passed = _Passed()
    files: dict[str, FileState] = {}
    for path, entry in _images(root, passed, stopped):
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue  # it went between the listing and now
        except OSError as error:
            passed.unread.append((path, error))
            continue
        files[path] = FileState(status.st_size, status.st_mtime_ns, status.st_ino)
    if stopped():
        raise JobError("the look through the folder was stopped; nothing was changed")
    passed.warn()
    unread = tuple(path for path, _ in passed.unread)
    return Folder(files, unread, passed.nameless_in_words)


@dataclass(slots=True)
class _Passed:
    """What a walk passed by: what cannot be read, and names that are not valid text."""

    unread: list[tuple[str, OSError]] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)

    @property
    def nameless_in_words(self) -> str:
        if not self.nameless:
            return ""
        first = printable(min(self.nameless))
        if len(self.nameless) == 1:
            return f"1 file left out: its name is not valid text ({first})"
        number = f"{len(self.nameless):,} files left out"
        return f"{number}: their names are not valid text (first: {first})"

    def warn(self) -> None:
        if self.unread:
            path, error = self.unread[0]
            first = printable(f"{path} ({error.strerror})")
            log.warning("skipped %d that cannot be read: first %s", len(self.unread), first)
        if self.nameless:
            log.warning("%s", self.nameless_in_words)


def _images(
    root: Path, passed: _Passed, stopped: Callable[[], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        yield from _walk(root, "", passed, stopped)
    except OSError as error:
        where = printable(str(error.filename))
        raise JobError(f"cannot read {where}: {error.strerror}") from error


def _walk(
    folder: Path, prefix: str, passed: _Passed, stopped: Callable[[], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    if stopped():
        return
    with os.scandir(folder) as listing:
        entries = list(listing)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if not _is_text(entry.name):
                if is_image_name(entry.name) or entry.is_dir(follow_symlinks=False):
                    passed.nameless.append(prefix + entry.name)
            elif entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", passed, stopped)
            elif is_image_name(entry.name) and entry.is_file():
                yield prefix + entry.name, entry
        except OSError as error:
            passed.unread.append((prefix + entry.name, error))


def is_image_name(name: str) -> bool:
    """Whether a file of this name, or path, is taken for an image."""
    return os.path.splitext(name)[1].lower() in EXTENSIONS  # noqa: PTH122 - a Path each would double the time of a large folder


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
