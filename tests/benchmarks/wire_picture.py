"""Pictures read back from terminal cells, and how close they are to the ideal.

Half and quadrant blocks, eighths and shades become 2 x 2 pixels a cell. The ideal is the source
image averaged over the area of each pixel of the same grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from wire_screen import Emulator

    Pixels = NDArray[np.float32]


class Region(NamedTuple):
    """Cells of a screen: first column and row, and how many."""

    x: int
    y: int
    columns: int
    rows: int


def _coverage() -> dict[str, tuple[float, float, float, float]]:
    """Return how much of each quarter (upper left, upper right, lower ...) a character fills."""
    found = {" ": (0.0,) * 4, "█": (1.0,) * 4, "░": (0.25,) * 4, "▒": (0.5,) * 4, "▓": (0.75,) * 4}
    found["▀"], found["▐"] = (1.0, 1.0, 0.0, 0.0), (0.0, 1.0, 0.0, 1.0)
    for n, char in enumerate("▁▂▃▄▅▆▇", 1):
        upper, lower = max(n - 4, 0) / 4, min(n, 4) / 4
        found[char] = (upper, upper, lower, lower)
    for n, char in enumerate("▏▎▍▌▋▊▉", 1):
        left, right = min(n, 4) / 4, max(n - 4, 0) / 4
        found[char] = (left, right, left, right)
    quadrants = {"▘": 1, "▝": 2, "▖": 4, "▗": 8, "▚": 9, "▞": 6, "▛": 7, "▜": 11, "▙": 13, "▟": 14}
    for char, bits in quadrants.items():
        found[char] = tuple(float(bits >> n & 1) for n in range(4))  # type: ignore[assignment]
    return found  # type: ignore[return-value]


COVERAGE = _coverage()


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it is seen: (2 rows, 2 columns, 3) pixels, and cells that are no blocks."""

    pixels: Pixels
    foreign: NDArray[np.bool_]

    @property
    def fine(self) -> bool:
        """Whether cells differ between their left and right halves."""
        return bool((self.pixels[:, 0::2] != self.pixels[:, 1::2]).any())

    def grid(self, across: int) -> Pixels:
        """Return the pixels with `across` (1 or 2) of them a cell side by side."""
        return self.pixels if across == 2 else (self.pixels[:, 0::2] + self.pixels[:, 1::2]) / 2


def read(screen: Emulator, region: Region) -> Seen:
    """Read the pixels of a region of the screen."""
    x, y, columns, rows = region
    chars = [screen.chars[row][x : x + columns] for row in range(y, y + rows)]
    foreign = np.array([[char not in COVERAGE for char in row] for row in chars])
    blank = COVERAGE[" "]
    cover = np.array([[COVERAGE.get(char, blank) for char in row] for row in chars], np.float32)
    fg, bg = (plane[y : y + rows, x : x + columns].astype(np.float32) for plane in screen.colours())
    share = cover.reshape(rows, columns, 2, 2, 1)
    cells = share * fg[:, :, None, None] + (1 - share) * bg[:, :, None, None]
    pixels = cells.transpose(0, 2, 1, 3, 4).reshape(2 * rows, 2 * columns, 3)
    return Seen(pixels, foreign)


@cache
def source(path: Path) -> Image.Image:
    """Return the oriented RGB image."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


@cache
def ideal(path: Path, width: int, height: int) -> Pixels:
    """Return the image averaged over each of `width` x `height` pixels."""
    pixels = np.asarray(source(path), dtype=np.float32)
    across = np.einsum("yxc,vx->yvc", pixels, _shares(pixels.shape[1], width), optimize=True)
    return np.einsum("yvc,uy->uvc", across, _shares(pixels.shape[0], height), optimize=True)


@cache
def _shares(size: int, parts: int) -> Pixels:
    """Return (parts, size): the share of each source pixel in each part, exact at the borders.

    Pillow's BOX takes or leaves whole pixels, which differs by several dB from the true average.
    """
    edges = np.arange(parts + 1) * (size / parts)
    first = np.arange(size)
    overlap = np.minimum(edges[1:, None], first + 1) - np.maximum(edges[:-1, None], first)
    shares: Pixels = (np.clip(overlap, 0, None) / (size / parts)).astype(np.float32)
    return shares


class Fit(NamedTuple):
    """The columns and half rows of a region that an image fills."""

    x: int
    y: int
    width: int
    height: int


def fit(image: tuple[int, int], columns: int, rows: int) -> Fit:
    """Return where an image fitted into `columns` x `rows` cells lies, centred, in whole cells."""
    scale = max(image[0] / columns, image[1] / (2 * rows))
    width = min(columns, max(1, round(image[0] / scale)))
    height = min(rows, max(1, round(image[1] / scale / 2)))
    return Fit((columns - width) // 2, (rows - height) // 2 * 2, width, height * 2)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How close a picture is to its ideal: on its own grid, on 2 x 2 pixels a cell, and blurred.

    `blurred` compares both after a Gaussian blur of one pixel, which is what is left of dither at a
    distance. PSNR in dB over all three channels; SSIM of the luma, in [-1, 1].
    """

    psnr: float
    ssim: float
    fine_psnr: float
    fine_ssim: float
    blurred: float
    cells: int


def judge_whole(seen: Seen, path: Path, columns: int, rows: int) -> Fidelity:
    """Compare a picture stretched over `columns` x `rows` whole cells."""
    return _judged(seen, path, Fit(0, 0, columns, 2 * rows))


def judge(seen: Seen, path: Path, columns: int, rows: int) -> Fidelity:
    """Compare the picture that fills a region of `columns` x `rows` cells, but for a letterbox."""
    return _judged(seen, path, fit(source(path).size, columns, rows))


def _judged(seen: Seen, path: Path, place: Fit) -> Fidelity:
    across = 2 if seen.fine else 1
    own, fine = (_pair(seen, path, place, n) for n in (across, 2))
    return Fidelity(
        psnr(*own), ssim(*own), psnr(*fine), ssim(*fine), psnr(*map(_blur, fine)),
        place.width * -(-place.height // 2),
    )  # fmt: skip


def likeness(seen: Seen, path: Path, columns: int, rows: int) -> float:
    """Return the correlation in [-1, 1] of a picture's luma with the ideal's, text left out.

    Both are blurred, so that dither and lines over the picture hardly matter.
    """
    place = fit(source(path).size, columns, rows)
    x, y, width, height = place
    blocks = ~np.repeat(seen.foreign, 2, axis=0)[y : y + height, x : x + width]
    shown = seen.grid(1)[y : y + height, x : x + width] @ _LUMA
    wanted = _soft_ideal(path, width, height)
    if blocks.sum() < 0.2 * blocks.size:
        return 0.0
    shown = np.where(blocks, shown, shown[blocks].mean())
    a, b = _smooth(shown, 1.0, 3)[blocks], wanted[blocks]
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@cache
def _soft_ideal(path: Path, width: int, height: int) -> NDArray[np.floating]:
    return _smooth(ideal(path, width, height) @ _LUMA, 1.0, 3)


def _pair(seen: Seen, path: Path, place: Fit, across: int) -> tuple[Pixels, Pixels]:
    x, y, width, height = place
    shown = seen.grid(across)[y : y + height, x * across : (x + width) * across]
    return shown, ideal(path, width * across, height)


def psnr(a: Pixels, b: Pixels) -> float:
    """Return the peak signal-to-noise ratio in dB, 10 log10(255^2 / MSE); at most 99."""
    error = float(((a - b) ** 2).mean())
    return 10 * float(np.log10(255**2 / error)) if error > 8e-6 else 99.0


def ssim(a: Pixels, b: Pixels) -> float:
    """Return the mean SSIM of the luma (Wang et al. 2004: Gaussian window, sigma 1.5, 11 wide)."""
    x, y = (a @ _LUMA).astype(np.float64), (b @ _LUMA).astype(np.float64)
    mean_x, mean_y = _smooth(x, 1.5, 5), _smooth(y, 1.5, 5)
    var_x = _smooth(x * x, 1.5, 5) - mean_x**2
    var_y = _smooth(y * y, 1.5, 5) - mean_y**2
    cov = _smooth(x * y, 1.5, 5) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * cov + c2)
    return float((top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def _blur(pixels: Pixels) -> Pixels:
    planes = [_smooth(pixels[:, :, n], 1.0, 3) for n in range(3)]
    return np.stack(planes, axis=-1)


def _smooth(plane: NDArray[np.floating], sigma: float, radius: int) -> NDArray[np.floating]:
    """Return a plane convolved with a Gaussian, mirrored at the edges."""
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        width = [(radius, radius) if n == axis else (0, 0) for n in (0, 1)]
        padded = np.pad(plane, width, mode="symmetric")
        size = plane.shape[axis]
        parts = (
            tap * (padded[n : n + size] if axis == 0 else padded[:, n : n + size])
            for n, tap in enumerate(taps)
        )
        plane = sum(parts)  # type: ignore[assignment]
    return plane


_RULES = "│┃▏▕▐▌║┆┊"


def job_regions(screen: Emulator) -> list[Region]:
    """Return where the picture of the job screen may be: right of a rule down, above one across."""
    rows, columns = screen.rows, screen.columns
    best = (0, 0)
    for x in range(8, columns - 8):
        column = [screen.chars[y][x] for y in range(rows)]
        best = max(best, (max(column.count(char) for char in _RULES), -x))
    if best[0] < rows // 2:
        return []
    x = 1 - best[1]
    right = columns - x
    across = [y for y in range(rows) if _is_rule("".join(screen.chars[y][x:]))]
    bottoms = across or [rows - 2]
    return [Region(x, top, right, bottom - top) for bottom in bottoms for top in (2, 1, 3, 4)
            if bottom - top > 2]  # fmt: skip


def _is_rule(text: str) -> bool:
    return len(set(text)) == 1 and text[0] in "─━▁▔═"


def editor_regions(screen: Emulator) -> list[Region]:
    """Return where the picture of the box editor may be: over the whole width."""
    return [
        Region(0, top, screen.columns, screen.rows - top - bottom)
        for top in (1, 2, 3)
        for bottom in (3, 2, 4, 5)
    ]


class Album:
    """Images as a region of the screen would show them, to tell which one it shows.

    Each is compared where it would lie only: the letterbox around it is like that of many others.
    """

    def __init__(self, images: Sequence[Path], region: Region) -> None:
        self._region = region
        self._pages = []
        for path in images:
            x, y, width, height = place = fit(source(path).size, region.columns, region.rows)
            self._pages.append((np.s_[y : y + height, x : x + width], _page(path, place)))

    def scores(self, screen: Emulator) -> NDArray[np.floating]:
        """Return for each image how like it the picture is, a correlation in [-1, 1]."""
        seen = read(screen, self._region)
        luma = seen.grid(1) @ _LUMA
        text = np.repeat(seen.foreign, 2, axis=0)
        if text.all():
            return np.zeros(len(self._pages))
        luma[text] = luma[~text].mean()
        smooth = _smooth(luma, 1.0, 3)
        return np.array([float(page @ _normal(smooth[at].ravel())) for at, page in self._pages])


def _page(path: Path, place: Fit) -> NDArray[np.floating]:
    return _normal(_soft_ideal(path, place.width, place.height).ravel())


def _normal(values: NDArray[np.floating]) -> NDArray[np.floating]:
    centred = values - values.mean()
    size = float(np.sqrt((centred**2).sum()))
    return centred / size if size > 0 else centred


def locate(screen: Emulator, regions: list[Region], path: Path) -> tuple[Region, float] | None:
    """Return the region that shows the image best, and its likeness; None if none does."""
    found = [(likeness(read(screen, r), path, r.columns, r.rows), r) for r in regions]
    likely, region = max(found, default=(0.0, None))
    return (region, likely) if region is not None else None
