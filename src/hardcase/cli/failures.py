"""How failures are told: one line on stderr that says what to do, the rest in the log file."""

from __future__ import annotations

import errno
import logging
import os
import sys
import traceback
from typing import TYPE_CHECKING

from hardcase.model.text import printable

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger("hardcase")
_LOG.addHandler(logging.NullHandler())  # or Python would print warnings between the results

DEBUG = "HARDCASE_DEBUG"
"""Set to anything but 0: tracebacks are printed, and the log file holds debug messages."""

_ADVICE = {
    errno.ENOSPC: "free some space and try again; nothing that was saved is lost",
    errno.EDQUOT: "free some of your quota and try again; nothing that was saved is lost",
    errno.EACCES: "check who may read and write there",
    errno.EPERM: "check who may read and write there",
    errno.EROFS: "choose a place that can be written",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "give a file, not a folder",
    errno.EMFILE: "raise the limit of open files (ulimit -n) and try again",
}


def one_line(error: Exception) -> str:
    """Return the line for an error that a user can act on (HardcaseError, OSError)."""
    if isinstance(error, OSError) and error.strerror:
        name = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        advice = _ADVICE.get(error.errno or 0)
        text = f"{name}{error.strerror}{'; ' + advice if advice else ''}"
    else:
        text = str(error)
    return f"hardcase: {printable(text)}"


def unexpected(error: Exception) -> str:
    """Return the line for an error that nobody foresaw."""
    what = printable(f"{type(error).__name__}: {error}")[:300]
    where = _log_path()
    if where is None:
        hint = f"run it again with --log-file FILE or {DEBUG}=1 for the traceback"
    else:
        hint = f"the traceback is in {printable(where)}"
    return f"hardcase: internal error ({what}); {hint}"


def log(error: Exception) -> None:
    """Keep the traceback: in the log file if there is one, on stderr if debugging is on."""
    if _log_path() is not None:
        _LOG.error("%s", type(error).__name__, exc_info=error)
    if debugging():
        traceback.print_exception(error)


def start_log(path: Path) -> None:
    """Append log messages to a file from now on. Raises OSError if it cannot be written."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.DEBUG if debugging() else logging.INFO)
    _LOG.info("hardcase %s", " ".join(map(ascii, sys.argv[1:])))


def debugging() -> bool:
    """Whether HARDCASE_DEBUG is set."""
    return os.environ.get(DEBUG, "0") not in {"", "0"}


def _log_path() -> str | None:
    files = (h for h in _LOG.handlers if isinstance(h, logging.FileHandler))
    return next((handler.baseFilename for handler in files), None)
