"""The families of models that can be read: what each answers, in words and facts.

`decoders` has the function that reads each; `recognition` tells which one a model is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hardcase.model.job import Task


class Activation(StrEnum):
    """What turns raw scores into probabilities."""

    NONE = "none"
    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"


class Decoder(StrEnum):
    """How the outputs of a model are read; a family of models is named after its best known."""

    ULTRALYTICS = "ultralytics"
    ULTRALYTICS_ROWS = "ultralytics-rows"
    YOLOV5 = "yolov5"
    END2END = "end2end"
    RTDETR = "rtdetr"
    RTDETR_TOP = "rtdetr-top"
    DFINE = "dfine"
    RFDETR = "rfdetr"
    DETR = "detr"
    YOLOX = "yolox"
    YOLOX_DECODED = "yolox-decoded"
    YOLO_NAS = "yolo-nas"
    YOLO_NAS_FLAT = "yolo-nas-flat"
    YOLOV7_FLAT = "yolov7-flat"
    NMS_LISTS = "nms-lists"
    MMDEPLOY = "mmdeploy"
    TORCHVISION = "torchvision"
    TENSORFLOW = "tensorflow"
    PADDLE = "paddle"
    SSD = "ssd"
    SSD_SCORES = "ssd-scores"
    NANODET = "nanodet"
    CLASSIFIER = "classifier"

    @property
    def family(self) -> Family:
        """What is known of the models with these outputs."""
        return FAMILIES[self]

    @property
    def task(self) -> Task:
        """The task that a model with these outputs serves."""
        return Task.CLASSIFICATION if self is Decoder.CLASSIFIER else Task.DETECTION


@dataclass(frozen=True, slots=True)
class Family:
    """Facts of one decoder.

    `reads` says what its outputs hold, in the order in which a profile names them. `activations`
    may be set in a profile, the first is the default. `suppressed` families answer an object once,
    so that their IoU threshold is 1 unless a profile says otherwise. `first_class` is what the
    class of the first label is called; `batched` is False where answers of several pictures would
    get mixed.
    """

    title: str
    reads: tuple[str, ...]
    activations: tuple[Activation, ...] = (Activation.NONE,)
    suppressed: bool = False
    first_class: int = 0
    batched: bool = True

    @property
    def iou_threshold(self) -> float:
        """The IoU above which the worse of two boxes goes, unless a profile says otherwise."""
        return 1.0 if self.suppressed else 0.5


_ANY = (Activation.NONE, Activation.SIGMOID, Activation.SOFTMAX)

FAMILIES = {
    Decoder.ULTRALYTICS: Family("Ultralytics YOLOv8, v9, 11 or 12", ("predictions",)),
    Decoder.ULTRALYTICS_ROWS: Family(
        "YOLOv8, v9, 11 or 12, its output transposed", ("predictions",)
    ),
    Decoder.YOLOV5: Family("YOLOv5 or YOLOv7", ("predictions",)),
    Decoder.END2END: Family(
        "YOLOv10, YOLO26 or another YOLO that ends in its own selection",
        ("detections",),
        suppressed=True,
    ),
    Decoder.RTDETR: Family("RT-DETR", ("predictions",), _ANY[:2], suppressed=True),
    Decoder.RTDETR_TOP: Family(
        "RT-DETR with the best class only", ("detections",), suppressed=True
    ),
    Decoder.DFINE: Family(
        "RT-DETRv2, D-FINE or DEIM", ("labels", "boxes", "scores"), suppressed=True
    ),
    Decoder.RFDETR: Family("RF-DETR", ("boxes", "logits"), _ANY[1:2], suppressed=True),
    Decoder.DETR: Family(
        "a DETR of Hugging Face",
        ("logits", "boxes"),
        (Activation.SOFTMAX, Activation.SIGMOID),
        suppressed=True,
    ),
    Decoder.YOLOX: Family("YOLOX, its grid not decoded", ("predictions",)),
    Decoder.YOLOX_DECODED: Family("YOLOX, exported decoded", ("predictions",)),
    Decoder.YOLO_NAS: Family("YOLO-NAS without selection", ("boxes", "scores"), _ANY[:2]),
    Decoder.YOLO_NAS_FLAT: Family(
        "YOLO-NAS, flat list", ("detections",), suppressed=True, batched=False
    ),
    Decoder.YOLOV7_FLAT: Family(
        "YOLOv7, flat list", ("detections",), suppressed=True, batched=False
    ),
    Decoder.NMS_LISTS: Family(
        "a detector that ends in NMS (YOLO-NAS, YOLOv7, EfficientNMS)",
        ("count", "boxes", "scores", "classes"),
        suppressed=True,
    ),
    Decoder.MMDEPLOY: Family(
        "an MMDetection model by MMDeploy", ("dets", "labels"), suppressed=True
    ),
    Decoder.TORCHVISION: Family(
        "a torchvision detector",
        ("boxes", "labels", "scores"),
        suppressed=True,
        first_class=1,
        batched=False,
    ),
    Decoder.TENSORFLOW: Family(
        "a model of the TensorFlow Object Detection API",
        ("count", "boxes", "scores", "classes"),
        suppressed=True,
        first_class=1,
        batched=False,
    ),
    Decoder.PADDLE: Family(
        "a PaddleDetection model", ("detections",), suppressed=True, batched=False
    ),
    Decoder.SSD: Family(
        "SSD of the ONNX model zoo", ("boxes", "labels", "scores"), suppressed=True, first_class=1
    ),
    Decoder.SSD_SCORES: Family(
        "an SSD or face detector without selection", ("boxes", "scores"), _ANY, first_class=1
    ),
    Decoder.NANODET: Family("NanoDet", ("predictions",)),
    Decoder.CLASSIFIER: Family("a classifier", ("scores",), _ANY),
}
