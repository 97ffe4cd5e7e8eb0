"""Finding the images of a folder, without opening one."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
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
    what is in those.
    """

    files: Mapping[str, FileState]
    unread: tuple[str, ...] = ()

    def is_unread(self, path: str) -> bool:
        """Whether an image with this path may be there all the same."""
        return any(path == it or path.startswith(f"{it}/") for it in self.unread)


def find_images(root: Path, stopped: Callable[[], bool] = lambda: False) -> list[str]:
    """Return the image files below `root`, as sorted paths relative to it with `/`.

    Hidden files and folders are passed by, symbolic links to folders are not followed, and names
    that are not valid text are left out, since a job file could not hold them. Folders below `root`
    that cannot be read, and links that lead nowhere in circles, are passed by with a warning in
    the log. Ends early, with what was found by then, once `stopped`. Raises JobError if `root`
    itself cannot be read.
    """
    skipped: list[tuple[str, OSError]] = []
    found = sorted(path for path, _ in _images(root, skipped, stopped))
    _warn_of(skipped)
    return found


def has_images(root: Path) -> bool:
    """Whether `find_images` would find one; it stops at the first. Raises JobError as that does."""
    return next(_images(root, [], lambda: False), None) is not None


def look_through(root: Path, stopped: Callable[[], bool] = lambda: False) -> Folder:
    """Return the images that `find_images` finds, with what the file system says of each.

    Raises JobError if `root` itself cannot be read, and once `stopped`.
    """
    skipped: list[tuple[str, OSError]] = []
    files: dict[str, FileState] = {}
    for path, entry in _images(root, skipped, stopped):
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue  # it went between the listing and now
        except OSError as error:
            skipped.append((path, error))
            continue
        files[path] = FileState(status.st_size, status.st_mtime_ns, status.st_ino)
    if stopped():
        raise JobError("the look through the folder was stopped; nothing was changed")
    _warn_of(skipped)
    return Folder(files, tuple(path for path, _ in skipped))


def _images(
    root: Path, skipped: list[tuple[str, OSError]], stopped: Callable[[], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        yield from _walk(root, "", skipped, stopped)
    except OSError as error:
        where = printable(str(error.filename))
        raise JobError(f"cannot read {where}: {error.strerror}") from error


def _walk(
    folder: Path, prefix: str, skipped: list[tuple[str, OSError]], stopped: Callable[[], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    if stopped():
        return
    with os.scandir(folder) as listing:
        entries = list(listing)
    for entry in entries:
        if entry.name.startswith(".") or not _is_text(entry.name):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", skipped, stopped)
            elif is_image_name(entry.name) and entry.is_file():
                yield prefix + entry.name, entry
        except OSError as error:
            skipped.append((prefix + entry.name, error))


def is_image_name(name: str) -> bool:
    """Whether a file of this name, or path, is taken for an image."""
    return os.path.splitext(name)[1].lower() in EXTENSIONS  # noqa: PTH122 - a Path each would double the time of a large folder


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _warn_of(skipped: list[tuple[str, OSError]]) -> None:
    if skipped:
        path, error = skipped[0]
        first = printable(f"{path} ({error.strerror})")
        log.warning("skipped %d that cannot be read: first %s", len(skipped), first)
