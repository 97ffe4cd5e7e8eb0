"""Keys typed at a program, and what came of each: bytes, time, the screen."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from wire_pty import FAST, Line, Program
from wire_screen import Compressor, Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from wire_pty import Chunk

QUIET = 0.06
"""Seconds without a byte that end a burst; Textual paints at most every 17 ms."""

CALM = 0.15
"""Seconds without a byte and without work of the program after which it is at rest."""

TIMEOUT = 30.0


class NotSeenError(Exception):
    """What was waited for did not come on screen."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a key brought: bytes till rest, zlib bytes, bytes of the picture, seconds till shown."""

    raw: int
    zipped: int
    seconds: float
    picture: int = 0


class Driven:
    """A program whose screen is followed."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        size: tuple[int, int],
        env: Mapping[str, str],
        line: Line = FAST,
    ) -> None:
        self._stack = ExitStack()
        self.program = self._stack.enter_context(Program(argv, size, env, line))
        self.screen = Emulator(*size)
        self.zlib = Compressor()
        self.stream: list[bytes] = []
        """Everything that was sent, for checks."""
        self.last = 0.0
        """When the newest byte came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def burst(self, quiet: float, timeout: float) -> tuple[int, int]:
        """Take in what comes until `quiet` seconds pass without a byte; return raw and zlib bytes.

        It is drawn once all has come: drawing holds the interpreter, and with it the thread that
        takes what the program writes and says when it came.
        """
        came: list[Chunk] = []
        deadline = time.monotonic() + timeout
        while True:
            try:
                chunks = self.program.take(min(quiet, max(deadline - time.monotonic(), 0)))
            except EOFError as error:
                self._draw(came)
                raise NotSeenError(f"{error}; its last words:\n{self.screen.text}") from error
            came += chunks
            if not chunks or time.monotonic() > deadline:
                return self._draw(came)

    def _draw(self, chunks: Sequence[Chunk]) -> tuple[int, int]:
        """Draw what came on the screen; return raw and zlib bytes."""
        if not chunks:
            return 0, 0
        self.last = chunks[-1].at
        zipped = sum(self.zlib.size(chunk.data) for chunk in chunks)
        data = b"".join(chunk.data for chunk in chunks)
        self.stream.append(data)
        self.screen.feed(data)
        return len(data), zipped

    def rest(self, timeout: float = TIMEOUT) -> tuple[int, int]:
        """Take in what comes until the program neither writes nor works; return the bytes."""
        raw = zipped = 0
        deadline = time.monotonic() + timeout
        calm_since, worked = time.monotonic(), self.program.cpu()
        while time.monotonic() < deadline:
            more = self.burst(0.02, deadline - time.monotonic())
            raw, zipped = raw + more[0], zipped + more[1]
            now = self.program.cpu()
            # A tick in the interval is the pulse of an event loop, not work.
            if more[0] or now > worked + 1:
                calm_since, worked = time.monotonic(), now
            elif time.monotonic() - calm_since > CALM:
                return raw, zipped
        raise NotSeenError(f"it does not come to rest within {timeout:.0f} s")

    def wait_for(
        self, wanted: Callable[[Emulator], object], what: str, timeout: float = TIMEOUT
    ) -> tuple[int, int]:
        """Take in what comes until a condition holds; return the bytes."""
        raw = zipped = 0
        deadline = time.monotonic() + timeout
        while not wanted(self.screen):
            if time.monotonic() > deadline:
                raise NotSeenError(f"{what} is not on screen:\n{self.screen.text}")
            more = self.burst(QUIET, 0.5)
            raw, zipped = raw + more[0], zipped + more[1]
        return raw, zipped

    def react(
        self,
        keys: bytes,
        shown: Callable[[Emulator], object],
        what: str,
        finally_: Callable[[Emulator], object] | None = None,
    ) -> Reaction:
        """Press keys, wait until `shown` holds and then for rest (and `finally_`).

        Seconds are those from the key to the last byte of the burst after which `shown` holds.
        Bytes are all until rest, with what follows later (that it is saved, say).
        """
        self.screen.start_tally()
        start = self.program.send(keys)
        raw = zipped = 0
        deadline = start + TIMEOUT
        while True:
            more = self.burst(QUIET, 1.0)
            raw, zipped = raw + more[0], zipped + more[1]
            if raw and shown(self.screen):
                break
            if time.monotonic() > deadline:
                raise NotSeenError(f"{what} is not on screen:\n{self.screen.text}")
        seconds = self.last - start
        rests = [self.wait_for(finally_, f"the end of {what}")] if finally_ else []
        rests.append(self.rest())
        raw += sum(r for r, _ in rests)
        zipped += sum(z for _, z in rests)
        return Reaction(raw, zipped, seconds)


@dataclass
class Series:
    """The repetitions of one thing, each beside one of the bare app."""

    name: str
    ours: list[Reaction] = field(default_factory=list)
    bare: list[Reaction] = field(default_factory=list)

    @property
    def raw(self) -> int:
        """Median bytes."""
        return int(statistics.median(r.raw for r in self.ours))

    @property
    def most(self) -> int:
        """Most bytes."""
        return max(r.raw for r in self.ours)

    @property
    def zipped(self) -> int:
        """Median zlib bytes."""
        return int(statistics.median(r.zipped for r in self.ours))

    @property
    def picture(self) -> int:
        """Median bytes of the picture's cells."""
        return int(statistics.median(r.picture for r in self.ours))

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(r.seconds for r in self.ours)

    @property
    def p95(self) -> float:
        """95th percentile of seconds."""
        return quantile([r.seconds for r in self.ours], 0.95)

    @property
    def ratio(self) -> float:
        """Median seconds over those of the bare app, pressed in turns with ours."""
        return self.median / statistics.median(r.seconds for r in self.bare)

    @property
    def ratio_p95(self) -> float:
        """95th percentile over that of the bare app."""
        return self.p95 / quantile([r.seconds for r in self.bare], 0.95)

    @property
    def ratio_least(self) -> float:
        """Least seconds over the least of the bare app: what is left where others work too."""
        return min(r.seconds for r in self.ours) / min(r.seconds for r in self.bare)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed, by linear interpolation."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
