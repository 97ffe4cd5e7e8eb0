"""Cells of a canvas made in the background, before they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.imaging.cache import MemoryCache
from hardcase.imaging.depth import Depth
from hardcase.tui.canvas.cells import compose
from hardcase.tui.wire.ahead import encoded
from hardcase.tui.wire.sheet import Sheet

if TYPE_CHECKING:
    from typing import TypeAlias

    from rich.color import ColorSystem

    from hardcase.imaging.preview import Preview, Request
    from hardcase.tui.canvas.cells import Ground, Scene
    from hardcase.tui.wire.ahead import Place
    from hardcase.tui.wire.lossy import Quality
    from hardcase.tui.wire.rate import Rate

    Aims: TypeAlias = "dict[Request, tuple[Scene, Desk]]"
    _Key: TypeAlias = "tuple[Request, Scene, Desk]"

_MEMORY = 24 * 2**20


@dataclass(frozen=True, slots=True)
class Desk:
    """What sheets are made for besides their scenes. `place` is None where nobody encodes."""

    ground: Ground
    system: ColorSystem
    place: Place | None = None


class Sheets:
    """Makes sheets, and keeps those made ahead; canvases may share them.

    `finish` may be called from any thread.
    """

    def __init__(self, memory: int = _MEMORY) -> None:
        self._expected: dict[object, Aims] = {}
        self._aims: Aims = {}
        self._rates: dict[Quality, Rate] = {}
        self._made: MemoryCache[_Key, tuple[Preview, Sheet]] = MemoryCache(memory)

    def expect(self, aims: Aims, canvas: object = None) -> None:
        """Say which sheets a canvas wants once the pictures of some requests are there."""
        self._expected.pop(canvas, None)
        if aims:
            self._expected[canvas] = aims
        merged: Aims = {}
        for expected in self._expected.values():
            merged |= expected
        self._aims = merged  # replaced as a whole: other threads read it

    def finish(self, preview: Preview) -> None:
        """Make the sheet expected of a picture, and encode it if it has a place."""
        aim = self._aims.get(preview.request)
        if aim is None or preview.grid is None or aim[1].ground.depth is Depth.MONO:
            return
        scene, desk = aim
        key = preview.request, *aim
        held = self._made.get(key)
        if held is not None and held[0] is preview:
            return
        sheet = made(scene, preview, desk)
        if desk.place is not None:
            sheet.ahead = encoded(
                sheet.cells, desk.place, self._rates.get(desk.place.quality), sheet.roomy
            )
            if sheet.ahead is not None:
                self._rates[desk.place.quality] = sheet.ahead.rate
        self._made.put(key, (preview, sheet), sheet.nbytes)

    def sheet(self, scene: Scene, preview: Preview | None, desk: Desk, *, late: bool) -> Sheet:
        """Return the sheet of a scene: made ahead, or now."""
        if preview is not None and not late:
            held = self._made.get((preview.request, scene, desk))
            if held is not None and held[0] is preview:
                return held[1]
        return made(scene, preview, desk, late=late)


def made(scene: Scene, preview: Preview | None, desk: Desk, *, late: bool = False) -> Sheet:
    """Make a sheet."""
    grid = compose(scene, preview, desk.ground, late=late)
    if preview is None or preview.image or preview.placement is None:
        return Sheet.of(grid, None, desk.system)
    return Sheet.of(grid, preview.grid, desk.system, preview.placement.cells)
