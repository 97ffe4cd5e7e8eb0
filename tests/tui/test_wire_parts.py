"""Updates are the parts of widgets that show where something changed, and look as Textual's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static

from hardcase.tui.wire.cells import Cells, pieces_of
from hardcase.tui.wire.parts import PartsCompositor, PartsUpdate, adopt
from hardcase.tui.wire.styles import StyleTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = (40, 14)


class Crowded(App[None]):
    """Widgets with frames, margins and wide letters, one over the others, and room to scroll."""

    CSS = """
    Screen { layers: under over; }
    #left { width: 13; border: round red; }
    #right { padding: 1 2; background: blue; }
    #long { height: 30; }
    #lid { layer: over; offset: 7 3; width: 12; height: 4; background: green; }
    """

    def compose(self) -> ComposeResult:
        """Lay them out."""
        with Horizontal():
            yield Static("wide 宽字 and narrow " * 3, id="left")
            with Vertical(id="right"):
                yield Static("\n".join(f"line {n}" for n in range(30)), id="long")
        yield Static("over 盖 it all", id="lid")


class Question(ModalScreen[None]):
    """Something one can look through."""

    CSS = "Question { align: center middle; } #asked { width: 15; height: 3; background: red; }"

    def compose(self) -> ComposeResult:
        """Ask."""
        yield Static("really?", id="asked")


def drawn(update: object) -> Cells:
    cells = Cells.unknown(*SIZE)
    cells.paint(pieces_of(update) or [], StyleTable(ColorSystem.TRUECOLOR))  # type: ignore[arg-type]
    return cells


def narrow(cells: Cells) -> NDArray[np.bool_]:
    """Return where there is no wide letter, which is drawn as a blank where it is cut."""
    return (cells.code > 0) & (cells.code < 0x2E80)


def some_regions(chance: random.Random) -> set[Region]:
    return {
        Region(
            chance.randrange(SIZE[0]),
            chance.randrange(SIZE[1]),
            chance.randrange(1, 20),
            chance.randrange(1, 8),
        )
        for _ in range(chance.randrange(1, 5))
    }


@pytest.mark.parametrize("asking", [False, True])
async def test_parts_look_as_what_textual_draws(asking: bool) -> None:
    app = Crowded()
    async with app.run_test(size=SIZE) as pilot:
        if asking:
            app.push_screen(Question())
        await pilot.pause()
        compositor, below = app.screen._compositor, app._background_screens
        whole = drawn(compositor.render_update(full=True, screen_stack=below))
        adopt(compositor)
        mine = compositor.render_update(full=True, screen_stack=below)
        assert type(mine) is PartsUpdate
        seen = drawn(mine)
        here = narrow(seen) & narrow(whole)
        assert here.mean() > 0.9
        for ours, theirs in zip(seen.arrays, whole.arrays, strict=True):
            assert (ours == theirs)[here].all()


async def test_what_changed_is_drawn_once_and_nothing_else() -> None:
    app, chance = Crowded(), random.Random(5)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        whole = drawn(compositor.render_update(full=True))
        adopt(compositor)
        for _ in range(60):
            regions = some_regions(chance)
            compositor._dirty_regions = set(regions)
            update = compositor.render_partial_update()
            asked = np.zeros(whole.code.shape, dtype=np.int32)
            for region in regions:
                asked[region.y : region.bottom, region.x : region.right] = 1
            times = np.zeros_like(asked)
            for y, x, strip in pieces_of(update) or []:  # type: ignore[arg-type]
                times[y, x : x + strip.cell_length] += 1
            assert (times == asked).all()
            seen = drawn(update)
            here = (asked > 0) & narrow(seen) & narrow(whole)
            for ours, theirs in zip(seen.arrays, whole.arrays, strict=True):
                assert (ours == theirs)[here].all()
        assert not compositor._dirty_regions


async def test_nothing_dirty_is_no_update_and_pictures_of_the_screen_are_textuals() -> None:
    app = Crowded()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        adopt(compositor)
        assert type(compositor) is PartsCompositor
        compositor._dirty_regions = set()
        assert compositor.render_partial_update() is None
        assert "really" not in app.export_screenshot()
        assert "over" in app.export_screenshot()
