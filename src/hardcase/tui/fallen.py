"""Threads that fell over: a bug, which must never look like work that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import WorkerState

from hardcase.model.text import printable

if TYPE_CHECKING:
    from textual.worker import Worker


@dataclass
class Fallen(Message):
    """A thread of a part of a dialog fell over, for the dialog to say."""

    reason: str


def why_fallen(event: Worker.StateChanged) -> str | None:
    """Return in a line what brought a worker down, None if nothing did."""
    if event.state is not WorkerState.ERROR:
        return None
    error = event.worker.error
    return printable(f"unexpected {type(error).__name__}: {error}")
