"""Pictures by chafa: its symbols and colours, each with the settings that may be its best.

What is compared. In all colours, PSNR. In 256 and 16 colours pictures are dithered, and how good
dither is, is judged after a low pass that stands for the eye, which sees the mean of fine dots, not
the dots: the mean squared error of the halftone and the original, both filtered so, is what direct
binary search makes least (D. J. Lieberman and J. P. Allebach, "A dual interpretation for direct
binary search and its implications for tone reproduction and texture quality", IEEE Transactions on
Image Processing 9(11), 2000, pp. 1950-1963). Their filter is a model of contrast sensitivity for a
printer's resolution and a distance; `blur` is the PSNR in dB after a plain one instead, a Gaussian
with a sigma of one pixel on the grid of 2 x 2 pixels a cell (half a cell across, and down), over
red, green and blue alike. PSNR and SSIM without a filter are printed beside it; they call flat
areas without dither better.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wire_picture import Region, Seen, fit, read, source
from wire_screen import Emulator

if TYPE_CHECKING:
    from pathlib import Path

SYMBOLS = {
    "half": ["--symbols", "vhalf+space+solid"],
    "quadrant": ["--symbols", "quad+half+space+solid"],
    "default": [],
}
COLOURS = {"16m": "full", "256": "256", "16": "16"}
"""What chafa calls the colours of a terminal."""

_DITHERS = {
    "16m": {"": []},
    "256": {
        "plain": ["--dither", "none"],
        "ordered": ["--dither", "ordered"],
        "diffused": ["--dither", "diffusion"],
    },
}
# With 16 colours it raises contrast and saturation first, unless told not to.
_DITHERS["16"] = {name: [*how, "-p", "off"] for name, how in _DITHERS["256"].items()}
_DITHERS["16"]["vivid"] = ["--dither", "none", "-p", "on"]

_BEST = ["-f", "symbols", "-w", "9", "-O", "9", "--stretch"]


@dataclass(frozen=True, slots=True)
class Rival:
    """One way to have chafa draw."""

    symbols: str
    depth: str
    how: str

    @property
    def name(self) -> str:
        """As printed."""
        return f"chafa {self.symbols} {COLOURS[self.depth]} {self.how}".rstrip()


def version() -> str | None:
    """Return the version of chafa, None where it is absent."""
    if shutil.which("chafa") is None:
        return None
    done = subprocess.run(["chafa", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def rivals(depth: str) -> list[Rival]:
    """Return all ways to draw in the colours of a terminal."""
    return [Rival(symbols, depth, how) for symbols in SYMBOLS for how in _DITHERS[depth]]


def drawn(rival: Rival, path: Path, size: tuple[int, int], scratch: Path) -> tuple[int, Seen]:
    """Return the bytes and the picture that a rival makes of an image.

    It is told the cells that the image fills on `size` (columns, rows), all of them whole.
    """
    columns, rows = whole_cells(path, size)
    # What it reads is lossless and turned upright, so that only its drawing is compared.
    plain = scratch / f"{path.stem}.png"
    if not plain.exists():
        source(path).save(plain, compress_level=1)
    argv = ["chafa", *_BEST, "-s", f"{columns}x{rows}", "-c", COLOURS[rival.depth]]
    argv += [*SYMBOLS[rival.symbols], *_DITHERS[rival.depth][rival.how], str(plain)]
    done = subprocess.run(argv, capture_output=True, check=True, env={"TERM": "xterm-256color"})
    screen = Emulator(columns + 1, rows + 1)
    screen.feed(in_its_colours(done.stdout).replace(b"\n", b"\r\n"))
    return len(done.stdout), read(screen, Region(0, 0, columns, rows))


ITS_16 = (
    0x000000, 0x800000, 0x007000, 0x707000, 0x000070, 0x700070, 0x007070, 0xC0C0C0,
    0x404040, 0xFF0000, 0x00FF00, 0xFFFF00, 0x0000FF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip
"""What chafa 1.12 takes the first 16 colours to be, which it does not ask the terminal for."""
_SGR = re.compile(rb"\x1b\[([0-9;]*)m")
_GROUNDS = {30: (38, 0), 90: (38, 8), 40: (48, 0), 100: (48, 8)}


def in_its_colours(data: bytes) -> bytes:
    """Return the output with the first 16 colours spelt out."""

    def spelt(found: re.Match[bytes]) -> bytes:
        if b"38;" in found[1] or b"48;" in found[1]:
            return found[0]
        codes = [_spelt(int(code or 0)) for code in found[1].split(b";")]
        return b"\x1b[%bm" % ";".join(codes).encode()

    return _SGR.sub(spelt, data)


def _spelt(code: int) -> str:
    ground = _GROUNDS.get(code // 10 * 10)
    if ground is None or code % 10 > 7:
        return str(code)
    colour = ITS_16[ground[1] + code % 10]
    return f"{ground[0]};2;{colour >> 16};{colour >> 8 & 255};{colour & 255}"


def whole_cells(path: Path, size: tuple[int, int]) -> tuple[int, int]:
    """Return the columns and rows that an image fills."""
    place = fit(source(path).size, *size)
    return place.width, -(-place.height // 2)
