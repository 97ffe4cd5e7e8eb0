"""Copying collected images into a job's folder: whole or not at all, over nothing."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.text import printable
from hardcase.session.collecting.drop_folder import ChangedError, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hardcase.session.collecting.drop_folder import Dropped

COLLECTED = "collected"
"""The folder below that of the job which collected images are copied into."""

_INCOMING = PurePosixPath(COLLECTED, ".incoming")
"""Below it, hidden: copies that are not whole yet."""
_PIECE = 1 << 20


def copy_in(
    folder: Path, dropped: Dropped, sha256: str, root: Path, is_taken: Callable[[str], bool]
) -> tuple[str, bool]:
    """Copy a dropped file below `root`. Return its path there, and whether a file was made.

    It keeps its path, made printable, below `COLLECTED`; where another file has that, a number is
    added. A file with the same content that is there already, but is no sample (`is_taken` of its
    path), is what an earlier call copied before it was killed: it is used as it is. Raises
    ChangedError if the content is not that of `sha256` (hex digits), JobError if a link leads out
    of the folder, OSError if it cannot be written.
    """
    wanted = PurePosixPath(COLLECTED, *map(printable, PurePosixPath(dropped.path).parts))
    parent = _made(root, wanted.parent)
    draft = None
    try:
        for path in _numbered(wanted):
            target = parent / path.name
            if is_taken(str(path)):
                continue
            if os.path.lexists(target):
                if _has(target, sha256):
                    return str(path), False
                continue
            if draft is None:
                draft = _made(root, _INCOMING) / secrets.token_hex(8)
                _write(folder, dropped, sha256, draft)
            if _put(draft, target):
                return str(path), True
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    raise AssertionError  # numbers do not end


def clear_incoming(root: Path) -> None:
    """Remove copies that a killed call left half done. Only who may write the job calls this."""
    incoming = root / _INCOMING
    if not incoming.is_symlink() and incoming.is_dir():
        for draft in incoming.iterdir():
            draft.unlink()


def _made(root: Path, relative: PurePosixPath) -> Path:
    """Make a folder below `root` and return it. Raises JobError if a link leads elsewhere."""
    path = root
    for part in relative.parts:
        path /= part
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            what = "a link" if path.is_symlink() else "no folder"
            shown = printable(str(path))
            raise JobError(f"{shown} is {what}, and images are to be copied there: move it away")
        path.mkdir(exist_ok=True)
    return path


def _write(folder: Path, dropped: Dropped, sha256: str, draft: Path) -> None:
    digest = hashlib.sha256()
    with opened(folder, dropped) as source, draft.open("xb") as copy:
        while piece := os.read(source, _PIECE):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        os.utime(copy.fileno(), ns=(dropped.mtime_ns, dropped.mtime_ns))
        os.fsync(copy.fileno())
    if digest.hexdigest() != sha256:
        raise ChangedError


def _put(draft: Path, target: Path) -> bool:
    """Give the draft its name, if that is free still."""
    try:
        os.link(draft, target)
    except FileExistsError:
        return False
    except OSError:  # file systems without hard links; nobody else writes here meanwhile
        if os.path.lexists(target):
            return False
        draft.rename(target)
    _sync_folder(target.parent)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _numbered(path: PurePosixPath) -> Iterator[PurePosixPath]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _has(path: Path, sha256: str) -> bool:
    """Whether a regular file has this content."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
