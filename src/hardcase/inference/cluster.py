"""Where a run is computed: in child processes of this one or on a Ray cluster, and on what."""

from __future__ import annotations

from dataclasses import dataclass

from hardcase.inference.providers import AUTO


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster.

    `address` is what Ray calls it: `auto` for one that runs on this machine, `host:port`,
    `ray://host:port`; None starts one here, of this machine alone, and ends it with the run.
    `ship_images` sends every image's bytes along, instead of those only that a worker does not see.
    """

    address: str | None = None
    ship_images: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """What computes a run: a cluster, or this machine without one.

    `provider` is what computes it there, on each machine of a cluster: one of `providers.CHOICES`.
    """

    cluster: Cluster | None = None
    provider: str = AUTO


HERE = Where()
"""This machine, on an accelerator if it has one."""
