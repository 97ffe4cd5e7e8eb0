"""A probe run: what a model's outputs look like for a few pictures. Only the child imports this."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from hardcase.errors import ImageError
from hardcase.imaging.open import decode
from hardcase.inference.preprocess import place, render, tensor
from hardcase.inference.process.limits import available_cores
from hardcase.inference.profile.schema import InputSpec, input_from_json
from hardcase.inference.recognition.values import measure
from hardcase.inference.session import infer, network, open_session
from hardcase.inference.signature import MAX_TENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardcase.inference.preprocess import Picture

MAX_PICTURES = 8
_NUMBERS = ("tensor(float", "tensor(double", "tensor(int", "tensor(uint")
_SEED = 5


def probe(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of every output by its name: `model` run on `pictures` fed as `input` says.

    Pictures are paths; those that cannot be read are left out, and without any, drawn ones are
    shown. Raises ModelError.
    """
    spec = input_from_json(command["input"], "input")
    session = open_session(command["model"], threads=available_cores())
    fed = network(session, spec)
    batch = fed.batch or 1
    fed = replace(fed, batch=batch)
    nodes = [node for node in session.get_outputs() if node.type.startswith(_NUMBERS)]
    names = [node.name for node in nodes[:MAX_TENSORS]]
    answers: dict[str, list[Any]] = {name: [] for name in names}
    for picture in _pictures(command["pictures"], spec):
        for name, value in zip(
            names, infer(fed, tensor([picture], fed.spec, fed.dtype), names), strict=True
        ):
            alone = value[:1] if batch > 1 and value.shape[:1] == (batch,) else value
            answers[name].append(alone)
    return {name: measure(values) for name, values in answers.items()}


def _pictures(paths: Sequence[str], spec: InputSpec) -> list[Picture]:
    shown: list[Picture] = []
    for path in paths[:MAX_PICTURES]:
        try:
            decoded = decode(Path(path), max_size=(2 * spec.size[0], 2 * spec.size[1]))
        except ImageError:
            continue
        placement = place(spec, decoded.width, decoded.height)
        shown.append(render(decoded.image, spec, placement))
    return shown or [_blobs(spec.size), _noise(spec.size)]


def _blobs(size: tuple[int, int]) -> Image.Image:
    """Draw shapes of many colours on a slope of grey: something for a detector to see."""
    width, height = size
    slope = np.linspace(60, 200, width, dtype=np.uint8)
    image = Image.fromarray(np.broadcast_to(slope[None, :, None], (height, width, 3)).copy())
    draw = ImageDraw.Draw(image)
    random = np.random.default_rng(_SEED)
    for _ in range(12):
        x, y = random.uniform(0, 0.8, 2) * size
        w, h = random.uniform(0.05, 0.4, 2) * size
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        figure = draw.ellipse if random.random() < 0.5 else draw.rectangle
        figure((x, y, x + w, y + h), fill=colour)
    return image


def _noise(size: tuple[int, int]) -> Image.Image:
    width, height = size
    random = np.random.default_rng(_SEED)
    coarse = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
