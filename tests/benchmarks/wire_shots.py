"""Pictures of the real screen: the demo in a pseudo terminal, drawn as a terminal draws it.

    python tests/benchmarks/wire_shots.py OUT [--only NAME,...] [--font FILE]

Shows the shipped sample data only. Blocks and lines are drawn as the areas they stand for, other
characters with the font, DejaVu Sans Mono by default (Debian: fonts-dejavu-core).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from wire_drive import Driven
from wire_job import PROGRAM, environment

if TYPE_CHECKING:
    from wire_screen import Emulator

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
CELL = (8, 16)

# Name: size, depth, theme, picture, line, keys typed from the list of a detection job on.
SHOTS: dict[str, tuple[tuple[int, int], str, str, str, str, list[bytes]]] = {
    "job": ((120, 36), "16m", "dark", "half", "full", []),
    "editor": ((120, 36), "16m", "dark", "half", "full", [b"e", b"\t"]),
    "drawing": (
        (120, 36),
        "16m",
        "dark",
        "half",
        "full",
        [b"e", b"b", b"c", b"h", b"j", *[b"\x1b[1;2B"] * 2],
    ),
    "zoom": ((120, 36), "16m", "dark", "quadrant", "full", [b"e", b"z"]),
    "gallery": ((120, 36), "16m", "dark", "half", "full", [b"t"]),
    "light": ((120, 36), "16m", "light", "half", "full", []),
    "colours-256": ((100, 30), "256", "dark", "half", "full", []),
    "colours-16": ((100, 30), "16", "contrast", "half", "full", []),
    "lean": ((100, 30), "16m", "dark", "half", "lean", []),
    "small": ((80, 24), "16m", "dark", "half", "full", []),
    "large": ((200, 60), "16m", "dark", "half", "full", []),
}


def _areas() -> dict[str, list[tuple[float, float, float, float]]]:
    """Return which parts (x1, y1, x2, y2) of a cell a character fills."""
    found: dict[str, list[tuple[float, float, float, float]]] = {"█": [(0, 0, 1, 1)]}
    for n, char in enumerate("▁▂▃▄▅▆▇", 1):
        found[char] = [(0, 1 - n / 8, 1, 1)]
    for n, char in enumerate("▏▎▍▌▋▊▉", 1):
        found[char] = [(0, 0, n / 8, 1)]
    found |= {"▀": [(0, 0, 1, 0.5)], "▐": [(0.5, 0, 1, 1)], "▔": [(0, 0, 1, 1 / 8)],
              "▕": [(7 / 8, 0, 1, 1)]}  # fmt: skip
    quarters = [(0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1), (0.5, 0.5, 1, 1)]
    for char, bits in zip("▘▝▖▗▚▞▛▜▙▟", (1, 2, 4, 8, 9, 6, 7, 11, 13, 14), strict=True):
        found[char] = [quarter for n, quarter in enumerate(quarters) if bits >> n & 1]
    for light, heavy, arms in (("─", "━", "lr"), ("│", "┃", "ud"), ("┌", "┏", "rd"),
                               ("┐", "┓", "ld"), ("└", "┗", "ru"), ("┘", "┛", "lu"),
                               ("╶", "╺", "r"), ("╴", "╸", "l"), ("╷", "╻", "d"),
                               ("╵", "╹", "u")):  # fmt: skip
        for char, wide in ((light, 1 / 16), (heavy, 1 / 8)):
            a, b, c, d = 0.5 - wide, 0.5 + wide, 0.5 - wide / 2, 0.5 + wide / 2
            parts = {"l": (0, c, b, d), "r": (a, c, 1, d), "u": (a, 0, b, d), "d": (a, c, b, 1)}
            found[char] = [parts[arm] for arm in arms]
    return found


_AREAS = _areas()


def drawn(screen: Emulator, font: Path = FONT) -> Image.Image:
    """Return the screen as an RGB image of `CELL` pixels a cell."""
    width, height = CELL
    face = ImageFont.truetype(str(font), 13)
    fg, bg = screen.colours()
    image = Image.new("RGB", (screen.columns * width, screen.rows * height))
    draw = ImageDraw.Draw(image)
    for y in range(screen.rows):
        for x in range(screen.columns):
            left, top = x * width, y * height
            back, front = tuple(bg[y, x].tolist()), tuple(fg[y, x].tolist())
            draw.rectangle((left, top, left + width - 1, top + height - 1), fill=back)
            for x1, y1, x2, y2 in _AREAS.get(screen.chars[y][x], ()):
                first = left + round(x1 * width), top + round(y1 * height)
                last = left + round(x2 * width) - 1, top + round(y2 * height) - 1
                draw.rectangle(
                    (first, (max(first[0], last[0]), max(first[1], last[1]))), fill=front
                )
        for x in range(screen.columns):
            char = screen.chars[y][x]
            if char.strip() and char not in _AREAS and cell_len(char):
                place, colour = (x * width, y * height), tuple(fg[y, x].tolist())
                draw.text(place, char, font=face, fill=colour)
    return image


def shoot(name: str, job: Path, scratch: Path, font: Path) -> Image.Image:
    """Drive the program to what `name` shows, and return its picture."""
    size, depth, theme, picture, line, keys = SHOTS[name]
    env = environment(scratch, depth, line, picture) | {"HARDCASE_THEME": theme}
    with Driven([*PROGRAM, job], size, env) as driven:
        driven.wait_for(lambda s: "▌" in s.text or "saved" in s.text, "the job")
        driven.rest()
        driven.wait_for(lambda s: not {"loading…", "image"} & set(s.text.split()), "a picture")
        driven.rest()
        for key in keys:
            driven.program.send(key)
            driven.rest()
        return drawn(driven.screen, font)


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default=",".join(SHOTS), help="names, of: " + ", ".join(SHOTS))
    parser.add_argument("--font", type=Path, default=FONT)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shots-") as folder:
        scratch = Path(folder)
        env = environment(scratch, "16m", "full", "half")
        subprocess.run([*PROGRAM, "demo", scratch / "demo"], env=env, check=True,
                       capture_output=True, stdin=subprocess.DEVNULL)  # fmt: skip
        for name in args.only.split(","):
            image = shoot(name, scratch / "demo" / "detection", scratch, args.font)
            path = args.out / f"{name}.png"
            image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
            print(f"{path}: {path.stat().st_size:,} B", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
