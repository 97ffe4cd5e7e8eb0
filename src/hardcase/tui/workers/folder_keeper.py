"""The job's folder on threads: looking through it, reading files to know them again, removing some.

It shows nothing, and alters the job only in its handlers.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widget import Widget

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.folder import contents
from hardcase.session.folder.deletion import remove_files
from hardcase.session.folder.sync import Found, Look
from hardcase.tui.fallen import why_fallen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from textual.worker import Worker

    from hardcase.model.changes import Change
    from hardcase.model.fingerprint import Fingerprint
    from hardcase.session import LabelingSession

_FIRST_READING = 20.0
_READING = 60.0
"""Seconds until files are read for the first time, and between two readings: nobody waits."""
_EVERY = 0.5
"""Seconds between two words of how far it is."""
_SLICE = 200
"""Files read, and recorded, at a time."""
_REST = 0.01
"""Seconds between two files, so that whoever else needs the disk gets it."""


class FolderKeeper(Widget, can_focus=False):
    """Syncs, reads and removes. `busy` says whether something else needs the machine more."""

    DEFAULT_CSS = "FolderKeeper { display: none; }"

    @dataclass
    class Said(Message):
        """What came of what was asked."""

        text: str
        wrong: bool = False

    @dataclass
    class Looked(Message):
        """The folder was looked through."""

        look: Look
        found: Found

    @dataclass
    class Read(Message):
        """Some files were read; `failed` are the samples of those that could not be."""

        found: list[Fingerprint]
        failed: set[int]
        more: bool

    def __init__(self, session: LabelingSession, busy: Callable[[], bool]) -> None:
        super().__init__()
        self._session = session
        self._busy = busy
        self._looking = False
        self._reading = False
        self._stop = threading.Event()
        self._unread = not session.read_only
        self._failed: set[int] = set()

    def on_mount(self) -> None:
        """Follow the job, and read files now and then."""
        self._unsubscribe = self._session.subscribe(self._follow)
        self.set_timer(_FIRST_READING, self._read_some)
        self.set_interval(_READING, self._read_some)

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._stop.set()
        self._unsubscribe()

    # -- what is asked for

    def sync(self, again: Collection[int] = ()) -> None:
        """Bring the job in step with its folder; deleted samples `again` come back in."""
        if self._looking:
            self._say("the folder is being looked through already")
            return
        self._looking = True
        self._say("looking through the folder…")
        self._look(Look(self._session, again))

    def take_away(self, paths: Sequence[str]) -> None:
        """Remove files, for good."""
        self._say(f"removing {count(len(paths), 'file')}…")
        self._take_away(self._session.root, tuple(paths))

    # -- threads

    @work(thread=True, group="sync", exit_on_error=False)
    def _look(self, look: Look) -> None:
        told = time.monotonic()

        def progress(read: int) -> None:
            nonlocal told
            if time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                self._say(f"looking through the folder: {read:,} files read to know them again…")

        try:
            self.post_message(self.Looked(look, look.work(progress, self._stop.is_set)))
        except HardcaseError as error:
            self._looking = False
            self._say(str(error), wrong=True)

    @work(thread=True, group="remove", exit_on_error=False)
    def _take_away(self, root: Path, paths: tuple[str, ...]) -> None:
        removed = remove_files(root, paths)
        self._say(str(removed), wrong=bool(removed.problems))

    @work(thread=True, group="read", exit_on_error=False)
    def _read(self, todo: list[tuple[int, Path]], *, more: bool) -> None:
        found: list[Fingerprint] = []
        failed: set[int] = set()
        for sample_id, path in todo:
            if self._stop.wait(_REST):
                break
            row = contents.read(sample_id, path)
            if row is None:
                failed.add(sample_id)
            else:
                found.append(row)
        self.post_message(self.Read(found, failed, more))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that fell over: a bug, which must not look like nothing happened."""
        if (reason := why_fallen(event)) is not None:
            self._looking = self._reading = False
            self._say(reason, wrong=True)

    # -- the job

    def on_folder_keeper_looked(self, message: Looked) -> None:
        """Bring the job in step with what was found."""
        message.stop()
        self._looking = False
        if not self.is_attached:
            return
        try:
            synced = message.look.commit(self._session, message.found)
        except HardcaseError as error:
            self._say(str(error), wrong=True)
        else:
            self._say(str(synced))

    def on_folder_keeper_read(self, message: Read) -> None:
        """Keep what was read, and go on if there is more."""
        message.stop()
        self._reading = False
        self._failed |= message.failed
        if not self.is_attached:
            return
        try:
            contents.note(self._session, [r for r in message.found if self._session.has(r.id)])
        except HardcaseError:
            return  # the disk is in trouble, which the screen tells; they are read again later
        self._unread = self._unread or message.more
        if message.more:
            self._read_some()

    def _follow(self, change: Change) -> None:
        if any(edit.table is Table.SAMPLES for edit in change.edits):
            self._unread = not self._session.read_only

    def _read_some(self) -> None:
        """Read the next files of what somebody would miss, unless the machine is needed."""
        if self._reading or not self._unread or self._busy():
            return
        unread = (i for i in contents.unread(self._session) if i[0] not in self._failed)
        todo = list(islice(unread, _SLICE + 1))  # not all: a job may have 100,000
        self._unread = False
        if todo:
            self._reading = True
            self._read(todo[:_SLICE], more=len(todo) > _SLICE)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.post_message(self.Said(printable(text), wrong))
