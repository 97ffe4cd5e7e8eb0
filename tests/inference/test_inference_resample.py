"""Planes are resampled bilinearly, as the formula says and as Pillow does it for large sources."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardcase.imaging.planes import image_of, planes_of
from hardcase.inference import preprocess
from hardcase.inference.preprocess import place, render
from hardcase.inference.profile.schema import Fit, InputSpec
from hardcase.inference.resample import onnx_file, resample

sides = st.integers(1, 40)


def between(length: int, wanted: int) -> np.ndarray:
    """Return the matrix (wanted, length) that takes a line to what lies between its pixels."""
    at = np.clip((np.arange(wanted) + 0.5) * length / wanted - 0.5, 0, length - 1)
    return np.maximum(0, 1 - abs(at[:, None] - np.arange(length)))


@given(sides, sides, sides, sides, st.integers(0, 2**32 - 1))
def test_every_value_lies_between_those_of_its_neighbours_by_their_distance(w, h, to_w, to_h, seed):
    planes = np.random.default_rng(seed).integers(0, 256, (3, h, w)).astype(np.float32)
    expected = between(h, to_h) @ planes @ between(w, to_w).T
    assert np.allclose(resample(planes, to_w, to_h), expected, atol=0.01)


def test_the_graph_is_one_that_the_format_allows():
    onnx.checker.check_model(onnx.load_from_string(onnx_file()), full_check=True)


@given(sides, sides, st.integers(0, 2**32 - 1))
def test_planes_hold_the_pixels_of_their_image(width, height, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    assert (planes_of(image) == pixels.transpose(2, 0, 1)).all()
    assert image_of(planes_of(image).astype(np.float32)) == image


@pytest.mark.parametrize("fit", [Fit.LETTERBOX, Fit.LETTERBOX_TOP_LEFT])
@pytest.mark.parametrize("size", [(61, 43), (20, 33), (48, 48)])
def test_a_letterbox_is_the_same_whoever_resamples_it(monkeypatch, fit, size):
    random = np.random.default_rng(3)
    image = Image.fromarray(random.integers(0, 256, (*size[::-1], 3), dtype=np.uint8))
    spec = InputSpec((32, 40), fit=fit)
    ours = render(image, spec, place(spec, *size))
    monkeypatch.setattr(preprocess, "WHOLE_READ", 0.0)
    pillows = render(image, spec, place(spec, *size))
    assert isinstance(pillows, Image.Image)
    # Pillow cuts what lies between two levels off, where OpenCV and we round
    assert abs(planes_of(pillows).astype(int) - ours).max() <= 1
