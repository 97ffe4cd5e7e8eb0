"""How a child process says something to its parent: a line of JSON on what was its stdout."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

Message = dict[str, Any]


_line = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def claim_stdout() -> IO[bytes]:
    """Return stdout for answers alone; what libraries print there goes to stderr instead."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def encoded(*messages: Message) -> bytes:
    """Return messages as lines."""
    return "".join(_line(message) + "\n" for message in messages).encode()


def emit(answers: IO[bytes], *messages: Message) -> None:
    """Say something."""
    answers.write(encoded(*messages))
    answers.flush()
