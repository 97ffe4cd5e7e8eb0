"""What is asked of a canvas, and what is on it: the two differ while a picture is on its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hardcase.imaging.view import FIT, Placement, View, place
from hardcase.tui.canvas.cells import Scene
from hardcase.tui.canvas.looks import nearest

if TYPE_CHECKING:
    from hardcase.imaging.preview import Preview

_NOTHING = Scene()


@dataclass(slots=True)
class State:
    """`scene` and `view` are asked for; `painted` and its `preview` are on the canvas."""

    scene: Scene = _NOTHING
    view: View = FIT
    before: View = FIT
    """The view that was left for this one."""
    painted: Scene = _NOTHING
    preview: Preview | None = None
    overlays_visible: bool = True

    @property
    def is_current(self) -> bool:
        """Whether what is painted is the sample asked for."""
        return self.painted.key == self.scene.key and self.painted.path == self.scene.path

    def show(self, scene: Scene) -> None:
        """Ask for a scene: at fit, unless it is of the same sample as before."""
        if scene.key != self.scene.key:
            self.view = self.before = FIT
        self.scene = scene

    def look(self, view: View) -> bool:
        """Ask for a view; return whether it is another one."""
        if view == self.view:
            return False
        self.before, self.view = self.view, view
        return True

    def accept(self, preview: Preview | None) -> bool:
        """Have the scene painted on a picture; return whether it is the first of its sample."""
        new = not self.is_current or self.preview is None
        self.painted, self.preview = self.scene, preview
        return new

    def adopt(self) -> bool:
        """Have the scene painted on the picture that is there; return False if it is another's."""
        if not self.is_current:
            return False
        self.painted = self.scene
        return True

    def visible(self, scene: Scene) -> Scene:
        """Return what is drawn of a scene."""
        return scene if self.overlays_visible else replace(scene, overlays=())

    def placement(self, columns: int, rows: int) -> Placement | None:
        """Return where the image lies on cells in the view asked for, None if that is unknown."""
        shown = self.preview.placement if self.preview and self.is_current else None
        if shown is None or not columns or not rows:
            return None
        return place(self.view, shown.width, shown.height, columns, rows)

    def nearest(self, columns: int, rows: int) -> list[View]:
        """Return the views that one key leads to, the likeliest first."""
        placement = self.placement(columns, rows)
        return nearest(self.view, placement, self.before) if placement else []
