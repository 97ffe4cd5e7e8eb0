"""Actions of dialogs: those of all, and those that the larger ones have besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

DIALOG = (
    Action("dialog_accept", ("enter",), "Accept", Place.DIALOG, "accept", 1),
    Action("dialog_close", ("escape",), "Close and change nothing", Place.DIALOG, "close", 2),
    Action(
        "dialog_yes", ("y",), "Say yes, where enter may be meant for something else", Place.DIALOG
    ),
    Action("dialog_down", ("down", "ctrl+n"), "Next entry", Place.DIALOG),
    Action("dialog_up", ("up", "ctrl+p"), "Previous entry", Place.DIALOG),
    Action("dialog_page_down", ("pagedown",), "Lists: a page down", Place.DIALOG),
    Action("dialog_page_up", ("pageup",), "Lists: a page up", Place.DIALOG),
    Action("dialog_first", ("home",), "Lists: first entry", Place.DIALOG),
    Action("dialog_last", ("end",), "Lists: last entry", Place.DIALOG),
    Action(
        "dialog_toggle", ("tab",), "Labels: tick one of several; forms: next field", Place.DIALOG
    ),
    Action("dialog_look", ("ctrl+o",), "Auto labeling: look at what the model says", Place.DIALOG),
)


def _walk(name: str, here: Place, row: str, close: str = "Close") -> Iterable[Action]:
    """Let letters, which other dialogs take as text, go through the rows and close."""
    for way, key, which in (("down", "j", "Next"), ("up", "k", "Previous")):
        yield Action(f"{name}_go_{way}", (key,), f"{which} {row}", here, command=f"dialog_{way}")
    yield Action(f"{name}_close", ("q",), close, here, command="dialog_close")


def _labels_dialog() -> Iterable[Action]:
    here = Place.LABELS
    yield Action("labels_add", ("b",), "New label", here)
    yield Action("labels_rename", ("r",), "Rename the label, on every sample too", here)
    yield Action("labels_merge", ("m",), "Merge the label into another one", here)
    yield Action("labels_delete", ("d", "delete"), "Delete the label and all that bears it", here)
    yield Action("labels_colour", ("c",), "Give the label the next colour", here)
    for way, key, by in (("down", "J", 1), ("up", "K", -1)):
        text = f"Move the label {way} the list; its digit goes with its place"
        yield Action(f"labels_{way}", (key,), text, here, command=f"labels_move({by})")
    yield Action("labels_undo", ("u",), "Undo", here)
    yield Action("labels_redo", ("ctrl+r",), "Redo", here)
    yield from _walk("labels", here, "label")


def _look_dialog() -> Iterable[Action]:
    here = Place.LOOK
    yield Action("look_next", ("n",), "Next image", here)
    yield Action("look_previous", ("N",), "Previous image", here)
    for way, keys, by in (("next", ("right", "l"), 1), ("previous", ("left", "h"), -1)):
        text = f"Read the model otherwise: the {way} way"
        yield Action(f"look_change_{way}", keys, text, here, command=f"look_change({by})")
    yield Action("look_boxes", ("o",), "Show or hide the boxes", here)
    yield from _walk("look", here, "thing to say otherwise", close="Back, and keep nothing")


def _runs_dialog() -> Iterable[Action]:
    here = Place.RUNS
    yield Action("runs_new", ("A",), "Close, and auto label: a new run", here)
    yield Action("runs_go_on", ("r",), "Go on with the run, or let it start next", here)
    yield Action("runs_drop", ("d", "delete"), "Give up a run that waits or stopped", here)
    yield Action("runs_remove", ("x",), "Remove everything the run made, after asking", here)
    for way, key, by in (("later", "J", 1), ("sooner", "K", -1)):
        text = f"Let a waiting run start {way}"
        yield Action(f"runs_{way}", (key,), text, here, command=f"runs_move({by})")
    yield Action("runs_undo", ("u",), "Undo", here)
    yield Action("runs_redo", ("ctrl+r",), "Redo", here)
    yield from _walk("runs", here, "run")


LABELS = tuple(_labels_dialog())
LOOK = tuple(_look_dialog())
RUNS = tuple(_runs_dialog())
