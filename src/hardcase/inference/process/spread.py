"""How a run is spread over the cores of a machine."""

from __future__ import annotations

from dataclasses import dataclass
from glob import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.inference.profile.schema import InputSpec

MAX_PROCESSES = 8
MAX_WORKERS = 8

SMALL_MODEL = 64 << 20
"""Weights in bytes up to which every process may hold a copy."""

BATCH_PIXELS = 1 << 17
"""How many pixels a batch holds on processors: small pictures gain by sharing a call, by half at
64x64; from about 256x256 on they are as fast one by one, and need less memory."""

ACCELERATOR_PIXELS = 1 << 22
"""The same on accelerators, which are fast at nothing else."""

MAX_BATCH = 32


@dataclass(frozen=True, slots=True)
class Spread:
    """`processes` children, in each `workers` threads that take images all the way.

    `threads` is how many each call of the model uses itself. An accelerator is fed by one process.
    """

    processes: int
    workers: int
    threads: int

    def merged(self) -> Spread:
        """Return the same cores for a single process."""
        return alone(self.processes * self.workers * self.threads)


def spread(cores: int, weights: int) -> Spread:
    """Return how to spread a run of a model with so many bytes of weights.

    Images are taken side by side, since threads inside of one call of the model wait for each
    other at every layer. Processes do not share an interpreter, which is what small images and
    models wait for; threads share the weights of a large one.
    """
    if weights > SMALL_MODEL:
        return alone(cores)
    processes = min(cores, MAX_PROCESSES)
    return Spread(processes, max(1, min(cores // processes, MAX_WORKERS)), 1)


def alone(cores: int) -> Spread:
    """Return what a single process makes of the cores."""
    workers = min(cores, MAX_WORKERS)
    return Spread(1, workers, max(1, cores // workers))


def weights_of(model: Path) -> int:
    """Return the size of a model file in bytes, with data files that are named after it."""
    beside = model.parent.glob(f"{escape(model.name)}[._]data*")
    return sum(file.stat().st_size for file in (model, *beside) if file.is_file())


def pictures_at_once(spec: InputSpec, *, accelerated: bool = False) -> int:
    """Return how many pictures of a size share a call of the model that takes any number."""
    width, height = spec.size
    pixels = ACCELERATOR_PIXELS if accelerated else BATCH_PIXELS
    return max(1, min(MAX_BATCH, pixels // (width * height)))
