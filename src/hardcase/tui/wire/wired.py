"""The app's side: hand updates of the compositor to the pump instead of rendering them to text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hardcase.tui.wire.profile import Profile, chosen_profile
from hardcase.tui.wire.seams import surprises

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual import events
    from textual.app import App
    from textual.driver import Driver
    from textual.screen import Screen

    from hardcase.tui.wire.cells import Piece
    from hardcase.tui.wire.driver import WireDriver

    _Base = App[None]
else:
    _Base = object


def draws_on_stderr() -> bool:
    """Return whether Textual draws by itself, which is on stderr, be that a terminal or not.

    Raises UsageError if HARDCASE_LINE is no profile.
    """
    return chosen_profile(os.environ) is Profile.PLAIN or bool(surprises())


class Wired(_Base):
    """Mixed into an app, before `App`: only changed cells are sent.

    Without a terminal of ours (tests, browser, Windows), or with a Textual that is not as expected,
    everything is as Textual does it.
    """

    def get_driver_class(self) -> type[Driver]:
        """Return our driver where Textual would take the one it builds on.

        Raises UsageError if HARDCASE_LINE is no profile.
        """
        usual = super().get_driver_class()
        if draws_on_stderr():
            return usual
        from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - seams come first

        if usual is not LinuxDriver:
            return usual
        from hardcase.tui.wire.driver import WireDriver  # noqa: PLC0415 - seams come first

        return WireDriver

    @property
    def fits_pictures(self) -> bool:
        """Whether pictures get the colours that the terminal has when they are sent."""
        return self._our_driver() is not None

    def repaint_terminal(self) -> None:
        """Draw everything anew, in case something else has written on the terminal."""
        driver = self._our_driver()
        if driver is not None:
            driver.pump.repaint()
        else:
            self.refresh(layout=True)

    def _our_driver(self) -> WireDriver | None:
        driver: Any = self._driver
        return driver if hasattr(driver, "pump") else None

    def _on_resize(self, _event: events.Resize) -> None:  # type: ignore[override] # in addition
        driver = self._our_driver()
        if driver is not None:
            driver.pump.resized()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._our_driver()
        wanted = renderable is not None and not self._batch_count
        if driver is None or not (wanted and self._running and not self._closed):
            super()._display(screen, renderable)
            return
        try:
            known = self._show(driver, screen, renderable)
        except Exception as error:  # noqa: BLE001 - as Textual does: end with a traceback
            self._handle_exception(error)
            known = True
        if known:
            self.post_display_hook()
        else:
            super()._display(screen, renderable)

    def _show(self, driver: WireDriver, screen: Screen[Any], update: Any) -> bool:
        """Hand an update to the pump; return False if Textual must write it."""
        from hardcase.tui.wire.cells import pieces_of  # noqa: PLC0415 - seams come first
        from hardcase.tui.wire.parts import adopt  # noqa: PLC0415 - seams come first

        pump = driver.pump
        adopt(screen._compositor)  # noqa: SLF001 - there is no public way
        pieces: list[Piece] | None = pieces_of(update)
        if pieces is None:
            pump.front.forget()
            return False
        width, height = screen._compositor.size  # noqa: SLF001 - the size the update is for
        if pump.front.resize(width, height):
            whole: Any = screen._compositor.render_update(  # noqa: SLF001
                full=True, screen_stack=self._background_screens
            )
            pieces = pieces_of(whole) or pieces
        x, y = screen.outer_size.clamp_offset(self.cursor_position)
        pump.show(pieces, (y, x))
        return True
