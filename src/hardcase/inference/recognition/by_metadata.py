"""Models that say what they are: exports of Ultralytics, and files of X-AnyLabeling beside them.

`Exporter` of ultralytics/ultralytics `engine/exporter.py` writes `task`, `names`, `imgsz`, `stride`
and, in later versions, `head` and `end2end`; ultralytics/yolov5 `export.py` writes `names` and
`stride` only. CVHub520/X-AnyLabeling `docs/en/custom_model.md` has a `type` a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.recognition.answer import Certainty, Reading
from hardcase.inference.recognition.literals import class_names, image_size
from hardcase.inference.signature import short

if TYPE_CHECKING:
    from hardcase.inference.recognition.sight import Sight

_TYPES = {
    "yolov5": Decoder.YOLOV5,
    "yolov7": Decoder.YOLOV5,
    "yolov8": Decoder.ULTRALYTICS,
    "yolov9": Decoder.ULTRALYTICS,
    "yolo11": Decoder.ULTRALYTICS,
    "yolov11": Decoder.ULTRALYTICS,
    "yolo12": Decoder.ULTRALYTICS,
    "yolov12": Decoder.ULTRALYTICS,
    "yolov10": Decoder.END2END,
    "yolo26": Decoder.END2END,
    "yolox": Decoder.YOLOX,
    "rtdetr": Decoder.RTDETR,
    "rtdetrv2": Decoder.DFINE,
    "dfine": Decoder.DFINE,
    "d_fine": Decoder.DFINE,
    "deim": Decoder.DFINE,
    "deimv2": Decoder.DFINE,
    "rfdetr": Decoder.RFDETR,
    "yolov5_cls": Decoder.CLASSIFIER,
    "yolov8_cls": Decoder.CLASSIFIER,
    "yolo11_cls": Decoder.CLASSIFIER,
}
_OTHER_TASKS = ("_seg", "_pose", "_obb", "_sam", "segment", "_det_track", "_caption", "_ocr")


def by_metadata(sight: Sight) -> list[Reading]:
    """Return the one reading that an Ultralytics export tells, or none.

    Raises ModelError for an export that cannot be used, ValueError for metadata that make no sense.
    """
    metadata = sight.metadata
    if "names" not in metadata or "task" not in metadata:
        return []
    classes = len(class_names(metadata["names"]))
    size = None
    if sight.size is None:
        size = image_size(metadata.get("imgsz", ""))
    why = "it says so itself, as exports of Ultralytics do"
    if metadata["task"] == "classify":
        return [
            Reading(
                Decoder.CLASSIFIER,
                "it says so itself; as an export of Ultralytics it ends in a softmax already",
                Certainty.SURE,
                classes=classes,
                activation=Activation.NONE,
                size=size,
            )
        ]
    decoder = _detector(sight, classes)
    return [Reading(decoder, why, Certainty.SURE, classes=classes, size=size)]


def by_labeling_file(sight: Sight) -> list[Reading]:
    """Return the one reading that an X-AnyLabeling file tells, or none. Raises ModelError."""
    kind = sight.companions.labeling.get("type")
    if not isinstance(kind, str):
        return []
    file = sight.companions.labeling_file
    if any(word in kind for word in _OTHER_TASKS):
        raise ModelError(
            f"{short(file)} says that it is {short(kind)!r}, "
            "and only classification and detection can be used here"
        )
    decoder = _TYPES.get(kind)
    if decoder is None:
        return []
    return [Reading(decoder, f"{short(file)} says type {short(kind)}", Certainty.SURE)]


def _detector(sight: Sight, classes: int) -> Decoder:
    """Tell the kinds of detector apart that Ultralytics exports."""
    output = sight.outputs()[0]
    if None in output.axes:
        sight.values(Decoder.ULTRALYTICS)
        output = sight.outputs()[0]
    head, ends = sight.metadata.get("head", ""), sight.metadata.get("end2end", "")
    if "RTDETR" in head.upper():
        return Decoder.RTDETR_TOP if output.is_like(None, 6) and classes != 2 else Decoder.RTDETR
    if output.axes[:1] == (4 + classes,) and output.rank == 2 and ends != "True":
        return Decoder.ULTRALYTICS
    rows = output.axes[0] if output.rank == 2 else None
    few = rows is None or rows <= 1000
    if output.is_like(None, 6) and few:
        return _six_columns(sight, classes)
    if output.is_like(None, 4 + classes):
        return Decoder.RTDETR if few else Decoder.ULTRALYTICS_ROWS
    if output.is_like(None, 5 + classes):
        return Decoder.YOLOV5
    if output.axes == (None, None):
        return Decoder.ULTRALYTICS
    shape = sight.signature.outputs[0].text
    raise ModelError(
        f"it is an Ultralytics detector of {classes} classes with an output of {shape} where "
        f"1x{4 + classes}xN is known; export it with nms=False, end2end=False"
    )


def _six_columns(sight: Sight, classes: int) -> Decoder:
    """Tell x1 y1 x2 y2 in pixels from cx cy w h in 0-1, both with score and class or two scores."""
    if sight.metadata.get("end2end") == "True":
        return Decoder.END2END
    values = sight.values(Decoder.END2END).get(sight.signature.outputs[0].name)
    if values is None or values.rest is None or len(values.columns) != 6:
        return Decoder.END2END
    relative = all(column.within(-0.5, 1.5) for column in values.columns[:4])
    empty = all(column.within(0.0, 0.0) for column in values.columns[:4])
    if not relative or empty:
        return Decoder.END2END
    listed = values.columns[5].whole and not values.columns[4].whole
    return Decoder.RTDETR if classes == 2 and not listed else Decoder.RTDETR_TOP
