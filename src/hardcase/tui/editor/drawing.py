"""Drawing boxes in the editor: letters name their corners, arrows bring the cross there."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_letters
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.imaging.rulers import LETTERS, Aim, rulers
from hardcase.session.boxes.near_misses import offered
from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.canvas.canvas import Overlay
from hardcase.tui.editor.aim import (
    Aiming,
    begun,
    lettered,
    moved,
    nearby,
    placed,
    span_of,
    taken_back,
)
from hardcase.tui.editor.colours import NO_COLOUR, faded
from hardcase.tui.editor.editing import carried, selecting, with_box
from hardcase.tui.editor.guide import guide
from hardcase.tui.editor.line import Drawn
from hardcase.tui.editor.look import overlays
from hardcase.tui.editor.seen import in_sight, overlays_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.imaging.view import View
    from hardcase.model.boxes import Box
    from hardcase.model.job import Annotation
    from hardcase.tui.editor.aim import Rulers
    from hardcase.tui.editor.editing import Draft
    from hardcase.tui.editor.screen import EditScreen

PLACES = (Place.DRAWING, Place.EVERYWHERE)

WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class DrawDesk:
    """What the editor does from the key that begins a box to its second corner.

    `aiming` is the box under way, None while none is. Its letters go before all keys of the
    editor, which has those of `Place.DRAWING` meanwhile. `seen` is what the model saw in what is
    shown and did not accept: a digit takes one instead of drawing it.
    """

    def __init__(self, screen: EditScreen) -> None:
        self.screen = screen
        self.aiming: Aiming | None = None
        self.seen: list[Annotation] = []
        self._anew: Annotation | None = None
        self._spotting = False
        self._carrying = False
        self._view: View | None = None

    @property
    def aim(self) -> Aim | None:
        """The cross, as the canvas draws it."""
        at = self.aiming
        return None if at is None else Aim(at.x, at.y, at.across)

    @property
    def box(self) -> Box | None:
        """The box there would be if the cross were its second corner, or where its edge goes."""
        if self.aiming is None:
            return None
        if self._carrying:
            return self._carried(self.aiming).box
        return span_of(self.aiming, self.screen.draft.width, self.screen.draft.height)

    @property
    def label(self) -> str:
        """The label the box will have, empty if it will be asked for."""
        if self._anew is not None:
            return self._anew.label
        return self.screen.label_for_new or ""

    @property
    def drawn(self) -> Drawn | None:
        """The box under way in words and numbers."""
        if self.aiming is None:
            return None
        return Drawn(self.label, (self.aiming.x, self.aiming.y), self.box)

    def overlays(self, colours: Mapping[str, str]) -> list[Overlay]:
        """Return the boxes there are, stepping back behind what was seen and what is drawn."""
        shown = overlays(selecting(self.screen.draft, None), colours)
        shown = [replace(overlay, colour=faded(overlay.colour)) for overlay in shown]
        if self._at_start:  # then out of the way
            shown += overlays_of(self.seen, colours)
        if self.box is not None:
            colour = colours.get(self.label, NO_COLOUR)
            shown.append(Overlay(self.box, self.label, None, colour, by_human=True, selected=True))
        return shown

    # -- beginning and ending

    def action_edit_new(self) -> None:
        """Begin a new box."""
        self._begin(anew=False)

    def action_edit_redraw(self) -> None:
        """Begin to draw the box anew."""
        if self.screen.draft.box is None:
            self.screen.say(self.screen.no_box)
        else:
            self._begin(anew=True)

    def action_edit_fine(self) -> None:
        """Zoom to the box and begin to draw it anew; the view comes back afterwards."""
        self._begin_zoomed()

    def action_edit_new_small(self) -> None:
        """Begin a new box by a place in it, to which the view is zoomed before it is drawn."""
        view = self.screen.canvas.view
        if self._begin(anew=False, spotting=True):
            self._view = view

    def action_edit_carry(self, way: str) -> None:
        """Zoom to the box and ask where an edge goes, `across` or `down`; the view comes back."""
        self._begin_zoomed(way)

    def action_draw_cancel(self) -> None:
        """Draw nothing after all."""
        self._end()
        self.screen.say("nothing was drawn")

    def _begin_zoomed(self, way: str = "") -> None:
        """Begin to draw the box anew, or to carry an edge of it some way, with the view on it."""
        canvas, box = self.screen.canvas, self.screen.draft.box
        if box is None:
            self.screen.say(self.screen.no_box)
            return
        view = canvas.view
        canvas.zoom_to(box)
        carrying = Aiming(box.x2, box.y2, across=way == "across") if way else None
        if self._begin(anew=True, carrying=carrying):
            self._view = view

    def _begin(self, *, anew: bool, spotting: bool = False, carrying: Aiming | None = None) -> bool:
        """Begin a new box, or the selected one anew. Return False if that is not possible now.

        If `spotting`, a place to zoom to comes before the corners; if `carrying`, only one edge is
        asked for, from that cross on.
        """
        along = self._rulers
        if along is None or not self.screen.commit():
            return False
        self._anew = self.screen.draft.annotation if anew else None
        self._spotting = spotting
        self._carrying = carrying is not None
        self._view = None
        trouble = None if carrying else self._look_up_seen()
        self.screen._bindings = place_bindings(self.screen.actions, PLACES)  # noqa: SLF001 - its own
        self.screen.canvas.overlays_visible = True
        self._go_on(carrying or begun(along))
        if trouble is not None:
            self.screen.complain(trouble)
        return True

    def _end(self) -> None:
        self.aiming = None
        places = self.screen.PLACES
        self.screen._bindings = place_bindings(self.screen.actions, places)  # noqa: SLF001 - its own
        if self._view is not None:
            self.screen.canvas.look(self._view)
        self.screen.show_draft()

    def _look_up_seen(self) -> HardcaseError | None:
        """Look up what the model saw in sight where no other box is; return why that failed."""
        screen = self.screen
        others = [a.box for a in screen.draft.annotations if a is not self._anew]
        self.seen = []
        try:
            seen = offered(screen.session, screen.sample_id, others)
        except HardcaseError as error:
            return error
        self.seen = in_sight(seen, screen.placement) if screen.placement else seen
        return None

    # -- on the way

    def typed(self, character: str | None) -> bool:
        """Take a letter while a box is under way. Return whether it was one."""
        along = self._rulers
        if self.aiming is None or along is None or not character or character not in ascii_letters:
            return False
        after = lettered(self.aiming, character, along)
        if after is not None and self._carrying:
            self._carry(after)
            return True
        if after is not None:
            self._go_on(after)
            return True
        what, ruler = ("column", along[0]) if self.aiming.across else ("row", along[1])
        self.screen.say(f"there is no {what} {character} here: a to {LETTERS[ruler.marks - 1]}")
        return True

    def action_draw_seen(self, number: int) -> None:
        """Take what the model saw and did not accept."""
        if not self._at_start:
            return
        if number > len(self.seen):
            self.screen.say(f"the model saw no {number} here · {self._guide}")
            return
        taken = self.seen[number - 1]
        if taken.box is not None:
            self._done(taken.box, taken.label)

    def action_draw_place(self) -> None:
        """Place a corner, or the edge that is carried, at the cross."""
        if self.aiming is not None and self._carrying:
            self._carry(self.aiming)
        elif self.aiming is not None and (along := self._rulers):
            self._go_on(placed(self.aiming, along))

    def action_draw_back(self) -> None:
        """Take back the last letter or corner."""
        if self.aiming is None:
            return
        after = None if self._carrying else taken_back(self.aiming)
        if after is None:
            self.action_draw_cancel()
        else:
            self._go_on(after)

    def action_draw_move(self, way: str, cells: int) -> None:
        """Move the cross by cells."""
        if self.aiming is not None and (along := self._rulers):
            dx, dy = (
                sign * cells * size
                for sign, size in zip(WAYS[way], self.screen.moving.step_size, strict=True)
            )
            self._go_on(moved(self.aiming, dx, dy, along))

    def _go_on(self, aiming: Aiming) -> None:
        if self._spotting and aiming.first is not None and self._rulers:
            self._spotting = False
            self.screen.canvas.zoom_to(nearby(aiming, self._rulers))
            self._look_up_seen()
            aiming = begun(self._rulers)
        self.aiming = aiming
        if aiming.opposite is None:
            self.screen.say(self._guide)
            self.screen.show_draft()
            return
        if self.box is not None:
            self._done(self.box)

    def _carried(self, to: Aiming) -> Draft:
        """Return the draft with the edge where the cross is; which way was asked at first."""
        draft = self.screen.draft
        across = self.aiming is not None and self.aiming.across
        return carried(draft, x=to.x) if across else carried(draft, y=to.y)

    def _carry(self, to: Aiming) -> None:
        box = self._carried(to).box
        if box is not None:
            self._done(box)

    def _done(self, box: Box, label: str = "") -> None:
        """Make what was drawn a box, or the selected one; a new one with a label if it has one."""
        screen = self.screen
        self._end()
        if self._anew is None:
            screen.say("")
            if label:
                screen.add(box, label)
            else:
                screen.draw(box)
        elif screen.draft.annotation != self._anew:
            screen.complain("the box is another one by now: nothing was drawn")
        elif screen.alter(with_box(screen.draft, box)):
            screen.say("carried the edge" if self._carrying else "drew the box anew")
        else:
            screen.say("the box is as it was")

    @property
    def _at_start(self) -> bool:
        """Whether nothing is named yet of the box under way."""
        at = self.aiming
        begun = at is not None and at.across and at.first is None
        return begun and not self._carrying

    @property
    def _guide(self) -> str:
        if self.aiming is None:
            return ""
        seen = len(self.seen) if self._at_start else 0
        return guide(
            self.aiming,
            self.screen.key,
            spotting=self._spotting,
            carrying=self._carrying,
            seen=seen,
        )

    @property
    def _rulers(self) -> Rulers | None:
        placement = self.screen.placement
        return rulers(placement) if placement else None
