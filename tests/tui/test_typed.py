"""Keys typed before the app could read them."""

from __future__ import annotations

from textual import events
from textual.app import App

from hardcase.tui.typed import type_again


class Listening(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def on_key(self, event: events.Key) -> None:
        self.heard.append(event.key)


async def test_they_arrive_in_order_as_the_keys_they_are() -> None:
    app = Listening()
    async with app.run_test() as pilot:
        type_again(app, b"j\x1b[B\r\xc3\xa9\x12")
        await pilot.pause()
        assert app.heard == ["j", "down", "enter", "é", "ctrl+r"]


async def test_bytes_that_make_no_sense_do_no_harm() -> None:
    app = Listening()
    async with app.run_test() as pilot:
        type_again(app, b"\xffk\x1b[")
        await pilot.pause()
        assert "k" in app.heard
