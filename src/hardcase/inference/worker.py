"""The child process: `python -m hardcase.inference.worker`. Speaks JSON lines on stdin and stdout.

The first line says what to do. `describe` answers with the model's signature, `probe` with what its
outputs look like for a few pictures, see `recognition.values`. `run` answers
`{"ready": true}` and then every `{"id", "path"}` in the order it came, with `{"id", "evidence"}` or
`{"id", "error"}`. `{"fatal"}` is the last line when the model itself fails. The end of stdin means
that nobody listens any more: the process leaves at once.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any

from hardcase.errors import ImageError, ModelError
from hardcase.inference.child import DESCRIBE, PROBE
from hardcase.inference.evidence import Looker, gather, open_looker
from hardcase.inference.limits import available_cores, restrict
from hardcase.inference.probing import probe
from hardcase.inference.request import evidence_to_json, request_from_json
from hardcase.inference.session import open_session
from hardcase.inference.signature import MAX_METADATA_CHARS, MAX_METADATA_ENTRIES, MAX_TENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_WORKERS = 8

Message = dict[str, Any]


def main() -> None:
    """Serve one command."""
    restrict()
    answers = _claim_stdout()
    first = sys.stdin.buffer.readline()
    if not first:
        return
    command = json.loads(first)
    try:
        if command["command"] == DESCRIBE:
            _emit(answers, describe(command["model"]))
        elif command["command"] == PROBE:
            _emit(answers, {"values": probe(command)})
        else:
            serve(command, answers)
    except ModelError as error:
        _emit(answers, {"fatal": str(error)[:2000]})
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

    Every thread takes an image all the way, so that reading and preparing some images goes on
    beside the model's work on others. With a thread a core, the session itself needs only one; on
    machines of more cores than MAX_WORKERS the rest go to the session.
    """
    request = request_from_json(command)
    cores = available_cores()
    workers = min(cores, MAX_WORKERS)
    looker = open_looker(request, max(1, cores // workers))
    pending: queue.Queue[Future[Message]] = queue.Queue()
    pool = ThreadPoolExecutor(workers)

    def listen() -> None:
        for line in sys.stdin.buffer:
            pending.put(pool.submit(_answer, looker, line))
        os._exit(0)

    threading.Thread(target=listen, name="listen", daemon=True).start()
    _emit(answers, {"ready": True})
    while True:
        _emit(answers, pending.get().result())


def _answer(looker: Looker, line: bytes) -> Message:
    item = json.loads(line)
    try:
        evidence = gather(looker, item["path"])
    except (ImageError, ValueError) as error:
        return {"id": item["id"], "error": str(error)[:1000]}
    return {"id": item["id"], "evidence": evidence_to_json(evidence)}


def _claim_stdout() -> IO[bytes]:
    """Return stdout for answers alone; what the runtime prints there goes to stderr instead."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _emit(answers: IO[bytes], message: Message) -> None:
    answers.write(json.dumps(message, allow_nan=False).encode() + b"\n")
    answers.flush()


def _tensor(node: Any) -> Message:
    return {"name": node.name, "shape": list(node.shape), "dtype": node.type}


if __name__ == "__main__":
    main()
