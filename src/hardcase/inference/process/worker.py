"""The child process: `python -m hardcase.inference.process.worker`, JSON lines on stdin and stdout.

The first line says what to do. `describe` answers with the model's signature, `probe` with what its
outputs look like for a few pictures, see `recognition.values`. `run` is a `RunRequest`, and may say
what to take of the machine by the fields of a `Spread`; it answers `{"ready": true}` and then every
`{"id", "path"}` in the order it came, with `{"id", "evidence"}` or `{"id", "error"}`. `{"fatal"}`
is the last line when the model itself fails. The end of stdin means that nobody listens any more:
the process leaves at once.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import onnxruntime

from hardcase.errors import ModelError
from hardcase.inference.evidence import Looker, gather, open_looker
from hardcase.inference.process.answering import Message, claim_stdout, emit, encoded
from hardcase.inference.process.child import DESCRIBE, PROBE
from hardcase.inference.process.limits import available_cores, limit_memory, restrict
from hardcase.inference.process.request import evidence_to_json, request_from_json
from hardcase.inference.process.spread import Spread, alone
from hardcase.inference.providers import CPU, chosen
from hardcase.inference.recognition.probing import probe
from hardcase.inference.session import open_session
from hardcase.inference.signature import MAX_METADATA_CHARS, MAX_METADATA_ENTRIES, MAX_TENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def main() -> None:
    """Serve one command."""
    restrict()
    answers = claim_stdout()
    first = sys.stdin.buffer.readline()
    if not first:
        return
    command = json.loads(first)
    try:
        if command["command"] == DESCRIBE:
            emit(answers, describe(command["model"]))
        elif command["command"] == PROBE:
            emit(answers, {"values": probe(command)})
        else:
            serve(command, answers)
    except ModelError as error:
        emit(answers, {"fatal": str(error)[:2000]})
    except Exception:  # noqa: BLE001 - printed for the parent, which takes the end for the failure
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)  # without waiting for threads that still work on images


def describe(path: str) -> Message:
    """Return inputs, outputs and metadata of a model. Long metadata is left out."""
    session = open_session(path, optimise=False)
    metadata = session.get_modelmeta().custom_metadata_map
    return {
        "inputs": [_tensor(node) for node in session.get_inputs()[:MAX_TENSORS]],
        "outputs": [_tensor(node) for node in session.get_outputs()[:MAX_TENSORS]],
        "metadata": {
            key[:100]: value
            for key, value in list(metadata.items())[:MAX_METADATA_ENTRIES]
            if len(value) <= MAX_METADATA_CHARS
        },
    }


def serve(command: Mapping[str, Any], answers: IO[bytes]) -> None:
    """Answer requests until stdin ends.

    Every thread takes images all the way, small ones a few at a time, so that reading and preparing
    some goes on beside the model's work on others. See `spread` for how many do.
    """
    request = request_from_json(command)
    share = _share(command)
    provider, _ = chosen(request.provider, onnxruntime.get_available_providers())
    limit_memory(share.processes, reserving=provider != CPU)
    looker = open_looker(request, share.threads)
    if looker.provider != CPU:
        share = share.merged()
    elif provider != CPU:
        limit_memory(share.processes)
    waiting = Waiting(looker.at_once)

    def listen() -> None:
        for line in sys.stdin.buffer:
            waiting.put(json.loads(line.decode()))
        os._exit(0)

    def work() -> None:
        while True:
            items, answered = waiting.take()
            try:
                answered.set_result(encoded(*_answers(looker, items)))
            except BaseException as error:  # noqa: BLE001 - it is raised where answers are written
                answered.set_exception(error)

    for job in (listen, *[work] * share.workers):
        threading.Thread(target=job, daemon=True).start()
    emit(answers, {"ready": True, "provider": looker.provider, "note": looker.note[:1000]})
    while True:
        answers.write(waiting.answers())
        answers.flush()


def _share(command: Mapping[str, Any]) -> Spread:
    """Return what this process is to take of the machine: all of it, unless it is told."""
    if "processes" not in command:
        return alone(available_cores())
    return Spread(command["processes"], command["workers"], command["threads"])


class Waiting:
    """Requests in their order, handed out to threads at most `at_once` together."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._items: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[Future[bytes]] = queue.SimpleQueue()
        self._taking = threading.Lock()

    def put(self, item: Message) -> None:
        """Add a request."""
        self._items.put(item)

    def take(self) -> tuple[list[Message], Future[bytes]]:
        """Wait for a request; return it with more that are there, and where the answers go."""
        answered: Future[bytes] = Future()
        with self._taking:  # so that answers are in the order of the requests
            items = [self._items.get()]
            with suppress(queue.Empty):
                while len(items) < self._at_once:
                    items.append(self._items.get_nowait())
            self._answered.put(answered)
        return items, answered

    def answers(self) -> bytes:
        """Wait for the next answers, in the order of the requests; raise what a thread raised."""
        return self._answered.get().result()


def _answers(looker: Looker, items: Sequence[Message]) -> list[Message]:
    seen = gather(looker, [item["path"] for item in items])
    return [
        {"id": item["id"], "error": found[:1000]}
        if isinstance(found, str)
        else {"id": item["id"], "evidence": evidence_to_json(found)}
        for item, found in zip(items, seen, strict=True)
    ]


def _tensor(node: Any) -> Message:
    return {"name": node.name, "shape": list(node.shape), "dtype": node.type}


if __name__ == "__main__":
    main()
