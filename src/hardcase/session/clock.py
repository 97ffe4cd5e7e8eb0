"""The time as rows keep it."""

from datetime import UTC, datetime


def now() -> str:
    """Return the present moment, ISO 8601, UTC, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
