"""Being connected to a Ray cluster: the one place that starts and ends Ray."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = "local"
"""What Ray calls a cluster that it starts here and that ends with the connection."""
_PATIENCE = 10.0
"""Seconds to reach an address. Ray itself would try for minutes, and may end the whole process."""


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Yield the `ray` module, connected to a cluster.

    `address` is as in `Cluster`; without one, that of the variable RAY_ADDRESS, else a cluster is
    started here. Raises ModelError if there is no such cluster.
    """
    # Ray reads this when it is imported. Nothing is reported to anybody.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray  # noqa: PLC0415 - an extra, and slow to import

    address = address or os.environ.get("RAY_ADDRESS") or _HERE
    _reach(address)
    try:
        ray.init(
            address=address,
            include_dashboard=False if address == _HERE else None,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
        )
    except (ConnectionError, OSError, RuntimeError, ValueError, TimeoutError) as error:
        reason = printable(next(iter(str(error).splitlines()), type(error).__name__))[:200]
        if isinstance(error, ConnectionError):
            reason += "; one that asks for a token needs RAY_AUTH_MODE=token"
        raise ModelError(f"no Ray cluster at {printable(address)}: {reason}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Raise ModelError if nobody listens at an address of the form host:port."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not (colon and port.isdigit()):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ModelError(
            f"no Ray cluster at {printable(address)}: {reason}; see: ray status, ray start --head"
        ) from error
