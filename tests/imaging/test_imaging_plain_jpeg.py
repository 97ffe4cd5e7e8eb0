"""Small JPEGs that are opened the short way look as by the usual one, and all others go there."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardcase.imaging import open as opening
from hardcase.imaging.open import decode
from hardcase.imaging.plain_jpeg import MOST_BYTES, plain_jpeg

if TYPE_CHECKING:
    from pathlib import Path


def picture(width: int = 33, height: int = 20, mode: str = "RGB") -> Image.Image:
    random = np.random.default_rng(width * height)
    pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def usual(path: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> np.ndarray:
    """Return pixels by the usual way alone."""
    with monkeypatch.context() as patch:
        patch.setattr(opening, "plain_jpeg", lambda *_: None)
        return np.asarray(decode(path, **options).image)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    "options", [{}, {"quality": 30, "progressive": True}, {"subsampling": 0, "comment": b"a note"}]
)
def test_a_plain_one_gives_the_same_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, options: dict
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(picture(mode=mode), **options))
    found = plain_jpeg(path.read_bytes(), None)
    assert found is not None
    assert found.mode == "RGB"
    assert (np.asarray(found) == usual(path, monkeypatch)).all()
    assert decode(path).width == 33


def exif() -> bytes:
    tags = Image.Exif()
    tags[0x0112] = 6
    return tags.tobytes()


@pytest.mark.parametrize(
    "content",
    [
        jpeg(picture(), exif=exif()),
        jpeg(picture(), icc_profile=b"a profile"),
        jpeg(picture(mode="CMYK")),
        jpeg(picture())[:300],
        jpeg(picture())[:-2],
        b"\xff\xd8\xff" + bytes(200),
        b"",
    ],
    ids=["exif", "profile", "cmyk", "cut header", "cut scan", "no segments", "nothing"],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_usual_way(content: bytes) -> None:
    assert plain_jpeg(content, None) is None


def test_a_picture_on_its_side_is_put_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(picture(30, 20), exif=exif()))
    assert decode(path).image.size == (20, 30)


def test_one_that_claims_more_pixels_than_fit_is_not_given_memory() -> None:
    content = jpeg(picture())
    at = content.index(b"\xff\xc0") + 5
    assert plain_jpeg(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :], None) is None


def test_one_that_can_be_read_at_reduced_scale_is(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(picture(200, 120, "L"), quality=50))
    assert path.stat().st_size <= MOST_BYTES
    assert decode(path, max_size=(50, 50)).image.size == (100, 60)
    assert decode(path, max_size=(101, 50)).image.size == (200, 120)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(2, 700), value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_one_is_refused_or_read_as_by_the_usual_way(
    at: int, value: int, *, cut: bool
) -> None:
    content = bytearray(jpeg(picture(8, 8)))
    at %= len(content)
    content[at] = value
    found = plain_jpeg(bytes(content[: at + 1] if cut else content), None)
    if found is not None:
        with Image.open(io.BytesIO(content)) as image:
            assert (np.asarray(found) == np.asarray(image.convert("RGB"))).all()
