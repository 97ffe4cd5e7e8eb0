"""How each family wants its pictures, where the model does not say: what its own tools do.

A model of whole 8-bit numbers takes pixels as they are, since its graph normalises them itself.
"""

from __future__ import annotations

from dataclasses import replace

from hardcase.inference.profile.families import Decoder
from hardcase.inference.profile.schema import Color, Fit, InputSpec, Layout

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""RGB in 0-1; of torchvision's models, and of all that start from their weights."""

CIFAR_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR_STD = (0.2471, 0.2435, 0.2616)
"""RGB in 0-1, over the training images of CIFAR-10."""

_UNKNOWN = (1, 1)

_YOLO = InputSpec(_UNKNOWN)
"""`LetterBox` of ultralytics/ultralytics `data/augment.py`: RGB in 0-1, centred, padding 114."""

_STRETCHED = replace(_YOLO, fit=Fit.STRETCH)
"""Resized without keeping the ratio, RGB in 0-1: ultralytics `models/rtdetr/predict.py`
(`scale_fill`), lyuwenyu/RT-DETR, D-FINE and DEIM `configs/.../dataloader.yml` (`Resize`,
`ConvertPILImage`), PaddleDetection `configs/rtdetr/_base_/rtdetr_reader.yml`."""

_NORMALISED = replace(_STRETCHED, mean=IMAGENET_MEAN, std=IMAGENET_STD)
"""roboflow/rf-detr `deploy/export.py` (`SquareResize`, `Normalize`); facebook's DETR in
huggingface/transformers; onnx/models SSD `README.md`."""

_YOLOX = replace(_YOLO, color=Color.BGR, scale=1.0, fit=Fit.LETTERBOX_TOP_LEFT)
"""`preproc` of Megvii-BaseDetection/YOLOX `yolox/data/data_augment.py`: BGR in 0-255, 114."""

_NANODET = InputSpec(
    _UNKNOWN,
    color=Color.BGR,
    scale=1.0,
    mean=(103.53, 116.28, 123.675),
    std=(57.375, 57.12, 58.395),
    fit=Fit.STRETCH,
)
"""`config/nanodet-plus-m_416.yml` of RangiLyu/nanodet: `normalize`, `keep_ratio: False`."""

_MMDET = replace(_NORMALISED, fit=Fit.LETTERBOX_TOP_LEFT)
"""`data_preprocessor` and `Resize(keep_ratio=True)` of open-mmlab/mmdetection's `configs/_base_`;
RTMDet and YOLOX there take BGR instead."""

_FACES = replace(_STRETCHED, scale=1.0, mean=(127.0,) * 3, std=(128.0,) * 3)
"""`run_video_face_detection_onnx.py` of Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB."""

_TORCHVISION = replace(_YOLO, fit=Fit.LETTERBOX_TOP_LEFT)
"""RGB in 0-1; `GeneralizedRCNNTransform` inside the model normalises and resizes."""

_CLASSIFIER = replace(_NORMALISED, fit=Fit.CENTER_CROP)
"""`ImageClassification` of torchvision `transforms/_presets.py`, without the margin around it."""

INPUTS = {
    Decoder.ULTRALYTICS: _YOLO,
    Decoder.ULTRALYTICS_ROWS: _YOLO,
    Decoder.YOLOV5: _YOLO,
    Decoder.END2END: _YOLO,
    Decoder.YOLOV7_FLAT: _YOLO,
    Decoder.NMS_LISTS: _YOLO,
    Decoder.YOLO_NAS: _YOLO,
    Decoder.YOLO_NAS_FLAT: _YOLO,
    Decoder.RTDETR: _STRETCHED,
    Decoder.RTDETR_TOP: _STRETCHED,
    Decoder.DFINE: _STRETCHED,
    Decoder.PADDLE: _STRETCHED,
    Decoder.TENSORFLOW: _STRETCHED,
    Decoder.RFDETR: _NORMALISED,
    Decoder.DETR: _NORMALISED,
    Decoder.SSD: _NORMALISED,
    Decoder.YOLOX: _YOLOX,
    Decoder.YOLOX_DECODED: _YOLOX,
    Decoder.NANODET: _NANODET,
    Decoder.MMDEPLOY: _MMDET,
    Decoder.TORCHVISION: _TORCHVISION,
    Decoder.SSD_SCORES: _FACES,
    Decoder.CLASSIFIER: _CLASSIFIER,
}

SIDES = {
    Decoder.TORCHVISION: 800,
    Decoder.DETR: 800,
    Decoder.SSD: 1200,
    Decoder.NANODET: 416,
    Decoder.CLASSIFIER: 224,
    Decoder.RFDETR: 560,
}
"""The side of the input where the model takes any size; 640 for the others."""


def input_of(
    decoder: Decoder, size: tuple[int, int] | None, layout: Layout, *, bytes_: bool
) -> InputSpec:
    """Return what models of a family are fed; `size` is what the model demands, if it does."""
    side = SIDES.get(decoder, 640)
    spec = replace(INPUTS[decoder], size=size or (side, side), layout=layout)
    if bytes_:
        return replace(spec, scale=1.0, mean=(0.0,) * 3, std=(1.0,) * 3)
    return spec
