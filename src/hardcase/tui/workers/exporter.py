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
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from textual.worker import Worker

    from hardcase.formats import Report
    from hardcase.tui.dialogs.export import ExportRequest

_NAME = 20
"""Cells of the name of what was written, where more is to be said."""
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
        self._end(_told(report, request), wrong=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like nothing happened."""
        if (reason := why_fallen(event)) is not None:
            self._end(reason, wrong=True)

    def _end(self, text: str, *, wrong: bool) -> None:
        self.busy = False
        self.post_message(self.Said(printable(text), wrong=wrong, done=True))


def _told(report: Report, request: ExportRequest) -> str:
    """Return what came of an export, for a line that may be cut: what is amiss before where to."""
    unconfirmed = request.export.dataset.left_out
    amiss = [f"{unconfirmed:,} unconfirmed left out"] * bool(unconfirmed)
    if report.problems:
        amiss.append(f"{count(len(report.problems), 'problem')}: {report.problems[0]}")
    if not amiss:
        return wrote(report, request.out)
    name = elide(request.out.name, _NAME)
    return f"wrote {count(report.images, 'image')}, {', '.join(amiss)} · in {name}"
