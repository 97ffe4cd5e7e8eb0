"""What is wrong with a file, collected while the rest of it is read."""

from __future__ import annotations

from hardcase.model.text import printable

MAX_PROBLEMS = 1000
MAX_PROBLEM_LENGTH = 300


class Problems:
    """Collects "place: what is wrong", printable, at most `MAX_PROBLEMS`; the rest is counted."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._more = 0

    def add(self, place: object, what: object) -> None:
        """Note that `what` is wrong at `place` (a file, file:line or file: element)."""
        self._add(f"{place}: {what}")

    def _add(self, text: str) -> None:
        if len(self._found) >= MAX_PROBLEMS:
            self._more += 1
            return
        text = printable(text)
        if len(text) > MAX_PROBLEM_LENGTH:
            text = text[: MAX_PROBLEM_LENGTH - 1] + "…"
        self._found.append(text)

    def add_error(self, error: Exception) -> None:
        """Note an error whose text names its place already."""
        self._add(str(error))

    def found(self) -> tuple[str, ...]:
        """Return all problems in the order they were met."""
        if self._more:
            return (*self._found, f"and {self._more} more problems")
        return tuple(self._found)
