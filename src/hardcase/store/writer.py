"""The thread that brings changes to the journal, many at once when they outrun the disk."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.model.text import printable
from hardcase.store.files import why_not_written
from hardcase.store.lines import encode_change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.model.changes import Change
    from hardcase.store.journal import Journal

_BATCH = 4 << 20
"""Bytes; a batch ends with the change that passes this."""


class Writer:
    """Writes submitted changes in order. `saved_seq` is durable; `trouble` says why no more is."""

    def __init__(self, journal: Journal, saved_seq: int, notify: Callable[[], None]) -> None:
        self.saved_seq = saved_seq
        self.trouble: str | None = None
        self._journal = journal
        self._notify = notify
        self._queue: deque[Change] = deque()
        self._stopping = False
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._done = threading.Condition(self._lock)
        # A daemon, because a program that forgets to close its job must still be able to end.
        self._thread = threading.Thread(target=self._run, name="hardcase-journal", daemon=True)
        self._thread.start()

    def submit(self, change: Change) -> None:
        """Queue the change. Raises JobError while there is trouble."""
        with self._lock:
            if self.trouble is not None:
                raise JobError(self.trouble)
            self._queue.append(change)
            self._work.notify()

    def unsaved(self) -> list[Change]:
        """Return the changes that are not durable yet, oldest first."""
        with self._lock:
            return list(self._queue)

    def wait(self, seq: int) -> None:
        """Block until the change `seq` is durable. Raises JobError when there is trouble."""
        with self._lock:
            while self.saved_seq < seq:
                if self.trouble is not None:
                    raise JobError(self.trouble)
                if self._stopping:
                    raise JobError("the job is closed")
                self._done.wait()

    def retry(self) -> bool:
        """Try again what could not be written; returns whether all of it now is."""
        with self._lock:
            self.trouble = None
            self._work.notify()
            self._done.wait_for(lambda: not self._queue or self.trouble or self._stopping)
            return not self._queue

    def stop(self) -> None:
        """End the thread once what is queued is written, or cannot be."""
        with self._lock:
            self._stopping = True
            self._work.notify()
        self._thread.join()

    def _run(self) -> None:
        while (queued := self._next()) is not None:
            written, trouble = self._write(queued)
            with self._lock:
                self.trouble = trouble
                if written:
                    self.saved_seq = queued[written - 1].seq
                for _ in range(written):
                    self._queue.popleft()
                self._done.notify_all()
            self._tell()

    def _next(self) -> Sequence[Change] | None:
        with self._lock:
            while not self._queue or self.trouble is not None:
                if self._stopping:
                    self._done.notify_all()
                    return None
                self._work.wait()
            return list(self._queue)

    def _write(self, queued: Sequence[Change]) -> tuple[int, str | None]:
        """Write the first of the changes; returns how many, and why not more if it cannot be."""
        lines: list[tuple[int, bytes]] = []
        size = 0
        trouble = None
        try:
            for change in queued:
                line = encode_change(change)
                lines.append((change.seq, line))
                size += len(line)
                if size > _BATCH:
                    break
        except Exception as error:  # noqa: BLE001  a dead thread would look like a slow disk
            what = printable(f"{type(error).__name__}: {error}")
            trouble = f"change {queued[len(lines)].seq} cannot be saved, please report: {what}"
        try:
            if lines:
                self._journal.append(lines)
        except OSError as error:
            return 0, why_not_written(self._journal.path, error)
        except JobError as error:
            return 0, str(error)
        except Exception as error:  # noqa: BLE001  as above
            what = printable(f"{type(error).__name__}: {error}")
            return 0, f"changes cannot be saved, please report: {what}"
        return len(lines), trouble

    def _tell(self) -> None:
        try:
            self._notify()
        except Exception as error:  # noqa: BLE001  a listener's mistake must not stop the saving
            args = (type(error), error, error.__traceback__, self._thread)
            threading.excepthook(threading.ExceptHookArgs(args))
