"""What a model is fed: the family's convention, corrected by what files beside the model say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.profile.schema import MAX_SIDE, Fit, InputSpec, Layout
from hardcase.inference.recognition.conventions import CIFAR_MEAN, CIFAR_STD, input_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.inference.recognition.answer import Reading
    from hardcase.inference.recognition.sight import Picture, Sight

_TINY = 64
_ZEROS = (0.0, 0.0, 0.0)
_ONES = (1.0, 1.0, 1.0)


class Feeding(NamedTuple):
    """What a model is fed, lines that say what that was taken from, and whether it is a guess.

    Detectors of a family are all fed alike; classifiers are not, and the wrong scale costs most of
    their accuracy: cifar10_resnet_2b is right on 69 % of 400 images as it was trained, on 41 % fed
    0-255 and on 21 % fed 0-1. What it answers does not tell: fed 0-255 it is surest, and shares
    most information with the images.
    """

    spec: InputSpec
    said: tuple[str, ...]
    guessed: bool = False


def feed(sight: Sight, reading: Reading, picture: Picture) -> Feeding:
    """Return how a reading is fed."""
    size = sight.size or reading.size or _labeling_size(sight.companions.labeling)
    said: tuple[str, ...] = ()
    if size is None:
        size = _preprocessor_size(sight.companions.preprocessor)
    spec = input_of(reading.decoder, size, picture.layout, bytes_=picture.bytes_)
    if size is None:
        side = spec.size[0]
        said = (f"it takes any size: {side}x{side} is the usual one of its family",)
    if picture.bytes_:
        return Feeding(spec, (*said, "it takes 8-bit pixels, which its graph scales itself"))
    if sight.companions.preprocessor:
        told = "preprocessor_config.json says how pixels are scaled"
        return Feeding(_as_preprocessor(spec, sight.companions.preprocessor), (*said, told))
    if reading.decoder is Decoder.CLASSIFIER:
        fed = _classifier(sight, spec)
        return fed._replace(said=(*said, *fed.said))
    if reading.decoder is Decoder.DETR and reading.activation is Activation.SIGMOID:
        spec = replace(spec, mean=_ZEROS, std=_ONES)
    return Feeding(spec, (*said, "colours, scale and fit are those of its family"))


def _classifier(sight: Sight, spec: InputSpec) -> Feeding:
    if sight.metadata.get("task") == "classify" or "yolo" in str(
        sight.companions.labeling.get("type")
    ):
        told = "pixels in 0-1, the middle of the picture, as Ultralytics trains"
        return Feeding(replace(spec, mean=_ZEROS, std=_ONES), (told,))
    if max(spec.size) <= _TINY:
        tiny = replace(spec, fit=Fit.STRETCH, mean=CIFAR_MEAN, std=CIFAR_STD)
        told = "it takes tiny pictures: whole and normalised as CIFAR's is assumed"
        return Feeding(tiny, (told,), guessed=True)
    if spec.layout is Layout.NHWC:
        keras = replace(spec, scale=127.5, mean=_ONES, std=_ONES)
        told = "channels come last, as in Keras: pixels from -1 to 1 are assumed"
        return Feeding(keras, (told,), guessed=True)
    told = "pixels normalised as ImageNet's, which most classifiers want, are assumed"
    return Feeding(spec, (told,), guessed=True)


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
