"""The canvas: one image with its boxes, zoomed and panned, painted as it gets ready."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual.geometry import Region, Spacing
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from hardcase.imaging.kitty import CELL, PICTURE_BYTES, fits
from hardcase.imaging.loader import PreviewLoader
from hardcase.imaging.overlay import Overlay
from hardcase.imaging.preview import Preview, Request
from hardcase.imaging.view import FIT, Placement, View, around, centred, panned, place, zoomed
from hardcase.terminal import Depth, Mode, Terminal, detect
from hardcase.tui.widgets.canvas_cells import Ground, Scene, strips
from hardcase.tui.widgets.canvas_image import TerminalImage
from hardcase.tui.widgets.canvas_sheets import Desk, Sheets
from hardcase.tui.widgets.dirty import dirty_regions

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from pathlib import Path

    from textual.geometry import Size
    from textual.timer import Timer

    from hardcase.imaging.rulers import Aim
    from hardcase.model.boxes import Box
    from hardcase.tui.wire.ahead import Place
    from hardcase.tui.wire.sheet import Sheet

__all__ = ["ImageCanvas", "Overlay", "Scene"]

ZOOM_FACTOR = 1.5
QUIET_SECONDS = 0.15
"""A picture that takes longer than this is announced in the corner of the old one."""

PASSING_SECONDS = 1.0
"""How long a slow line is kept free for a picture that is asked for, rather than send the old."""

PREFETCH_SECONDS = 0.05
"""How long nothing else must be asked for before neighbours are made ready.

What is made then holds up whatever the app does meanwhile, painting first of all.
"""

_MOSTLY = 0.3
"""Share of cells from which telling those that changed is not worth it."""


class ImageCanvas(Widget):
    """Shows one image with overlays. It decodes in the background and never blocks the app.

    Positions are (x, y) in source pixels of the oriented image, or (column, row) in cells of the
    canvas' content. Colours and what pictures are made of follow the `terminal` of the app, which
    is asked of the environment where the app has none, unless `depth` is given.

    A canvas `beside` another one, which must outlive it, has its pictures made and kept by that.
    """

    DEFAULT_CSS = """
    ImageCanvas { width: 1fr; height: 1fr; }
    """

    @dataclass
    class Shown(Message):
        """The canvas now shows the sample `key`, an image of `width` x `height` pixels.

        Or its error, one line, if the image cannot be read; width and height are then 0.
        """

        canvas: ImageCanvas
        key: Hashable
        path: Path
        width: int
        height: int
        error: str | None

        @property
        def control(self) -> ImageCanvas:
            """The canvas, for `@on(ImageCanvas.Shown, "#id")`."""
            return self.canvas

    @dataclass
    class Ready(Message, bubble=False):
        """A preview came back from a loading thread."""

        preview: Preview
        generation: int

    def __init__(
        self,
        *,
        depth: Depth | None = None,
        beside: ImageCanvas | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._depth = depth
        self._terminal = Terminal()
        self._image: TerminalImage | None = None
        self._beside = beside
        self._loader: PreviewLoader | None = None
        self._asked_for: Size | None = None
        self._scene = Scene()  # asked for
        self._painted = Scene()  # on screen
        self._view = FIT
        self._request: Request | None = None
        self._generation = 0
        self._preview: Preview | None = None  # of the painted scene
        self._slow: Timer | None = None
        self._late = False
        self._overlays_visible = True
        self.sheets: Sheets = beside.sheets if beside else Sheets()
        self._sheet: Sheet | None = None
        self._strips: list[Strip] = []
        self._neighbours: tuple[Scene, ...] = ()
        self._elsewhere: tuple[Scene, Region] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._behind: tuple[int, int, int] | None = None

    # What to show

    def show(
        self,
        path: Path | None,
        *,
        overlays: Sequence[Overlay] = (),
        hard: bool = False,
        key: Hashable = None,
    ) -> None:
        """Show an image, or none. The old picture stays until the new one is ready.

        `key` tells samples apart (the path by default): zoom and position are kept while it stays
        the same, and start at fit when it changes.
        """
        key = path if key is None else key
        if key != self._scene.key:
            self._view = FIT
        self._scene = Scene(path, key, tuple(overlays), hard)
        self._ask()

    def prefetch(self, scenes: Iterable[Scene]) -> None:
        """Make these ready at fit, in order, once nothing visible is waiting."""
        self._neighbours = tuple(scenes)
        self._prefetch_soon()

    def prefetch_elsewhere(self, scene: Scene | None, region: Region) -> None:
        """Make a scene ready after those, for a canvas beside this one at a place of the screen."""
        self._elsewhere = (scene, region) if scene is not None else None
        self._prefetch_soon()

    def _prefetch_soon(self) -> None:
        if self._soon:
            self._soon.cancel()
        self._soon = asyncio.get_running_loop().call_later(PREFETCH_SECONDS, self._prefetch)

    def _prefetch(self) -> None:
        self._soon = None
        if self._loader and self.size:
            self._loader.prefetch(self._expect())

    def set_overlays(self, overlays: Sequence[Overlay], *, hard: bool | None = None) -> None:
        """Replace the boxes (and the hard mark) of the sample; only changed cells are repainted."""
        self._scene = replace(
            self._scene,
            overlays=tuple(overlays),
            hard=self._scene.hard if hard is None else hard,
        )
        self._adopt()

    def set_aim(self, aim: Aim | None) -> None:
        """Show rulers and a cross over the picture, or no longer; only changed cells repaint."""
        if aim != self._scene.aim:
            self._scene = replace(self._scene, aim=aim)
            self._adopt()

    @property
    def loader(self) -> PreviewLoader | None:
        """What makes the pictures, None before the canvas is mounted."""
        return self._loader

    @property
    def scene(self) -> Scene:
        """What was asked for last."""
        return self._scene

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The boxes of the sample, in the order given."""
        return self._scene.overlays

    @property
    def selected(self) -> int | None:
        """Index of the selected overlay, None when there is none. Setting it repaints."""
        found = (i for i, overlay in enumerate(self._scene.overlays) if overlay.selected)
        return next(found, None)

    @selected.setter
    def selected(self, index: int | None) -> None:
        marked = [replace(o, selected=i == index) for i, o in enumerate(self._scene.overlays)]
        self.set_overlays(marked)

    @property
    def overlays_visible(self) -> bool:
        """Whether boxes and tags are drawn. Setting it repaints."""
        return self._overlays_visible

    @overlays_visible.setter
    def overlays_visible(self, visible: bool) -> None:
        self._overlays_visible = visible
        self._repaint()

    @property
    def busy(self) -> bool:
        """Whether the picture asked for is still to come."""
        return self._request is not None

    @property
    def error(self) -> str | None:
        """Why the sample's image cannot be shown, None if it can or is not known yet."""
        return self._preview.error if self._preview and self._is_current else None

    # Where things are

    @property
    def view(self) -> View:
        """Zoom and centre."""
        return self._view

    @property
    def placement(self) -> Placement | None:
        """Where the sample's image lies on the canvas, None until it is shown.

        It tells the source size (`width`, `height`) too. After a zoom it is ahead of the picture
        for the moment that takes.
        """
        shown = self._preview.placement if self._preview and self._is_current else None
        if shown is None or not self.size:
            return None
        return place(self._view, shown.width, shown.height, *self.size)

    @property
    def step(self) -> tuple[float, float]:
        """Source pixels (dx, dy) one cell covers; (1, 2) until an image is shown."""
        placement = self.placement
        return placement.step if placement else (1.0, 2.0)

    def to_source(self, column: float, row: float) -> tuple[float, float] | None:
        """Return the source point (x, y) at a place of the canvas; it may lie off the image."""
        placement = self.placement
        return placement.to_source(column, row) if placement else None

    def to_cell(self, x: float, y: float) -> tuple[float, float] | None:
        """Return the (column, row) of a source point; it may lie off the canvas."""
        placement = self.placement
        return placement.to_cell(x, y) if placement else None

    # Zoom and pan

    def zoom_in(self) -> None:
        """Show less, larger."""
        if placement := self.placement:
            self.look(zoomed(self._view, placement, ZOOM_FACTOR))

    def zoom_out(self) -> None:
        """Show more, smaller, down to the whole image."""
        if placement := self.placement:
            self.look(zoomed(self._view, placement, 1 / ZOOM_FACTOR))

    def zoom_fit(self) -> None:
        """Show the whole image."""
        self.look(FIT)

    def zoom_to(self, box: Box) -> None:
        """Show a source box as large as it goes, with some of what is around it."""
        if placement := self.placement:
            self.look(around(box, placement))

    def pan(self, dx: float, dy: float) -> None:
        """Move the view by cells, positive to the right and down; stops at the image edge."""
        if placement := self.placement:
            moved = panned(self._view, placement, dx, dy)
            there = place(moved, placement.width, placement.height, *self.size)
            self.look(centred(moved, there))

    def look(self, view: View) -> None:
        """Show a part of the image."""
        if view != self._view:
            self._view = view
            self._ask()

    # Loading

    def on_mount(self) -> None:
        """Find out what the terminal can show and start the loading threads."""
        self._terminal = getattr(self.app, "terminal", None) or detect(os.environ)
        if self._depth is None:
            self._depth = self._terminal.depth
        if self._terminal.mode is Mode.KITTY and self._depth is Depth.FULL:
            tmux = self._terminal.multiplexer == "tmux"
            self._image = TerminalImage(self, tmux=tmux)
            self.app.app_resume_signal.subscribe(self, self._resumed)
        shared = self._beside.loader if self._beside else None
        self._loader = shared or PreviewLoader(self._deliver, finish=self.sheets.finish)

    def on_unmount(self) -> None:
        """Stop the loading threads."""
        if self._soon:
            self._soon.cancel()
        self.sheets.expect({}, self)
        if self._loader and self._beside and self._loader is self._beside.loader:
            self._loader.show((), self._deliver)
        elif self._loader:
            self._loader.close(timeout=0.2)
        if self._image:
            self._image.free()

    def _resumed(self, _app: object) -> None:
        if self._image and self._preview:
            self._image.forget()
            self._image.show(self._preview)

    def on_resize(self) -> None:
        """Show the same view at the new size."""
        self._ask()

    def notify_style_update(self) -> None:
        """Repaint when the theme changes the background."""
        super().notify_style_update()
        self._behind = None
        if self._loader and self._preview and self._preview.request.letterbox != self._letterbox:
            self._ask()

    def on_image_canvas_ready(self, message: Ready) -> None:
        """Take over a preview unless something else was asked for since."""
        if message.generation == self._generation and message.preview.request == self._request:
            self._accept(message.preview)

    def _deliver(self, preview: Preview, generation: int) -> None:
        self.post_message(self.Ready(preview, generation))

    @property
    def _is_current(self) -> bool:
        """Whether the picture on screen belongs to the sample asked for."""
        return self._painted.key == self._scene.key and self._painted.path == self._scene.path

    @property
    def _letterbox(self) -> tuple[int, int, int]:
        if self._behind is None:
            self._behind = self.background_colors[1].rgb
        return self._behind

    def _request_for(self, path: Path, view: View, size: Size | None = None) -> Request:
        size = size or self.size
        return Request(
            path,
            *size,
            view=view,
            depth=self._depth or Depth.FULL,
            letterbox=self._letterbox,
            mode=self._mode(size),
            dithers=not getattr(self.app, "fits_pictures", False),
            cell=self._terminal.cell or CELL,
            budget=self._image.budget if self._image else PICTURE_BYTES,
        )

    def _mode(self, size: Size) -> Mode:
        if self._terminal.mode is not Mode.KITTY:
            return self._terminal.mode
        return Mode.KITTY if self._image and fits(*size) else Mode.HALF

    def _ask(self) -> None:
        """Get the picture of the scene: at once if it is cached, otherwise in the background."""
        self._quiet()
        if not self._loader or not self.size:
            return
        self._asked_for = self.size
        if self._scene.path is None:
            self._request = None
            self._generation = self._loader.show((), self._deliver)
            self._painted, self._preview = self._scene, None
            self._repaint()
            return
        request = self._request_for(self._scene.path, self._view)
        ready = self._loader.cached(request)
        if ready:
            self._generation = self._loader.show((), self._deliver)
            self._accept(ready)
            return
        self._request = request
        if self._pump is not None:
            self._pump.passing = monotonic() + PASSING_SECONDS
        self._expect()
        self._generation = self._loader.show((request,), self._deliver)
        self._slow = self.set_timer(QUIET_SECONDS, self._announce)
        self._adopt()

    def _accept(self, preview: Preview) -> None:
        new = not self._is_current or self._preview is None
        self._request = None
        if self._pump is not None:
            self._pump.passing = 0.0
        self._quiet()
        self._painted, self._preview = self._scene, preview
        if self._image:
            self._image.show(preview)
        self._repaint()
        if new:
            place = preview.placement
            width, height = (place.width, place.height) if place else (0, 0)
            scene = self._scene
            self.post_message(
                self.Shown(self, scene.key, preview.request.path, width, height, preview.error)
            )

    def _adopt(self) -> None:
        """Draw the scene's boxes if it is its picture that is on screen."""
        if self._is_current:
            self._painted = self._scene
            self._repaint()

    def _announce(self) -> None:
        self._late = True
        self._repaint()

    def _quiet(self) -> None:
        self._late = False
        if self._slow:
            self._slow.stop()
            self._slow = None

    # Painting

    @property
    def _spot(self) -> Region:
        """The cells of the screen that the canvas has."""
        return Region(*self.region.offset, *self.size)

    def _desk(self, region: Region) -> Desk:
        """Return what cells are made for at a place of the screen, now."""
        image_id = self._image.id if self._image else 0
        ground = Ground(*region.size, self._depth or Depth.FULL, self._letterbox, image_id)
        system = COLOR_SYSTEMS.get(self.app.console.color_system or "", ColorSystem.TRUECOLOR)
        place: Place | None = None
        if self._pump is not None and not image_id:
            place = self._pump.place(region.y, region.x)
        return Desk(ground, system, place)

    @property
    def _pump(self) -> Any:
        """What paces the line, None where Textual writes by itself; there is no public way."""
        return getattr(self.app._driver, "pump", None)  # noqa: SLF001

    def _expect(self) -> list[Request]:
        """Have cells made along with the pictures on their way; return the requests to prefetch."""
        desk = self._desk(self._spot)
        aims = {
            self._request_for(scene.path, FIT): (self._visible_part(scene), desk)
            for scene in self._neighbours
            if scene.path
        }
        if self._elsewhere is not None:
            scene, region = self._elsewhere
            if scene.path and region:
                aims[self._request_for(scene.path, FIT, region.size)] = scene, self._desk(region)
        requests = list(aims)
        if self._request is not None:
            aims[self._request] = (self._visible_part(self._scene), desk)
        self.sheets.expect(aims, self)
        return requests

    def _visible_part(self, scene: Scene) -> Scene:
        return scene if self._overlays_visible else replace(scene, overlays=())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painted lines within `crop`, as they are: a canvas has no frame."""
        if self.size != self._asked_for:
            self._ask()  # what is ready is shown at once, not after the size was told
        framed = self.styles.gutter != Spacing() or self.opacity < 1
        if framed or len(self._strips) != self.size.height:
            return super().render_lines(crop)
        x1, x2 = crop.column_span
        background = self.background_colors[1]
        lines = [self._strips[y] for y in crop.line_range]
        for line_filter in self.get_line_filters():
            lines = [line.apply_filter(line_filter, background) for line in lines]
        return [line.crop(x1, x2) for line in lines]

    def render_line(self, y: int) -> Strip:
        """Return a painted line; after a resize, the old picture cut or padded for the moment."""
        width, style = self.size.width, self.rich_style
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].adjust_cell_length(width, style)

    def _repaint(self) -> None:
        """Make the cells anew, and refresh those that changed."""
        if not self.size:
            return
        scene, old = self._visible_part(self._painted), self._sheet
        new = self.sheets.sheet(scene, self._preview, self._desk(self._spot), late=self._late)
        self._sheet = new
        if old is None or old.picture.shape != new.picture.shape:
            self._strips = strips(new, self.rich_style)
            self.refresh()
            return
        changed = old.differs(new)
        if not changed.any():
            return
        self._strips = strips(new, self.rich_style)
        if changed.mean() > _MOSTLY:
            self.refresh()
        else:
            self.refresh(*dirty_regions(changed))
