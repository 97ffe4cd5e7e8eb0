"""Images of the terminal's own: what is sent, and which cells show it."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len

from hardcase.imaging.kitty import (
    MARKS,
    PLACEHOLDER,
    delete,
    encode,
    fits,
    placeholders,
    through_tmux,
    transmit,
)
from hardcase.imaging.preview import Renderer, Request
from hardcase.imaging.view import FIT, View, place
from hardcase.terminal import Mode

_COMMAND = re.compile(r"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")


def commands(text: str) -> list[tuple[dict[str, str], str]]:
    return [
        (dict(key.split("=") for key in keys.split(",")), payload)
        for keys, payload in _COMMAND.findall(text)
    ]


def photo(width: int, height: int) -> Image.Image:
    small = np.random.default_rng(5).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    noise = np.random.default_rng(6).integers(-20, 20, (height, width, 3))
    smooth = np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
    return Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))


def test_numbers_of_rows_and_columns_are_the_marks_of_the_protocol() -> None:
    assert len(MARKS) == len(set(MARKS)) == 297
    assert all(unicodedata.combining(mark) == 230 for mark in MARKS)
    assert [ord(mark) for mark in (*MARKS[:6], MARKS[-1])] == [
        *(0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D),
        0x1D244,
    ]


def test_every_cell_tells_its_place_and_image_and_is_one_cell_wide() -> None:
    grid = placeholders(30, 12, 0x123456, (1, 2, 3))
    for (y, x), text in np.ndenumerate(grid.chars):
        assert (text[0], MARKS.index(text[1]), MARKS.index(text[2])) == (PLACEHOLDER, y, x)
        assert cell_len(str(text)) == 1
    assert (grid.fg == (0x12, 0x34, 0x56)).all()
    assert (grid.bg == (1, 2, 3)).all()


def test_there_are_marks_for_297_columns() -> None:
    assert fits(297, 297)
    assert not fits(298, 10)
    with pytest.raises(ValueError, match="298"):
        placeholders(298, 10, 5, (0, 0, 0))


def test_an_image_is_sent_in_chunks_quietly_and_placed_when_complete() -> None:
    png = bytes(range(256)) * 40
    sent = transmit(png, 0x400001, 120, 40)
    assert sent.startswith("\x1b[?2026h")
    assert sent.endswith("\x1b[?2026l")
    *parts, (placed, nothing) = commands(sent)
    assert b64decode("".join(payload for _, payload in parts)) == png
    assert all(len(payload) <= 4096 for _, payload in parts)
    assert [keys["m"] for keys, _ in parts] == ["1"] * (len(parts) - 1) + ["0"]
    assert parts[0][0] | {"m": ""} == {"a": "t", "q": "2", "f": "100", "i": "4194305", "m": ""}
    assert all(keys["q"] == "2" for keys, _ in parts)
    wanted = {"a": "p", "U": "1", "q": "2", "i": "4194305", "p": "1", "c": "120", "r": "40"}
    assert (placed, nothing) == (wanted, "")
    assert commands(delete(7)) == [({"a": "d", "d": "I", "q": "2", "i": "7"}, "")]


def test_tmux_is_asked_to_pass_each_command_on_and_nothing_else() -> None:
    sent = transmit(b"x" * 9000, 0x400001, 10, 5)
    wrapped = through_tmux(sent)
    passed = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", wrapped)
    assert "".join(passed).replace("\x1b\x1b", "\x1b") == "".join(
        m.group() for m in _COMMAND.finditer(sent)
    )
    assert "2026" not in wrapped


@pytest.mark.parametrize("budget", [100_000, 30_000, 3_000])
@pytest.mark.parametrize("cell", [(8, 16), (9, 20)])
def test_a_picture_is_as_sharp_as_its_bytes_allow_and_has_the_shape_of_the_canvas(
    budget: int, cell: tuple[int, int]
) -> None:
    image = photo(640, 480)
    png = encode(image, place(FIT, 640, 480, 120, 40), (9, 9, 9), cell, budget)
    assert 0.6 * budget < len(transmit(png, 0x400001, 120, 40)) < budget + 600
    shown = Image.open(BytesIO(png))
    assert shown.width / shown.height == pytest.approx(120 * cell[0] / (40 * cell[1]), rel=0.03)


def test_the_letterbox_is_part_of_the_image() -> None:
    png = encode(Image.new("RGB", (100, 400), (200, 0, 0)), place(FIT, 100, 400, 60, 20), (9, 9, 9))
    shown = Image.open(BytesIO(png)).convert("RGB")
    middle = shown.height // 2
    assert shown.getpixel((1, middle)) == shown.getpixel((shown.width - 2, middle)) == (9, 9, 9)
    assert shown.getpixel((shown.width // 2, middle)) == (200, 0, 0)


def test_pixels_zoomed_into_are_squares_in_the_image() -> None:
    checker = np.zeros((60, 60, 3), dtype=np.uint8)
    checker[::2, ::2] = checker[1::2, 1::2] = 255
    p = place(View(16.0), 60, 60, 60, 30)
    png = encode(Image.fromarray(checker), p, (9, 9, 9))
    shown = np.asarray(Image.open(BytesIO(png)).convert("RGB"))
    assert set(np.unique(shown)) == {0, 255}
    assert shown.shape[1] == 60 * 8


def test_a_preview_of_an_image_has_cells_to_stand_in(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    photo(300, 200).save(path)
    preview = Renderer().render(Request(path, 60, 20, mode=Mode.KITTY))
    plain = Renderer().render(Request(path, 60, 20))
    assert preview.image.startswith(b"\x89PNG")
    assert preview.grid is not None
    assert plain.grid is not None
    assert not preview.grid.differs(plain.grid).any()
    assert preview.nbytes > len(preview.image)
