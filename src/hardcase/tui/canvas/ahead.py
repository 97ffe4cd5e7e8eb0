"""What a canvas is expected to show next, made ready once nothing else is asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardcase.imaging.view import FIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.geometry import Region

    from hardcase.tui.canvas.cells import Scene
    from hardcase.tui.canvas.sheets import Aims
    from hardcase.tui.canvas.surface import Surface

PREFETCH_SECONDS = 0.05
"""How long nothing else must be asked for before neighbours are made ready.

What is made then holds up whatever the app does meanwhile, painting first of all.
"""


class Expected:
    """Scenes to make ready, and when: `prepare` is called once it is quiet."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._prepare = prepare
        self._soon: asyncio.TimerHandle | None = None
        self._neighbours: tuple[Scene, ...] = ()
        self.elsewhere: tuple[Scene, Region] | None = None
        """A scene of a canvas beside this one, and its place on the screen."""

    def here(self, scenes: Iterable[Scene]) -> None:
        """Expect these on this canvas, in order, at fit."""
        self._neighbours = tuple(scenes)
        self._later()

    def there(self, scene: Scene | None, region: Region) -> None:
        """Expect a scene at another place of the screen, after those."""
        self.elsewhere = (scene, region) if scene is not None else None
        self._later()

    def cancel(self) -> None:
        """Prepare nothing any more."""
        if self._soon:
            self._soon.cancel()
            self._soon = None

    def aims(self, surface: Surface, spot: Region, seen: Callable[[Scene], Scene]) -> Aims:
        """Return which sheets are expected once the pictures of some requests are there.

        `spot` is the place of this canvas; of its scenes only what is `seen` is drawn.
        """
        desk = surface.desk(spot)
        aims: Aims = {
            surface.request(scene.path, FIT, spot.size): (seen(scene), desk)
            for scene in self._neighbours
            if scene.path
        }
        if self.elsewhere is not None:
            scene, region = self.elsewhere
            if scene.path and region:
                aims[surface.request(scene.path, FIT, region.size)] = scene, surface.desk(region)
        return aims

    def _later(self) -> None:
        self.cancel()
        self._soon = asyncio.get_running_loop().call_later(PREFETCH_SECONDS, self._now)

    def _now(self) -> None:
        self._soon = None
        self._prepare()
