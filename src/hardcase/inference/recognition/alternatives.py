"""The families whose outputs have the shapes of a model: what it might be instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.recognition import shapes
from hardcase.inference.recognition.answer import Certainty, Reading

if TYPE_CHECKING:
    from hardcase.inference.recognition.sight import Output, Sight

_SAME = {"logits": "scores", "classes": "labels", "predictions": "table", "detections": "table"}
"""What outputs hold under another name; a table may be told as one of candidates or of results."""

_WHY = "its outputs have such shapes"

_WIDTHS = {
    Decoder.END2END: 6,
    Decoder.RTDETR_TOP: 6,
    Decoder.PADDLE: 6,
    Decoder.YOLO_NAS_FLAT: 7,
    Decoder.YOLOV7_FLAT: 7,
}
"""How wide the tables are that list what was selected; the class is one of the columns."""

_BESIDE_SCORES = {
    Decoder.YOLOV5: 5,
    Decoder.YOLOX: 5,
    Decoder.YOLOX_DECODED: 5,
    Decoder.RTDETR: 4,
    Decoder.ULTRALYTICS_ROWS: 4,
}
"""How many numbers stand in a row before those of the classes."""


def alternatives(sight: Sight, reading: Reading) -> list[Reading]:
    """Return how else the outputs of a reading may be read, by their shapes alone."""
    outputs = {output.name: output for output in sight.outputs()}
    names = reading.outputs or tuple(outputs)[: len(reading.decoder.family.reads)]
    if not outputs.keys() >= set(names):
        return []
    by_role = {
        _role(word): outputs[name]
        for word, name in zip(reading.decoder.family.reads, names, strict=False)
    }
    found = []
    for decoder in Decoder:
        reads = tuple(map(_role, decoder.family.reads))
        if decoder is reading.decoder or set(reads) != set(by_role):
            continue
        taken = [by_role[role] for role in reads]
        fits, classes = _fits(sight, decoder, taken)
        if fits:
            names = tuple(output.name for output in taken)
            found.append(Reading(decoder, _WHY, Certainty.GUESS, names, classes))
    if reading.decoder is Decoder.DETR:
        found.append(_other_detr(reading))
    return found


def _other_detr(reading: Reading) -> Reading:
    """Return a DETR with sigmoids instead of a softmax, whose last class means nothing, or back."""
    soft = reading.activation is Activation.SOFTMAX
    other = Activation.SIGMOID if soft else Activation.SOFTMAX
    classes = None if reading.classes is None else reading.classes + (1 if soft else -1)
    return Reading(Decoder.DETR, _WHY, Certainty.GUESS, reading.outputs, classes, other)


def _role(word: str) -> str:
    return _SAME.get(word, word)


def _fits(sight: Sight, decoder: Decoder, outputs: list[Output]) -> tuple[bool, int | None]:
    """Return whether a family may answer such outputs, and how many classes it would have then.

    The number is None where outputs do not tell.
    """
    if decoder.task is not Decoder.CLASSIFIER.task and len(outputs) == 1:
        return _fits_table(sight, decoder, outputs[0])
    if decoder is Decoder.CLASSIFIER:
        return False, None  # nothing else answers one number a class
    by_role = dict(zip(map(_role, decoder.family.reads), outputs, strict=True))
    scores = by_role.get("scores")
    if "labels" in by_role or scores is None or scores.rank != 2 or scores.axes[1] is None:
        return "labels" in by_role, None
    background = decoder in (Decoder.SSD_SCORES, Decoder.DETR)
    classes = scores.axes[1] - background
    return classes > 0, classes


def _fits_table(sight: Sight, decoder: Decoder, output: Output) -> tuple[bool, int | None]:
    if output.rank != 2 or None in output.axes:
        return False, None
    rows, width = output.axes[0] or 0, output.axes[1] or 0
    if decoder in _WIDTHS:
        return width == _WIDTHS[decoder] and rows <= shapes.MAX_QUERIES, None
    if decoder is Decoder.ULTRALYTICS:
        return width > rows > _BESIDE_SCORES[Decoder.RTDETR], rows - 4
    if decoder is Decoder.NANODET:
        classes = shapes.nanodet_classes(width, sight.known_counts())
        return classes is not None and shapes.is_nanodet(sight.known_size(), rows), classes
    classes = width - _BESIDE_SCORES[decoder]
    if decoder is Decoder.RTDETR:
        return classes > 0 and rows <= shapes.MAX_QUERIES, classes
    if decoder is Decoder.YOLOV5 and shapes.is_yolox(sight.known_size(), rows):
        return False, None  # one row a cell where a v5 has three
    if decoder is Decoder.YOLOX:
        return classes > 0 and shapes.is_yolox(sight.known_size(), rows), classes
    return classes > 0 and rows > shapes.MAX_QUERIES, classes
