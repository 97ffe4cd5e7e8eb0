"""Engines: what runs a model over images. The one here uses this machine, in a child process."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Protocol

from hardcase.errors import ModelError
from hardcase.inference.budget import Effort, Plan, plan
from hardcase.inference.encoder import encoder_request
from hardcase.inference.process.child import WORKER
from hardcase.inference.process.conversation import Answer, Conversation, read_answer
from hardcase.inference.process.crew import answers
from hardcase.inference.process.limits import available_cores
from hardcase.inference.process.request import RunRequest
from hardcase.inference.process.spread import pictures_at_once, spread, weights_of
from hardcase.inference.providers import AUTO, CPU
from hardcase.inference.signature import require_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.inference.profile.schema import Profile
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


def run_request(
    model: Path,
    profile: Profile,
    *,
    threshold: float,
    iou: float,
    effort: Effort = Effort.STANDARD,
    views: tuple[str, ...] | None = None,
    encoder: Path | None = None,
    provider: str = AUTO,
) -> RunRequest:
    """Return what a child is asked for, see `LocalEngine`. Raises ModelError, UsageError."""
    return RunRequest(
        str(require_model(model)),
        profile,
        threshold,
        iou,
        plan(profile.task, effort) if views is None else Plan(views),
        None if encoder is None else encoder_request(encoder),
        provider,
    )


class _ClosedError(Exception):
    """No child is started any more."""


class LocalEngine:
    """Runs a model in child processes on this machine, see `worker`, `crew` and `spread`.

    `threshold` and `iou` are those of the run, in [0, 1]. `effort` says which views are looked at
    besides the image itself, see `budget`; `views`, where given, are looked at of every image
    instead. `encoder` is an ONNX file whose output is the embedding; without it the embedding is
    what the model itself computes before its last layer, see `features`. `provider` is what it is
    to be computed on, one of `providers.CHOICES`; what it was is told in `used` once the run has
    begun, and in `note` why that is not what was asked for, if so. `timeout` is how many seconds
    opening the model or one image may take before the run fails. `cores` is how many it keeps busy,
    without it `limits.available_cores`. Raises ModelError if there is no such file, UsageError for
    values out of range.
    """

    def __init__(
        self,
        model: Path,
        profile: Profile,
        *,
        threshold: float,
        iou: float,
        effort: Effort = Effort.STANDARD,
        views: tuple[str, ...] | None = None,
        encoder: Path | None = None,
        provider: str = AUTO,
        timeout: float = TIMEOUT,
        cores: int | None = None,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._request = run_request(
            model,
            profile,
            threshold=threshold,
            iou=iou,
            effort=effort,
            views=views,
            encoder=encoder,
            provider=provider,
        )
        self.used, self.note = "", ""
        self._spread = spread(cores or available_cores(), weights_of(model))
        self._name = model.name
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
