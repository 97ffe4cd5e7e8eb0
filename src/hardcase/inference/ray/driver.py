"""The process that talks to a Ray cluster: `python -m hardcase.inference.ray.driver`.

It is asked as `worker` is, for a run alone: a `RunRequest` with `cluster`, the fields of a
`Cluster`, the `timeout` of the children, and how they are started, `child`, if not as usual. It
answers `{"ready": true, "ahead": images}`: so many at once keep the cluster busy. Batches go out to
the worker that has least to do and come back in order; see `crew` for who works and
`remote_worker` for how. The files of the model travel once. Images are read where they are seen,
and sent along where they are not.

Whoever can reach a Ray cluster can run anything on it, and what it answers can run anything here:
it is for clusters of one's own.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from hardcase.errors import HardcaseError
from hardcase.inference.cluster import Cluster
from hardcase.inference.process.answering import claim_stdout, emit
from hardcase.inference.process.request import request_from_json
from hardcase.inference.process.spread import pictures_at_once, weights_of
from hardcase.inference.ray.connection import connected
from hardcase.inference.ray.crew import Batch, Crew
from hardcase.inference.ray.remote_worker import Item, Start, file_state
from hardcase.inference.ray.shipment import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH = 8
"""Images in one message, at least."""
AHEAD = 3
"""Batches on their way to each worker: one is looked at, one waits there, one travels."""


def main() -> None:
    """Serve one run, until SIGTERM or the end of stdin."""
    answers = claim_stdout()
    asked = json.loads(sys.stdin.buffer.readline())
    os.chdir("/")  # Ray lets workers import from where it is used, which may be anybody's data
    closed = threading.Event()
    try:
        serve(asked, answers, closed)
    except HardcaseError as error:
        emit(answers, {"fatal": str(error)[:2000], "names_itself": True})
    except Exception:  # noqa: BLE001 - printed for the parent, which takes the end for the failure
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)  # without waiting for threads of Ray


def serve(asked: Mapping[str, Any], answers: IO[bytes], closed: threading.Event) -> None:
    """Answer requests until `closed` is set."""
    request = request_from_json(asked)
    model, encoder = Path(request.model), request.encoder
    start = Start(
        version("hardcase"),
        request.to_json(),
        pack(model),
        () if encoder is None else pack(Path(encoder.model)),
        asked["timeout"],
        asked["child"],
    )
    cluster = Cluster(**asked["cluster"])
    size = max(BATCH, pictures_at_once(request.profile.input))
    with connected(cluster.address) as ray:
        # Ray has just taken this signal for itself.
        signal.signal(signal.SIGTERM, lambda *_: closed.set())
        crew = Crew(ray, start, weights_of(model), closed)
        try:
            crew.muster()
            emit(answers, {"ready": True, "ahead": AHEAD * size * crew.called})
            _relay(crew, _listen(closed), answers, closed, size=size, ship=cluster.ship_images)
        finally:
            crew.dismiss()


def _listen(closed: threading.Event) -> queue.SimpleQueue[Item]:
    """Return where the requests will be. The end of stdin means that nobody wants answers."""
    asked: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            item = json.loads(line)
            asked.put(Item(item["id"], item["path"], file_state(Path(item["path"]))))
        closed.set()

    threading.Thread(target=listen, name="listen", daemon=True).start()
    return asked


def _relay(
    crew: Crew,
    asked: queue.SimpleQueue[Item],
    answers: IO[bytes],
    closed: threading.Event,
    *,
    size: int,
    ship: bool,
) -> None:
    """Send batches of `size`, smaller ones where a worker might be idle; emit what comes back."""
    out: deque[Batch] = deque()
    while not closed.is_set():
        while len(out) < AHEAD * crew.strength:
            if asked.qsize() < (1 if len(out) < crew.strength else size):
                break
            batch = Batch([asked.get() for _ in range(min(size, asked.qsize()))])
            if ship:
                batch.ship()
            crew.send(batch)
            out.append(batch)
        if not out:
            closed.wait(0.02)
        elif crew.has_answered(out[0]):
            emit(answers, *(out.popleft().answers or ()))


if __name__ == "__main__":
    main()
