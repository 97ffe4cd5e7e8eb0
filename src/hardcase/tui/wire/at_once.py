"""The screen's side: what changes is painted once the messages of a key are through, not later.

Textual has each widget tell its screen in its own time that it changed, and the screen paint with a
clock of 60 Hz. Whatever comes after the first paint of a key, that it is saved say, then waits for
a frame, and a key pressed meanwhile too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hardcase.tui.wire.seams import surprises

if TYPE_CHECKING:
    from textual import events
    from textual.screen import Screen

    _Base = Screen[Any]
else:
    _Base = object


@cache
def _as_expected() -> bool:
    return not surprises()


class AtOnce(_Base):
    """Mixed into a screen, before `Screen`. With a Textual not as expected it does nothing."""

    async def _on_idle(self, event: events.Idle) -> None:
        """Paint if anything is to be painted."""
        if self.paint():
            event.prevent_default()

    def paint(self) -> bool:
        """Paint what changed; return False if there is nothing, or Textual's clock is to do it.

        That it does while more keys wait: what they pass by need not be seen.
        """
        if not _as_expected() or not self.is_current or self.app._batch_count:  # noqa: SLF001
            return False
        if self._gather():
            return True
        if not self._is_dirty or getattr(self.app, "keys_wait", False):
            return False
        self._on_timer_update()
        return True

    def _gather(self) -> bool:
        """Ask the widgets that show what they have to tell; there is no public way.

        Return whether any asked for a layout, which comes first, by the messages of the screen.
        """
        moves = False
        for widget in list(self._compositor.visible_widgets):
            if widget is self:
                continue
            if widget._layout_required or widget._scroll_required:  # noqa: SLF001
                widget._check_refresh()  # noqa: SLF001
                moves = True
            elif widget._repaint_required:  # noqa: SLF001
                widget._repaint_required = False  # noqa: SLF001
                self._dirty_widgets.add(widget)
        return moves

    @property
    def _is_dirty(self) -> bool:
        return bool(
            self._dirty_widgets
            or self._layout_required
            or self._scroll_required
            or self._repaint_required
        )
