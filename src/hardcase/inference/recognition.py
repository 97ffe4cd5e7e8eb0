"""What a model is, told from its metadata and the shapes of its inputs and outputs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.inference.decoders import yolox_cells
from hardcase.inference.schema import MAX_LABELS, MAX_SIDE, Color, Decoder, Fit, InputSpec, Profile
from hardcase.inference.signature import MAX_METADATA_CHARS, short
from hardcase.model.job import Task
from hardcase.model.text import clean_label

if TYPE_CHECKING:
    from hardcase.inference.signature import Signature, TensorInfo

_PICTURE_CHANNELS = 3


def recognise(signature: Signature, sidecar: str) -> Profile:
    """Return the profile of a model that says enough of itself.

    Known are Ultralytics exports by their metadata (`task`, `names`, `imgsz`) and undecoded YOLOX
    by its shapes. For any other, raises ModelError with what the model seems to be and what to do;
    `sidecar` is the name of the profile file that would be found beside it.
    """
    if len(signature.inputs) != 1 or not signature.outputs:
        raise ModelError(_guess(signature, sidecar))
    try:
        if "names" in signature.metadata and "task" in signature.metadata:
            return _ultralytics(signature)
        profile = _yolox(signature)
    except ValueError as error:
        raise ModelError(f"{error}; {_how_to_write(signature, sidecar)}") from error
    if profile is None:
        raise ModelError(_guess(signature, sidecar))
    return profile


def _guess(signature: Signature, sidecar: str) -> str:
    """Say what a model with these shapes seems to be, and what to do about it."""
    outputs = signature.outputs
    shown = ", ".join(f"{t.name} {t.text}" for t in outputs[:4])
    if len(signature.inputs) != 1 or not outputs:
        return (
            f"it has {len(signature.inputs)} inputs and {len(outputs)} outputs, and only models "
            "with one input can be used; export it without the others"
        )
    first = outputs[0].shape
    if len(first) == 4 and all(isinstance(axis, int) and axis > 1 for axis in first[2:]):
        return (
            f"it seems to be a segmentation model (output {shown}), and images are labeled whole "
            "or with boxes here; use a classification or detection model"
        )
    write = _how_to_write(signature, sidecar)
    if len(outputs) == 1 and len(first) == 2 and isinstance(first[1], int):
        return (
            f"it seems to be a classifier of {first[1]} classes, but does not say their names or "
            f"how to scale pixels; {write}"
        )
    if len(outputs) == 1 and len(first) == 3:
        return f"it seems to be a detector (output {shown}), but does not say which; {write}"
    return (
        f"nothing here decodes its output ({shown}); use a classifier, "
        "or a detector exported by Ultralytics or YOLOX"
    )


def _how_to_write(signature: Signature, sidecar: str) -> str:
    size = picture_size(signature.inputs[0]) if signature.inputs else None
    sides = f"[{size[0]}, {size[1]}]" if size else "[width, height]"
    decoders = " | ".join(Decoder)
    return (
        f"write {sidecar} beside it with decoder: {decoders}, input: {{size: {sides}}} and labels"
    )


def picture_size(tensor: TensorInfo) -> tuple[int, int] | None:
    """Return the (width, height) that a (B, 3, H, W) input demands, None where it is free."""
    if len(tensor.shape) == 4 and tensor.shape[1] == _PICTURE_CHANNELS:
        height, width = tensor.shape[2:]
        if isinstance(width, int) and isinstance(height, int):
            return width, height
    return None


def _ultralytics(signature: Signature) -> Profile:
    metadata, output = signature.metadata, signature.outputs[0]
    names = _names(metadata["names"])
    size = picture_size(signature.inputs[0]) or _imgsz(metadata.get("imgsz", ""))
    task = metadata["task"]
    if task == "classify":
        # An Ultralytics classifier ends in a softmax; a second one would flatten the confidence.
        spec = InputSpec(size, fit=Fit.CENTER_CROP)
        return Profile(Task.CLASSIFICATION, Decoder.CLASSIFIER, spec, names)
    if task != "detect":
        raise ModelError(
            f"it is an Ultralytics model for the task {short(task)!r}, "
            "and only detect and classify are known here"
        )
    axis = output.shape[1] if len(output.shape) == 3 else None
    if not (axis == 4 + len(names) or isinstance(axis, str)):
        raise ModelError(
            f"it is an Ultralytics detector of {len(names)} classes with an output of {output.text}"
            f" where 1x{4 + len(names)}xN is known; export it with nms=False, end2end=False"
        )
    return Profile(Task.DETECTION, Decoder.ULTRALYTICS, InputSpec(size), names)


def _yolox(signature: Signature) -> Profile | None:
    size, output = picture_size(signature.inputs[0]), signature.outputs[0]
    if size is None or len(signature.outputs) != 1 or len(output.shape) != 3:
        return None
    cells, channels = output.shape[1:]
    if cells != yolox_cells(size) or not isinstance(channels, int) or channels < 6:
        return None
    spec = InputSpec(size, color=Color.BGR, scale=1.0, fit=Fit.LETTERBOX_TOP_LEFT)
    names = signature.metadata.get("names")
    labels = _names(names) if names else tuple(f"class_{i}" for i in range(channels - 5))
    if len(labels) != channels - 5:
        raise ValueError(f"it names {len(labels)} classes, but answers for {channels - 5}")
    return Profile(Task.DETECTION, Decoder.YOLOX, spec, labels)


def _names(text: str) -> tuple[str, ...]:
    """Parse class names: a Python literal, `{0: 'apple', 1: 'orange'}` or a list of strings."""
    value = _literal(text, "names")
    if isinstance(value, dict):
        if set(value) != set(range(len(value))):
            raise ValueError("its metadata names must count classes from 0 without gaps")
        value = [value[index] for index in range(len(value))]
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_LABELS:
        raise ValueError(f"its metadata names must list 1 to {MAX_LABELS} classes")
    if not all(isinstance(name, str | int) for name in value):
        raise ValueError("its metadata names must be strings")
    try:
        return tuple(clean_label(str(name)) for name in value)
    except ValueError as error:
        raise ValueError(f"its metadata names: {error}") from error


def _imgsz(text: str) -> tuple[int, int]:
    """Parse Ultralytics' image size: one side or [height, width]; returns (width, height)."""
    value = _literal(text, "imgsz")
    sides = value if isinstance(value, list | tuple) else (value, value)
    match tuple(sides):
        case (int(height), int(width)) if 0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE:
            return width, height
    raise ValueError("its metadata imgsz must be [height, width] in pixels")


def _literal(text: str, key: str) -> object:
    if len(text) > MAX_METADATA_CHARS:
        raise ValueError(f"its metadata {key} is longer than {MAX_METADATA_CHARS} characters")
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(f"its metadata {key} is not a plain Python literal") from error
