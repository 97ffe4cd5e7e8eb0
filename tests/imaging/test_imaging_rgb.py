"""Every Pillow mode to RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from hardcase.imaging.open import open_image
from hardcase.imaging.rgb import to_rgb

if TYPE_CHECKING:
    from pathlib import Path

GREY = (128, 128, 128)


def near(pixel: object, wanted: tuple[int, int, int], tolerance: int = 3) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(
    "mode", ["L", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "P", "LAB", "RGBX"]
)
def test_grey_stays_grey_in_every_mode(mode: str) -> None:
    image = Image.new("RGB", (4, 3), GREY).convert(mode, palette=Image.Palette.ADAPTIVE)
    rgb = to_rgb(image)
    assert (rgb.mode, rgb.size) == ("RGB", (4, 3))
    assert near(rgb.getpixel((1, 1)), GREY)


def test_bilevel_becomes_black_and_white() -> None:
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    assert [to_rgb(image).getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 0), (255, 255, 255)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGBa", "La"])
def test_transparency_shows_white(mode: str) -> None:
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 128))
    via = {"LA": "LA", "La": "LA", "RGBA": "RGBA", "RGBa": "RGBA"}[mode]
    rgb = to_rgb(image.convert(via).convert(mode))
    assert rgb.getpixel((0, 0)) == (255, 255, 255)
    assert near(rgb.getpixel((1, 0)), (127, 127, 127))


def test_a_transparent_palette_entry_shows_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 200, 30, 30])
    image.putpixel((1, 0), 1)
    for transparency in (0, b"\0"):
        path = tmp_path / "image.png"
        image.save(path, transparency=transparency)
        rgb = open_image(path)
        assert rgb.getpixel((0, 0)) == (255, 255, 255)
        assert rgb.getpixel((1, 0)) == (200, 30, 30)


def test_a_transparent_colour_of_rgb_shows_white(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.new("RGB", (2, 2), (9, 9, 9)).save(path, transparency=(9, 9, 9))
    assert open_image(path).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("dtype", "values", "wanted"),
    [
        (np.uint16, [0, 32768, 65535], [0, 128, 255]),
        (np.uint16, [0, 2048, 4095], [0, 128, 255]),
        (np.uint16, [0, 128, 255], [0, 128, 255]),
        (np.uint16, [7, 7, 7], [7, 7, 7]),
        (np.int32, [0, 32768, 65535], [0, 128, 255]),
        (np.int32, [-1000, 0, 1000], [0, 128, 255]),
        (np.int32, [0, 500_000, 1_000_000], [0, 128, 255]),
        (np.float32, [0, 0.5, 1], [0, 128, 255]),
        (np.float32, [0, 128, 255], [0, 128, 255]),
        (np.float32, [-5, 0, 5], [0, 128, 255]),
        (np.float32, [np.nan, 0.5, 1], [0, 128, 255]),
        (np.float32, [-np.inf, 0.5, np.inf], [128, 128, 128]),
        (np.float32, [np.nan, np.nan, np.nan], [0, 0, 0]),
    ],
)
def test_deep_pixels_are_scaled_to_what_they_hold(
    dtype: type, values: list[float], wanted: list[int]
) -> None:
    image = Image.fromarray(np.array([values], dtype=dtype))
    rgb = np.asarray(to_rgb(image))
    assert (rgb == rgb[..., :1]).all()
    assert abs(rgb[0, :, 0].astype(int) - wanted).max() <= 1


def test_sixteen_bit_files_open(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 65535]], dtype=np.uint16))
    for name in ("deep.png", "deep.tiff"):
        image.save(tmp_path / name)
        assert np.asarray(open_image(tmp_path / name))[0, :, 0].tolist() == [0, 255]


def test_the_result_shares_nothing_with_the_source() -> None:
    image = Image.new("RGB", (2, 2), GREY)
    to_rgb(image).putpixel((0, 0), (1, 2, 3))
    assert image.getpixel((0, 0)) == GREY
