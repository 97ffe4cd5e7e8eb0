"""What a model says of an image, in lines beside the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from hardcase.model.numbers import count
from hardcase.tui.widgets.swatch import on_ground
from hardcase.tui.widgets.text import cut, fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.model.job import Annotation
    from hardcase.session.autolabel.model_look import Sighting

    Line = Content

_SCORE = 5
_BAR = 8


class SeenLines(Widget, can_focus=False):
    """Boxes with their scores, or the most likely classes. Empty until something is seen."""

    def __init__(self) -> None:
        super().__init__(id="seen")
        self._sighting: Sighting | None = None
        self._colours: Mapping[str, str] = {}

    def show(self, sighting: Sighting | None, colours: Mapping[str, str]) -> None:
        """Show what is said of an image, labels in their `colours`."""
        if (sighting, colours) != (self._sighting, self._colours):
            self._sighting, self._colours = sighting, colours
            self.refresh()

    def render(self) -> Content:
        """Draw the lines that fit, and how many do not."""
        if self._sighting is None:
            return Content("")
        width, height = self.content_size
        lines = _lines(self._sighting, self._colours, width)
        if len(lines) > height > 0:
            more = Content.styled(f"… {len(lines) - height + 1} more", "$muted")
            lines = [*lines[: height - 1], more]
        return on_ground(Content("\n").join(lines), self.background_colors[1].hex6)


def _lines(sighting: Sighting, colours: Mapping[str, str], width: int) -> list[Content]:
    if sighting.error:
        return [Content.styled(cut(sighting.error, width), "$error")]
    if sighting.best:
        taken = {a.label for a in sighting.annotations}
        return [
            *(
                _likely(name, p, width, taken=name in taken, colours=colours)
                for name, p in sighting.best
            ),
            *([] if taken else [Content.styled(cut(sighting.why, width), "$warning")]),
        ]
    lines = [_boxed(a, width, colours.get(a.label, "$foreground")) for a in sighting.annotations]
    if not lines:
        lines.append(
            Content.styled(
                "no box of a label of the job" if sighting.left_out else "no box", "$warning"
            )
        )
    if sighting.left_out:
        left = cut(f"{count(len(sighting.left_out), 'box')} of classes left out:", width)
        lines.append(Content.styled(left, "$muted"))
        lines += [_boxed(a, width, "$muted") for a in sighting.left_out]
    return lines


def _boxed(annotation: Annotation, width: int, colour: str) -> Content:
    name = fit(annotation.label, max(width - 2 - _SCORE, 4))
    return Content.assemble(
        ("■ ", colour), name, (f"{annotation.score or 0:{_SCORE}.2f}", "$muted")
    )


def _likely(name: str, p: float, width: int, *, taken: bool, colours: Mapping[str, str]) -> Content:
    bar = "━" * round(p * _BAR)
    room = max(width - 2 - _SCORE - _BAR - 1, 4)
    return Content.assemble(
        ("■ " if taken else "  ", colours.get(name, "$foreground")),
        (fit(name, room), "bold" if taken else ""),
        (f" {bar:<{_BAR}}", "$accent"),
        (f"{p:{_SCORE}.2f}", "$muted"),
    )
