"""Engines: what runs a model over images. The one here uses this machine, in a child process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from hardcase.errors import ModelError
from hardcase.inference.budget import Effort, Plan, plan
from hardcase.inference.child import WORKER
from hardcase.inference.conversation import Conversation, read_answer
from hardcase.inference.encoder import encoder_request
from hardcase.inference.request import RunRequest
from hardcase.inference.signature import require_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.inference.schema import Profile
    from hardcase.model.evidence import Evidence

AHEAD = 16
"""How many images are on their way to the child: enough to keep its threads busy."""

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


class LocalEngine:
    """Runs a model in a child process on this machine, see `child` and `worker`.

    `threshold` and `iou` are those of the run, in [0, 1]. `effort` says which views are looked at
    besides the image itself, see `budget`; `views`, where given, are looked at of every image
    instead. `encoder` is an ONNX file whose output is the embedding; without it the embedding is
    what the model itself computes before its last layer, see `features`. `timeout` is how many
    seconds opening the model or one image may take before the run fails. Raises ModelError if there
    is no such file, UsageError for values out of range.
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
        timeout: float = TIMEOUT,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._request = RunRequest(
            str(require_model(model)),
            profile,
            threshold,
            iou,
            plan(profile.task, effort) if views is None else Plan(views),
            None if encoder is None else encoder_request(encoder),
        )
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
        with self._lock:
            if self._closed.is_set():
                return
            child = Conversation(self._request.to_json(), self._name, self._timeout, self._command)
            self._children.add(child)
        try:
            for answer in self._answers(child, items):
                if self._closed.is_set():
                    return
                yield answer
        except ModelError:
            if not self._closed.is_set():
                raise
        finally:
            with self._lock:
                self._children.remove(child)
            child.close()

    def close(self) -> None:
        """End runs under way, from any thread; their iterators stop. Later runs yield nothing."""
        with self._lock:
            self._closed.set()
            for child in self._children:
                child.kill()

    def _answers(
        self, child: Conversation, items: Iterable[tuple[int, Path]]
    ) -> Iterator[tuple[int, Evidence | str]]:
        child.open()
        source = iter(items)
        while True:
            while child.waiting < AHEAD and (item := next(source, None)) is not None:
                child.ask(*item)
            if not child.waiting:
                return
            key, answer = child.answer()
            yield key, read_answer(answer, key, self._request, self._name)
