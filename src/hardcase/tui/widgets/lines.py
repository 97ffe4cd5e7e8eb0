"""The single lines around the work: title, tabs, banner, messages, hints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hardcase.model.text import printable
from hardcase.session import Tab
from hardcase.tui.actions import Place
from hardcase.tui.bindings import key_label
from hardcase.tui.widgets.text import elide, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.geometry import Region, Size
    from textual.strip import Strip

    from hardcase.session import Stats
    from hardcase.tui.actions import Action

_KEPT = 16
"""Lines of hints that are kept as they were drawn; a job has about five."""

TAB_TITLES = {
    Tab.ALL: "All",
    Tab.UNLABELED: "Unlabeled",
    Tab.LABELED: "Labeled",
    Tab.TO_BE_CONFIRMED: "To Be Confirmed",
}


class TitleLine(Widget, can_focus=False):
    """What this is on the left, how it stands on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[str, str, tuple[tuple[str, str], ...]] = ("", "", ())

    def show(self, name: str, about: str, *states: tuple[str, str]) -> None:
        """Show a name, what it is, and states as (text, style)."""
        if self._said != (name, about, states):
            self._said = name, about, states
            self.refresh()

    def render(self) -> Content:
        """Draw the line; the name gives way first."""
        width = self.content_size.width
        name, about, right = self._said
        states = [part for text, style in right if text for part in (("  ", ""), (text, style))]
        taken = sum(cell_len(text) for text, _ in states)
        about = f"  {about}" if about else ""
        shown = elide(name, max(width - taken - cell_len(about), 8))
        about = elide(about, max(width - taken - cell_len(shown), 0))
        gap = " " * max(width - taken - cell_len(shown) - cell_len(about), 0)
        return Content.assemble((shown, "bold"), (about, "$muted"), gap, *states)


class TabLine(Widget, can_focus=False):
    """The tabs of a job with their counts."""

    @dataclass
    class Picked(Message):
        """A tab was clicked."""

        tab: Tab

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[Tab, int] = dict.fromkeys(Tab, 0)
        self._active = Tab.ALL
        self._note: tuple[str, ...] = ()

    def show(self, stats: Stats, active: Tab, note: tuple[str, ...] = ()) -> None:
        """Show counts, one tab being open, and a note in the first wording that fits."""
        counts = {tab: stats.of(tab) for tab in Tab}
        if (counts, active, note) != (self._counts, self._active, self._note):
            self._counts, self._active, self._note = counts, active, note
            self.refresh()

    def render(self) -> Content:
        """Draw the tabs; the open one reversed, since that shows in any number of colours."""
        parts = self._parts()
        room = self.content_size.width - sum(cell_len(text) for _, text in parts) - 2
        note = next((text for text in self._note if cell_len(text) <= room), "")
        return Content.assemble(
            *((text, "bold reverse" if tab is self._active else "") for tab, text in parts),
            (f"  {note}", "$muted"),
        )

    def on_click(self, event: events.Click) -> None:
        """Say which tab was clicked."""
        x = event.x
        for tab, text in self._parts():
            x -= cell_len(text)
            if x < 0:
                self.post_message(self.Picked(tab))
                return

    def _parts(self) -> list[tuple[Tab, str]]:
        return [(tab, f" {TAB_TITLES[tab]} {self._counts[tab]:,} ") for tab in Tab]


class OneLine(Widget, can_focus=False):
    """A line of text in one style: the last message, or a banner. Nothing shows while empty."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.text = ""
        self._style = ""

    def show(self, text: str, style: str = "") -> None:
        """Show `text`, cut to the width there is."""
        if (text, style) != (self.text, self._style):
            self.text, self._style = text, style
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        return Content.assemble((shorten(self.text, self.content_size.width), self._style))


class Reason(OneLine):
    """A text that takes as many lines as it needs, up to those that there are."""

    def show(self, text: str, style: str = "") -> None:
        """Show `text`, wrapped between words."""
        if (text, style) != (self.text, self._style):
            self.text, self._style = text, style
            self.refresh(layout=True)

    def render(self) -> Content:
        """Draw the lines."""
        return Content.assemble((printable(self.text), self._style))


class Hints(Widget, can_focus=False):
    """The keys that matter here, as many as fit on one line."""

    def __init__(self) -> None:
        super().__init__()
        self._actions: tuple[Action, ...] = ()
        self._made: dict[tuple[tuple[Action, ...], Size], list[Strip]] = {}

    def show(self, actions: Sequence[Action]) -> None:
        """Offer these actions; those without a rank or a key are left out."""
        offered = tuple(a for a in actions if a.rank and a.keys)
        if offered != self._actions:
            self._actions = offered
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the line, as it was drawn when the same was offered last."""
        key = self._actions, self.outer_size
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= _KEPT:
                self._made.clear()
            made = self._made[key] = super().render_lines(self.outer_size.region)
        x1, x2 = crop.column_span
        return [made[y].crop(x1, x2) for y in crop.line_range]

    def notify_style_update(self) -> None:
        """Forget the colours of the old theme."""
        super().notify_style_update()
        self._made.clear()

    def render(self) -> Content:
        """Draw the hints that fit: those of the place, then those of everywhere."""
        chosen = fitting(self._actions, self.content_size.width)
        parts: list[tuple[str, str]] = []
        for action in chosen:
            parts += [(_key(action), "$hint-key bold"), (f" {action.hint}", ""), ("  ", "")]
        return Content.assemble(*parts[:-1])


def fitting(actions: Sequence[Action], width: int) -> list[Action]:
    """Return the actions whose hints fit in `width` cells, those of lower rank first taken."""
    room = width + 2
    chosen = set()
    for action in sorted(actions, key=lambda a: a.rank):
        room -= cell_len(_key(action)) + cell_len(action.hint) + 3
        if room < 0:
            break
        chosen.add(action.id)
    kept = [a for a in actions if a.id in chosen]
    return sorted(kept, key=lambda a: (a.where is not Place.ZOOMED, a.where is Place.EVERYWHERE))


def _key(action: Action) -> str:
    return action.hint_key or key_label(action.keys[0])
