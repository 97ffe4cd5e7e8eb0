"""A child process with a model open, asked about images; what it answers is read here."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.process.child import RUN, WORKER, Child
from hardcase.inference.process.request import evidence_from_json
from hardcase.inference.providers import CPU, PROVIDERS
from hardcase.inference.signature import short
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hardcase.inference.process.request import RunRequest
    from hardcase.model.evidence import Evidence

Answer = dict[str, Any]
"""`{"id", "evidence"}`, or `{"id", "error"}` of an image that cannot be used; not checked yet."""


class Conversation:
    """Images go in, answers come out in the same order. One thread talks; `kill` is for any.

    `request` is a `RunRequest` as JSON, and maybe what the child is to take of the machine, see
    `worker`. `name` is the model's, for messages. `timeout` is how many
    seconds opening the model or one image may take. Raises ModelError if no child can be started.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        name: str,
        timeout: float,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._name = printable(name)
        self._timeout = timeout
        self._child = Child(command)
        self._child.send({"command": RUN, **request})
        self.is_open = False
        """Whether the child has said that it is ready."""
        self.provider = CPU
        """What computes it, once it is open, and why that is not what was asked for, if so."""
        self.note = ""
        self.ahead = 1
        """How many images at once keep it busy, if it says so, once it is open."""
        self._waiting: deque[int] = deque()

    @property
    def waiting(self) -> int:
        """How many images were asked about and not answered."""
        return len(self._waiting)

    def open(self) -> None:
        """Wait for the child to have opened the model. Raises ModelError."""
        if not self.is_open:
            told = self._receive()
            ahead = told.get("ahead")
            self.ahead = ahead if isinstance(ahead, int) and ahead > 0 else 1
            self.provider = next((n for n in PROVIDERS if n == told.get("provider")), CPU)
            self.note = short(told.get("note", ""))
            self.is_open = True

    def unanswered(self) -> int:
        """Return how many images are still with the child, by what it has said; without waiting.

        Notes that it is open, once it says so. Raises ModelError if it cannot be.
        """
        said = self._child.listen()
        if said and not self.is_open:
            self.open()
            said -= 1
        return len(self._waiting) - said

    def ask(self, *images: tuple[int, Path]) -> None:
        """Ask about images (key, path), at least one; that goes out while `answer` waits."""
        self._child.send(*({"id": key, "path": str(path.absolute())} for key, path in images))
        self._waiting.extend(key for key, _ in images)

    def answer(self) -> tuple[int, Answer]:
        """Return the key and the answer of the image that was asked about first. Raises ModelError.

        That is when the model crashes, hangs, eats memory or cannot be used.
        """
        self.open()
        answer = self._receive()
        return self._waiting.popleft(), answer

    def kill(self) -> None:
        """End the child at once; harmless when it has ended."""
        self._child.kill()

    def terminate(self) -> None:
        """Ask the child to end, from any thread; harmless when it has ended."""
        self._child.terminate()

    def close(self, patience: float = 0.0) -> None:
        """End the child and be rid of it. Only for the thread that talks.

        `patience` is how many seconds the child may take to end by itself.
        """
        self._child.close(patience)

    def _receive(self) -> Answer:
        answer = self._child.receive(self._timeout, self._name)
        if "fatal" in answer:
            line = short(answer["fatal"])
            raise ModelError(line if answer.get("names_itself") else f"{self._name}: {line}")
        return answer


def read_answer(answer: Answer, key: int, request: RunRequest, name: str) -> Evidence | str:
    """Return the evidence of an image, or why there is none. Raises ModelError for nonsense."""
    try:
        if answer["id"] == key and "error" in answer:
            return short(answer["error"])
        if answer["id"] == key:
            return evidence_from_json(answer["evidence"], request)
        problem = "an answer to another question"
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        problem = f"{type(error).__name__}: {error}"
    raise ModelError(
        f"{printable(name)}: its engine answered nonsense ({short(problem)}); try another model"
    )
