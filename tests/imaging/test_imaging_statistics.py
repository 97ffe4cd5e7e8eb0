"""What `measure` says of simple images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from hardcase.imaging.statistics import MEASURED_SIDE, Look, measure, reduced, wholes


def plain(colour: tuple[int, int, int], height: int = 20, width: int = 30) -> np.ndarray:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def look_at(pixels: np.ndarray) -> Look:
    image = Image.fromarray(pixels)
    return Look(reduced(image), image.size)


def test_black_white_and_grey() -> None:
    assert measure(plain((0, 0, 0))) == (0.0, 0.0, 0.0, 0.0)
    white = measure(plain((255, 255, 255)))
    assert white.brightness == pytest.approx(1.0)
    assert white[1:] == pytest.approx((0.0, 0.0, 0.0), abs=1e-5)


def test_pure_red_is_saturated_and_as_bright_as_its_luma() -> None:
    red = measure(plain((255, 0, 0)))
    assert red.brightness == pytest.approx(0.299)
    assert red.saturation == pytest.approx(1.0)
    # one colour: no spread; mean rg = 1, yb = 0.5
    assert red.colourfulness == pytest.approx(0.3 * np.hypot(1.0, 0.5))


def test_colourfulness_is_that_of_the_paper_for_two_colours() -> None:
    pixels = np.concatenate([plain((255, 0, 0)), plain((0, 0, 255))])
    # rg: 1, 0 -> mean .5, std .5; yb: .5, -1 -> mean -.25, std .75
    wanted = np.hypot(0.5, 0.75) + 0.3 * np.hypot(0.5, 0.25)
    assert measure(pixels).colourfulness == pytest.approx(wanted, rel=1e-4)


def test_sharpness_is_the_log_variance_of_the_laplacian() -> None:
    pixels = plain((0, 0, 0), 5, 5)
    pixels[2, 2] = 255
    laplacian = np.zeros((3, 3))
    laplacian[1, 1] = -4 * 255
    laplacian[0, 1] = laplacian[2, 1] = laplacian[1, 0] = laplacian[1, 2] = 255
    assert measure(pixels).sharpness == pytest.approx(np.log1p(laplacian.var()), rel=1e-4)


def test_blur_lowers_sharpness() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(noise).reduce(4).resize((64, 64), Image.Resampling.BICUBIC))
    assert measure(soft).sharpness < measure(noise).sharpness


def test_numbers_compare_across_resolutions() -> None:
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (MEASURED_SIDE // 2, MEASURED_SIDE, 3), dtype=np.uint8)
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    assert measure(large) == pytest.approx(measure(small), rel=1e-3)


def test_tiny_regions_have_no_sharpness_but_are_measured() -> None:
    assert measure(plain((10, 200, 30), 1, 1)).sharpness == 0.0
    assert measure(plain((10, 200, 30), 2, 50)).saturation == pytest.approx(190 / 200)


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))))
def test_numbers_stay_in_their_ranges(pixels: np.ndarray) -> None:
    found = measure(pixels)
    assert 0 <= found.brightness <= 1.0001
    assert 0 <= found.saturation <= 1.0001
    assert 0 <= found.colourfulness <= 2
    assert 0 <= found.sharpness < 20


@pytest.mark.parametrize(
    "pixels", [np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3))]
)
def test_anything_else_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="shape"):
        measure(pixels)


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))), st.data())
def test_a_part_is_measured_as_if_it_were_the_image(
    pixels: np.ndarray, data: st.DataObject
) -> None:
    height, width = pixels.shape[:2]
    x1, y1 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x2, y2 = data.draw(st.integers(x1 + 1, width)), data.draw(st.integers(y1 + 1, height))
    part = look_at(pixels).part(np.array([x1, y1, x2, y2], dtype=np.float32))
    assert part == pytest.approx(measure(pixels[y1:y2, x1:x2]), rel=1e-4, abs=1e-4)


def test_a_part_of_a_large_image_is_measured_at_the_scale_of_the_whole() -> None:
    small = np.random.default_rng(2).integers(0, 256, (MEASURED_SIDE, 100, 3), dtype=np.uint8)
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    part = look_at(large).part(np.array([30, 60, 150, 300], dtype=np.float32))
    assert part == pytest.approx(measure(small[20:100, 10:50]), rel=1e-4)


@pytest.mark.parametrize("box", [(3, 3, 3, 3), (4, 4, 4, 4), (0.1, 0.1, 0.2, 0.2)])
def test_the_smallest_part_is_one_pixel(box: tuple[float, ...]) -> None:
    look = look_at(plain((10, 200, 30), 4, 4)).part(np.array(box, dtype=np.float32))
    assert look.saturation == pytest.approx(190 / 200)
    assert look.sharpness == 0.0


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=12), st.integers(0, 99))
def test_many_are_measured_together_as_each_by_itself(
    sizes: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    images = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in [*sizes, *sizes[::2]]]
    assert wholes([reduced(Image.fromarray(image)) for image in images]) == [
        measure(pixels) for pixels in images
    ]


def test_large_ones_are_measured_together_too() -> None:
    side = MEASURED_SIDE
    images = list(np.random.default_rng(3).integers(0, 256, (3, side, side, 3), dtype=np.uint8))
    assert wholes([reduced(Image.fromarray(image)) for image in images]) == [
        measure(pixels) for pixels in images
    ]
