"""What a model seems to be that can be used for neither task, in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardcase.inference.signature import short

if TYPE_CHECKING:
    from hardcase.inference.recognition.sight import Output, Sight

_USE = "use a classification or detection model"
_WHOLE = "and images are labeled whole or with boxes here; " + _USE
_EMBEDDINGS = ("embed", "feature", "pooler", "last_hidden_state", "descriptor")
_TEXT = ("input_ids", "attention_mask", "token_type_ids", "decoder_input_ids")
_MASKS = ("mask", "proto", "segm")
_POSES = re.compile(r"keypoint|kpt|heatmap|(?<!trans)pose|landmark")
_LEVELS = 3
"""From so many feature maps on, tables of different lengths are one of each."""
_LIKE_DETECTION = ("boxes", "bbox", "dets")


def refusal(sight: Sight) -> str | None:
    """Return why a model is of no use here, or None if it may be of some."""
    outputs = sight.outputs()
    shown = ", ".join(f"{t.name} {t.text}" for t in sight.signature.outputs[:4])
    task = sight.metadata.get("task")
    if task and "names" in sight.metadata and task not in ("detect", "classify"):
        return (
            f"it is an Ultralytics model for the task {short(task)!r}, "
            f"and only detect and classify can be used here; {_USE}"
        )
    if not outputs:
        return "it has no outputs; use another model"
    if sight.picture is None:
        return _no_picture(sight)
    names = [output.name.lower() for output in outputs]
    if any(word in name for name in names for word in _MASKS) or _is_masks(outputs):
        return f"it seems to be a segmentation model (output {shown}), {_WHOLE}"
    if any(map(_POSES.search, names)):
        return f"it seems to be a model of poses or landmarks (output {shown}), {_WHOLE}"
    if any(word in name for name in names for word in _EMBEDDINGS) and not any(
        word in name for name in names for word in (*_LIKE_DETECTION, "logits", "scores")
    ):
        return (
            f"it seems to give embeddings (output {shown}) and knows no classes; {_USE}, "
            "or use it as an encoder"
        )
    if _is_raw_heads(outputs):
        return (
            f"it seems to be a detector whose heads were exported raw (output {shown}); export it "
            "with its boxes decoded, for YOLOv5 and v7 with --grid"
        )
    return None


def _no_picture(sight: Sight) -> str:
    names = sight.inputs
    shown = ", ".join(f"{t.name} {t.text}" for t in sight.signature.inputs[:4]) or "none"
    if any(word in name for name in names for word in _TEXT):
        return f"it seems to be a model of text (input {shown}); {_USE}"
    if any("box" in name for name in names) and any("score" in name for name in names):
        return (
            f"it seems to be the NMS part of a detector alone (input {shown}), which takes no "
            "picture; use the detector itself"
        )
    if any(len(tensor.shape) == 4 for tensor in sight.signature.inputs):
        return f"it takes pictures of other than 3 channels (input {shown}); use one for colour"
    return f"it takes no picture (input {shown}); {_USE}"


def _is_masks(outputs: list[Output]) -> bool:
    """Tell maps alone, or maps of prototypes beside candidates as Ultralytics' -seg has them."""
    maps = [output for output in outputs if output.rank == 3 and _large(output, 1)]
    if len(outputs) == 1:
        return bool(maps) and outputs[0].rank == 3
    return len(maps) == 1 and outputs[0].rank == 2 and maps[0].axes[0] in (16, 32, 64)


def _is_raw_heads(outputs: list[Output]) -> bool:
    """Tell several maps, or several tables of which each has the cells of another stride."""
    maps = [output for output in outputs if output.rank in (3, 4) and _large(output, -2)]
    tables = {output.axes[0] for output in outputs if output.rank == 2}
    levels = len(tables - {None}) >= _LEVELS and all(output.rank == 2 for output in outputs)
    return levels or (len(maps) >= 2 and len(maps) >= len(outputs) - 1)


def _large(output: Output, start: int) -> bool:
    tail = output.axes[start:]
    return all(axis is None or axis > 1 for axis in tail)
