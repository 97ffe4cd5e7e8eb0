"""How a model is read, a row an aspect, each with the other ways there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.widgets.text import cut, fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.inference.profile.variants import Aspect
    from hardcase.tui.widgets.virtual_list import Part

_TITLE = 10
_STEP = 0.05
_LOWEST, _HIGHEST = 0.05, 0.95


class ReadingRows(VirtualList):
    """Aspects of a profile and, last, the threshold. The cursor is on the one that keys change."""

    def __init__(self) -> None:
        super().__init__(self._draw_aspect, id="reading")
        self._aspects: tuple[Aspect, ...] = ()
        self._threshold = 0.0

    def show(self, aspects: tuple[Aspect, ...], threshold: float) -> None:
        """Show aspects and a threshold in [0, 1]; the cursor stays on what it was on."""
        title = self._aspects[self.cursor].title if self.aspect is not None else None
        at_threshold = self.cursor >= 0 and title is None
        self._aspects, self._threshold = aspects, threshold
        there = next((n for n, a in enumerate(aspects) if a.title == title), 0)
        self.styles.height = len(aspects) + 1
        self.set_rows(len(aspects) + 1, len(aspects) if at_threshold else there)

    @property
    def aspect(self) -> Aspect | None:
        """The aspect under the cursor, None at the threshold."""
        return self._aspects[self.cursor] if 0 <= self.cursor < len(self._aspects) else None

    @property
    def told(self) -> str:
        """What is under the cursor, in full."""
        if (aspect := self.aspect) is None:
            return "threshold: scores below it are left out"
        return f"{aspect.title} {aspect.chosen + 1} of {len(aspect.options)}: {aspect.words}"

    def stepped(self, threshold: float, step: int) -> float:
        """Return the threshold so many steps on."""
        wanted = round(threshold / _STEP + step) * _STEP
        return round(min(max(wanted, _LOWEST), _HIGHEST), 2)

    def _draw_aspect(self, index: int, width: int) -> Sequence[Part]:
        here = index == self.cursor
        if index < len(self._aspects):
            aspect = self._aspects[index]
            title, words = aspect.title, aspect.words
        else:
            title, words = "threshold", f"{self._threshold:.2f}"
        room = max(width - _TITLE - 5, 4)
        shown = cut(words, room)
        left, right = ("‹ ", " ›") if here else ("  ", "  ")
        return [
            ("▌" if here else " ", "strong"),
            (fit(title, _TITLE), "" if here else "muted"),
            (f"{left}{shown}{right}", "strong" if here else ""),
        ]
