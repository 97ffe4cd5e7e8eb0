"""One child process that runs a model on our behalf, and is trusted with nothing.

A model file may crash the runtime, hang it or eat memory; none of that may reach the process that
holds the terminal and the job. The two talk in JSON lines. The parent pumps all three pipes in one
loop that never blocks longer than it is told to.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Self, cast

from hardcase.errors import ModelError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DESCRIBE = "describe"
PROBE = "probe"
RUN = "run"

# -P keeps the working directory, which may be somebody's data set, out of the module search path.
WORKER = (sys.executable, "-P", "-m", "hardcase.inference.process.worker")

MAX_LINE = 1 << 24
"""Longest answer in bytes: 300 boxes or 30,000 probabilities in three views need about 2 MiB."""

_STDERR_TAIL = 4096
_CHUNK = 1 << 16


class ChildEndedError(Exception):
    """The child closed its output. `str()` is the reason, as far as it can be told."""


class Child:
    """A running child. One thread talks to it; `kill` may be called from any.

    Raises ModelError when it cannot be started.
    """

    def __init__(self, command: Sequence[str] = WORKER) -> None:
        # Its own session: Ctrl-C in the terminal is for us, and one kill reaches what it started.
        # Few arenas and a single-threaded BLAS keep its address space small, see `limits`.
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env=os.environ | {"MALLOC_ARENA_MAX": "4", "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ModelError(f"the engine cannot be started: {reason}; try again") from error
        self._stdin, self._stdout, self._stderr = _pipes(self._process)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._stdout, self._stderr):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._reaping = threading.Lock()
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._lines: deque[bytearray] = deque()
        self._errors = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, *messages: Mapping[str, Any]) -> None:
        """Queue messages; what does not fit into the pipe goes out while `receive` waits.

        Every write may wake the child, which costs more than to say a little.
        """
        waiting = bool(self._outgoing)
        self._outgoing += "".join(json.dumps(message) + "\n" for message in messages).encode()
        if not waiting:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
            self._write()

    def listen(self) -> int:
        """Take in what is there of its answers; return how many `receive` gives without waiting.

        How it ended, if it has, is for `receive` to say.
        """
        if len(self._incoming) <= MAX_LINE:
            for key, _ in self._selector.select(0):
                if key.fileobj is self._stdout:
                    self._read()
        return len(self._lines)

    def receive(self, timeout: float, name: str) -> dict[str, Any]:
        """Return the next answer. `name` is the model's, for the messages.

        Raises ModelError when none comes in `timeout` seconds, when it is no JSON object, and when
        the child has ended (then as a ChildEndedError's cause).
        """
        deadline = time.monotonic() + timeout
        name = printable(name)
        while not self._lines:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ModelError(f"{name} gave no answer for {timeout:g} s; try another model")
            try:
                self._pump(left)
            except ChildEndedError as error:
                raise ModelError(f"{name} ended its engine: {error}; try another model") from error
        try:
            answer = json.loads(self._lines.popleft().decode())  # of bytes, it would guess how
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{name}: its engine answered garbage; try another model") from error
        if not isinstance(answer, dict):
            raise ModelError(f"{name}: its engine answered garbage; try another model")
        return answer

    def kill(self) -> None:
        """End the child and whatever it started, at once. Harmless when it has ended."""
        with self._reaping:  # or its number might have gone to another process
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the child itself to end. Harmless when it has ended."""
        with self._reaping:
            if self._process.returncode is None:
                self._process.terminate()

    def close(self, patience: float = 0.0) -> None:
        """Kill the child, reap it and close the pipes. Only for the thread that talks to it.

        It is asked to end first if there are `patience` seconds for that.
        """
        if patience:
            self.terminate()
            with self._reaping, suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self.kill()
        with self._reaping:
            self._process.wait()
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()

    def _pump(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            if key.fileobj is self._stdin:
                self._write()
            elif key.fileobj is self._stderr:
                self._read_errors()
            elif not self._read():
                raise ChildEndedError(self._why_it_ended())
            elif len(self._incoming) > MAX_LINE:
                raise ChildEndedError("it answered without end")

    def _write(self) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._outgoing[:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            sent = len(self._outgoing)  # it has ended; reading will say how
        del self._outgoing[:sent]
        if not self._outgoing:
            self._selector.unregister(self._stdin)

    def _read(self) -> bool:
        """Take in a piece of its answers; False if there will be none any more."""
        data = os.read(self._stdout.fileno(), _CHUNK)
        self._incoming += data
        if b"\n" in data:
            *complete, self._incoming = self._incoming.split(b"\n")
            self._lines.extend(complete)
        return bool(data)

    def _read_errors(self) -> None:
        data = os.read(self._stderr.fileno(), _CHUNK)
        if data:
            self._errors = (self._errors + data)[-_STDERR_TAIL:]
        else:
            self._selector.unregister(self._stderr)

    def _why_it_ended(self) -> str:
        self._selector.unregister(self._stdout)
        deadline = time.monotonic() + 1.0
        while self._stderr in self._selector.get_map() and time.monotonic() < deadline:
            for key, _ in self._selector.select(0.1):
                if key.fileobj is self._stderr:
                    self._read_errors()
                else:
                    self._write()
        try:
            with self._reaping:
                code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "it stopped answering"
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if -code in signal.valid_signals():
            how = signal.Signals(-code).name
        words = " / ".join(self._errors.decode(errors="replace").strip().splitlines()[-2:])
        return how + (f", {printable(words)[-200:]}" if words else "")


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    pipes = cast("tuple[IO[bytes], ...]", (process.stdin, process.stdout, process.stderr))
    for pipe in pipes:
        os.set_blocking(pipe.fileno(), False)
    return pipes[0], pipes[1], pipes[2]
