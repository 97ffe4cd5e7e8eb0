"""What works on the machines of a cluster: it relays to a child process like those at home.

So a model is trusted no more there than here, and says the same. It knows nothing of Ray, which
makes an actor of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections import deque
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.process.child import WORKER
from hardcase.inference.process.conversation import Answer, Conversation
from hardcase.inference.ray.shipment import ShippedFile, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PREFIX = "hardcase-worker-"


@dataclass(frozen=True, slots=True)
class Item:
    """An image to look at, under an absolute path that this machine may see or not.

    `state` is (size in bytes, time of change in ns) of the file where the run was started: one that
    differs here is another file. `content` is what is in it, if that was sent along.
    """

    key: int
    path: str
    state: tuple[int, int] | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker begins with: the version of hardcase it must be, and the run as JSON.

    `request` speaks of the model and the encoder where the run was started; `encoder` may be empty.
    `command` starts the child, if not the Python there.
    """

    version: str
    request: Mapping[str, Any]
    model: tuple[ShippedFile, ...]
    encoder: tuple[ShippedFile, ...] = ()
    timeout: float = 120.0
    command: Sequence[str] = ()


@dataclass(slots=True)
class _Batch:
    keys: list[int]
    unseen: set[int] = field(default_factory=set)
    written: list[Path] = field(default_factory=list)


class RemoteWorker:
    """Answers batches of images, each one call after it came, so that the child is never idle.

    No method raises: what goes wrong with the model is an answer `{"fatal": line}`.
    """

    def __init__(self) -> None:
        self._batches: deque[_Batch] = deque()
        self._child: Conversation | None = None
        self._folder: Path | None = None
        self._lock = -1

    def start(self, start: Start, share: Mapping[str, int]) -> Answer:
        """Open the model; `{"ready": true}`. `share` has the fields of a `Spread`."""
        if start.version != version("hardcase"):
            there, here = version("hardcase"), start.version
            return _fatal(f"the cluster has hardcase {there}, not {here}: install the same on both")
        try:
            return self._start(start, share)
        except (ModelError, OSError) as error:
            self.stop()
            return _fatal(str(error))

    def step(self, items: Sequence[Item]) -> list[Answer]:
        """Take a batch; return the answers of the one before it, of the last one if it is empty.

        Those are as the child gave them, or `{"id", "unseen": true}` for an image that this machine
        does not see. The first call returns nothing.
        """
        try:
            if items:
                self._batches.append(self._ask(items))
            answered = len(self._batches) > 1 or not items
            return self._answer(self._batches.popleft()) if answered and self._batches else []
        except (ModelError, OSError) as error:
            self.stop()
            return [_fatal(str(error))]

    def stop(self) -> None:
        """End the child and remove what was unpacked here."""
        if self._child is not None:
            self._child.close()
            self._child = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._folder = None

    def _start(self, start: Start, share: Mapping[str, int]) -> Answer:
        self._folder, self._lock = _own_folder()
        models = self._folder / "models"
        model = str(unpack(start.model, models / "model"))
        request = {**start.request, **share, "model": model}
        if start.encoder:
            encoder = unpack(start.encoder, models / "encoder")
            request["encoder"] = {**request["encoder"], "model": str(encoder)}
        self._child = Conversation(
            request, start.model[0].name, start.timeout, start.command or WORKER
        )
        self._child.open()
        shutil.rmtree(models)  # they are open; nothing is left if this process is killed
        return {"ready": True}

    def _ask(self, items: Sequence[Item]) -> _Batch:
        child, batch = self._running(), _Batch([item.key for item in items])
        for item in items:
            path = Path(item.path)
            if item.content is not None:
                path = self._write(item)
                batch.written.append(path)
            elif item.state is not None and file_state(path) != item.state:
                batch.unseen.add(item.key)
                continue
            child.ask((item.key, path))
        return batch

    def _answer(self, batch: _Batch) -> list[Answer]:
        child = self._running()
        answers = [
            {"id": key, "unseen": True} if key in batch.unseen else child.answer()[1]
            for key in batch.keys
        ]
        for path in batch.written:
            shutil.rmtree(path.parent)
        return answers

    def _write(self, item: Item) -> Path:
        """Write an image under its own name, which messages of it name."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        path = folder / Path(item.path).name
        path.write_bytes(item.content or b"")
        return path

    def _running(self) -> Conversation:
        if self._child is None:
            raise ModelError("the engine on the cluster has ended; try again")
        return self._child


def file_state(path: Path) -> tuple[int, int] | None:
    """Return (size in bytes, time of change in ns) of a file, None if there is none to be seen."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _own_folder() -> tuple[Path, int]:
    """Make a folder, locked for as long as this process lives; remove those of killed workers.

    The descriptor returned holds the lock.
    """
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/lock"):
        try:
            with lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # somebody works there, or it is somebody else's
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = folder / "lock"
        held = os.open(lock, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        if lock.exists():
            return folder, held
        os.close(held)  # another one took it for a killed worker's before it was locked


def _fatal(line: str) -> Answer:
    return {"fatal": line}
