"""What the box editor shows first, known before it is open so that its picture can be ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

from hardcase.model.job import HUMAN
from hardcase.tui.canvas.canvas import Overlay, Scene
from hardcase.tui.editor.colours import NO_COLOUR, faded
from hardcase.tui.editor.editing import Draft, selecting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.geometry import Size

    from hardcase.session import LabelingSession

_OVER, _UNDER = 1, 3
"""Lines over and under the editor's picture."""


def begun(session: LabelingSession, sample_id: int, box: int | None) -> Draft:
    """Return the draft the editor opens with: a box, or else the first one, is selected.

    Raises HardcaseError if there is no such sample or its size is not known.
    """
    annotations = session.sample(sample_id).annotations
    return selecting(Draft(annotations, *session.size(sample_id)), box or 0)


def overlays(draft: Draft, colours: Mapping[str, str]) -> list[Overlay]:
    """Return the boxes of a draft as the editor draws them.

    They are faded unless selected, so that that one stands out. With nothing selected there is
    nothing to step back for.
    """
    drawn = []
    for n, a in enumerate(draft.annotations):
        if a.box is not None:
            selected = n == draft.selected
            colour = colours.get(a.label, NO_COLOUR)
            if not selected and draft.selected is not None:
                colour = faded(colour)
            by_human = a.by == HUMAN
            drawn.append(
                Overlay(a.box, a.label, a.score, colour, by_human=by_human, selected=selected)
            )
    return drawn


def first_scene(
    session: LabelingSession, sample_id: int, box: int | None, colours: Mapping[str, str]
) -> Scene:
    """Return the picture the editor opens with. Raises HardcaseError as `begun` does."""
    sample, path = session.sample(sample_id), session.image_path(sample_id)
    drawn = tuple(overlays(begun(session, sample_id, box), colours))
    return Scene(path, sample_id, drawn, sample.hard)


def canvas_region(size: Size) -> Region:
    """Return where the editor's picture lies on a screen of some size."""
    return Region(0, _OVER, size.width, max(size.height - _OVER - _UNDER, 0))
