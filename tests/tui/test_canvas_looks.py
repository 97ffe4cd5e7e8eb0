"""Other views of a picture: what a key leads to is foreseen, and made ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_canvas_widget import Stage, stage

from hardcase.imaging.view import FIT, Placement, View, place
from hardcase.tui.canvas.looks import PAN_CELLS, beside, closer, further, nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLUMNS, ROWS = PAN_CELLS
KEYS: dict[str, Callable[[View, Placement], View]] = {
    "+": closer,
    "-": further,
    "l": lambda view, there: beside(view, there, COLUMNS, 0),
    "h": lambda view, there: beside(view, there, -COLUMNS, 0),
    "j": lambda view, there: beside(view, there, 0, ROWS),
    "k": lambda view, there: beside(view, there, 0, -ROWS),
}
sides = st.integers(1, 5000)
cells = st.integers(1, 250)


def pressed(view: View, there: Placement, key: str) -> View:
    return KEYS[key](view, there)


def placed(view: View, image: tuple[int, int], canvas: tuple[int, int]) -> Placement:
    return place(view, *image, *canvas)


@given(st.tuples(sides, sides), st.tuples(cells, cells), st.text("+-hjkl", max_size=12))
def test_whatever_key_comes_next_was_foreseen(
    image: tuple[int, int], canvas: tuple[int, int], keys: str
) -> None:
    view = before = FIT
    for key in keys:
        there = placed(view, image, canvas)
        foreseen = nearest(view, there, before)
        assert view not in foreseen
        assert len(foreseen) == len(set(foreseen)) <= len(KEYS)
        after = pressed(view, there, key)
        if view.is_fit and key in "hjkl":
            continue  # these are other keys while nothing is zoomed
        assert after in {*foreseen, view, FIT}
        if after != view:
            view, before = after, view


@pytest.mark.parametrize("key", KEYS)
def test_a_key_held_down_goes_on_with_what_is_made_first(key: str) -> None:
    image, canvas = (4000, 3000), (120, 40)
    view = View(4.0)
    before, view = view, pressed(view, placed(view, image, canvas), key)
    there = placed(view, image, canvas)
    assert nearest(view, there, before)[0] == pressed(view, there, key)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.effect_noise((600, 400), 80).convert("RGB").save(path)
    return path


async def test_zoom_and_pan_need_not_wait_for_the_picture(photo: Path) -> None:
    async with stage() as s:
        s.canvas.show(photo)
        await s.settled()
        await until_foreseen(s)
        s.canvas.zoom_in()
        assert not s.canvas.busy
        await until_foreseen(s)
        shown = s.text
        s.canvas.pan(COLUMNS, 0)
        assert not s.canvas.busy
        assert s.text != shown


async def test_what_was_made_of_a_view_is_painted_as_it_is(photo: Path) -> None:
    async with stage() as s:
        s.canvas.show(photo)
        await s.settled()
        await until_foreseen(s)
        made = {id(sheet) for (_, sheet), _ in s.canvas.sheets._made._entries.values()}
        s.canvas.zoom_in()
        assert id(s.canvas._paint.sheet) in made


async def until_foreseen(s: Stage) -> None:
    """Wait until sheets are there of all views that a key leads to."""

    def foreseen() -> bool:
        canvas = s.canvas
        views = nearest(canvas.view, canvas.placement, canvas._state.before)
        desk = canvas._surface.desk(canvas._spot)
        requests = [canvas._surface.request(canvas.scene.path, v, canvas.size) for v in views]
        return all(canvas.sheets._made.get((r, canvas.scene, desk)) for r in requests)

    await s.until(foreseen, "the views that a key leads to")
