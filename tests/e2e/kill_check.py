"""Killing a process and what it started, and checking what it left of its job."""

from __future__ import annotations

import json
import os
import random
import selectors
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Self

from kill_labeler import digest
from tinydb import TinyDB

from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import Row
from hardcase.model.rows import from_json, to_json
from hardcase.session import LabelingSession

TIMEOUT = 60.0
TAG = "HARDCASE_KILL_TEST"


class Victim:
    """A program, everything it says, and whatever it starts, found by a tag in the environment."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self.tag = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            env={**os.environ, TAG: self.tag},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._pipe = self.process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._said = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._selector.close()
        self._pipe.close()

    @property
    def lines(self) -> list[str]:
        """What it said; a line that was not ended is none."""
        return self._said.decode().split("\n")[:-1]

    def count(self, word: str) -> int:
        """Return how many lines begin with `word`."""
        return sum(line.split(" ", 1)[0] == word for line in self.lines)

    def wait_for(self, word: str, times: int) -> None:
        """Read until so many lines begin with `word`."""
        self.wait_until(lambda: self.count(word) >= times, f"{times} x {word!r}")

    def wait_until(self, met: Callable[[], object], what: str) -> None:
        """Read until a condition holds."""
        deadline = time.monotonic() + TIMEOUT
        while not met():
            assert time.monotonic() < deadline, f"no {what} among:\n{self.lines[-20:]}"
            assert self._read(0.5), f"it ended by itself after:\n{self.lines[-20:]}"

    def read_for(self, seconds: float) -> None:
        """Read what it says for so long: the moment of a kill, not a wait for anything."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            assert self._read(left), f"it ended by itself after:\n{self.lines[-20:]}"

    def kill(self, *, engine_too: bool = False) -> None:
        """Kill it at once, and read what it had said by then."""
        victims = tagged(self.tag) if engine_too else []
        for pid in {self.process.pid, *victims}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self._read(TIMEOUT):
            pass
        self.process.wait()

    def fail_a_run(self) -> None:
        """Kill the engine, and not itself, until a run has failed by that and it has said so.

        An engine that has answered all there is to answer dies without that.
        """
        while not self.count("failed"):
            for pid in tagged(self.tag):
                if pid != self.process.pid:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            chunks = self.count("chunk")
            self.wait_until(lambda: self.count("failed") or self.count("chunk") > chunks, "failed")  # noqa: B023 - called before the next round
        self.wait_for("ack", self.count("ack") + 1)

    def wait_until_nothing_is_left(self) -> None:
        """Wait until all that it started has ended by itself."""
        deadline = time.monotonic() + TIMEOUT
        while left := tagged(self.tag):
            assert time.monotonic() < deadline, f"processes {left} live on"
            time.sleep(0.01)

    def _read(self, seconds: float) -> bool:
        if not self._selector.select(seconds):
            return True
        data = os.read(self._pipe.fileno(), 1 << 16)
        self._said += data
        return bool(data)


def tagged(tag: str) -> list[int]:
    """Return the living processes that have the tag. A zombie has no environment any more."""
    wanted = f"{TAG}={tag}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found


@dataclass
class Shadow:
    """A job as its history says it must be."""

    seq: int = 0
    tables: dict[Table, dict[int, Row]] = field(default_factory=lambda: {t: {} for t in Table})
    undo: list[int] = field(default_factory=list)
    redo: list[int] = field(default_factory=list)
    checkpoint: tuple[int, dict[str, dict[int, object]]] = (0, {})

    lost: bool = False
    """Whether the journal has forgotten what made the rows; the job file holds it."""

    def follow(self, change: Change) -> None:
        """Take the next change in."""
        assert change.seq == self.seq + 1
        self.seq = change.seq
        self.lost = self.lost or change.forgotten is not None
        for edit in () if self.lost else change.edits:
            self._follow(edit)
        match change.kind:
            case Kind.EDIT:
                self.undo.append(change.seq)
                self.redo.clear()
            case Kind.UNDO:
                assert change.target == self.undo.pop()
                self.redo.append(change.target)
            case Kind.REDO:
                assert change.target == self.redo.pop()
                self.undo.append(change.target)

    def take_over(self, written: dict[str, dict[int, object]]) -> None:
        """Go on from the rows of the job file."""
        self.lost = False
        self.tables = {
            table: {key: from_json(table, key, row) for key, row in written[table.value].items()}
            for table in Table
        }

    def _follow(self, edit: Edit) -> None:
        if edit.before is not None:
            assert self.tables[edit.table][edit.key] == edit.before
        if edit.after is None:
            del self.tables[edit.table][edit.key]
        else:
            self.tables[edit.table][edit.key] = edit.after

    def plain(self) -> dict[str, dict[int, object]]:
        """Return the rows as JSON, as TinyDB hands them out."""
        return {
            table.value: {key: json.loads(json.dumps(to_json(row))) for key, row in rows.items()}
            for table, rows in self.tables.items()
        }


def check(path: Path, shadow: Shadow, acknowledged: Iterable[tuple[int, str]]) -> None:
    """Check the job against all that is known of it, and bring `shadow` up to date.

    Every acknowledged change is there and made the state it was acknowledged with; the rows are
    what history says; plain TinyDB reads the rows as of some change in the job file.
    """
    digests = dict(acknowledged)
    with TinyDB(path, access_mode="r") as database:
        written = {t.value: {d.doc_id: dict(d) for d in database.table(t.value)} for t in Table}
        (store,) = database.table("store").all()
    before = shadow.seq
    with LabelingSession.open(path, read_only=True) as session:
        history = list(takewhile(lambda change: change.seq > before, session.history()))
        tables, last = session._store.tables, session._store.last_seq
        targets = session._store.undo_target(), session._store.redo_target()
        oldest = session._store._journal.first_seq
    assert last >= max(digests, default=before)
    assert len(history) == last - before
    expected = {shadow.checkpoint[0]: shadow.checkpoint[1]}
    compare(shadow, digests, expected, store["seq"])
    for change in reversed(history):
        shadow.follow(change)
        if shadow.lost and shadow.seq == store["seq"]:
            shadow.take_over(written)
        if not shadow.lost:
            compare(shadow, digests, expected, store["seq"])
    assert not shadow.lost
    assert written == expected[store["seq"]]
    assert digest(tables) == digest(shadow.tables)
    for stack, target in zip((shadow.undo, shadow.redo), targets, strict=True):
        kept = [seq for seq in stack if seq >= oldest]
        assert (target and target.seq) == (kept[-1] if kept else None)
    shadow.checkpoint = (store["seq"], written)


def compare(
    shadow: Shadow,
    digests: dict[int, str],
    expected: dict[int, dict[str, dict[int, object]]],
    checkpoint: int,
) -> None:
    """Compare what was acknowledged for this moment, and keep it if the job file is as of now."""
    if shadow.seq in digests:
        assert digests[shadow.seq] == digest(shadow.tables), f"change {shadow.seq} is not as it was"
    if shadow.seq == checkpoint:
        expected[checkpoint] = shadow.plain()


@dataclass(frozen=True)
class Moment:
    """When to kill: after so many lines of a word, and a random moment on top."""

    lean: str
    word: str = ""
    times: tuple[int, int] = (1, 1)
    delay: float = 0.0
    engine: str = "lives"
    """`lives`: nobody kills it; `dies`: together with its parent; `dies first`: while it works."""

    def strike(self, victim: Victim, rng: random.Random) -> None:
        """Kill the victim at this moment."""
        if self.word:
            victim.wait_for(self.word, rng.randint(*self.times))
        victim.read_for(rng.uniform(0, self.delay))
        if self.engine == "dies first":
            victim.fail_a_run()
        victim.kill(engine_too=self.engine == "dies")


MOMENTS = (
    Moment("labels", delay=0.8),
    Moment("run", "chunk", (1, 4), 0.05),
    Moment("checkpoint", "checkpoint", (1, 8), 0.012),
    Moment("labels", "ack", (1, 60), 0.002),
    Moment("run", "finish", (1, 1), 0.03),
    Moment("reopen", "close", (1, 4), 0.03),
    Moment("run", "begin", (1, 1), 1.0),
    Moment("labels", "ack", (1, 120)),
    Moment("run", "chunk", (1, 2), 0.05, engine="dies"),
    Moment("checkpoint", "checkpoint", (1, 8), 0.012),
    Moment("run", "chunk", (1, 1), 0.02, engine="dies first"),
    Moment("labels", "open", (1, 1), 0.5),
    Moment("run", "pause", (1, 1), 0.7),
)
