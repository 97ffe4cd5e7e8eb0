"""Engines: what runs a model over images. The one here uses this machine, in a child process."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Protocol

from hardcase.errors import ModelError
from hardcase.inference.process.child import WORKER
from hardcase.inference.process.conversation import Answer, Conversation, read_answer
from hardcase.inference.process.crew import answers
from hardcase.inference.process.limits import available_cores
from hardcase.inference.process.spread import pictures_at_once, spread, weights_of
from hardcase.inference.providers import CPU

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.inference.asked import EngineRequest
    from hardcase.model.evidence import Evidence

TIMEOUT = 120.0


class Engine(Protocol):
    """Runs one model with one profile."""

    def run(self, items: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Evidence | str]]:
        """Yield (key, evidence) of every (key, path), in order; a str says why an image failed.

        Raises ModelError, one line, when the model fails.
        """
        ...

    def close(self) -> None:
        """End runs under way, from any thread; their iterators stop. Later runs yield nothing."""
        ...


class _ClosedError(Exception):
    """No child is started any more."""


class LocalEngine:
    """Runs a model in child processes on this machine, see `worker`, `crew` and `spread`.

    What computed it is told in `used` once the run has begun, and in `note` why that is not what
    was asked for, if so. `timeout` is how many seconds opening the model or one image may take
    before the run fails. `cores` is how many it keeps busy, without it `limits.available_cores`.
    Raises ModelError if there is no such file, UsageError for values out of range.
    """

    def __init__(
        self,
        asked: EngineRequest,
        *,
        timeout: float = TIMEOUT,
        cores: int | None = None,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._request = asked.for_child()
        self.used, self.note = "", ""
        self._spread = spread(cores or available_cores(), weights_of(asked.model))
        self._name = asked.model.name
        self._timeout = timeout
        self._command = command
        self._lock = threading.Lock()
        self._children: set[Conversation] = set()
        self._closed = threading.Event()

    def run(self, items: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Evidence | str]]:
        """Yield (key, evidence) of every (key, path), in order; a str says why an image failed.

        `items` is read a few images ahead. Raises ModelError when the model cannot be opened or
        does not fit the profile, crashes, hangs, eats memory or answers nonsense.
        """
        with ExitStack() as stack:
            try:
                for key, answer in self._answers(items, partial(self._join, stack)):
                    if self._closed.is_set():
                        return
                    yield key, read_answer(answer, key, self._request, self._name)
            except _ClosedError:
                return
            except ModelError:
                if not self._closed.is_set():
                    raise

    def close(self) -> None:
        """End runs under way, from any thread; their iterators stop. Later runs yield nothing."""
        with self._lock:
            self._closed.set()
            for child in self._children:
                child.kill()

    def _answers(
        self, items: Iterable[tuple[int, Path]], join: Callable[[], Conversation]
    ) -> Iterator[tuple[int, Answer]]:
        first = join()
        first.open()
        self.used, self.note = first.provider, first.note
        accelerated = first.provider != CPU
        group = pictures_at_once(self._request.profile.input, accelerated=accelerated)
        shared = self._spread.merged() if accelerated else self._spread
        return answers(items, first, join, shared, group=group)

    def _join(self, stack: ExitStack) -> Conversation:
        """Start a child that ends with the stack."""
        with self._lock:
            if self._closed.is_set():
                raise _ClosedError
            request = self._request.to_json() | asdict(self._spread)
            child = Conversation(request, self._name, self._timeout, self._command)
            self._children.add(child)
        stack.callback(self._leave, child)
        return child

    def _leave(self, child: Conversation) -> None:
        with self._lock:
            self._children.remove(child)
        child.close()
