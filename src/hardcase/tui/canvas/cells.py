"""What the canvas shows, as cells, and the cells as strips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.strip import Strip

from hardcase.imaging.cells import CellGrid, blank
from hardcase.imaging.depth import Depth
from hardcase.imaging.kitty import placeholders
from hardcase.imaging.overlay import Overlay, draw, message
from hardcase.imaging.segments import lines
from hardcase.imaging.view import centred

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from rich.style import Style

    from hardcase.imaging.preview import Preview
    from hardcase.imaging.rulers import Aim
    from hardcase.tui.wire.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample to show: its image, what tells it apart, its boxes, its hard mark, and an aim."""

    path: Path | None = None
    key: Hashable = None
    overlays: tuple[Overlay, ...] = ()
    hard: bool = False
    aim: Aim | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the cells are laid on: their number, the colour depth and the letterbox colour.

    `image_id` is that of the canvas, where its pictures are images of the terminal.
    """

    columns: int
    rows: int
    depth: Depth
    colour: tuple[int, int, int]
    image_id: int = 0


def compose(scene: Scene, preview: Preview | None, ground: Ground, *, late: bool) -> CellGrid:
    """Return the cells of a scene: its picture, its error, or that there is no image.

    `late` says in the corner that another picture is on its way.
    """
    hint = "loading…" if late else ""
    if preview is None or preview.grid is None or preview.placement is None:
        text = "no image" if scene.path is None else ""
        text = preview.error or "" if preview else text
        canvas = blank(ground.columns, ground.rows, ground.depth, ground.colour)
        canvas = message(canvas, text, ground.colour)
        return draw(canvas, None, hard=scene.hard, hint=hint)
    if not preview.request.view.is_fit:
        view = centred(preview.request.view, preview.placement)
        hint = f"{view.zoom:.1f}x · {view.x:.0%},{view.y:.0%}  {hint}".rstrip()
    shown = picture_of(preview, ground)
    return draw(
        shown,
        preview.placement,
        scene.overlays,
        hard=scene.hard,
        hint=hint,
        ground=preview.grid,
        aim=scene.aim,
    )


def picture_of(preview: Preview, ground: Ground) -> CellGrid:
    """Return the cells of a picture that could be made, without what lies on top."""
    if preview.grid is None:
        raise ValueError("there is no picture")
    if not preview.image:
        return preview.grid
    size = preview.request.columns, preview.request.rows
    return placeholders(*size, ground.image_id, ground.colour)


def strips(sheet: Sheet, base: Callable[[], Style]) -> list[Strip]:
    """Return the strips of a sheet.

    Where its cells have no colours of their own (MONO) they take those of `base`, which is asked
    only then.
    """
    grid = sheet.grid
    if grid.depth is Depth.MONO:
        style = base()
        return [Strip(line, grid.columns).apply_style(style) for line in lines(grid)]
    return sheet.strips
