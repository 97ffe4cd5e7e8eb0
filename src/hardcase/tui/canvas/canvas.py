"""The canvas: one image with its boxes, zoomed and panned, painted as it gets ready."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from textual.geometry import Region, Spacing
from textual.message import Message
from textual.widget import Widget

from hardcase.imaging.overlay import Overlay
from hardcase.imaging.view import FIT, Placement, View, around
from hardcase.tui.canvas import looks
from hardcase.tui.canvas.ahead import Expected
from hardcase.tui.canvas.cells import Scene
from hardcase.tui.canvas.fetch import Fetch
from hardcase.tui.canvas.paint import Paint
from hardcase.tui.canvas.sheets import Sheets
from hardcase.tui.canvas.state import State
from hardcase.tui.canvas.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from textual.geometry import Size
    from textual.strip import Strip
    from textual.timer import Timer

    from hardcase.imaging.loader import PreviewLoader
    from hardcase.imaging.preview import Preview, Request
    from hardcase.imaging.rulers import Aim
    from hardcase.model.boxes import Box
    from hardcase.terminal import Depth
    from hardcase.tui.canvas.image import TerminalImage

__all__ = ["ImageCanvas", "Overlay", "Scene"]

QUIET_SECONDS = 0.15
"""A picture that takes longer than this is announced in the corner of the old one."""

PASSING_SECONDS = 1.0
"""How long a slow line is kept free for a picture that is asked for, rather than send the old."""


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
        self._surface: Surface | None = None  # once mounted
        self._beside = beside
        self._fetch: Fetch | None = None  # once mounted
        self._asked_for: Size | None = None
        self._state = State()
        self._slow: Timer | None = None
        self._late = False
        self.sheets: Sheets = beside.sheets if beside else Sheets()
        self._paint = Paint()
        self.expected = Expected(self._prefetch)
        """What is made ready, here and for a canvas beside this one."""

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
        self._state.show(Scene(path, key, tuple(overlays), hard))
        self._ask()

    def set_overlays(
        self, overlays: Sequence[Overlay], *, hard: bool | None = None, aim: Aim | None = None
    ) -> None:
        """Replace the boxes (and the hard mark) of the sample; only changed cells are repainted.

        With an `aim` there are rulers and a cross over the picture too.
        """
        before = self._state.scene
        self._state.scene = replace(
            before,
            overlays=tuple(overlays),
            hard=before.hard if hard is None else hard,
            aim=aim,
        )
        self._adopt()

    @property
    def loader(self) -> PreviewLoader | None:
        """What makes the pictures, None before the canvas is mounted."""
        return self._fetch.loader if self._fetch else None

    @property
    def scene(self) -> Scene:
        """What was asked for last."""
        return self._state.scene

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The boxes of the sample, in the order given."""
        return self._state.scene.overlays

    @property
    def selected(self) -> int | None:
        """Index of the selected overlay, None when there is none."""
        found = (i for i, overlay in enumerate(self._state.scene.overlays) if overlay.selected)
        return next(found, None)

    @property
    def overlays_visible(self) -> bool:
        """Whether boxes and tags are drawn. Setting it repaints."""
        return self._state.overlays_visible

    @overlays_visible.setter
    def overlays_visible(self, visible: bool) -> None:
        self._state.overlays_visible = visible
        self._repaint()

    @property
    def busy(self) -> bool:
        """Whether the picture asked for is still to come."""
        return bool(self._fetch and self._fetch.request)

    @property
    def error(self) -> str | None:
        """Why the sample's image cannot be shown, None if it can or is not known yet."""
        state = self._state
        return state.preview.error if state.preview and state.is_current else None

    # Where things are

    @property
    def view(self) -> View:
        """Zoom and centre."""
        return self._state.view

    @property
    def placement(self) -> Placement | None:
        """Where the sample's image lies on the canvas, None until it is shown.

        It tells the source size (`width`, `height`) too. After a zoom it is ahead of the picture
        for the moment that takes.
        """
        return self._state.placement(*self.size)

    @property
    def step(self) -> tuple[float, float]:
        """Source pixels (dx, dy) one cell covers; (1, 2) until an image is shown."""
        placement = self.placement
        return placement.step if placement else (1.0, 2.0)

    # Zoom and pan

    def zoom_in(self) -> None:
        """Show less, larger."""
        if placement := self.placement:
            self.look(looks.closer(self._state.view, placement))

    def zoom_out(self) -> None:
        """Show more, smaller, down to the whole image."""
        if placement := self.placement:
            self.look(looks.further(self._state.view, placement))

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
            self.look(looks.beside(self._state.view, placement, dx, dy))

    def look(self, view: View) -> None:
        """Show a part of the image."""
        if self._state.look(view):
            self._ask()

    # Loading

    def on_mount(self) -> None:
        """Find out what the terminal can show and start the loading threads."""
        self._surface = Surface(self, self._depth)
        if self._surface.image:
            self.app.app_resume_signal.subscribe(self, self._resumed)
        shared = self._beside.loader if self._beside else None
        self._fetch = Fetch(self._deliver, self.sheets.finish, shared)

    def on_unmount(self) -> None:
        """Stop the loading threads."""
        self.expected.cancel()
        self.sheets.expect({}, self)
        if self._fetch:
            self._fetch.close()
        if self._image:
            self._image.free()

    def _resumed(self, _app: object) -> None:
        if self._image and self._state.preview:
            self._image.forget()
            self._image.show(self._state.preview)

    def on_resize(self) -> None:
        """Show the same view at the new size."""
        self._ask()

    def notify_style_update(self) -> None:
        """Repaint when the theme changes the background."""
        super().notify_style_update()
        if self._surface is None:
            return
        self._surface.restyled()
        preview = self._state.preview
        if preview and preview.request.letterbox != self._surface.letterbox:
            self._ask()

    def on_image_canvas_ready(self, message: Ready) -> None:
        """Take over a preview unless something else was asked for since."""
        if self._fetch and self._fetch.take(message.preview, message.generation):
            self._accept(message.preview)

    def _deliver(self, preview: Preview, generation: int) -> None:
        self.post_message(self.Ready(preview, generation))

    def _ask(self) -> None:
        """Get the picture of the scene: at once if it is cached, otherwise in the background."""
        self._quiet()
        if not self._fetch or not self._surface or not self.size:
            return
        self._asked_for = self.size
        if self._state.scene.path is None:
            self._fetch.start(None)
            self._state.accept(None)
            self._repaint()
            return
        request = self._surface.request(self._state.scene.path, self._state.view, self.size)
        ready = self._fetch.loader.cached(request)
        if ready:
            self._fetch.start(None)
            self._accept(ready)
            return
        self._line_is_kept_free(PASSING_SECONDS)
        self._expect(request)
        self._fetch.start(request)
        self._slow = self.set_timer(QUIET_SECONDS, self._announce)
        self._adopt()

    def _accept(self, preview: Preview) -> None:
        self._line_is_kept_free(0.0)
        self._quiet()
        new = self._state.accept(preview)
        if self._image:
            self._image.show(preview)
        self._repaint()
        self.expected.later()
        if new:
            place = preview.placement
            width, height = (place.width, place.height) if place else (0, 0)
            key = self._state.scene.key
            self.screen.post_message(  # at once, not up all that it lies in: what comes next waits
                self.Shown(self, key, preview.request.path, width, height, preview.error)
            )

    def _adopt(self) -> None:
        """Draw the scene's boxes if it is its picture that is on screen."""
        if self._state.adopt():
            self._repaint()

    def _announce(self) -> None:
        self._late = True
        self._repaint()

    def _quiet(self) -> None:
        self._late = False
        if self._slow:
            self._slow.stop()
            self._slow = None

    def _line_is_kept_free(self, seconds: float) -> None:
        """Tell what paces the line that the picture on it will be another one soon."""
        pump = self._surface.pump if self._surface else None
        if pump is not None:
            pump.passing = monotonic() + seconds if seconds else 0.0

    # Painting

    @property
    def _image(self) -> TerminalImage | None:
        return self._surface.image if self._surface else None

    @property
    def _spot(self) -> Region:
        """The cells of the screen that the canvas has."""
        return Region(*self.region.offset, *self.size)

    def _prefetch(self) -> None:
        if self._fetch and self.size:
            self._fetch.loader.prefetch(self._expect(self._fetch.request))

    def _expect(self, coming: Request | None) -> list[Request]:
        """Have cells made along with the pictures on their way; return the requests to prefetch."""
        if self._surface is None:
            return []
        surface, spot, state = self._surface, self._spot, self._state
        views = state.nearest(*spot.size)
        aims = self.expected.aims(surface, spot, state.visible, state.scene, views)
        requests = list(aims)
        if coming is not None:
            aims[coming] = state.visible(state.scene), surface.desk(spot)
        self.sheets.expect(aims, self)
        return requests

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painted lines within `crop`, as they are: a canvas has no frame."""
        if self.size != self._asked_for:
            self._ask()  # what is ready is shown at once, not after the size was told
        framed = self.styles.gutter != Spacing() or self.opacity < 1
        if framed or self._paint.rows != self.size.height:
            return super().render_lines(crop)
        return self._paint.lines(crop, self.get_line_filters(), self.background_colors[1])

    def render_line(self, y: int) -> Strip:
        """Return a painted line; after a resize, the old picture cut or padded for the moment."""
        return self._paint.line(y, self.size.width, self.rich_style)

    def _repaint(self) -> None:
        """Make the cells anew, and refresh those that changed."""
        if not self.size or self._surface is None:
            return
        desk, scene = self._surface.desk(self._spot), self._state.visible(self._state.painted)
        sheet = self.sheets.sheet(scene, self._state.preview, desk, late=self._late)
        changed = self._paint.take(sheet, lambda: self.rich_style)
        if changed is None:
            self.refresh()
        elif changed:
            self.refresh(*changed)
