"""What a model is fed: the family's convention, corrected by what files beside the model say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hardcase.inference.families import Activation, Decoder
from hardcase.inference.recognition.conventions import CIFAR_MEAN, CIFAR_STD, input_of
from hardcase.inference.schema import MAX_SIDE, Fit, InputSpec, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.inference.recognition.answer import Reading
    from hardcase.inference.recognition.sight import Picture, Sight

_TINY = 64
_ZEROS = (0.0, 0.0, 0.0)
_ONES = (1.0, 1.0, 1.0)


def feed(sight: Sight, reading: Reading, picture: Picture) -> tuple[InputSpec, tuple[str, ...]]:
    """Return the input of a reading, and lines that say what it was taken from."""
    size = sight.size or reading.size or _labeling_size(sight.companions.labeling)
    said = []
    if size is None:
        size = _preprocessor_size(sight.companions.preprocessor)
    spec = input_of(reading.decoder, size, picture.layout, bytes_=picture.bytes_)
    if size is None:
        side = spec.size[0]
        said.append(f"it takes any size: {side}x{side} is the usual one of its family")
    if picture.bytes_:
        said.append("it takes 8-bit pixels, which its graph scales itself")
        return spec, tuple(said)
    if sight.companions.preprocessor:
        said.append("preprocessor_config.json says how pixels are scaled")
        return _as_preprocessor(spec, sight.companions.preprocessor), tuple(said)
    if reading.decoder is Decoder.DETR and reading.activation is Activation.SIGMOID:
        return replace(spec, mean=_ZEROS, std=_ONES), tuple(said)
    if reading.decoder is Decoder.CLASSIFIER:
        return _classifier(sight, spec, said)
    said.append(f"colours, scale and fit are those of {reading.decoder.family.title}")
    return spec, tuple(said)


def _classifier(
    sight: Sight, spec: InputSpec, said: list[str]
) -> tuple[InputSpec, tuple[str, ...]]:
    if sight.metadata.get("task") == "classify" or "yolo" in str(
        sight.companions.labeling.get("type")
    ):
        said.append("pixels in 0-1, the middle of the picture, as Ultralytics trains")
        return replace(spec, mean=_ZEROS, std=_ONES), tuple(said)
    if max(spec.size) <= _TINY:
        said.append("it takes tiny pictures: whole, normalised as CIFAR's are")
        tiny = replace(spec, fit=Fit.STRETCH, mean=CIFAR_MEAN, std=CIFAR_STD)
        return tiny, tuple(said)
    if spec.layout is Layout.NHWC:
        said.append("channels come last, as in Keras: pixels from -1 to 1 are assumed")
        keras = replace(spec, scale=127.5, mean=_ONES, std=_ONES)
        return keras, tuple(said)
    said.append("pixels are normalised as ImageNet's are, which most classifiers want")
    return spec, tuple(said)


def _as_preprocessor(spec: InputSpec, config: Mapping[str, Any]) -> InputSpec:
    """Follow `preprocessor_config.json` of Hugging Face's image processors."""
    scale = 255.0 if config.get("do_rescale", True) else 1.0
    factor = config.get("rescale_factor")
    if scale != 1.0 and isinstance(factor, float) and 1e-6 < factor < 1e6:
        scale = 1.0 / factor
    mean, std = _triple(config.get("image_mean")), _triple(config.get("image_std"))
    if not config.get("do_normalize", mean is not None) or not mean or not std or 0.0 in std:
        return replace(spec, scale=scale, mean=_ZEROS, std=_ONES)
    return replace(spec, scale=scale, mean=mean, std=std)


def _preprocessor_size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    size = config.get("crop_size") or config.get("size")
    if isinstance(size, dict):
        side = size.get("shortest_edge")
        return _size(size.get("width", side), size.get("height", side))
    return _size(size, size)


def _labeling_size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    return _size(config.get("input_width"), config.get("input_height"))


def _size(width: object, height: object) -> tuple[int, int] | None:
    if type(width) is not int or type(height) is not int:
        return None
    return (width, height) if 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE else None


def _triple(value: object) -> tuple[float, float, float] | None:
    if isinstance(value, list) and len(value) == 3 and all(map(_is_number, value)):
        return float(value[0]), float(value[1]), float(value[2])
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
