"""From the outputs of a model to candidate boxes or probabilities: one function a family.

Boxes come out as x1 y1 x2 y2 in pixels of the model's input; `preprocess.Placement` takes them back
to the source image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.decoders import anchors, detr, grid, nanodet, selected, yolo, yolox
from hardcase.inference.decoders.candidates import MAX_CANDIDATES, Candidates
from hardcase.inference.decoders.classifier import classifier
from hardcase.inference.decoders.shapes import has_batch_axis, per_picture, shown
from hardcase.inference.profile.families import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from hardcase.inference.decoders.shapes import Shape
    from hardcase.inference.profile.schema import Profile

__all__ = [
    "MAX_CANDIDATES",
    "Candidates",
    "check_outputs",
    "classifier",
    "decode",
    "grid",
    "probabilities",
    "shapes",
    "split",
    "yolox",
]

Outputs = tuple["NDArray[Any]", ...]


class _Reader(NamedTuple):
    """How the outputs of one picture become candidates, and which shapes they have."""

    decode: Callable[[Outputs, Profile, float], Candidates]
    shapes: Callable[[Profile], tuple[Shape, ...]]


_READERS: dict[Decoder, _Reader] = {
    Decoder.ULTRALYTICS: _Reader(yolo.columns, yolo.column_shapes),
    Decoder.ULTRALYTICS_ROWS: _Reader(yolo.plain_rows, yolo.plain_row_shapes),
    Decoder.YOLOV5: _Reader(yolo.rows, yolo.row_shapes),
    Decoder.YOLOX: _Reader(yolox.decode, yolox.shapes),
    Decoder.YOLOX_DECODED: _Reader(yolo.rows, yolo.row_shapes),
    Decoder.NANODET: _Reader(nanodet.decode, nanodet.shapes),
    Decoder.RTDETR: _Reader(detr.rtdetr, detr.rtdetr_shapes),
    Decoder.RTDETR_TOP: _Reader(detr.rtdetr_top, lambda _: selected.rows(6)),
    Decoder.RFDETR: _Reader(detr.boxes_and_logits, detr.boxes_and_logits_shapes),
    Decoder.DETR: _Reader(detr.logits_and_boxes, detr.logits_and_boxes_shapes),
    Decoder.END2END: _Reader(selected.end2end, lambda _: selected.rows(6)),
    Decoder.PADDLE: _Reader(selected.paddle, lambda _: selected.rows(6)),
    Decoder.YOLO_NAS_FLAT: _Reader(selected.flat_score_class, lambda _: selected.rows(7)),
    Decoder.YOLOV7_FLAT: _Reader(selected.flat_class_score, lambda _: selected.rows(7)),
    Decoder.DFINE: _Reader(selected.labels_boxes_scores, lambda _: selected.LABELS_BOXES_SCORES),
    Decoder.TORCHVISION: _Reader(
        selected.boxes_labels_scores, lambda _: selected.BOXES_LABELS_SCORES
    ),
    Decoder.SSD: _Reader(selected.ssd, lambda _: selected.BOXES_LABELS_SCORES),
    Decoder.MMDEPLOY: _Reader(selected.mmdeploy, lambda _: selected.MMDEPLOY),
    Decoder.NMS_LISTS: _Reader(selected.counted, lambda _: selected.COUNTED),
    Decoder.TENSORFLOW: _Reader(selected.tensorflow, lambda _: selected.COUNTED),
    Decoder.YOLO_NAS: _Reader(anchors.pixels, anchors.shapes),
    Decoder.SSD_SCORES: _Reader(anchors.relative, anchors.shapes),
}


def decode(outputs: Outputs, profile: Profile, floor: float) -> Candidates:
    """Return the candidates that score at least `floor` of one picture's outputs, from `split`.

    Raises ModelError where the profile cannot be right, ValueError for an answer without sense.
    """
    return _READERS[profile.decoder].decode(outputs, profile, floor)


def probabilities(outputs: Sequence[Outputs], profile: Profile) -> list[NDArray[np.float32] | None]:
    """Return the (classes,) probabilities in each picture's outputs, see `classifier`."""
    return classifier(np.stack([output for output, *_ in outputs]), profile.activation)


def shapes(profile: Profile) -> tuple[Shape, ...]:
    """Return the shapes of one picture's outputs, in the order in which they are read."""
    if profile.decoder is Decoder.CLASSIFIER:
        return ((len(profile.labels),),)
    return _READERS[profile.decoder].shapes(profile)


def check_outputs(profile: Profile, declared: Sequence[Sequence[int | str | None]]) -> bool:
    """Return whether all outputs of these axes have one for the batch.

    Axes without a number are free and fit anything. Raises ModelError unless the outputs fit the
    profile.
    """
    wanted = shapes(profile)
    if len(declared) < len(wanted):
        raise ModelError(
            f"it has {len(declared)} outputs, but decoder {profile.decoder} reads "
            f"{len(wanted)}: {', '.join(profile.decoder.family.reads)}; correct decoder or outputs "
            "in the profile"
        )
    pairs = list(zip(declared, wanted, strict=False))
    batched = [has_batch_axis(axes, shape) for axes, shape in pairs]
    if None in batched:
        axes, shape = pairs[batched.index(None)]
        raise _misfit(profile, axes, shape)
    return all(batched)


def split(outputs: Sequence[NDArray[Any]], profile: Profile, count: int) -> list[Outputs]:
    """Return the outputs of each of `count` pictures. Raises ModelError if they do not fit."""
    columns = []
    for output, shape in zip(outputs, shapes(profile), strict=True):
        rows = per_picture(output, shape, count)
        if rows is None:
            raise _misfit(profile, output.shape, shape)
        columns.append(rows)
    return list(zip(*columns, strict=True))


def _misfit(profile: Profile, axes: Sequence[int | str | None], shape: Shape) -> ModelError:
    wanted = "x".join(["B", *("N" if axis is None else str(axis) for axis in shape)])
    return ModelError(
        f"its output is {shown(axes)}, but decoder {profile.decoder} with {len(profile.labels)} "
        f"labels reads {wanted}; correct decoder, input.size or labels in the profile"
    )
