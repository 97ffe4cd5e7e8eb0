"""What a model is, told by its metadata, names, shapes and what it answers to a few pictures.

Signs are asked in this order, and the first that tells decides: metadata, files of other tools
beside the model, names of inputs and outputs, shapes with the number of classes, values of a probe
run. What nothing decides is refused in one line that says what the model seems to be.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Decoder
from hardcase.inference.profile.schema import Profile
from hardcase.inference.recognition.alternatives import alternatives
from hardcase.inference.recognition.answer import Certainty, Probe, Reading, Recognition, Sign
from hardcase.inference.recognition.by_metadata import by_labeling_file, by_metadata
from hardcase.inference.recognition.by_names import by_names
from hardcase.inference.recognition.by_shapes import by_shapes
from hardcase.inference.recognition.companions import Companions
from hardcase.inference.recognition.feeding import feed
from hardcase.inference.recognition.naming import name_classes
from hardcase.inference.recognition.refusals import refusal
from hardcase.inference.recognition.sight import Sight, picture_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.inference.recognition.sight import Picture
    from hardcase.inference.signature import Signature

__all__ = ["Certainty", "Companions", "Probe", "Recognition", "Sign", "recognise"]


_SCORES = ("conf_threshold", "confidence_threshold")
_IOUS = ("iou_threshold", "nms_threshold")
"""What X-AnyLabeling calls them."""

_WIDEST = 1300
"""Longer rows are no boxes and scores: detectors of 1,203 classes, those of LVIS, have the most."""


def recognise(
    signature: Signature,
    sidecar: str,
    *,
    companions: Companions | None = None,
    probe: Probe | None = None,
) -> Recognition:
    """Return what a model is taken for, and how it is used.

    `companions` are the files beside it; `probe` runs it, and without it collisions of families
    are decided by what is more common. Raises ModelError with what the model seems to be and what
    to do; `sidecar` is the name of the profile file that would be found beside it.
    """
    sight = Sight(signature, picture_of(signature), companions or Companions(), probe)
    problem = refusal(sight)
    if problem is not None or sight.picture is None:
        raise ModelError(problem or "it takes no picture; use another model")
    try:
        for sign, told_by in _SIGNS:
            readings = told_by(sight)
            if readings:
                signs = (sign, Sign.PROBE) if sight.was_probed else (sign,)
                found = _answer(sight, readings[0], sight.picture)
                return replace(found, signs=signs, others=_others(sight, readings[0]))
    except ValueError as error:
        raise ModelError(f"{error}; {_how_to_write(sight, sidecar)}") from error
    raise ModelError(_unknown(sight, sidecar))


def _told(sight: Sight) -> list[Reading]:
    """Return what a file of another tool tells, completed by what can be seen."""
    told = by_labeling_file(sight)
    if not told:
        return []
    seen = by_names(sight) or by_shapes(sight)
    return [
        replace(reading, why=told[0].why, certainty=told[0].certainty)
        for reading in seen
        if reading.decoder is told[0].decoder
    ] or told


_SIGNS: tuple[tuple[Sign, Callable[[Sight], list[Reading]]], ...] = (
    (Sign.METADATA, by_metadata),
    (Sign.FILE, _told),
    (Sign.NAMES, by_names),
    (Sign.SHAPES, by_shapes),
)


def _others(sight: Sight, reading: Reading) -> tuple[Profile, ...]:
    """Return profiles for what the model might be instead, where names and numbers allow it."""
    found = []
    for other in alternatives(sight, reading):
        if sight.picture is not None:
            with suppress(ValueError):
                found.append(_answer(sight, other, sight.picture).profile)
    return tuple(found)


def _answer(sight: Sight, reading: Reading, picture: Picture) -> Recognition:
    family = reading.decoder.family
    naming = name_classes(sight, reading)
    fed = feed(sight, reading, picture)
    labeling = sight.companions.labeling
    profile = Profile(
        reading.decoder.task,
        reading.decoder,
        fed.spec,
        naming.labels,
        score_threshold=_share(labeling, _SCORES, 0.3),
        iou_threshold=family.iou_threshold if family.suppressed else _share(labeling, _IOUS, 0.5),
        activation=reading.activation or family.activations[0],
        outputs=_outputs(sight, reading),
        first_class=family.first_class,
    )
    certainty = reading.certainty
    if naming.guessed and certainty is Certainty.SURE:
        certainty = Certainty.LIKELY
    if fed.guessed:
        certainty = Certainty.GUESS
    why = f"{reading.decoder.family.title}: {reading.why}"
    problem = (sight.problem,) if sight.problem else ()
    return Recognition(
        profile,
        certainty,
        (why, *problem, *fed.said, *naming.remarks),
        naming.source,
        fixed_pixels=picture.bytes_,
        free_layout=picture.free_layout,
    )


def _outputs(sight: Sight, reading: Reading) -> tuple[str, ...]:
    """Return the names of the outputs that are read, unless they are the first ones anyway."""
    declared = tuple(tensor.name for tensor in sight.signature.outputs)
    return () if declared[: len(reading.outputs)] == reading.outputs else reading.outputs


def _share(data: object, keys: tuple[str, ...], default: float) -> float:
    values = (data.get(key) for key in keys) if isinstance(data, dict) else ()
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
    return default


def _unknown(sight: Sight, sidecar: str) -> str:
    shown = ", ".join(f"{t.name} {t.text}" for t in sight.signature.outputs[:4])
    write = _how_to_write(sight, sidecar)
    if sight.problem:
        write = f"{sight.problem}; {write}"
    widths = [output.axes[1] for output in sight.outputs() if output.rank == 2]
    if any(width is not None and width > _WIDEST for width in widths):
        return f"it seems to read text or to give features (output {shown}); {write}"
    if widths:
        return f"it seems to be a detector (output {shown}), but nothing says which; {write}"
    return f"nothing here reads its output ({shown}); {write}"


def _how_to_write(sight: Sight, sidecar: str) -> str:
    size = sight.size
    sides = f"[{size[0]}, {size[1]}]" if size else "[width, height]"
    decoders = " | ".join(Decoder)
    return (
        f"write {sidecar} beside it with decoder: {decoders}, input: {{size: {sides}}} and labels"
    )
