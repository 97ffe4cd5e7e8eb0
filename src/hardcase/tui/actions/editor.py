"""Actions of the box editor, and of drawing a box there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable


def _editor() -> Iterable[Action]:
    here = Place.EDITOR
    yield Action("edit_confirm", ("enter", "a"), "Confirm the boxes and go on", here, "confirm", 2)
    yield Action(
        "edit_confirm_next", ("space",), "Confirm, and edit the next image of the list", here
    )
    yield Action("edit_leave", ("escape",), "Back to the job; edits are kept", here, "back", 6)
    yield Action(
        "edit_new", ("b",), "New box: two letters name each corner, or arrows", here, "new", 3
    )
    yield Action("edit_fine", ("f",), "Zoom to the box, draw it anew, zoom back", here, "finer", 8)
    yield Action(
        "edit_new_small", ("F",), "New box of something small: a place in it, zoom, draw", here
    )
    yield Action("edit_redraw", ("B",), "Draw the box anew", here)
    for way, key, edges in (("across", "g", "left or right"), ("down", "t", "top or bottom")):
        text = f"Carry the {edges} edge to a letter, zoomed to the box"
        yield Action(f"edit_carry_{way}", (key,), text, here, command=f"edit_carry('{way}')")
    yield Action("edit_next", ("tab",), "Select the next box", here, "next", 6)
    yield Action("edit_previous", ("shift+tab",), "Select the previous box", here)
    for way, key in (("left", "h"), ("down", "j"), ("up", "k"), ("right", "l")):
        shown = ("move", 4, "←↓↑→") if way == "left" else ("", 0, "")
        text = f"Move the box {way} by a step; no box: pan"
        yield Action(f"edit_{way}", (way, key), text, here, *shown, f"move('{way}')")
        far = (f"shift+{way}", key.upper())
        text = f"Move the box {way} by five steps"
        yield Action(f"edit_far_{way}", far, text, here, command=f"move_far('{way}')")
    for edge, side in (("top", "north"), ("bottom", "south"), ("left", "west"), ("right", "east")):
        shown = ("edges", 5, "nswe") if edge == "top" else ("", 0, "")
        out, inwards = (f"Move the {edge} edge ({side}) {way} by a step" for way in ("out", "in"))
        yield Action(f"edit_{edge}_out", (side[0],), out, here, *shown, f"pull('{edge}', 1)")
        capital = (side[0].upper(),)
        yield Action(f"edit_{edge}_in", capital, inwards, here, command=f"pull('{edge}', -1)")
    yield Action("edit_finer", (",",), "Smaller steps, down to a pixel", here, command="gear(-1)")
    yield Action("edit_coarser", (".",), "Larger steps", here, command="gear(1)")
    yield Action("edit_snap", ("m",), "Pull the box to strong edges of the image nearby", here)
    yield Action("edit_numbers", ("x",), "Give the box by its numbers; no box: a new one", here)
    yield Action(
        "edit_copy", ("p",), "Add the boxes of the image seen before this one", here, "previous", 9
    )
    for n in range(1, 10):
        text = f"Set label {n} of the box"
        shown = ("label", 9, "1-9") if n == 1 else ("", 0, "")
        yield Action(f"edit_label_{n}", (str(n),), text, here, *shown, f"label({n})")
    yield Action("edit_pick_label", ("c",), "Pick the label of the box", here, "labels", 10)
    yield Action("edit_delete", ("d", "delete"), "Delete the box", here, "del", 7)
    yield Action("edit_strike", ("X",), "Delete boxes by letters", here)
    yield Action("edit_delete_all", ("D",), "Delete all boxes", here)
    yield Action("edit_no_objects", ("O",), "There are no objects here; go on", here)
    yield Action("edit_undo", ("u",), "Undo what was done in the editor", here, "undo", 8)
    yield Action("edit_redo", ("ctrl+r",), "Redo", here)
    yield Action("edit_reset", ("r",), "Reset to the boxes there were when the editor opened", here)
    yield Action("edit_predicted", ("R",), "Reset to the boxes the model predicted", here)
    yield Action("edit_zoom_box", ("z",), "Zoom to the box", here, "zoom to box", 11)
    yield Action("edit_zoom_in", ("+", "="), "Zoom in", here, "zoom", 12, "+ - 0")
    yield Action("edit_zoom_out", ("-",), "Zoom out", here)
    yield Action("edit_zoom_fit", ("0",), "Fit the picture again", here)
    yield Action("edit_toggle_boxes", ("o",), "Show or hide the boxes", here, "hide", 13)
    yield Action("edit_save_again", ("ctrl+s",), "Try to save again after a disk error", here)


def _drawing() -> Iterable[Action]:
    here = Place.DRAWING
    yield Action("draw_place", ("enter", "space"), "Place a corner here", here, "corner here", 2)
    for n in range(1, 10):
        text = f"Take what the model saw and did not accept: number {n}"
        shown = ("seen by the model", 1, "1-9") if n == 1 else ("", 0, "")
        yield Action(f"draw_seen_{n}", (str(n),), text, here, *shown, f"draw_seen({n})")
    yield Action("draw_back", ("backspace",), "Take the last letter back", here, "back up", 4)
    yield Action("draw_cancel", ("escape",), "Draw nothing after all", here, "cancel", 3)
    for way in ("left", "down", "up", "right"):
        shown = ("cross", 5, "←↓↑→") if way == "left" else ("", 0, "")
        text = f"Move the cross {way} by a step"
        yield Action(f"draw_{way}", (way,), text, here, *shown, f"draw_move('{way}', 1)")
        far, text = (f"shift+{way}",), f"Move the cross {way} by five steps"
        yield Action(f"draw_far_{way}", far, text, here, command=f"draw_move('{way}', 5)")


EDITOR = tuple(_editor())
DRAWING = tuple(_drawing())
