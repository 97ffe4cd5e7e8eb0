"""The test card of `hardcase doctor`: a person sees at once what a terminal draws well."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.kitty import placeholders, transmit
from hardcase.terminal import Depth, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.terminal import Terminal

_WIDTH = 48
_RESET = "\x1b[0m"
_CUBE = (0, 95, 135, 175, 215, 255)


def card(terminal: Terminal) -> str:
    """Return the card, lines with escape sequences; without colours where none are used.

    What is drawn does not follow what was found out: it is there to contradict it.
    """
    lines = [f"{name:<11}{sample}" for name, sample in _samples(terminal)]
    return "\n".join(lines) + "\n"


def _samples(terminal: Terminal) -> Iterator[tuple[str, str]]:
    if terminal.depth is not Depth.MONO:
        ramp = [_hue(n / (_WIDTH - 1)) for n in range(_WIDTH)]
        yield "24 bit", "".join(_on("48;2;{};{};{}".format(*c)) for c in ramp) + _RESET
        yield "256", "".join(_on(f"48;5;{_nearest(c)}") for c in ramp) + _RESET
        yield "16", "".join(_on(str(n)) * 3 for n in (*range(40, 48), *range(100, 108))) + _RESET
        yield "half", _halves(ramp)
        yield "quadrants", _quadrants(ramp)
    yield "eighths", "▏▎▍▌▋▊▉█ ▁▂▃▄▅▆▇█ ▔▕  shades ░▒▓█"
    yield "lines", "┌─┬─┐ ┏━┳━┓ ╭─╮ ■ □ ▲ ✓ …"
    yield "wide", "|漢字|ﾊﾝ|é| the bars of this line and the next are"
    yield "", "|1234|12|1| one below the other"
    if terminal.placeholders or terminal.mode is Mode.KITTY:
        yield "image", _image()


def _on(codes: str) -> str:
    return f"\x1b[{codes}m "


def _hue(position: float) -> tuple[int, int, int]:
    """Return a colour of the rainbow, dark to light."""
    angles = position * 5.0 + np.array([0.0, 2.1, 4.2])
    red, green, blue = (np.cos(angles) * 0.5 + 0.5) * (60 + 180 * position)
    return int(red), int(green), int(blue)


def _nearest(colour: tuple[int, int, int]) -> int:
    red, green, blue = (min(range(6), key=lambda n: abs(_CUBE[n] - c)) for c in colour)
    return 16 + 36 * red + 6 * green + blue


def _halves(ramp: list[tuple[int, int, int]]) -> str:
    pairs = zip(ramp, reversed(ramp), strict=True)
    cells = ("\x1b[38;2;{};{};{};48;2;{};{};{}m▄".format(*low, *high) for high, low in pairs)
    return "".join(cells) + _RESET


def _quadrants(ramp: list[tuple[int, int, int]]) -> str:
    glyphs = "▘▝▀▖▌▞▛▗▚▐▜▄▙▟"
    cells = (
        "\x1b[38;2;{};{};{};48;2;30;30;30m{}".format(*colour, glyphs[n % len(glyphs)])
        for n, colour in enumerate(ramp)
    )
    return "".join(cells) + _RESET


def _image() -> str:
    """Return an image of two rows: a smooth ramp where images work, odd letters where not."""
    columns, rows, image_id = 24, 2, 0x700000 | os.getpid() & 0xFFFF
    colours = np.array([_hue(n / 383) for n in range(384)], dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(np.tile(colours[None], (64, 1, 1))).save(out, "PNG")
    grid = placeholders(columns, rows, image_id, (0, 0, 0))
    colour = f"\x1b[38;2;{image_id >> 16};{image_id >> 8 & 255};{image_id & 255}m"
    lines = [colour + "".join(row) + _RESET for row in grid.chars.tolist()]
    return transmit(out.getvalue(), image_id, columns, rows) + ("\n" + " " * 11).join(lines)
