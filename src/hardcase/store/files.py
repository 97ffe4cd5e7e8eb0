"""Writing files so that a crash leaves the old or the new one, and saying what went wrong."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def shown(path: Path) -> str:
    """Return the path as it may be shown in a message."""
    return printable(str(path))


def why_not_written(path: Path, error: OSError) -> str:
    """Return one line: why `path` could not be written, and what to do about it."""
    if error.errno in _FULL:
        return f"the disk is full: free some space, then save again ({shown(path)} cannot grow)"
    reason = printable(error.strerror or str(error)).lower()
    return f"{shown(path)} cannot be written ({reason}): check the disk, then save again"


def write_all(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`; raises OSError when the disk takes only a part."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        offset += written
        view = view[written:]


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a rename is lost in a power cut until this is done."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def temporary(path: Path) -> Path:
    """Return where the next version of `path` is written. One writer at a time, so one name."""
    return path.with_name(path.name + ".tmp")


def write_temporary(path: Path, chunks: Iterable[bytes]) -> int:
    """Write `chunks` durably to `temporary(path)` with the mode of `path`.

    Returns the open descriptor; on any error the temporary file is gone and OSError is raised.
    """
    place = temporary(path)
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(place, flags, 0o666)
    try:
        if path.exists():
            os.fchmod(fd, path.stat().st_mode & 0o7777)
        offset = 0
        for chunk in chunks:
            write_all(fd, chunk, offset)
            offset += len(chunk)
        os.fsync(fd)
    except BaseException:
        os.close(fd)
        place.unlink(missing_ok=True)
        raise
    return fd


def replace_file(path: Path, chunks: Iterable[bytes]) -> int:
    """Replace `path` atomically and durably by `chunks`; returns the new size in bytes.

    Raises OSError; the old file is intact unless only the last step, making the new name durable,
    has failed.
    """
    fd = write_temporary(path, chunks)
    try:
        temporary(path).replace(path)
        size = os.fstat(fd).st_size
    finally:
        os.close(fd)
    fsync_folder(path.parent)
    return size
