"""When and who, as rows and changes keep it."""

import getpass
from datetime import UTC, datetime

from hardcase.model.text import printable


def now() -> str:
    """Return the present moment, ISO 8601, UTC, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user() -> str:
    """Return the name of the person at work."""
    try:
        return printable(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"
