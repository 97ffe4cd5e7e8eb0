"""Colour depths and dithering."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from rich.color import EIGHT_BIT_PALETTE, STANDARD_PALETTE, Color, ColorSystem

from hardcase.imaging.contrast import ink, ratio, rgb
from hardcase.imaging.depth import SHOWN, Depth, dithered, flat, nearest, palette, shown
from hardcase.model.palette import LABEL_COLOURS

PALETTES = [Depth.XTERM, Depth.ANSI]


def test_the_16_colours_are_those_rich_sends_unchanged() -> None:
    for colour in palette(Depth.ANSI).tolist():
        assert tuple(STANDARD_PALETTE[STANDARD_PALETTE.match(tuple(colour))]) == tuple(colour)


def test_each_of_the_256_is_sent_as_a_colour_of_its_own_that_looks_like_it() -> None:
    numbers = set()
    for colour in palette(Depth.XTERM).tolist():
        number = Color.from_rgb(*colour).downgrade(ColorSystem.EIGHT_BIT).number
        numbers.add(number)
        shown = EIGHT_BIT_PALETTE[number]
        assert max(abs(a - b) for a, b in zip(shown, colour, strict=True)) <= 7
    assert len(numbers) == len(palette(Depth.XTERM)) == 236


@pytest.mark.parametrize("depth", PALETTES)
@settings(max_examples=20, deadline=None)
@given(pixels=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_dithered_pixels_are_all_of_the_palette(depth: Depth, pixels: np.ndarray) -> None:
    result = dithered(pixels, depth)
    assert result.shape == pixels.shape
    known = {tuple(c) for c in palette(depth).tolist()}
    assert {tuple(c) for c in result.reshape(-1, 3).tolist()} <= known


@pytest.mark.parametrize("depth", PALETTES)
def test_palette_colours_black_and_white_stay_as_they_are(depth: Depth) -> None:
    for colour in ((0, 0, 0), (255, 255, 255)):
        pixels = np.full((8, 8, 3), colour, dtype=np.uint8)
        assert (dithered(pixels, depth) == pixels).all()
    colours = palette(Depth.ANSI)
    assert (nearest(colours, Depth.ANSI) == colours).all()


@pytest.mark.parametrize("depth", PALETTES)
def test_dithering_keeps_the_mean_colour_better_than_the_nearest_colour(depth: Depth) -> None:
    y, x = np.mgrid[0:64, 0:64]
    pixels = np.stack([60 + x, 100 + y // 2, 90 + (x + y) // 4], axis=2).astype(np.uint8)

    def error(result: np.ndarray) -> float:
        small = [np.asarray(Image.fromarray(p).reduce(8)).astype(float) for p in (pixels, result)]
        return float(((small[0] - small[1]) ** 2).mean())

    assert error(dithered(pixels, depth)) < 0.5 * error(nearest(pixels, depth))


def test_full_colour_is_nearly_what_it_was_and_mono_is_left_alone() -> None:
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    rounded = dithered(pixels, Depth.FULL)
    assert abs(rounded.astype(int) - pixels).max() <= 2
    assert (rounded[0, 0].tolist(), rounded[-1, -1].tolist()) == ([0] * 3, [255] * 3)
    assert dithered(pixels, Depth.MONO) is pixels
    assert nearest(pixels, Depth.MONO) is pixels
    with pytest.raises(ValueError, match="no palette"):
        palette(Depth.FULL)


def test_a_label_with_a_hue_keeps_one_in_16_colours() -> None:
    for colour in LABEL_COLOURS:
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        chosen = flat(np.array([r, g, b], dtype=np.uint8), Depth.ANSI).tolist()
        assert chosen in palette(Depth.ANSI).tolist()
        assert (len(set(chosen)) > 1) == (len({r, g, b}) > 1)


def test_the_first_eight_labels_have_eight_of_the_16_colours() -> None:
    chosen = [tuple(flat(rgb(colour), Depth.ANSI).tolist()) for colour in LABEL_COLOURS[:8]]
    assert len(set(chosen)) == 8


@pytest.mark.parametrize("colour", LABEL_COLOURS)
def test_what_xterm_shows_for_a_label_has_its_hue(colour: str) -> None:
    wanted = rgb(colour)
    number = palette(Depth.ANSI).tolist().index(flat(wanted, Depth.ANSI).tolist())
    shown = rgb(f"#{SHOWN[number]:06x}")
    hues = [colorsys.rgb_to_hls(*(c / 255).tolist())[0] for c in (wanted, shown)]
    turn = abs(hues[0] - hues[1])
    assert np.ptp(wanted) < 40 or min(turn, 1 - turn) < 0.125


@pytest.mark.parametrize("colour", LABEL_COLOURS)
def test_names_of_labels_are_read_on_what_terminals_show(colour: str) -> None:
    drawn = shown(flat(rgb(colour), Depth.ANSI), Depth.ANSI)
    assert f"#{bytes(drawn.tolist()).hex()}" in {f"#{value:06x}" for value in SHOWN}
    assert ratio(ink(drawn), drawn) >= 4
