"""One writer a job: an flock on `<job file>.lock`, held as long as the job is open for writing.

The kernel drops the lock when its process ends, however it ends, so nothing has to be cleaned up.
The file says which process holds it, for the message; what an earlier process left there is
harmless.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from typing import TYPE_CHECKING

from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


class Busy(Exception):  # noqa: N818  not an error: the job is opened for reading then
    """The job cannot be opened for writing. The text says why, to go after "read-only:"."""


class WriterLock:
    """The right to write a job. Raises Busy where it cannot be had."""

    def __init__(self, job_file: Path) -> None:
        folder = job_file.parent
        if not _may(folder, os.W_OK | os.X_OK):
            raise Busy(f"the folder {printable(str(folder))} may not be written")
        if job_file.exists() and not _may(job_file, os.W_OK):
            raise Busy(f"{printable(str(job_file))} may not be written")
        path = self._path = lock_path(job_file)
        self._existed = path.exists()
        try:
            self._fd = os.open(path, _FLAGS | os.O_CREAT, 0o666)
        except OSError as error:
            raise Busy(f"{printable(str(path))} may not be written ({error.strerror})") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(self._fd)
            os.close(self._fd)
            if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
                raise Busy(f"open in {holder}") from error
            raise Busy(f"this disk cannot lock files ({error.strerror})") from error
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        except OSError:
            # Only the message of the next opener suffers: a full disk must not keep a job closed.
            os.ftruncate(self._fd, 0)

    def release(self) -> None:
        """Let others write. The file stays: removing it would let two processes lock two files."""
        os.close(self._fd)

    def discard(self) -> None:
        """Let go of a file that turned out to be no job, and leave nothing beside it."""
        if not self._existed:
            self._path.unlink(missing_ok=True)
        self.release()


def lock_path(job_file: Path) -> Path:
    """Return where the lock of a job file is."""
    return job_file.with_name(job_file.name + ".lock")


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _holder(fd: int) -> str:
    text = os.pread(fd, 200, 0).decode("utf-8", "replace").strip()
    return printable(text) or "another process"
