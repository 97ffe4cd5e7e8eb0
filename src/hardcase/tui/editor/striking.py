"""Deleting boxes by letters: several that are wrong, one key each, without going to them."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_letters
from typing import TYPE_CHECKING

from hardcase.tui.actions import Place
from hardcase.tui.bindings import textual_key
from hardcase.tui.editor.editing import deleted, selecting
from hardcase.tui.editor.look import overlays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

    from hardcase.model.job import Annotation
    from hardcase.tui.actions import Action
    from hardcase.tui.canvas.canvas import Overlay
    from hardcase.tui.editor.screen import EditScreen

_GO_ON = ("edit_confirm", "edit_confirm_next")


class StrikeDesk:
    """Gives boxes letters until another key comes, which is used up unless it confirms or quits.

    `letters` are the boxes by letter, none while this is not under way. A box keeps its letter when
    others go.
    """

    def __init__(self, screen: EditScreen) -> None:
        self.screen = screen
        self.letters: dict[str, Annotation] = {}

    def action_edit_strike(self) -> None:
        """Begin to delete boxes by letters."""
        screen = self.screen
        if not screen.draft.annotations:
            screen.say("there is no box to delete")
        elif screen.commit():
            self.letters = lettered(screen.draft.annotations)
            screen.canvas.overlays_visible = True
            screen.say("a letter deletes its box; any other key ends that")
            screen.show_draft()

    def hears(self, action: Action) -> bool:
        """Whether the key of an action, where it is no letter, does what it does otherwise."""
        everywhere = action.where is Place.EVERYWHERE and action.id != "back"
        return everywhere or action.id in _GO_ON

    def overlays(self, colours: Mapping[str, str]) -> list[Overlay]:
        """Return the boxes there are, with their letters."""
        named = {(a.box, a.label): letter for letter, a in self.letters.items()}
        shown = overlays(selecting(self.screen.draft, None), colours)
        return [
            replace(overlay, mark=named.get((overlay.box, overlay.label), "")) for overlay in shown
        ]

    def typed(self, event: events.Key) -> bool:
        """Take a key while boxes have letters. Return whether it is used up."""
        if not self.letters:
            return False
        letter = event.character or ""
        if letter and letter in ascii_letters:
            self._strike(letter)
            return True
        self._end()
        heard = filter(self.hears, self.screen.actions)
        return event.key not in {textual_key(key) for action in heard for key in action.keys}

    def _strike(self, letter: str) -> None:
        screen, annotation = self.screen, self.letters.get(letter)
        if annotation is None or annotation not in screen.draft.annotations:
            screen.say(f"no box has the letter {letter}")
            return
        draft = selecting(screen.draft, screen.draft.annotations.index(annotation))
        del self.letters[letter]
        if screen.alter(deleted(draft)):
            leave, undo = screen.key("edit_leave"), screen.key("edit_undo")
            screen.say(f"deleted {letter} · {leave} {undo} undoes")
        if not screen.draft.annotations:
            self._end()

    def _end(self) -> None:
        self.letters = {}
        self.screen.say("")
        self.screen.show_draft()


def lettered(annotations: Sequence[Annotation]) -> dict[str, Annotation]:
    """Return boxes by letters, those the model is least sure of first; a person's come last."""
    ordered = sorted(annotations, key=lambda a: 2.0 if a.score is None else a.score)
    return dict(zip(ascii_letters, ordered, strict=False))
