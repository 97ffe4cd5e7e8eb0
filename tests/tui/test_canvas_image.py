"""Images of the terminal's own: when they are sent, and when not."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from textual.app import App, ComposeResult

from hardcase.imaging.kitty import MARKS, PLACEHOLDER
from hardcase.model.boxes import Box
from hardcase.terminal import Mode, Terminal
from hardcase.tui.canvas.canvas import ImageCanvas, Overlay
from hardcase.tui.canvas.image import LEAN_BYTES
from hardcase.tui.wire.glyphs import codes_of, is_simple

if TYPE_CHECKING:
    from collections.abc import Callable


class Pump:
    """A line that is busy while told so."""

    def __init__(self) -> None:
        self.busy = False
        self.lean = False
        self.sent: list[str] = []

    def carry(self, data: bytes) -> bool:
        if not self.busy:
            self.sent.append(data.decode())
        return not self.busy

    def place(self, _row: int, _column: int) -> None:
        """Nobody encodes here."""

    @property
    def images(self) -> int:
        return sum("a=p,U=1" in data for data in self.sent)


class ImageApp(App[None]):
    def __init__(self, mode: Mode = Mode.KITTY) -> None:
        super().__init__()
        self.terminal = Terminal(mode=mode)
        self.pump = Pump()
        self.written: list[str] = []

    def compose(self) -> ComposeResult:
        yield ImageCanvas()

    def on_mount(self) -> None:
        # The headless driver of tests has no line; give it one that the canvas finds.
        self._driver.pump = self.pump
        self._driver.write = self.written.append

    @property
    def is_headless(self) -> bool:
        return False

    @property
    def canvas(self) -> ImageCanvas:
        return self.query_one(ImageCanvas)


async def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.005)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.png" for n in range(4)]
    for n, path in enumerate(paths):
        Image.new("RGB", (300, 200), (60 * n, 80, 120)).save(path)
    return paths


async def test_a_picture_is_sent_once_and_boxes_over_it_are_cells(pictures: list[Path]) -> None:
    app = ImageApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.canvas.show(pictures[0])
        await until(lambda: app.pump.images == 1, "the image")
        assert {app.canvas.render_line(y).text[0] for y in range(20)} == {PLACEHOLDER}
        before = [app.canvas.render_line(y).text for y in range(20)]
        app.canvas.set_overlays([Overlay(Box(50, 50, 200, 150), "cat")])
        assert "cat" in "".join(app.canvas.render_line(y).text for y in range(20))
        app.canvas.set_overlays([])
        assert [app.canvas.render_line(y).text for y in range(20)] == before
        assert app.pump.images == 1
        app.canvas.show(pictures[1])
        await until(lambda: app.pump.images == 2, "the next image")
        assert [app.canvas.render_line(y).text for y in range(20)] == before
    (image_id,) = set(re.findall(r"a=t,q=2,f=100,i=(\d+)", "".join(app.pump.sent)))
    assert f"a=d,d=I,q=2,i={image_id}" in "".join(app.written)


async def test_on_a_busy_line_only_the_newest_picture_is_sent(pictures: list[Path]) -> None:
    app = ImageApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.canvas.show(pictures[0])
        await until(lambda: app.pump.images == 1, "the image")
        app.pump.busy = True
        for path in pictures[1:]:
            app.canvas.show(path)
            await until(lambda: not app.canvas.busy, "the preview")
        assert app.pump.images == 1
        app.pump.busy = False
        await until(lambda: app.pump.images == 2, "the newest image")
        app.canvas.show(pictures[3])
        await pilot.pause(0.1)
        assert app.pump.images == 2


async def test_a_slow_line_gets_smaller_pictures(tmp_path: Path) -> None:
    noise = Image.effect_noise((640, 480), 90).convert("RGB")
    noise.save(tmp_path / "noise.png")
    sizes = []
    for lean in (False, True):
        app = ImageApp()
        app.pump.lean = lean
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            app.canvas.show(tmp_path / "noise.png")
            await until(lambda: app.pump.images == 1, "the image")  # noqa: B023 - awaited here
            sizes.append(len("".join(app.pump.sent)))
    assert sizes[0] > 1.5 * sizes[1]
    assert sizes[1] < LEAN_BYTES + 600


async def test_after_a_suspension_the_picture_is_sent_again(pictures: list[Path]) -> None:
    app = ImageApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.canvas.show(pictures[0])
        await until(lambda: app.pump.images == 1, "the image")
        app.app_resume_signal.publish(app)
        await until(lambda: app.pump.images == 2, "the image again")


def test_places_of_an_image_need_no_move_of_the_cursor_between_them() -> None:
    codes, lengths = codes_of([PLACEHOLDER + MARKS[3] + MARKS[200], "e\u0301", "ab"])
    assert lengths.tolist() == [1, 1, 2]
    assert is_simple(codes).tolist() == [True, False, True, True]


async def test_other_modes_send_no_image(pictures: list[Path]) -> None:
    for mode in (Mode.HALF, Mode.QUADRANT):
        app = ImageApp(mode)
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.pause()
            app.canvas.show(pictures[0])
            await until(lambda: not app.canvas.busy and app.canvas.placement, "the picture")  # noqa: B023
            assert PLACEHOLDER not in app.canvas.render_line(5).text
        assert app.pump.sent == []
