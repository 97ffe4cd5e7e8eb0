"""Textual's private parts are as expected, and where they are not its own output is used."""

from __future__ import annotations

import pytest
from textual._compositor import ChopsUpdate, CompositorUpdate, InlineUpdate, LayoutUpdate
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.strip import Strip

from hardcase.errors import UsageError
from hardcase.tui.wire import wired
from hardcase.tui.wire.cells import pieces_of
from hardcase.tui.wire.driver import WireDriver
from hardcase.tui.wire.seams import surprises


class Bare(wired.Wired, App[None]):
    """Nothing but the mechanism."""


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARDCASE_LINE", raising=False)


def test_textual_is_as_expected() -> None:
    assert surprises() == []


def test_a_part_that_changes_shape_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def _display(self: App[None], screen: object, renderable: object, layer: object) -> None:
        """Stand for what a later version may have."""

    monkeypatch.setattr(App, "_display", _display)
    (found,) = surprises()
    assert "takes self, screen, renderable, layer; expected self, screen, renderable" in found


def test_with_a_surprising_textual_the_usual_driver_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wired, "surprises", lambda: ["something"])
    assert Bare().driver_class is LinuxDriver


def test_our_driver_is_taken_unless_plain_output_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Bare().driver_class is WireDriver
    monkeypatch.setenv("HARDCASE_LINE", "plain")
    assert Bare().driver_class is LinuxDriver
    monkeypatch.setenv("HARDCASE_LINE", "quick")
    with pytest.raises(UsageError, match="HARDCASE_LINE is quick"):
        Bare()


def test_updates_are_taken_apart_by_place() -> None:
    strip = Strip.blank(3)
    laid_out = LayoutUpdate([[strip, strip], [strip]], Region(2, 5, 6, 2))
    assert pieces_of(laid_out) == [(5, 2, strip), (5, 5, strip), (6, 2, strip)]
    chops = ChopsUpdate([{0: strip, 3: None, 6: strip}], [(0, 4, 9)], [[3, 6, 9]])
    assert pieces_of(chops) == [(0, 6, strip)]


def test_unknown_updates_are_left_to_textual() -> None:
    assert pieces_of(InlineUpdate([])) is None
    assert pieces_of(CompositorUpdate()) is None


async def test_headless_apps_work_as_ever() -> None:
    app = Bare()
    async with app.run_test(size=(20, 5)):
        app.repaint_terminal()
        assert app.is_headless
