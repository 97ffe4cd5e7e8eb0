"""Actions of the quick review of boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable


def _review() -> Iterable[Action]:
    here = Place.REVIEW
    yield Action("review_apply", ("enter", "a"), "Make all fixes, as one change", here, "apply", 2)
    yield Action(
        "review_leave", ("escape",), "Drop the selection, else the fixes: back", here, "cancel", 3
    )
    for way, step in (("left", -1), ("right", 1)):
        text = f"The box to the {way}"
        yield Action(f"review_{way}", (way,), text, here, command=f"review_step({step})")
    yield Action("review_select", ("space",), "Select, or no longer", here, "select", 6)
    yield Action("review_range", ("v",), "Select from here to where the cursor goes", here)
    yield Action("review_all", ("*",), "Select all boxes shown, or none", here)
    yield Action("review_invert", ("V",), "Select the others", here)
    for n in range(1, 11):
        shown = ("label", 4, "1-9") if n == 1 else ("", 0, "")
        text = f"Let the boxes become label {n}"
        yield Action(f"review_label_{n}", (str(n % 10),), text, here, *shown, f"review_label({n})")
    yield Action("review_pick", ("l",), "Pick the label that the boxes become", here)
    yield Action("review_strike", ("d", "delete"), "Delete the boxes, or keep them", here, "del", 5)
    yield Action("review_undo", ("u",), "Take the last fix back", here, "undo", 9)
    yield Action("review_redo", ("ctrl+r",), "Repeat the fix taken back", here)
    yield Action("review_sort", ("s",), "Sort by area, shape, score, hardness", here, "sort", 7)
    yield Action("review_turn", ("S",), "Turn the order around", here, "turn", 11)
    for way, key, step in (("previous", "[", -1), ("next", "]", 1)):
        shown = ("", 0, "") if step < 0 else ("labels", 8, "[ ]")
        text = f"Boxes of the {way} label"
        yield Action(f"review_{way}", (key,), text, here, *shown, f"review_other({step})")
    yield Action("review_of", ("L", "/"), "Pick the label whose boxes are shown", here)
    yield Action("review_edit", ("e",), "Open the image in the box editor", here, "edit", 10)
    yield Action("review_boxes", ("o",), "Show or hide the outlines", here)
    yield Action("review_larger", ("+", "="), "Larger tiles", here, command="review_size(1)")
    yield Action("review_smaller", ("-",), "Smaller tiles", here, command="review_size(-1)")


REVIEW = tuple(_review())
