"""Reducing an image is averaging over area, however the edges fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardcase.imaging.picture import area_averaged
from hardcase.imaging.preview import Renderer, Request

if TYPE_CHECKING:
    from pathlib import Path


def plainly_averaged(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Repeat every pixel so often that cells hold whole ones, then take means."""
    width, height = size
    fine = pixels.repeat(height, axis=0).repeat(width, axis=1).astype(float)
    blocks = fine.reshape(height, len(pixels), width, pixels.shape[1], pixels.shape[2])
    return blocks.mean(axis=(1, 3))


@given(st.integers(1, 13), st.integers(1, 13), st.integers(1, 13), st.integers(1, 13), st.randoms())
def test_every_pixel_counts_as_far_as_it_lies_in_a_cell(height, width, rows, columns, random):
    pixels = np.array(
        [[[random.randrange(256) for _ in "rgb"] for _ in range(width)] for _ in range(height)],
        dtype=np.uint8,
    )
    size = (min(columns, width), min(rows, height))
    got = area_averaged(pixels, (0, 0, width, height), size)
    assert got == pytest.approx(plainly_averaged(pixels, size), abs=0.51)


def test_a_box_that_cuts_pixels_takes_their_shares():
    pixels = np.array([[[0], [90], [0], [0]]], dtype=np.uint8)
    assert area_averaged(pixels, (0.5, 0, 3.5, 1), (1, 1)).tolist() == [[[30]]]
    assert area_averaged(pixels, (1.5, 0, 3.5, 1), (2, 1)).tolist() == [[[45], [0]]]


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png"])
def test_a_preview_is_the_average_of_the_image(tmp_path: Path, name: str):
    noise = np.random.default_rng(1).integers(0, 256, (15, 20, 3), dtype=np.uint8)
    path = tmp_path / name
    Image.fromarray(noise).resize((1600, 1200), Image.Resampling.BICUBIC).save(path, quality=95)
    preview = Renderer().render(Request(path, 41, 17))
    assert preview.grid is not None
    assert preview.placement is not None
    shown = preview.placement
    whole = np.asarray(Image.open(path).convert("RGB"))
    size = (shown.shown_columns, shown.shown_half_rows)
    ideal = area_averaged(whole, (0, 0, 1600, 1200), size).astype(float)
    upper = preview.grid.chars == "▀"
    first = np.where(upper[..., None], preview.grid.fg, preview.grid.bg)
    second = np.where(upper[..., None], preview.grid.bg, preview.grid.fg)
    blank = (preview.grid.chars == " ")[..., None]
    second = np.where(blank, preview.grid.bg, second)
    half_rows = np.stack([first, second], axis=1).reshape(-1, 41, 3).astype(float)
    y, x = shown.half_row, shown.column
    part = half_rows[y : y + size[1], x : x + size[0]]
    # Full colour keeps 64 levels a channel, which alone is 46 dB.
    assert 10 * np.log10(255**2 / np.mean((part - ideal) ** 2)) > 40
