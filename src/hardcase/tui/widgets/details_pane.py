"""The details of a sample under a rule; those of its neighbours are laid out ahead."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from operator import ne
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from hardcase.tui.widgets.details import details
from hardcase.tui.widgets.swatch import on_ground

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.geometry import Size

    from hardcase.model.findings import Finding
    from hardcase.model.job import Sample, Task

AHEAD_SECONDS = 0.05
"""How long nothing else must be shown before what is near is laid out."""

_MOST = 12


@dataclass(frozen=True, slots=True)
class About:
    """What is told: a sample, the index of the selected box, and what a check found.

    `more` is the key that lists all labels.
    """

    sample: Sample
    task: Task
    colours: Mapping[str, str] = field(repr=False)
    box: int | None = None
    finding: Finding | None = None
    more: str = ""


class DetailsPane(Widget, can_focus=False):
    """Lines about a sample, or one line why there is nothing to tell.

    Laying words out takes longer than all else that a move in the list does, so it is done ahead,
    and what Textual does to lines that might have a frame is left out.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"details--rule"}
    DEFAULT_CSS: ClassVar = "DetailsPane { height: 7; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._told: About | str = ""
        self._near: tuple[About, ...] = ()
        self._made: dict[tuple[int, int | None], tuple[About, list[Strip]]] = {}
        self._lines: list[Strip] = []
        self._laid_out_for: Size | None = None
        self._soon: asyncio.TimerHandle | None = None

    def show(self, told: About | str) -> None:
        """Tell about a sample, or a text as it is; where it is laid out, only what differs."""
        if told == self._told:
            return
        before, ready = self._lines, self._ready(told)
        self._told, self._lines = told, ready
        if not ready or len(before) != len(ready) or self._laid_out_for != self.size:
            self.refresh()
            return
        differ = [y for y, lines in enumerate(zip(before, ready, strict=True)) if ne(*lines)]
        if differ:
            first, last = differ[0], differ[-1]
            self.refresh(Region(0, first, self.size.width, last - first + 1))

    def prefetch(self, near: Sequence[About]) -> None:
        """Lay these out as soon as there is time."""
        self._near = tuple(near)
        if self._soon:
            self._soon.cancel()
        self._soon = asyncio.get_running_loop().call_later(AHEAD_SECONDS, self._prepare)

    def on_unmount(self) -> None:
        """Prepare nothing more."""
        if self._soon:
            self._soon.cancel()

    def notify_style_update(self) -> None:
        """Forget the colours of the old theme."""
        super().notify_style_update()
        self._forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines within `crop`: the rule, and what was laid out."""
        if self._laid_out_for != self.size:
            self._forget()
            self._laid_out_for = self.size
        if not self._lines:
            self._lines = self._of(self._told)
        x1, x2 = crop.column_span
        return [self._lines[y].crop(x1, x2) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        return self.render_lines(self.size.region)[y]

    def _forget(self) -> None:
        self._made.clear()
        self._lines = []

    def _prepare(self) -> None:
        self._soon = None
        if self.is_attached and self.size and self._laid_out_for == self.size:
            for about in self._near:
                self._of(about)

    def _ready(self, told: About | str) -> list[Strip]:
        """Return the lines that were laid out ahead, none if they were not."""
        if isinstance(told, str):
            return []
        made = self._made.get((told.sample.id, told.box))
        return made[1] if made is not None and made[0] == told else []

    def _of(self, told: About | str) -> list[Strip]:
        """Return the lines of what is told, which may have been laid out ahead."""
        if isinstance(told, str):
            return self._laid_out(Content(told))
        if ready := self._ready(told):
            return ready
        key = told.sample.id, told.box
        size = max(self.size.width - 2, 1), self.size.height - 1
        what = told.sample, told.task, told.colours, told.box, size
        text = details(*what, finding=told.finding, more=told.more)
        lines = self._laid_out(on_ground(text, self.background_colors[1].hex6))
        self._made.pop(key, None)
        self._made[key] = told, lines
        if len(self._made) > _MOST:
            del self._made[next(iter(self._made))]
        return lines

    def _laid_out(self, text: Content) -> list[Strip]:
        width, height = self.size
        ground = self.rich_style
        rule = ground + self.get_component_rich_style("details--rule", partial=True)
        space = Segment(" ", ground)
        lines = [Strip([Segment("─" * width, rule)], width)]
        for line in Visual.to_strips(self, text, width - 2, height - 1, self.visual_style):
            inner = line.adjust_cell_length(width - 2, ground)
            lines.append(Strip([space, *inner, space], width))
        blank = Strip.blank(width, ground)
        lines += [blank] * (height - len(lines))
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            lines = [line.apply_filter(line_filter, background) for line in lines]
        return lines[:height]
