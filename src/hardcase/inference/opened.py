"""Open models and encoders, checked against what they are said to be, and what they answer.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference import decoders
from hardcase.inference.features import default_input, embedding
from hardcase.inference.preprocess import place, render, tensor
from hardcase.inference.process.spread import pictures_at_once
from hardcase.inference.providers import CPU
from hardcase.inference.session import Network, infer, network, open_session
from hardcase.inference.signature import MAX_NAME
from hardcase.inference.tap import Tap, open_tapped
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from hardcase.inference.preprocess import Picture
    from hardcase.inference.process.request import EncoderRequest
    from hardcase.inference.profile.schema import Profile


@dataclass(frozen=True, slots=True)
class Model:
    """An open model.

    `tap` is where its embeddings come from, None where it gives none. `outputs` are the names of
    those that its decoder reads, in its order. `at_once` is how many pictures go into one call.
    """

    network: Network
    profile: Profile
    tap: Tap | None
    outputs: tuple[str, ...]
    at_once: int


def open_model(
    path: str, profile: Profile, threads: int, *, tapped: bool = True, provider: str = CPU
) -> Model:
    """Open a model and check what its shapes tell against the profile. Raises ModelError.

    It gives embeddings where `tapped` and where it can. Where it takes any number of pictures, as
    many share a call as `spread` says, unless what it says of one would depend on the others.
    """
    if tapped:
        session, tap = open_tapped(path, profile, threads, provider)
    else:
        session, tap = open_session(path, threads=threads, provider=provider), None
    fed = network(session, profile.input)
    taken = _taken(session.get_outputs(), profile)
    batched = decoders.check_outputs(profile, [node.shape for node in taken])
    if not (batched and profile.decoder.family.batched):
        if fed.batch not in (None, 1):
            raise ModelError(
                f"it takes {fed.batch} pictures at once, and its answers do not tell which is "
                "whose; export it for one picture"
            )
        fed = replace(fed, batch=1)
    if fed.batch is None and _mixes_pictures(path):
        fed = replace(fed, batch=1)
    at_once = fed.batch or pictures_at_once(profile.input, accelerated=provider != CPU)
    return Model(fed, profile, tap, tuple(node.name for node in taken), at_once)


def run(
    model: Model, pictures: Sequence[Picture], *, embed: int = 0
) -> tuple[list[tuple[NDArray[Any], ...]], list[NDArray[np.float32] | None]]:
    """Return the raw outputs of each rendered picture that are read, without their batch axes.

    Beside them, the embeddings of the first `embed` pictures, None of those that have none. Safe to
    call from several threads. Raises ModelError.
    """
    rows: list[tuple[NDArray[Any], ...]] = []
    found: list[NDArray[np.float32] | None] = []
    for start, part in _parts(model, pictures):
        wanted = min(max(embed - start, 0), len(part))
        tap = model.tap if wanted else None
        names = [*model.outputs, *([tap.name] if tap else [])]
        values = infer(model.network, part, names)
        outputs, inner = values[: len(model.outputs)], values[len(model.outputs) :]
        count = model.network.batch or len(part)
        rows.extend(decoders.split(outputs, model.profile, count)[: len(part)])
        if tap and inner[0].shape[:1] == (count,):
            found += [embedding(a, channels_first=tap.channels_first) for a in inner[0][:wanted]]
        else:
            found += [None] * wanted
    return rows, found


def _parts(model: Model, pictures: Sequence[Picture]) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """Yield what goes into each call of a model, and which picture is its first.

    Small pictures are made ready many together, which costs less, also for a model that takes one.
    """
    fed, step = model.network, model.at_once
    together = max(1, pictures_at_once(fed.spec) // step) * step
    for first in range(0, len(pictures), together):
        ready = tensor(pictures[first : first + together], fed.spec, fed.dtype)
        for start in range(0, len(ready), step):
            yield first + start, ready[start : start + step]


def _mixes_pictures(path: str) -> bool:
    """Return whether a model measures the range of all that it is fed to quantise it."""
    with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return data.find(b"DynamicQuantize") >= 0


def _taken(outputs: Sequence[Any], profile: Profile) -> list[Any]:
    """Return the outputs that a profile names, or else the first ones."""
    reads = len(profile.decoder.family.reads)
    if not profile.outputs:
        return list(outputs[:reads])
    by_name = {printable(node.name)[:MAX_NAME]: node for node in outputs}
    missing = [name for name in profile.outputs if name not in by_name]
    if missing:
        raise ModelError(f"it has no output {missing[0]}; correct outputs in the profile")
    return [by_name[name] for name in profile.outputs]


def open_encoder(request: EncoderRequest, threads: int, provider: str = CPU) -> Network:
    """Open an encoder. Raises ModelError, which says that it is the encoder."""
    try:
        session = open_session(request.model, threads=threads, provider=provider)
        inputs = session.get_inputs()
        spec = request.input or default_input(inputs[0].shape if inputs else ())
        return network(session, spec)
    except ModelError as error:
        raise ModelError(f"the encoder cannot be used: {error}") from error


def encode(
    encoder: Network, image: Image.Image, size: tuple[int, int]
) -> NDArray[np.float32] | None:
    """Return the embedding of an image, whose oriented source is of `size`, by an encoder.

    Its first output: (B, C), or maps (B, C, height, width) or tokens (B, tokens, C), averaged.
    None where `features.embedding` gives none. Raises ModelError.
    """
    picture = render(image, encoder.spec, place(encoder.spec, *size))
    shown = tensor([picture], encoder.spec, encoder.dtype)
    try:
        (output,) = infer(encoder, shown, [encoder.output])
    except ModelError as error:
        raise ModelError(f"the encoder cannot be used: {error}") from error
    if output.shape[:1] != (encoder.batch or 1,):
        raise ModelError("the encoder's output has no row per picture; use another one")
    if not 2 <= output.ndim <= 4:
        raise ModelError(f"the encoder's output has {output.ndim} axes; use one that gives vectors")
    return embedding(output[0], channels_first=output.ndim == 4)
