"""What workers and writer threads tell the screens. They carry plain data and touch no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from hardcase.model.job import Run
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.runs import Chunk, PreparedRun, RunRequest
    from hardcase.session.autolabel.settlement import Settled


class SavedChanged(Message):
    """The store saved something, or could not. Comes from its writer thread."""


@dataclass
class RunPrepared(Message):
    """A model was read and hashed, and can begin."""

    asked: RunRequest | Run
    """A new run, or one to go on with."""
    prepared: PreparedRun


@dataclass
class RunProgressed(Message):
    """Predictions to record."""

    chunk: Chunk
    """Some predictions of the run under way."""


@dataclass
class RunEnded(Message):
    """The worker of a run is through with it."""

    run: int
    error: str
    """Why it failed in one line, empty if it did not."""


@dataclass
class RunSettled(Message):
    """What a complete run makes of its samples."""

    settled: Settled


@dataclass
class RunRefused(Message):
    """A run could not even be prepared."""

    asked: RunRequest | Run
    error: str


class JobLeft(Message):
    """The user is through with the job."""


class QuitAsked(Message):
    """The user is through with the app, and was asked whatever had to be asked."""


@dataclass
class JobOpened(Message):
    """A job was opened, or made, on a worker thread."""

    session: LabelingSession
    said: str = ""
    """What came of making it, beyond the job."""
    then: str = ""
    """The command of the job screen to go on with, empty for none."""


@dataclass
class JobRead(Message):
    """A job was opened for reading on a worker thread, to be exported."""

    session: LabelingSession


@dataclass
class JobRefused(Message):
    """A job could not be opened or made."""

    error: str
