"""Bytes and fidelity of pictures over a range of budgets, beside chafa at the same bytes.

    python tests/benchmarks/wire_curve.py --images DIR [--sizes 120x40] [--pictures 12]

Here pictures are drawn by the program's own code without the rest of it, so that any budget can be
asked for: once the budget is what chafa's picture of the same image on the same cells takes, once
less and less of it, until the fidelity is no better than chafa's. The 16 colours, which differ
between terminals, are those that chafa takes them to be, for ours too: on xterm, whose 16 ours
takes them to be, chafa's pictures have other colours than it chose.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import wire_chafa
import wire_print
from rich.color import ColorSystem
from textual.strip import Strip
from wire_job import images_of
from wire_picture import Fidelity, Region, ideal, judge_whole, read
from wire_screen import Emulator

from hardcase.imaging.cells import half_blocks
from hardcase.imaging.quadrants import quadrants
from hardcase.imaging.segments import lines
from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.front import FrontBuffer
from hardcase.tui.wire.lossy import Quality
from hardcase.tui.wire.named import palette_with
from hardcase.tui.wire.profile import FULL, LEAN

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEMS = {
    "16m": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
}
SHARES = (1.0, 0.8, 0.6, 0.4, 0.25)
"""Of the bytes of chafa that ours tries to do with."""

BUDGETS = (2.5, 4.0, 6.1, 9.0, 13.0, 20.6, 30.0)
"""Bytes a cell of the curve."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: bytes a cell, and fidelity."""

    per_cell: float
    fidelity: Fidelity


class Pictures:
    """Draws an image in the program's way on the cells it fills on `size` (columns, rows)."""

    def __init__(
        self, path: Path, size: tuple[int, int], mode: str, depth: str, *, its_16: bool = False
    ) -> None:
        self._path = path
        self._columns, self._rows = wire_chafa.whole_cells(path, size)
        across = 2 if mode == "quadrant" else 1
        pixels = np.rint(ideal(path, self._columns * across, 2 * self._rows)).astype(np.uint8)
        grid = quadrants(pixels) if mode == "quadrant" else half_blocks(pixels)
        everywhere = np.ones(grid.chars.shape, dtype=np.bool_)
        self._pieces = [(y, 0, Strip(row)) for y, row in enumerate(lines(grid, picture=everywhere))]
        self._system = SYSTEMS[depth]
        self._its_16 = its_16 and depth == "16"

    def draw(self, quality: Quality | None) -> Drawn:
        """Draw it."""
        front = FrontBuffer(self._system, Means(named=bool(quality and quality.named)))
        front.resize(self._columns, self._rows)
        if self._its_16:
            front._palette = palette_with(enumerate(wire_chafa.ITS_16))
        front.paint(self._pieces)
        data, _ = front.update(quality)
        screen = Emulator(self._columns, self._rows)
        screen.feed(wire_chafa.in_its_colours(data) if self._its_16 else data)
        seen = read(screen, Region(0, 0, self._columns, self._rows))
        fidelity = judge_whole(seen, self._path, self._columns, self._rows)
        return Drawn(len(data) / (self._columns * self._rows), fidelity)


def within(pictures: Pictures, budget: float) -> Drawn:
    """Return the best picture of at most so many bytes a cell, all that is sent counted."""
    asked = budget
    for _ in range(4):
        made = pictures.draw(Quality(asked, least=0.01, keep=0, named=True))
        if made.per_cell <= budget:
            break
        asked = max(asked - 1.2 * (made.per_cell - budget), 0.2)
    return made


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over images, on 2 x 2 pixels a cell."""

    blurred: float
    psnr: float
    ssim: float

    @classmethod
    def of(cls, found: Sequence[Fidelity]) -> Self:
        """Return the means of pictures."""
        names = ("blurred", "fine_psnr", "fine_ssim")
        return cls(*(statistics.mean(getattr(f, name) for f in found) for name in names))


@dataclass(frozen=True, slots=True)
class Match:
    """A way of chafa over all images: bytes a cell, its fidelity, and ours at these bytes.

    `measure` decides; `won`: the share of images where ours is no worse by that (0.05 dB is
    nothing); `needs`: the median share of its bytes that ours needs to be no worse, 2 where it is.
    """

    rival: str
    depth: str
    measure: str
    per_cell: float
    theirs: Mean
    ours: Mean
    won: float
    needs: float

    @property
    def ok(self) -> bool:
        """Whether ours is no worse at equal bytes, and takes no more at equal fidelity."""
        better = getattr(self.ours, self.measure) >= getattr(self.theirs, self.measure) - _NOTHING
        return better and self.needs <= 1


_NOTHING = 0.05


def match(
    rival: wire_chafa.Rival, images: Sequence[Path], size: tuple[int, int], scratch: Path
) -> Match:
    """Measure a way of chafa, and ours in its bytes, over images."""
    # Fewer colours come dithered, and dither is to be seen from afar.
    measure = "psnr" if rival.depth == "16m" else "blurred"
    name = {"psnr": "fine_psnr"}.get(measure, measure)
    theirs, ours, costs, needs = [], [], [], []
    for path in images:
        count, seen = wire_chafa.drawn(rival, path, size, scratch)
        columns, rows = wire_chafa.whole_cells(path, size)
        theirs.append(judge_whole(seen, path, columns, rows))
        costs.append(count / (columns * rows))
        mode = "half" if rival.symbols == "half" else "quadrant"
        pictures = Pictures(path, size, mode, rival.depth, its_16=True)
        need = 2.0
        for share in SHARES:
            made = within(pictures, costs[-1] * share)
            if share == SHARES[0]:
                ours.append(made.fidelity)
            enough = getattr(made.fidelity, name) >= getattr(theirs[-1], name) - _NOTHING
            if not enough or made.per_cell > costs[-1]:
                break
            need = made.per_cell / costs[-1]
        needs.append(need)
    won = [getattr(a, name) >= getattr(b, name) - _NOTHING
           for a, b in zip(ours, theirs, strict=True)]  # fmt: skip
    return Match(
        rival.name, rival.depth, measure, statistics.mean(costs), Mean.of(theirs), Mean.of(ours),
        statistics.mean(won), statistics.median(needs),
    )  # fmt: skip


def curve(mode: str, depth: str, images: Sequence[Path], size: tuple[int, int]) -> None:
    """Print bytes and fidelity over budgets, then exact, and of the profiles."""
    made = [Pictures(path, size, mode, depth) for path in images]
    qualities = [(f"{b:g}", Quality(b, 0.01, 0, named=True)) for b in BUDGETS]
    for name, quality in [*qualities, ("lean", LEAN), ("full", FULL), ("exact", None)]:
        drawn = [pictures.draw(quality) for pictures in made]
        columns = [
            [d.per_cell for d in drawn],
            *([getattr(d.fidelity, m) for d in drawn]
              for m in ("psnr", "ssim", "fine_psnr", "fine_ssim", "blurred")),
        ]  # fmt: skip
        mean = [statistics.mean(values) for values in columns]
        print(f"{depth:>4} {mode:9}{name:>6}{mean[0]:9.2f}{max(columns[0]):7.1f}{mean[1]:8.2f}"
              f"{min(columns[1]):7.1f}{mean[2]:8.3f}{mean[3]:8.2f}{mean[4]:8.3f}{mean[5]:8.2f}",
              flush=True)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="folder of images")
    parser.add_argument("--sizes", default="120x40", help="cells, such as 80x24,120x40,200x60")
    parser.add_argument("--depths", default="16m,256,16")
    parser.add_argument("--pictures", type=int, default=12, help="so many images, spread evenly")
    args = parser.parse_args()
    found = images_of(args.images)
    images = found[:: max(1, len(found) // args.pictures)][: args.pictures]
    for text in args.sizes.split(","):
        columns, rows = map(int, text.split("x"))
        _size(images, (columns, rows), args.depths.split(","))


def _size(images: Sequence[Path], size: tuple[int, int], depths: list[str]) -> None:
    print(f"\n{size[0]}x{size[1]}, {len(images)} images: ours over budgets of bytes a cell (means)")
    print(f"{'':14}{'budget':>6}{'B/cell':>9}{'most':>7}{'PSNR':>8}{'worst':>7}{'SSIM':>8}"
          f"{'2x2':>8}{'SSIM':>8}{'blur':>8}")  # fmt: skip
    for depth in depths:
        for mode in ("half", "quadrant"):
            curve(mode, depth, images, size)
    version = wire_chafa.version()
    if version is None:
        print("chafa is not installed (Debian: apt-get install chafa): no comparison")
        return
    with tempfile.TemporaryDirectory(prefix="curve-") as folder:
        found = [match(rival, images, size, Path(folder))
                 for depth in depths for rival in wire_chafa.rivals(depth)]  # fmt: skip
    wire_print.chafa(f"{size[0]}x{size[1]}", version, found)


if __name__ == "__main__":
    main()
