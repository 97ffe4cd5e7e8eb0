"""What the control group of this process may use: a container sees the whole machine otherwise.

Linux, cgroup v2 (`cpu.max`, `memory.max`) and v1 (`cpu.cfs_quota_us`, `memory.limit_in_bytes`), see
the kernel's `admin-guide/cgroup-v2.rst` and `cgroup-v1/`. A limit holds for all groups below, so
the narrowest on the way to the root counts. Elsewhere there are none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOUNT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")

_NO_LIMIT = 1 << 60  # v1 says "no limit" by a number near 2^63


def cpu_quota(mount: Path = MOUNT, membership: Path = MEMBERSHIP) -> float | None:
    """Return how many cores' worth of time the group gets; None without a limit."""
    quotas = []
    for folder in _folders("cpu", mount, membership):
        period = _numbers(folder / "cpu.max") or [
            *_numbers(folder / "cpu.cfs_quota_us"),
            *_numbers(folder / "cpu.cfs_period_us"),
        ]
        if len(period) == 2 and period[0] > 0 and period[1] > 0:
            quotas.append(period[0] / period[1])
    return min(quotas, default=None)


def memory_limit(mount: Path = MOUNT, membership: Path = MEMBERSHIP) -> int | None:
    """Return how many bytes of memory the group may hold; None without a limit."""
    limits = [
        number
        for folder in _folders("memory", mount, membership)
        for name in ("memory.max", "memory.limit_in_bytes")
        for number in _numbers(folder / name)
        if 0 < number < _NO_LIMIT
    ]
    return min(limits, default=None)


def _folders(controller: str, mount: Path, membership: Path) -> Iterator[Path]:
    """Yield the folders of the groups that a controller counts this process in, innermost first.

    Inside a container the path may be one of the host, which is not there; its root still is.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if names and controller not in names.split(","):
            continue
        root = mount / controller if names else mount
        inner = Path(path.lstrip("/"))
        if ".." in inner.parts:
            inner = Path()
        yield from (root / part for part in (inner, *inner.parents))


def _numbers(file: Path) -> list[int]:
    """Return the whole numbers in a file; none where it is missing or says `max`."""
    try:
        return [int(word) for word in file.read_text().split()]
    except (OSError, ValueError):
        return []
