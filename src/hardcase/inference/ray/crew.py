"""The workers of a run on a Ray cluster, and batches of images on their way to them and back.

A worker is an actor with one child process. A machine has as many as a run here would have
children, each with its share of the machine's CPUs; or one for each of its GPUs.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ImageError, ModelError
from hardcase.imaging.open import MAX_FILE_BYTES, image_size
from hardcase.inference.process.spread import Spread, alone, spread
from hardcase.inference.providers import CPU
from hardcase.inference.ray.remote_worker import Item, RemoteWorker, Start
from hardcase.inference.signature import short
from hardcase.model.text import printable

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from hardcase.inference.process.conversation import Answer

MOST_LOST = 3
"""How many workers may be lost without an answer in between before the run fails."""
_PATIENCE = 60.0
"""Seconds until some machine of the cluster must be free."""
_POLL = 0.2
"""Seconds until a run that was ended from another thread notices."""
_GOODBYE = 1.0
"""Seconds that workers have to tidy up."""


@dataclass(slots=True, eq=False)
class Batch:
    """Images on their way. `reply` is the call that answers them, None while there is none."""

    items: list[Item]
    reply: Any = None
    answers: list[Answer] | None = None
    shipped: bool = False
    failed: dict[int, Answer] = field(default_factory=dict)
    """Answers by key of images that could not be read here."""

    def ship(self) -> None:
        """Put the contents of the images into the message."""
        if self.shipped:
            return
        self.shipped = True
        for n, item in enumerate(self.items):
            try:
                self.items[n] = replace(item, content=_content(Path(item.path)))
            except ImageError as error:
                self.failed[item.key] = {"id": item.key, "error": str(error)}

    @property
    def to_ask(self) -> list[Item]:
        """The images to send."""
        return [item for item in self.items if item.key not in self.failed]

    def take(self, answers: Sequence[Answer]) -> bool:
        """Keep the answers; False if a worker did not see an image."""
        if any("unseen" in answer for answer in answers):
            return False
        given = iter(answers)
        self.answers = [self.failed.get(i.key) or next(given, {}) for i in self.items]
        return True


def _content(path: Path) -> bytes:
    """Return what is in an image file. Raises ImageError as opening it would."""
    try:
        if path.is_file() and path.stat().st_size <= MAX_FILE_BYTES:
            return path.read_bytes()
    except OSError:
        pass  # the next line says it
    image_size(path)
    raise ImageError(f"{printable(path.name)} cannot be read; try again")


@dataclass(slots=True, eq=False)
class _Worker:
    """An actor on a machine. `batches` are with it; the `last` of them has no reply yet."""

    actor: Any
    node: str
    share: Spread
    gpus: int
    started: Any
    batches: list[Batch] = field(default_factory=list)
    last: Batch | None = None
    ships: bool = False


class Crew:
    """The workers of one run. `closed` ends every wait. For one thread.

    `weights` is the size of the model's in bytes, see `spread`.
    """

    def __init__(self, ray: Any, start: Start, weights: int, closed: threading.Event) -> None:
        self._ray = ray
        self._weights = weights
        self._on_gpus = start.request["provider"] != CPU
        self._closed = closed
        self._start = ray.put(start)
        self._actor = ray.remote(RemoteWorker)
        self._coming: list[_Worker] = []
        self._workers: list[_Worker] = []
        self._lost = 0

    @property
    def called(self) -> int:
        """How many workers there are and will be."""
        return len(self._workers) + len(self._coming)

    @property
    def strength(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def muster(self) -> None:
        """Call the workers on each machine and wait for the first. Raises ModelError."""
        for node, (cpus, gpus) in self._machines().items():
            used = gpus if self._on_gpus else 0
            share = alone(max(1, cpus // used)) if used else spread(cpus, self._weights)
            for _ in range(used or share.processes):
                self._call(node, share, min(used, 1))
        if not self._coming:
            raise ModelError("no machine of the cluster has a CPU to give; see: ray status")
        self._await_one()

    def send(self, batch: Batch) -> None:
        """Send a batch to the worker that has least to do."""
        self._send(min(self._workers, key=lambda worker: len(worker.batches)), batch)

    def has_answered(self, batch: Batch) -> bool:
        """Whether a batch is answered; waits a little. Raises ModelError."""
        self._join(0)
        if batch.answers is not None:
            return True
        worker = next(w for w in self._workers if batch in w.batches)
        if batch.reply is None:
            batch.reply = worker.actor.step.remote([])
            worker.last = None
        if not self._ray.wait([batch.reply], timeout=_POLL)[0]:
            return False
        try:
            answers = _checked(self._ray.get(batch.reply))
        except self._ray.exceptions.RayError as error:
            self._lose(worker, error)
            return False
        worker.batches.remove(batch)
        self._lost = 0
        if batch.take(answers):
            return True
        worker.ships = True
        self._send(worker, batch)
        return False

    def dismiss(self) -> None:
        """Let the workers tidy up, and end them."""
        with suppress(self._ray.exceptions.RayError):
            last = [worker.actor.stop.remote() for worker in self._workers]
            self._ray.wait(last, num_returns=len(last), timeout=_GOODBYE) if last else None
        for worker in (*self._workers, *self._coming):
            self._kill(worker)

    # -- inside

    def _machines(self) -> dict[str, tuple[int, int]]:
        """Return the CPUs and GPUs of each machine of the cluster that has some, by its id."""
        found = {}
        for node in self._ray.nodes():
            cpus, gpus = (int(node["Resources"].get(kind, 0)) for kind in ("CPU", "GPU"))
            if node["Alive"] and cpus:
                found[node["NodeID"]] = cpus, gpus
        return found

    def _call(self, node: str, share: Spread, gpus: int) -> None:
        from ray.util.scheduling_strategies import (  # noqa: PLC0415 - an extra, see ray_cluster
            NodeAffinitySchedulingStrategy,
        )

        actor = self._actor.options(
            num_cpus=share.workers * share.threads,
            num_gpus=gpus,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
        ).remote()
        started = actor.start.remote(self._start, asdict(share))
        self._coming.append(_Worker(actor, node, share, gpus, started))

    def _await_one(self) -> None:
        """Wait until there is a worker. Raises ModelError if there will be none."""
        free = [worker.actor.__ray_ready__.remote() for worker in self._coming]
        deadline = time.monotonic() + _PATIENCE
        while not (self._workers or self._closed.is_set()):
            if not self._coming:
                raise ModelError("the machines of the cluster are gone; see: ray status")
            self._join(_POLL)
            if deadline < time.monotonic() and not self._ray.wait(free, timeout=0)[0]:
                raise ModelError(
                    f"no machine of the cluster was free for {_PATIENCE:g} s; see: ray status"
                )

    def _join(self, seconds: float) -> None:
        """Let workers that have opened the model begin. Raises ModelError if one cannot."""
        if not self._coming:
            return
        ready = self._ray.wait([worker.started for worker in self._coming], timeout=seconds)[0]
        for worker in [w for w in self._coming if w.started in ready]:
            self._coming.remove(worker)
            try:
                _checked([self._ray.get(worker.started)])
            except self._ray.exceptions.RayError as error:
                self._lose(worker, error)
            else:
                self._workers.append(worker)

    def _send(self, worker: _Worker, batch: Batch) -> None:
        if worker.ships:
            batch.ship()
        if not batch.to_ask:
            batch.take([])
            return
        reply = worker.actor.step.remote(batch.to_ask)
        if worker.last is not None:
            worker.last.reply = reply
        batch.reply, worker.last = None, batch
        worker.batches.append(batch)

    def _lose(self, worker: _Worker, error: Exception) -> None:
        """Do without a worker: another takes its place, and its batches go out again."""
        self._lost += 1
        self._kill(worker)
        if worker in self._workers:
            self._workers.remove(worker)
        if "No module named 'hardcase'" in str(error):
            raise ModelError("the cluster's machines lack hardcase: install hardcase[ray] there")
        if not isinstance(error, self._ray.exceptions.RayActorError):
            raise ModelError(f"the engine on the cluster failed: {_reason(error)}")
        if self._lost > MOST_LOST:
            raise ModelError(f"the cluster lost {self._lost} workers in a row: {_reason(error)}")
        if worker.node in self._machines():
            self._call(worker.node, worker.share, worker.gpus)
        self._await_one()
        if not self._closed.is_set():
            for batch in worker.batches:
                self.send(batch)

    def _kill(self, worker: _Worker) -> None:
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(worker.actor)


def _checked(answers: list[Answer]) -> list[Answer]:
    """Return answers of a worker. Raises ModelError if it says that it cannot go on."""
    for answer in answers:
        if "fatal" in answer:
            raise ModelError(short(answer["fatal"]))
    return answers


def _reason(error: Exception) -> str:
    """Return what Ray says of an error in a line: the last one, of the many that it says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return printable(lines[-1] if lines else type(error).__name__)[:200]
