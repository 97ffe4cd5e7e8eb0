"""One preview: a file, a view and a size in cells become a picture made of cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from hardcase.errors import ImageError
from hardcase.imaging import kitty
from hardcase.imaging.cache import MemoryCache
from hardcase.imaging.cells import LETTERBOX, CellGrid
from hardcase.imaging.depth import Depth
from hardcase.imaging.open import Decoded, decode, image_size
from hardcase.imaging.picture import OVERSAMPLING, picture
from hardcase.imaging.view import FIT, Placement, View, around, place
from hardcase.terminal import Mode

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """What to show: `columns` x `rows` cells, at least 1 x 1, of a view of the image at `path`.

    `part` (x1, y1, x2, y2) in source pixels takes the place of the view: it is shown as large as it
    goes, with what lies around it where there is room; it may go over the edge of the image.
    `dithers` as in `picture`. `cell` (pixels of a cell) and `budget` (bytes on the line) matter to
    KITTY only.
    """

    path: Path
    columns: int
    rows: int
    view: View = FIT
    depth: Depth = Depth.FULL
    letterbox: tuple[int, int, int] = LETTERBOX
    mode: Mode = Mode.HALF
    dithers: bool = True
    cell: tuple[int, int] = kitty.CELL
    budget: int = kitty.PICTURE_BYTES
    part: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What came of a request: a picture and where it lies, or else an `error` of one line.

    At KITTY `image` is the PNG to send, and `grid` only tells colours.
    """

    request: Request
    grid: CellGrid | None = None
    placement: Placement | None = None
    error: str | None = None
    image: bytes = b""

    @property
    def nbytes(self) -> int:
        """About how much memory it takes, in bytes."""
        cells = self.grid.nbytes if self.grid else 0
        return cells + len(self.image) + 500


Stamp = tuple[int, int]
"""Modification time in nanoseconds and size in bytes of a file; (-1, -1) when there is none."""


class Renderer:
    """Makes previews, keeping the newest decoded images for the next zoom or pan.

    Safe to use from several threads.
    """

    def __init__(self, image_bytes: int = 64 * 2**20) -> None:
        self._images: MemoryCache[tuple[Path, Stamp], Decoded] = MemoryCache(image_bytes)

    def render(self, request: Request) -> Preview:
        """Return the preview; an unreadable image is one with an `error`."""
        try:
            width, height = image_size(request.path)
            placement = place(request.view, width, height, request.columns, request.rows)
            if request.part is not None:
                view = around(request.part, placement, margin=0)
                placement = place(view, width, height, request.columns, request.rows)
            decoded = self._decoded(request.path, placement, _across(request, placement))
        except ImageError as error:
            return Preview(request, error=str(error))
        look = request.depth, request.letterbox, request.mode
        grid = picture(decoded.image, placement, *look, dithers=request.dithers)
        if request.mode is not Mode.KITTY:
            return Preview(request, grid, placement)
        png = kitty.encode(
            decoded.image, placement, request.letterbox, request.cell, request.budget
        )
        return Preview(request, grid, placement, image=png)

    def _decoded(self, path: Path, placement: Placement, across: int) -> Decoded:
        """Return the image with at least the pixels that `placement` asks for, or all it has."""
        needed = (
            min(placement.width, ceil(placement.width / placement.step_x * across * OVERSAMPLING)),
            min(placement.height, ceil(placement.height / placement.step_y * OVERSAMPLING)),
        )
        key = (path, file_stamp(path))
        held = self._images.get(key)
        if held is not None and held.image.width >= needed[0] and held.image.height >= needed[1]:
            return held
        decoded = decode(path, max_size=needed)
        factor = min(decoded.image.width // needed[0], decoded.image.height // needed[1])
        if factor > 1 and _nbytes(decoded) > self._images.limit // 4:
            decoded = decoded._replace(image=decoded.image.reduce(factor))
        self._images.put(key, decoded, _nbytes(decoded))
        return decoded


def _across(request: Request, placement: Placement) -> int:
    """Return how many pixels a column can show."""
    if request.mode is Mode.KITTY:
        return kitty.columns_needed(placement, request.cell, request.budget)
    return request.mode.across


def _nbytes(decoded: Decoded) -> int:
    return decoded.image.width * decoded.image.height * 4  # Pillow keeps RGB in 4 bytes


def file_stamp(path: Path) -> Stamp:
    """Return what changes when the file does."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return -1, -1
    return status.st_mtime_ns, status.st_size
