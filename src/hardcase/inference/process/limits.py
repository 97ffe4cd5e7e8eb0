"""What the child process may take from the machine."""

from __future__ import annotations

import math
import os
import resource
import time
from contextlib import suppress
from pathlib import Path

from hardcase.inference.process.cgroup import cpu_quota, memory_limit

NICENESS = 10

_TRIES, _AGAIN_S = 10, 0.11

_MIN_ADDRESS_SPACE = 4 << 30


def available_cores() -> int:
    """Return how many cores this process may run on, at least 1.

    Those it is bound to, or as many as its control group gets time for, whichever is less.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = cpu_quota()
    return max(1, min(bound or 1, bound or 1 if quota is None else math.ceil(quota)))


def address_space(processes: int = 1) -> int:
    """Return the limit on a child's address space in bytes.

    3/4 of the memory of the machine, or of the control group, shared among `processes` children.
    Address space is more than memory: ONNX Runtime maps model files and reserves arenas, about
    1 GiB before any picture. So the limit never goes below 4 GiB, and it only has to stop a model
    before the machine swaps.
    """
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    memory = min(physical, memory_limit() or physical)
    return max(_MIN_ADDRESS_SPACE, memory // 4 * 3 // processes)


def restrict() -> None:
    """Lower the standing of this process: polite, bounded, no core dumps, first to go."""
    os.nice(NICENESS)
    _lower_group()
    _lower(resource.RLIMIT_CORE, 0)
    limit_memory(1)
    with suppress(OSError):  # only Linux has it; it is a courtesy to the process with the job
        Path("/proc/self/oom_score_adj").write_text("1000")


def limit_memory(processes: int, *, reserving: bool = False) -> None:
    """Bound the memory of this process, one of so many children, see `address_space`.

    Runtimes of accelerators reserve more addresses than any machine has memory; those that are
    `reserving` are bound in what they can write to (Linux 4.7 and later).
    """
    limit = address_space(processes)
    _lower(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS)[1] if reserving else limit)
    if reserving:
        _lower(resource.RLIMIT_DATA, limit)


def _lower_group() -> None:
    """Lower the standing of this session of processes, where the scheduler shares among sessions.

    Linux with autogroups, see sched(7): niceness counts only inside of a session then, and every
    child, which leads a session of its own, got as much of the processors as the whole app.
    """
    if os.getsid(0) != os.getpid():
        return  # others are in it
    for _ in range(_TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(NICENESS))
        except BlockingIOError:  # the kernel takes one a tenth of a second, of all processes
            time.sleep(_AGAIN_S)
        except OSError:
            return  # there are no autogroups
        else:
            return


def _lower(kind: int, wanted: int) -> None:
    _, hard = resource.getrlimit(kind)
    limit = wanted if resource.RLIM_INFINITY in (hard, wanted) else min(wanted, hard)
    with suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS; the other limits still hold
        resource.setrlimit(kind, (limit, hard))
