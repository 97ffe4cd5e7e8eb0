"""Views do to a picture what they say, and their boxes lie where the objects do in the original."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from hardcase.inference.preprocess import as_image, place, render
from hardcase.inference.profile.schema import Fit, InputSpec
from hardcase.inference.superpixels import PATCHES
from hardcase.inference.views import shown_part, to_original, view
from hardcase.model.boxes import iou
from hardcase.model.evidence import ORIGINAL, VIEWS

GEOMETRIC = ("flip", "crop", "updown", "scale", "translation", "shear")
WHOLE = ("flip", "updown", "scale", "shear")
fits = st.sampled_from([Fit.LETTERBOX, Fit.LETTERBOX_TOP_LEFT, Fit.STRETCH])


def shown(pixels: np.ndarray, name: str, size: tuple[int, int], fit: Fit = Fit.LETTERBOX):
    spec = InputSpec(size, fit=fit)
    placement = place(spec, pixels.shape[1], pixels.shape[0])
    canvas = as_image(render(Image.fromarray(pixels), spec, placement))
    return np.asarray(canvas), np.asarray(view(canvas, placement, name, 114)), placement


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(st.data(), st.sampled_from(GEOMETRIC), fits)
def test_the_box_of_an_object_seen_in_a_view_is_its_box_in_the_original(data, name, fit):
    width, height = data.draw(st.integers(150, 500)), data.draw(st.integers(150, 500))
    x1, y1 = data.draw(st.floats(0.07, 0.6)) * width, data.draw(st.floats(0.07, 0.6)) * height
    x2 = x1 + data.draw(st.floats(0.15, 0.3)) * width
    y2 = y1 + data.draw(st.floats(0.15, 0.3)) * height
    image = Image.new("RGB", (width, height))
    ImageDraw.Draw(image).ellipse((x1, y1, x2, y2), fill=(255, 0, 0))
    _, seen, placement = shown(np.asarray(image), name, (320, 256), fit)
    rows, columns = np.nonzero((seen[..., 0] > 127) & (seen[..., 1] < 50))
    found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    boxes = placement.to_source(to_original(np.array([found], dtype=np.float32), placement, name))
    assert iou(boxes, np.array([[x1, y1, x2, y2]]))[0, 0] > 0.8


@given(st.sampled_from(("flip", "updown")), st.integers(8, 700), st.integers(8, 700))
def test_mirroring_boxes_twice_changes_nothing(name, width, height):
    placement = place(InputSpec((64, 48)), width, height)
    boxes = np.array([[1.0, 2.0, 5.5, 7.0]])
    twice = to_original(to_original(boxes, placement, name), placement, name)
    np.testing.assert_allclose(twice, boxes, atol=1e-9)


@given(st.sampled_from(VIEWS), fits, st.integers(20, 400), st.integers(20, 400))
def test_what_a_view_shows_is_all_or_a_part_of_the_image(name, fit, width, height):
    part = shown_part(place(InputSpec((96, 64), fit=fit), width, height), name)
    if name in {"crop", "translation"}:
        assert 0 <= part.x1 < part.x2 <= width
        assert 0 <= part.y1 < part.y2 <= height
        assert part.area == pytest.approx(
            {"crop": 0.81, "translation": (15 / 16) ** 2}[name] * width * height
        )
    else:
        assert part is None


@given(st.sampled_from(("crop", "translation")), fits, st.integers(150, 400), st.integers(150, 400))
def test_the_corners_of_a_view_are_the_corners_of_what_it_shows(name, fit, width, height):
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 / width, y * 255 / height, 0 * x], axis=2).astype(np.uint8)
    _, seen, placement = shown(pixels, name, (256, 256), fit)
    part = shown_part(placement, name)
    c = placement.content
    inside = seen[c[1] : c[3], c[0] : c[2]]
    lit = inside[inside[..., 2] != 114]
    low, high = lit.min(axis=0)[:2], lit.max(axis=0)[:2]
    expected = [part.x1 / width, part.y1 / height, part.x2 / width, part.y2 / height]
    np.testing.assert_allclose([*low / 255, *high / 255], expected, atol=0.02)


@pytest.mark.parametrize("name", WHOLE)
def test_views_that_lose_nothing_show_all_four_corners(name):
    pixels = np.zeros((120, 200, 3), dtype=np.uint8)
    for y in (slice(0, 20), slice(100, 120)):
        for x in (slice(0, 20), slice(180, 200)):
            pixels[y, x] = 255
    before, after, _ = shown(pixels, name, (200, 120))
    lost = {"scale": 0.9**2, "shear": 200 / 212}.get(name, 1.0)
    whites = [((p > 200).all(axis=2)).sum() for p in (before, after)]
    assert whites[1] == pytest.approx(lost * whites[0], rel=0.1)


@pytest.mark.parametrize("name", VIEWS)
def test_padding_stays_padding_and_the_picture_changes(name):
    before, after, _ = shown(noise(100, 200), name, (200, 200), Fit.LETTERBOX_TOP_LEFT)
    assert (after[100:] == 114).all()
    assert not (after[:100] == before[:100]).all()
    assert after.shape == before.shape


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2)])
def test_the_smallest_pictures_have_every_view(name, size):
    _, after, placement = shown(noise(size[1], size[0]), name, size, Fit.STRETCH)
    assert after.shape == (size[1], size[0], 3)
    boxes = to_original(np.array([[0.0, 0.0, 1.0, 1.0]]), placement, name)
    assert np.isfinite(boxes).all()


def test_flip_and_updown_mirror():
    pixels = noise(20, 30)
    _, flipped, _ = shown(pixels, "flip", (30, 20))
    _, turned, _ = shown(pixels, "updown", (30, 20))
    assert (flipped == pixels[:, ::-1]).all()
    assert (turned == pixels[::-1]).all()


def test_blur_smooths_and_sharpening_roughens():
    before, blurred, _ = shown(noise(100, 200), "blur", (200, 100))
    assert blurred.std() < 0.5 * before.std()
    grey, sharp, _ = shown(noise(100, 200) // 4 + 96, "sharpening", (200, 100))
    assert sharp.std() > 1.5 * grey.std()


def test_brightening_adds_and_inversion_gives_the_negative():
    pixels = noise(40, 40)
    _, bright, _ = shown(pixels, "brightening", (40, 40))
    _, negative, _ = shown(pixels, "inversion", (40, 40))
    assert (bright == np.minimum(pixels.astype(int) + 25, 255)).all()
    assert (negative == 255 - pixels).all()


def test_superpixels_are_few_and_keep_strong_edges():
    pixels = np.zeros((96, 96, 3), dtype=np.uint8)
    y, x = np.mgrid[:96, :96]
    disc = (x - 47) ** 2 + (y - 40) ** 2 < 30**2
    pixels[disc] = (200, 40, 40)
    pixels[~disc] = (20, 120, 220)
    _, flat, _ = shown(pixels, "superpixels", (96, 96))
    assert np.abs(flat.astype(int) - pixels).mean() < 4
    _, patched, _ = shown(noise(96, 96), "superpixels", (96, 96))
    assert 20 < len(np.unique(patched.reshape(-1, 3), axis=0)) <= PATCHES * 1.2


@pytest.mark.parametrize("name", ["sideways", ORIGINAL, ""])
def test_an_unknown_view_is_an_error(name):
    spec = InputSpec((8, 8))
    with pytest.raises(ValueError, match="no view is called"):
        view(Image.new("RGB", (8, 8)), place(spec, 8, 8), name, 114)


def test_a_box_far_too_narrow_for_its_shear_keeps_half_its_width():
    placement = place(InputSpec((100, 100)), 100, 100)
    back = to_original(np.array([[50.0, 0.0, 51.0, 100.0]]), placement, "shear")[0]
    assert back[2] - back[0] == pytest.approx(0.5 * 110 / 100)


@pytest.mark.parametrize("name", ["scale", "translation", "shear"])
@pytest.mark.parametrize("size", [(60, 40), (10, 80), (1, 1)])
def test_without_padding_the_border_is_mirrored(name, size):
    width, height = size
    pixels = np.full((height, width, 3), 200, dtype=np.uint8)
    placement = place(InputSpec(size, fit=Fit.STRETCH), *size)
    canvas = Image.fromarray(pixels)
    assert (np.asarray(view(canvas, placement, name, None)) == 200).all()
    assert size == (1, 1) or (np.asarray(view(canvas, placement, name, 0)) == 0).any()
