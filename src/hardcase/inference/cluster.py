"""Where a run is computed when not in a child process of this one: a Ray cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster.

    `address` is what Ray calls it: `auto` for one that runs on this machine, `host:port`,
    `ray://host:port`; None starts one here, of this machine alone, and ends it with the run.
    `ship_images` sends every image's bytes along, instead of those only that a worker does not see.
    """

    address: str | None = None
    ship_images: bool = False
