"""Opening a model with one more output: the tensor that serves as embedding.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.features import Layer, coarsest, layers
from hardcase.inference.graph import read_graph, with_outputs
from hardcase.inference.providers import CPU
from hardcase.inference.session import open_session
from hardcase.model.job import Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardcase.inference.profile.schema import Profile

MAX_BYTES = 1 << 29
"""Larger files are run as they are: to add an output, the file is held in memory for a moment."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A tensor inside a model: its name, and whether its channels come first or last."""

    name: str
    channels_first: bool


def open_tapped(
    path: str, profile: Profile, threads: int, provider: str = CPU
) -> tuple[Any, Tap | None]:
    """Open a model, with the tensor that serves as embedding among its outputs where it has one.

    A model whose file cannot be read that way runs without: large ones, ones whose graph says
    nothing of layers, ones that the runtime does not take with another output. Raises ModelError.
    """
    try:
        session, tap = _tapped(path, profile, threads, provider)
    except (ModelError, ValueError, OSError, MemoryError):
        # whatever is wrong with the model itself, opening it as it is tells better
        return open_session(path, threads=threads, provider=provider), None
    return session, tap


def _tapped(path: str, profile: Profile, threads: int, provider: str) -> tuple[Any, Tap]:
    file = Path(path)
    if file.stat().st_size > MAX_BYTES:
        raise ValueError("a file too large to edit")
    data, folder = file.read_bytes(), str(file.parent)
    graph = read_graph(data)
    found = layers(graph, profile.task)
    if profile.task is Task.DETECTION:
        chosen = _coarsest(data, folder, found, graph.outputs, profile)
    else:
        chosen = next(iter(found), None)
    if chosen is None:
        raise ValueError("no layer to look into")
    new = {chosen.taken} - set(graph.outputs)
    edited = with_outputs(data, new)
    session = open_session(edited, threads=threads, folder=folder, provider=provider)
    return session, Tap(chosen.taken, chosen.channels_first)


def _coarsest(
    data: bytes, folder: str, found: Sequence[Layer], outputs: Sequence[str], profile: Profile
) -> Layer | None:
    """Ask the runtime for the shapes of what all layers take and give, and choose among them."""
    asked = dict.fromkeys(name for layer in found for name in (layer.taken, layer.given))
    probe = with_outputs(data, [name for name in asked if name not in outputs])
    sizes: Mapping[str, int] = {}
    for _ in range(2):
        session = open_session(probe, optimise=False, folder=folder, sizes=sizes)
        shapes = {node.name: node.shape for node in session.get_outputs()}
        chosen = coarsest(found, shapes, len(profile.labels))
        if chosen is not None:
            return chosen
        # where height and width are free, no map has a shape until they are told
        axes = session.get_inputs()[0].shape
        known = (1, *profile.input.shape)
        sizes = {a: n for a, n in zip(axes, known, strict=False) if isinstance(a, str)}
    return None
