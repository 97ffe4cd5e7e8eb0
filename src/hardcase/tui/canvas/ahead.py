"""What a canvas is expected to show next, made ready once nothing else is asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardcase.imaging.view import FIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.geometry import Region

    from hardcase.imaging.view import View
    from hardcase.tui.canvas.cells import Scene
    from hardcase.tui.canvas.sheets import Aims
    from hardcase.tui.canvas.surface import Surface

PREFETCH_SECONDS = 0.05
"""How long nothing else must be asked for before what is expected is made ready.

What is made then holds up whatever the app does meanwhile, painting first of all.
"""


class Expected:
    """Scenes to make ready, and when: `prepare` is called once it is quiet."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._prepare = prepare
        self._soon: asyncio.TimerHandle | None = None
        self._neighbours: tuple[Scene, ...] = ()
        self._there: tuple[Callable[[], Scene | None], Region] | None = None
        self.elsewhere: tuple[Scene, Region] | None = None
        """A scene of a canvas beside this one, and its place on the screen, once it is quiet."""

    def here(self, scenes: Iterable[Scene]) -> None:
        """Expect these on this canvas, in order, at fit."""
        self._neighbours = tuple(scenes)
        self.later()

    def there(self, scene: Callable[[], Scene | None], region: Region) -> None:
        """Expect a scene at another place of the screen, after those.

        Which one, or none, is asked once it is quiet, and only if it still matters then.
        """
        self._there = scene, region
        self.later()

    def later(self) -> None:
        """Prepare what is expected when it has been quiet from now on."""
        self.cancel()
        self._soon = asyncio.get_running_loop().call_later(PREFETCH_SECONDS, self._now)

    def cancel(self) -> None:
        """Prepare nothing any more."""
        if self._soon:
            self._soon.cancel()
            self._soon = None

    def aims(
        self,
        surface: Surface,
        spot: Region,
        seen: Callable[[Scene], Scene],
        now: Scene,
        looks: Sequence[View],
    ) -> Aims:
        """Return which sheets are expected once the pictures of some requests are there.

        `spot` is the place of this canvas; of its scenes only what is `seen` is drawn. `looks` are
        other views of what it shows `now`. One is closer; more of them, it is zoomed and looked
        around in, and they come first.
        """
        neighbours = [(seen(scene), FIT, spot) for scene in self._neighbours]
        if self.elsewhere is not None:
            neighbours.append((self.elsewhere[0], FIT, self.elsewhere[1]))
        views = [(seen(now), view, spot) for view in looks]
        ordered = views + neighbours if len(views) > 1 else neighbours + views
        return {
            surface.request(scene.path, view, region.size): (scene, surface.desk(region))
            for scene, view, region in ordered
            if scene.path and region
        }

    def _now(self) -> None:
        self._soon = None
        if self._there is not None:
            scene, region = self._there[0](), self._there[1]
            self.elsewhere = (scene, region) if scene is not None else None
        self._prepare()
