"""An export on a thread: it tells how far it is and what came of it, and shows nothing itself."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widget import Widget

from hardcase.errors import HardcaseError
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.transfer import wrote
from hardcase.tui.fallen import why_fallen

if TYPE_CHECKING:
    from textual.worker import Worker

    from hardcase.tui.dialogs.export import ExportRequest

_EVERY = 0.5
"""Seconds between two words of how far it is."""


class _StoppedError(HardcaseError):
    """The screen went: what was written so far is removed."""


class Exporter(Widget, can_focus=False):
    """Writes one export at a time."""

    DEFAULT_CSS = "Exporter { display: none; }"

    @dataclass
    class Said(Message):
        """How far it is, or what came of it; `done` once it is over."""

        text: str
        wrong: bool = False
        done: bool = False

    def __init__(self) -> None:
        super().__init__()
        self.busy = False
        self._stop = threading.Event()

    def on_unmount(self) -> None:
        """Leave nothing half written behind."""
        self._stop.set()

    def start(self, request: ExportRequest) -> None:
        """Begin, unless an export is under way."""
        if self.busy:
            self.post_message(self.Said("an export is under way: wait for it", wrong=True))
            return
        self.busy = True
        self._write(request)

    @work(thread=True, exit_on_error=False)
    def _write(self, request: ExportRequest) -> None:
        total, told = len(request.export.dataset.samples), time.monotonic()

        def progress(written: int) -> None:
            nonlocal told
            if self._stop.is_set():
                raise _StoppedError
            if time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                self.post_message(self.Said(f"exporting {written:,} of {count(total, 'image')}…"))

        try:
            report = request.export.write(request.out, replace(request.options, progress=progress))
        except HardcaseError as error:
            self._end(str(error), wrong=True)
            return
        said = wrote(report, request.out)
        if request.export.left_out:
            said += f"; {request.export.left_out}"
        if report.problems:
            said += f"; {len(report.problems):,} left out, first: {report.problems[0]}"
        self._end(said, wrong=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like nothing happened."""
        if (reason := why_fallen(event)) is not None:
            self._end(reason, wrong=True)

    def _end(self, text: str, *, wrong: bool) -> None:
        self.busy = False
        self.post_message(self.Said(printable(text), wrong=wrong, done=True))
