"""Opening image files, friendly and hostile."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hardcase.errors import ImageError
from hardcase.imaging import open as opening
from hardcase.imaging.open import decode, image_size, open_image


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=2)
    return Image.fromarray(pixels.astype(np.uint8))


def jpeg_bytes(**options: object) -> bytes:
    buffer = BytesIO()
    gradient(400, 300).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def orientation_exif(value: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_common_formats_open_as_rgb_of_their_size(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "image"
    gradient().save(path, kind)
    image = open_image(path)
    assert (image.mode, image.size) == ("RGB", (60, 40))
    assert image_size(path) == (60, 40)
    difference = np.asarray(image).astype(int) - np.asarray(gradient())
    assert abs(difference).mean() < 12  # GIF has a palette, JPEG and WEBP lose some


@pytest.mark.parametrize("orientation", range(9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_orientation_is_applied_exactly_once(tmp_path: Path, kind: str, orientation: int) -> None:
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = gradient()
    stored = upright.transpose(turned[orientation]) if orientation in turned else upright
    path = tmp_path / "image"
    stored.save(path, kind, exif=orientation_exif(orientation), quality=95)
    opened = decode(path)
    assert image_size(path) == opened.image.size == (opened.width, opened.height) == (60, 40)
    assert abs(np.asarray(opened.image).astype(int) - np.asarray(upright)).mean() < 4


@pytest.mark.shared_data
@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_real_photos_in_all_orientations_give_the_same_picture(
    shared_data: Path, shape: str
) -> None:
    pictures = []
    for i in range(9):
        path = shared_data / "exif" / f"{shape}_{i}.jpg"
        image = open_image(path)
        assert (
            image.size
            == image_size(path)
            == ((1800, 1200) if shape == "Landscape" else (1200, 1800))
        )
        pictures.append(np.asarray(image.resize((60, 60), Image.Resampling.BOX)).astype(int))
    for picture in pictures[1:]:
        assert abs(picture - pictures[0]).mean() < 3


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0garbage", b"Exif\0\0", b"\0" * 40]
)
def test_broken_exif_does_not_cost_the_picture(tmp_path: Path, exif: bytes) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg_bytes(exif=exif))
    assert open_image(path).size == image_size(path) == (400, 300)


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert open_image(path).getpixel((4, 4)) == (255, 0, 0)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("wanted", [(50, 50), (99, 20), (200, 150), (399, 299), (5000, 10)])
def test_a_reduced_jpeg_is_never_smaller_than_asked(
    tmp_path: Path, orientation: int, wanted: tuple[int, int]
) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg_bytes(exif=orientation_exif(orientation)))
    opened = decode(path, max_size=wanted)
    full = (400, 300) if orientation == 1 else (300, 400)
    assert (opened.width, opened.height) == full
    assert opened.image.width >= min(wanted[0], full[0])
    assert opened.image.height >= min(wanted[1], full[1])


def test_a_large_jpeg_is_decoded_reduced_when_that_suffices(tmp_path: Path) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(jpeg_bytes())
    assert open_image(path, max_size=(50, 37)).size == (50, 38)


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


HOSTILE = {
    "empty": b"",
    "one byte": b"\xff",
    "text": b"this is not an image\n" * 50,
    "zeros": b"\0" * 5000,
    "jpeg header": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "truncated jpeg": jpeg_bytes()[:2000],
    "png without data": bomb(20, 20),
    "bomb": bomb(60_000, 60_000),
    "bomb below twice the limit": bomb(14_000, 10_000),
    "no pixels": bomb(0, 0),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_content_is_one_line_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "it \x1b[31m\n.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError) as caught:
        open_image(path)
    text = str(caught.value)
    assert text.isprintable()
    assert "it �[31m" in text
    assert "; " in text  # what is wrong; what to do


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("empty", "empty"),
        ("text", "known format"),
        ("truncated jpeg", "cut off"),
        ("bomb", "million pixels"),
        ("bomb below twice the limit", "million pixels"),
        ("postscript", "known format"),
    ],
)
def test_the_error_says_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(HOSTILE[content])
    with pytest.raises(ImageError, match=said):
        open_image(path)


def test_a_size_can_be_asked_without_decoding_but_not_of_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(bomb(300, 200))
    assert image_size(path) == (300, 200)
    path.write_bytes(bomb(60_000, 60_000))
    with pytest.raises(ImageError, match="million pixels"):
        image_size(path)


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "image.png"
    gradient().save(path)
    monkeypatch.setattr(opening, "MAX_FILE_BYTES", path.stat().st_size - 1)
    with pytest.raises(ImageError, match="larger than"):
        open_image(path)


def test_a_directory_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/zero")):
        with pytest.raises(ImageError, match="not a regular file"):
            open_image(path)


def test_a_missing_file_and_an_impossible_name_are_image_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="does not exist"):
        open_image(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match="cannot be opened"):
        image_size(Path("nul\0byte.jpg"))


def test_pillow_warnings_never_leak_even_from_threads(tmp_path: Path) -> None:
    # A palette with transparency in bytes, and an image just over Pillow's own warning limit.
    path = tmp_path / "large.png"
    path.write_bytes(bomb(9_800, 9_800))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert image_size(path) == (9_800, 9_800)
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(image_size, [path, path])) == [(9_800, 9_800)] * 2
    assert seen == []


def test_images_decode_on_many_threads_at_once(tmp_path: Path) -> None:
    paths = []
    for i, kind in enumerate(["PNG", "JPEG", "GIF", "WEBP"] * 4):
        paths.append(tmp_path / f"{i}")
        gradient(60 + i, 40).save(paths[-1], kind)
    with ThreadPoolExecutor(8) as pool:
        sizes = [image.size for image in pool.map(open_image, paths)]
    assert sizes == [(60 + i, 40) for i in range(16)]
