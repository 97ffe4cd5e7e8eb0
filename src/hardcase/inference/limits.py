"""What the child process may take from the machine."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path

NICENESS = 10

_MIN_ADDRESS_SPACE = 4 << 30


def available_cores() -> int:
    """Return how many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def address_space() -> int:
    """Return the limit on the child's address space in bytes: 3/4 of the machine's memory.

    Address space is more than memory: ONNX Runtime maps model files and reserves arenas, about
    1 GiB before any picture. So the limit never goes below 4 GiB, and it only has to stop a model
    before the machine swaps.
    """
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(_MIN_ADDRESS_SPACE, physical // 4 * 3)


def restrict() -> None:
    """Lower the standing of this process: polite, bounded, no core dumps, first to go."""
    os.nice(NICENESS)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, address_space())
    with suppress(OSError):  # only Linux has it; it is a courtesy to the process with the job
        Path("/proc/self/oom_score_adj").write_text("1000")


def _lower(kind: int, wanted: int) -> None:
    _, hard = resource.getrlimit(kind)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS; the other limits still hold
        resource.setrlimit(kind, (limit, hard))
