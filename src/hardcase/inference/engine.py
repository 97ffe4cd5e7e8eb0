"""Engines: what runs a model over images. The one here uses this machine, in a child process."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from hardcase.errors import ModelError
from hardcase.inference.budget import Effort, Plan, plan
from hardcase.inference.child import RUN, WORKER, Child
from hardcase.inference.encoder import encoder_request
from hardcase.inference.request import RunRequest, evidence_from_json
from hardcase.inference.signature import require_model, short
from hardcase.model.text import printable

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
        self._name = printable(model.name)
        self._timeout = timeout
        self._command = command
        self._lock = threading.Lock()
        self._children: set[Child] = set()
        self._closed = threading.Event()

    def run(self, items: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Evidence | str]]:
        """Yield (key, evidence) of every (key, path), in order; a str says why an image failed.

        `items` is read a few images ahead. Raises ModelError when the model cannot be opened or
        does not fit the profile, crashes, hangs, eats memory or answers nonsense.
        """
        with self._lock:
            if self._closed.is_set():
                return
            child = Child(self._command)
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
        self, child: Child, items: Iterable[tuple[int, Path]]
    ) -> Iterator[tuple[int, Evidence | str]]:
        child.send({"command": RUN, **self._request.to_json()})
        self._receive(child)
        source = iter(items)
        waiting: deque[int] = deque()
        while True:
            while len(waiting) < AHEAD and (item := next(source, None)) is not None:
                key, path = item
                child.send({"id": key, "path": str(path.absolute())})
                waiting.append(key)
            if not waiting:
                return
            answer = self._receive(child)
            yield waiting[0], self._read(answer, waiting.popleft())

    def _receive(self, child: Child) -> dict[str, Any]:
        answer = child.receive(self._timeout, self._name)
        if "fatal" in answer:
            raise ModelError(f"{self._name}: {short(answer['fatal'])}")
        return answer

    def _read(self, answer: dict[str, Any], key: int) -> Evidence | str:
        try:
            if answer["id"] == key and "error" in answer:
                return short(answer["error"])
            if answer["id"] == key:
                return evidence_from_json(answer["evidence"], self._request)
            problem = "an answer to another question"
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            problem = f"{type(error).__name__}: {error}"
        raise ModelError(
            f"{self._name}: its engine answered nonsense ({short(problem)}); try another model"
        )
