"""The canvas in a small app: its states, its geometry, and what it repaints."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.geometry import Region

from hardcase.errors import UsageError
from hardcase.imaging.depth import Depth
from hardcase.imaging.preview import Renderer
from hardcase.model.boxes import Box
from hardcase.tui.canvas.canvas import ImageCanvas, Overlay, Scene

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

RED, BLUE = (202, 0, 0), (0, 0, 202)  # of the 64 levels that are drawn


class CanvasApp(App[None]):
    CSS = """
    ImageCanvas { background: #102030; }
    ImageCanvas.themed { background: $background; }
    """

    def __init__(self, depth: Depth | None = Depth.FULL) -> None:
        super().__init__()
        self.depth = depth
        self.shown: list[ImageCanvas.Shown] = []

    def compose(self) -> ComposeResult:
        yield ImageCanvas(depth=self.depth)

    def on_image_canvas_shown(self, event: ImageCanvas.Shown) -> None:
        self.shown.append(event)


class Stage:
    """A running app with a canvas, and ways to look at it."""

    def __init__(self, app: CanvasApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.canvas = app.query_one(ImageCanvas)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            await self.pilot.pause()
            if condition():
                return
            await asyncio.sleep(0.003)
        pytest.fail(f"waited in vain for {what}; the canvas shows:\n{self.text}")

    async def settled(self) -> None:
        await self.until(lambda: not self.canvas.busy, "the picture")

    @property
    def rows(self) -> list[str]:
        return [self.canvas.render_line(y).text for y in range(self.canvas.size.height)]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    def background(self, column: int, row: int) -> tuple[int, int, int]:
        strip = self.canvas.render_line(row).crop(column, column + 1)
        (segment,) = list(strip)
        return tuple(segment.style.bgcolor.triplet)


@asynccontextmanager
async def stage(
    depth: Depth | None = Depth.FULL, size: tuple[int, int] = (60, 20)
) -> AsyncIterator[Stage]:
    app = CanvasApp(depth)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Stage(app, pilot)


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    Image.new("RGB", (600, 400), RED).save(path)
    return path


@pytest.fixture
def blue(tmp_path: Path) -> Path:
    path = tmp_path / "blue.png"
    Image.new("RGB", (300, 400), BLUE).save(path)
    return path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Hold back every render until the event is set."""
    event = Event()
    real = Renderer.render

    def waiting(self: Renderer, request: object) -> object:
        assert event.wait(60)
        return real(self, request)

    monkeypatch.setattr(Renderer, "render", waiting)
    return event


async def test_without_an_image_it_says_so() -> None:
    async with stage() as s:
        s.canvas.show(None)
        assert "no image" in s.text
        assert not s.canvas.busy
        assert (s.canvas.placement, s.canvas.step) == (None, (1.0, 2.0))


async def test_a_picture_fills_the_canvas_and_is_announced(red: Path) -> None:
    async with stage() as s:
        s.canvas.show(red, key=7)
        await s.settled()
        await s.until(lambda: s.app.shown, "the message")
        assert s.background(30, 10) == RED
        (event,) = s.app.shown
        assert (event.key, event.path, event.width, event.height) == (7, red, 600, 400)
        assert event.error is None
        assert s.canvas.step == (10.0, 20.0)
        assert s.canvas.placement.to_source(0, 0) == (0.0, 0.0)
        assert s.canvas.placement.to_cell(300, 200) == (30.0, 10.0)


async def test_the_letterbox_has_the_background_of_the_widget(blue: Path) -> None:
    async with stage() as s:
        s.canvas.show(blue)
        await s.settled()
        assert s.background(0, 10) == (0x10, 0x20, 0x30)
        assert s.background(30, 10) == BLUE


async def test_an_unreadable_image_shows_its_error_and_the_hard_mark(tmp_path: Path) -> None:
    path = tmp_path / "bad\x1b[31m.jpg"
    path.write_bytes(b"nothing")
    async with stage() as s:
        s.canvas.show(path, hard=True)
        await s.settled()
        assert "bad�[31m.jpg is not an image of a known format;" in s.text
        assert s.rows[0].endswith(" ▲ HARD ")
        assert s.canvas.error is not None
        await s.until(lambda: s.app.shown, "the message")
        assert s.app.shown[0].error == s.canvas.error
        s.canvas.zoom_in()
        s.canvas.pan(1, 1)  # nothing to move, nothing breaks


async def test_the_old_picture_and_its_boxes_stay_until_the_new_one_is_ready(
    red: Path, blue: Path, gate: Event
) -> None:
    async with stage() as s:
        gate.set()
        s.canvas.show(red, overlays=[Overlay(Box(0, 0, 300, 200), "old")])
        await s.settled()
        gate.clear()
        s.canvas.show(blue, overlays=[Overlay(Box(0, 0, 200, 200), "new")], hard=True)
        assert s.canvas.busy
        assert s.background(40, 15) == RED
        assert "old" in s.text
        assert "HARD" not in s.text
        assert "loading" not in s.text
        await s.until(lambda: "loading…" in s.text, "the quiet mark")
        gate.set()
        await s.settled()
        assert s.background(30, 15) == BLUE
        assert "new" in s.text
        assert "loading" not in s.text


async def test_only_the_newest_of_many_requests_is_ever_painted(
    tmp_path: Path, gate: Event
) -> None:
    paths = []
    for i in range(6):
        paths.append(tmp_path / f"{i}.png")
        Image.new("RGB", (60, 40), (i * 255 // 5, 0, 0)).save(paths[-1])
    async with stage() as s:
        for i, path in enumerate(paths):
            s.canvas.show(path, key=i)
            await s.pilot.pause()
        gate.set()
        await s.settled()
        await s.pilot.pause()
        assert [event.key for event in s.app.shown] == [5]
        assert s.background(30, 10) == (255, 0, 0)


async def test_a_prefetched_picture_is_painted_at_once(red: Path, blue: Path) -> None:
    async with stage() as s:
        s.canvas.expected.here([Scene(blue, blue), Scene(red, red)])
        request = s.canvas._surface.request(red, s.canvas.view, s.canvas.size)
        await s.until(lambda: s.canvas.loader.cached(request), "the prefetch")
        s.canvas.show(red)
        assert not s.canvas.busy
        assert s.background(30, 10) == RED


async def test_resizing_paints_the_picture_at_the_new_size(red: Path) -> None:
    async with stage() as s:
        s.canvas.show(red, overlays=[Overlay(Box(0, 0, 600, 400), "all")])
        await s.settled()
        await s.pilot.resize_terminal(30, 10)
        await s.until(lambda: s.canvas.size == (30, 10) and not s.canvas.busy, "the new size")
        assert s.canvas.step == (20.0, 40.0)
        assert [len(row) for row in s.rows] == [30] * 10
        assert s.rows[9] == "▖" + "▁" * 28 + "▗"
        assert s.background(15, 5) == RED


async def test_show_before_the_first_layout_is_painted_after_it(red: Path) -> None:
    class Early(CanvasApp):
        def on_mount(self) -> None:
            self.query_one(ImageCanvas).show(red)

    app = Early()
    async with app.run_test(size=(60, 20)) as pilot:
        s = Stage(app, pilot)
        await s.until(lambda: s.canvas.placement, "the picture")
        assert s.background(30, 10) == RED


async def test_moving_a_box_refreshes_only_the_cells_that_change(
    red: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage() as s:
        s.canvas.show(red, overlays=[Overlay(Box(100, 100, 300, 300), "cat")])
        await s.settled()
        refreshed: list[Region] = []
        real = ImageCanvas.refresh

        def noting(self: ImageCanvas, *regions: Region, **options: bool) -> ImageCanvas:
            refreshed.extend(regions or [self.size.region])
            return real(self, *regions, **options)

        monkeypatch.setattr(ImageCanvas, "refresh", noting)
        s.canvas.set_overlays([Overlay(Box(110, 100, 310, 300), "cat")])
        assert s.rows[5][11] == "▘"
        assert 0 < sum(region.area for region in refreshed) < 120
        refreshed.clear()
        s.canvas.set_overlays([Overlay(Box(110, 100, 310, 300), "cat")])
        assert refreshed == []


async def test_boxes_can_be_hidden_and_selected(red: Path) -> None:
    boxes = [Overlay(Box(0, 100, 100, 200), "a"), Overlay(Box(300, 100, 500, 300), "b")]
    async with stage() as s:
        s.canvas.show(red, overlays=boxes)
        await s.settled()
        assert s.canvas.selected is None
        s.canvas.set_overlays([boxes[0], replace(boxes[1], selected=True)])
        assert s.canvas.selected == 1
        assert [o.selected for o in s.canvas.overlays] == [False, True]
        assert "■▔" in s.text
        s.canvas.overlays_visible = False
        assert s.text.strip() == ""
        s.canvas.overlays_visible = True
        assert "■▔" in s.text
        s.canvas.set_overlays(boxes)
        assert "■▔" not in s.text


async def test_zoom_and_pan_move_the_view_and_are_told_in_the_corner(red: Path) -> None:
    async with stage() as s:
        s.canvas.show(red, key=1)
        await s.settled()
        assert "x ·" not in s.text
        s.canvas.zoom_in()
        s.canvas.zoom_in()
        assert s.canvas.step == pytest.approx((10 / 2.25, 20 / 2.25))
        await s.settled()
        assert s.rows[-1].endswith(" 2.2x · 50%,50% ")
        before = s.canvas.placement.to_source(0, 0)
        s.canvas.pan(3, -1)
        after = s.canvas.placement.to_source(0, 0)
        step = s.canvas.step
        assert after == pytest.approx((before[0] + 3 * step[0], before[1] - step[1]))
        s.canvas.zoom_out()
        s.canvas.zoom_fit()
        await s.settled()
        assert s.canvas.step == (10.0, 20.0)
        assert "x ·" not in s.text


async def test_zoom_to_a_box_shows_it_and_new_samples_start_at_fit(red: Path, blue: Path) -> None:
    async with stage() as s:
        s.canvas.show(red, key=1, overlays=[Overlay(Box(300, 200, 330, 220), "tiny")])
        await s.settled()
        s.canvas.zoom_to(Box(300, 200, 330, 220))
        await s.settled()
        left, top = s.canvas.placement.to_cell(300, 200)
        right, bottom = s.canvas.placement.to_cell(330, 220)
        assert 0 <= left < right <= 60
        assert 0 <= top < bottom <= 20
        assert right - left > 25
        zoomed = s.canvas.view
        s.canvas.show(red, key=1, overlays=[])
        assert s.canvas.view == zoomed
        s.canvas.show(blue, key=2)
        assert s.canvas.view.is_fit


async def test_the_depth_follows_the_environment(
    red: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDCASE_COLOURS", "16")
    async with stage(depth=None) as s:
        s.canvas.show(red)
        await s.settled()
        assert s.background(30, 10) in {(170, 0, 0), (255, 85, 85), (0, 0, 0), (85, 85, 85)}
    monkeypatch.setenv("HARDCASE_COLOURS", "lots")
    with pytest.raises(UsageError, match="HARDCASE_COLOURS"):
        async with stage(depth=None):
            pass


async def test_mono_draws_with_the_colours_of_the_widget(blue: Path) -> None:
    async with stage(depth=Depth.MONO) as s:
        s.canvas.show(blue, hard=True, overlays=[Overlay(Box(50, 100, 250, 300), "cat")])
        await s.settled()
        colours = {
            (segment.style.color.name, segment.style.bgcolor.name)
            for y in range(20)
            for segment in s.canvas.render_line(y)
        }
        assert len(colours) == 1
        assert set("─│▔▁▏▕") & set(s.text)


async def test_a_wide_label_keeps_every_line_as_wide_as_the_canvas(red: Path) -> None:
    async with stage() as s:
        s.canvas.show(red, overlays=[Overlay(Box(0, 100, 300, 300), "日本語の札\u0301")])
        await s.settled()
        assert "日本語の札" in s.text
        assert {s.canvas.render_line(y).cell_length for y in range(20)} == {60}
        assert {sum(seg.cell_length for seg in s.canvas.render_line(y)) for y in range(20)} == {60}


async def test_a_theme_change_repaints_the_letterbox(blue: Path) -> None:
    async with stage() as s:
        s.canvas.show(blue)
        await s.settled()
        s.canvas.add_class("themed")
        grounds = {s.background(0, 10)}
        for theme in ("textual-light", "textual-dark"):
            s.app.theme = theme
            await s.until(lambda: s.background(0, 10) not in grounds, "the new background")
            await s.settled()
            assert s.background(0, 10) == s.canvas.background_colors[1].rgb
            grounds.add(s.background(0, 10))
