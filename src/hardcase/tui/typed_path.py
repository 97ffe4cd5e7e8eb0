"""Paths as people type them: nothing that can be typed raises."""

from __future__ import annotations

from pathlib import Path


def typed_path(text: str) -> Path:
    """Return the path a text means: `~` is the user's home, an unknown user's stays as it is."""
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:  # there is no such user, or no home
        return path


def is_file(path: Path) -> bool:
    """Return whether there is such a file; False too for what the system takes for no path."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_dir(path: Path) -> bool:
    """Return whether there is such a folder; False too for what the system takes for no path."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
