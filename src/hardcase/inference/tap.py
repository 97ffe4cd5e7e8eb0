"""Opening a model with one more output: the tensor that serves as embedding.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.features import candidates, deepest
from hardcase.inference.graph import Graph, read_graph, with_outputs
from hardcase.inference.session import open_session
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardcase.inference.schema import InputSpec

MAX_BYTES = 1 << 29
"""Larger files are run as they are: to add an output, the file is held in memory for a moment."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A tensor inside a model: its name, and whether its channels come first or last."""

    name: str
    channels_first: bool


def open_tapped(path: str, task: Task, spec: InputSpec, threads: int) -> tuple[Any, Tap | None]:
    """Open a model, with the tensor that serves as embedding among its outputs where it has one.

    A model whose file cannot be read that way runs without: large ones, ones whose graph says
    nothing of layers, ones that the runtime does not take with another output. Raises ModelError.
    """
    try:
        session, tap = _tapped(path, task, spec, threads)
    except (ModelError, ValueError, OSError, MemoryError):
        # whatever is wrong with the model itself, opening it as it is tells better
        return open_session(path, threads=threads), None
    return session, tap


def _tapped(path: str, task: Task, spec: InputSpec, threads: int) -> tuple[Any, Tap]:
    file = Path(path)
    if file.stat().st_size > MAX_BYTES:
        raise ValueError("a file too large to edit")
    data, folder = file.read_bytes(), str(file.parent)
    graph = read_graph(data)
    channels_first = candidates(graph, task)
    names = list(channels_first)
    if task is Task.DETECTION:
        names = _deepest(data, folder, graph, names, spec)
    if not names:
        raise ValueError("no tensor to take")
    new = [name for name in names if name not in graph.outputs]
    session = open_session(with_outputs(data, new), threads=threads, folder=folder)
    return session, Tap(names[0], channels_first[names[0]])


def _deepest(
    data: bytes, folder: str, graph: Graph, names: Sequence[str], spec: InputSpec
) -> list[str]:
    """Ask the runtime for the shapes of all candidates, and return the name of the deepest."""
    probe = with_outputs(data, [name for name in names if name not in graph.outputs])
    sizes: Mapping[str, int] = {}
    for _ in range(2):
        session = open_session(probe, optimise=False, folder=folder, sizes=sizes)
        shapes = {node.name: node.shape for node in session.get_outputs()}
        best = deepest({name: shapes[name] for name in names})
        if best is not None:
            return [best]
        # where height and width are free, no map has a shape until they are told
        axes = session.get_inputs()[0].shape
        known = (1, *spec.shape)
        sizes = {a: n for a, n in zip(axes, known, strict=False) if isinstance(a, str)}
    return []
