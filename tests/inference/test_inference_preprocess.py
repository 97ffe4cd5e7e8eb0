"""Pictures become tensors as the model's family does it, and boxes find their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardcase.inference.preprocess import as_image, place, render, tensor
from hardcase.inference.profile.schema import Color, Fit, InputSpec, Layout

FLOAT = np.dtype(np.float32)
sides = st.integers(1, 3000)
specs = st.builds(
    InputSpec,
    size=st.tuples(st.integers(8, 700), st.integers(8, 700)),
    fit=st.sampled_from(list(Fit)),
)


@given(specs, sides, sides, st.data())
def test_a_box_survives_the_way_to_the_input_and_back(spec, width, height, data):
    x = sorted(data.draw(st.tuples(st.floats(0, width), st.floats(0, width))))
    y = sorted(data.draw(st.tuples(st.floats(0, height), st.floats(0, height))))
    boxes = np.array([[x[0], y[0], x[1], y[1]]])
    placement = place(spec, width, height)
    np.testing.assert_allclose(placement.to_source(placement.to_input(boxes)), boxes, atol=1e-6)


@given(specs, sides, sides)
def test_the_content_lies_in_the_input_and_is_where_the_image_goes(spec, width, height):
    placement = place(spec, width, height)
    x1, y1, x2, y2 = placement.content
    assert 0 <= x1 < x2 <= spec.size[0]
    assert 0 <= y1 < y2 <= spec.size[1]
    whole = placement.to_input(np.array([[0, 0, width, height]]))[0]
    if spec.fit is Fit.CENTER_CROP:
        assert whole[0] <= 1e-6
        assert whole[2] >= spec.size[0] - 1e-6
    else:
        np.testing.assert_allclose(whole, placement.content, atol=1e-6)


@pytest.mark.parametrize(
    ("fit", "size", "content"),
    [
        (Fit.LETTERBOX, (640, 480), (0, 40, 320, 280)),
        (Fit.LETTERBOX, (480, 640), (40, 0, 280, 320)),
        (Fit.LETTERBOX, (100, 99), (0, 1, 320, 318)),
        (Fit.LETTERBOX_TOP_LEFT, (640, 480), (0, 0, 320, 240)),
        (Fit.LETTERBOX_TOP_LEFT, (640, 427), (0, 0, 320, 213)),
        (Fit.LETTERBOX, (640, 427), (0, 53, 320, 267)),
        (Fit.STRETCH, (640, 480), (0, 0, 320, 320)),
        (Fit.CENTER_CROP, (640, 480), (0, 0, 320, 320)),
    ],
)
def test_each_fit_places_the_picture_as_its_family_does(fit, size, content):
    assert place(InputSpec((320, 320), fit=fit), *size).content == content


def test_letterbox_pads_with_grey_and_keeps_the_picture_between():
    spec = InputSpec((8, 8), pad=114)
    image = Image.new("RGB", (8, 4), (255, 0, 0))
    out = np.asarray(as_image(render(image, spec, place(spec, 8, 4))))
    assert (out[:2] == 114).all()
    assert (out[6:] == 114).all()
    assert (out[2:6] == (255, 0, 0)).all()


def test_letterbox_samples_between_the_two_nearest_pixels_without_antialiasing():
    columns = np.tile(np.arange(0, 160, 10, dtype=np.uint8)[None, :, None], (16, 1, 3))
    spec = InputSpec((4, 4))
    out = np.asarray(as_image(render(Image.fromarray(columns), spec, place(spec, 16, 16))))
    # centres of the output at 1.5, 5.5, 9.5, 13.5: the mean of two neighbours each
    assert out[0, :, 0].tolist() == [15, 55, 95, 135]


def test_center_crop_cuts_the_same_amount_from_both_ends():
    pixels = np.zeros((4, 8, 3), dtype=np.uint8)
    pixels[:, 2:6] = 255
    spec = InputSpec((4, 4), fit=Fit.CENTER_CROP)
    assert (np.asarray(render(Image.fromarray(pixels), spec, place(spec, 8, 4))) == 255).all()


def test_an_image_read_at_half_scale_lands_in_the_same_place():
    spec = InputSpec((40, 40))
    full = Image.linear_gradient("L").resize((160, 120)).convert("RGB")
    placement = place(spec, 160, 120)
    a, b = (
        np.asarray(as_image(render(image, spec, placement)), dtype=int)
        for image in (full, full.reduce(2))
    )
    assert abs(a - b).max() <= 4
    assert (a[:5] == 114).all()
    assert (b[:5] == 114).all()


def test_a_tensor_is_scaled_and_normalised_in_the_order_of_the_channels():
    spec = InputSpec((1, 1), color=Color.BGR, scale=255, mean=(0.1, 0.2, 0.3), std=(0.5, 0.25, 2.0))
    out = tensor([Image.new("RGB", (1, 1), (51, 102, 204))], spec, FLOAT)
    assert out.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(
        out.ravel(), [(0.8 - 0.1) / 0.5, (0.4 - 0.2) / 0.25, -0.05], atol=1e-6
    )


def test_layout_and_dtype_are_those_of_the_model():
    picture = Image.fromarray(np.arange(18, dtype=np.uint8).reshape(2, 3, 3))
    raw = InputSpec((3, 2), layout=Layout.NHWC, scale=1)
    bytes_ = tensor([picture, picture], raw, np.dtype(np.uint8))
    assert (bytes_.shape, bytes_.dtype) == ((2, 2, 3, 3), np.uint8)
    assert (bytes_[1] == np.asarray(picture)).all()
    half = tensor([picture], InputSpec((3, 2)), np.dtype(np.float16))
    assert (half.shape, half.dtype) == ((1, 3, 2, 3), np.float16)


def test_signed_bytes_are_pixels_less_128():
    spec = InputSpec(size=(2, 1), scale=1.0)
    picture = Image.fromarray(np.array([[[0, 128, 255], [1, 2, 3]]], dtype=np.uint8))
    out = tensor([picture], spec, np.dtype(np.int8))
    assert out.dtype == np.int8
    assert out[0, :, 0, 0].tolist() == [-128, 0, 127]
