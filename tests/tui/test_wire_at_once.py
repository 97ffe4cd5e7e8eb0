"""Screens paint what changed when their messages are through, not when a clock says so."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from hardcase.tui.key_order import KeysInOrder
from hardcase.tui.wire.at_once import AtOnce

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Size


class Saved(Message):
    """What comes after a key by itself."""


class Lines(AtOnce, Screen[None]):
    """Two lines that a key changes, one of which another message changes again."""

    BINDINGS: ClassVar = [("x", "change"), ("g", "grow")]
    CSS = "Static { height: 1; }"

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield Static("one", id="one")
        yield Static("two", id="two")

    def action_change(self) -> None:
        """Change both."""
        self.query_one("#one", Static).update("changed", layout=False)
        self.query_one("#two", Static).update("changed", layout=False)

    def action_grow(self) -> None:
        """Take another line."""
        self.query_one("#one", Static).styles.height = 2

    def on_saved(self) -> None:
        """Change one again."""
        self.query_one("#two", Static).update("saved", layout=False)


class Painting(KeysInOrder, App[None]):
    """Notes what its lines were at each paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[tuple[str, str]] = []
        self.sizes: list[Size] = []

    def get_default_screen(self) -> Screen[None]:
        """Show the lines."""
        return Lines()

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if renderable is not None and screen.query("#two"):
            one, two = (screen.query_one(f"#{name}", Static) for name in ("one", "two"))
            self.painted.append((str(one.content), str(two.content)))
            self.sizes.append(one.size)
        super()._display(screen, renderable)  # type: ignore[arg-type]


@pytest.fixture
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what waits for the clock never painted."""
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 3600.0)


async def wait_for(met: Callable[[], object], what: str) -> None:
    """Wait without Textual's pilot, which paints by itself."""
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline, f"{what} did not come"
        await asyncio.sleep(0.005)


async def settled(app: Painting) -> None:
    await wait_for(lambda: ("one", "two") in app.painted, "the first paint")


@pytest.mark.usefixtures("_no_clock")
async def test_all_that_a_key_changes_is_painted_once_and_what_follows_does_not_wait() -> None:
    app = Painting()
    async with app.run_test():
        await settled(app)
        app.painted.clear()
        app.simulate_key("x")
        await wait_for(lambda: app.painted, "the key's effect")
        app.screen.post_message(Saved())
        await wait_for(lambda: ("changed", "saved") in app.painted, "what follows")
    assert list(dict.fromkeys(app.painted)) == [("changed", "changed"), ("changed", "saved")]


@pytest.mark.usefixtures("_no_clock")
async def test_what_takes_another_layout_is_laid_out_before_it_is_painted() -> None:
    app = Painting()
    async with app.run_test():
        await settled(app)
        app.sizes.clear()
        app.simulate_key("g")
        await wait_for(lambda: app.sizes, "the key's effect")
    assert app.sizes[0].height == 2
