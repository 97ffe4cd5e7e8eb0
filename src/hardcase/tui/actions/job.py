"""Actions of a job: its list of samples and the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable


def _labels() -> Iterable[Action]:
    for n in range(1, 11):
        yield Action(
            f"label_{n}",
            (str(n % 10),),
            f"Set label {n}; in detection, of the selected box",
            Place.JOB,
            hint="label" if n == 1 else "",
            rank=4 if n == 1 else 0,
            hint_key="1-9" if n == 1 else "",
            command=f"label({n})",
        )


JOB = (
    Action("confirm", ("a", "enter"), "Confirm the labels and go on", Place.JOB, "confirm", 2),
    Action("reject", ("x",), "Reject the auto labels", Place.JOB, "reject", 3),
    Action("skip", ("s",), "Skip: go on and change nothing", Place.JOB, "skip", 9),
    *_labels(),
    Action("pick_label", ("l",), "Pick from the list of labels", Place.JOB, "labels", 10),
    Action(
        "several_labels",
        ("M",),
        "Classification: let digits tick several labels, or set one",
        Place.JOB,
    ),
    Action("label_list", ("L",), "Add, rename, merge, delete, order the labels", Place.JOB),
    Action("no_objects", ("O",), "Detection: there are no objects here; go on", Place.JOB),
    Action("clear", ("delete",), "Remove every label; unlabeled again", Place.JOB),
    Action("undo", ("u",), "Undo", Place.JOB, "undo", 5),
    Action("redo", ("ctrl+r",), "Redo", Place.JOB),
    Action("select", ("space",), "Select, or no longer", Place.JOB, "select", 11),
    Action("range", ("v",), "Select from here to where the cursor goes", Place.JOB),
    Action("select_all", ("*",), "Select all shown, or none", Place.JOB),
    Action("select_others", ("V",), "Select the others: what is not selected", Place.JOB),
    Action("mark_hard", ("h",), "Confirm Hard Example: set the mark", Place.JOB, "hard", 7),
    Action("unmark_hard", ("H",), "Cancel Hard Example: remove the mark", Place.JOB),
    Action("next_hard", ("n",), "Next hard example", Place.JOB, "next hard", 12),
    Action("previous_hard", ("N",), "Previous hard example", Place.JOB),
    Action("previous_tab", ("[",), "Previous tab", Place.JOB),
    Action("next_tab", ("]",), "Next tab", Place.JOB, "tabs", 6, "[ ]"),
    Action("filter", ("/",), "Filter the list", Place.JOB, "filter", 13),
    Action("leave", ("escape",), "Drop the selection, then the filter", Place.JOB),
    Action("decisions", ("W",), "List the last decisions and go back to one", Place.JOB),
    Action("export", ("E",), "Export for other tools", Place.JOB),
    Action("sync", ("S",), "Sync with the folder: new, moved, missing images", Place.JOB),
    Action("delete", ("D",), "Delete from the job; the files stay", Place.JOB),
    Action("take_back", ("U",), "Take samples deleted from the job back in", Place.JOB),
    Action("delete_files", ("ctrl+d",), "Delete, and the files too, after asking twice", Place.JOB),
    Action(
        "quick_review",
        ("r",),
        "Quick review: all boxes of a label (images, in classification)",
        Place.JOB,
        "review",
        17,
    ),
    Action("auto_label", ("A",), "Auto label with a model", Place.JOB, "auto label", 14),
    Action(
        "confirm_unseen",
        ("B",),
        "Confirm the easy rest unseen, after a random check",
        Place.JOB,
        "bulk",
        16,
    ),
    Action("hard_rule", ("T",), "Say from where on samples are hard", Place.JOB),
    Action("resume_run", ("R",), "Resume the run that stopped", Place.JOB, "resume run", 15),
    Action("pause_run", ("P",), "Pause the run under way, or go on with it", Place.JOB),
    Action("cancel_run", ("C",), "Cancel the run under way", Place.JOB, "cancel run", 7),
    Action("run_list", ("Y",), "Runs: history, queue, remove what one made", Place.JOB),
    Action("next_box", ("tab",), "Detection: select the next box", Place.JOB),
    Action("previous_box", ("shift+tab",), "Detection: select the previous box", Place.JOB),
    Action("edit_boxes", ("e",), "Detection: draw, move, resize boxes", Place.JOB, "edit", 5),
    Action("toggle_boxes", ("o",), "Show or hide the boxes", Place.JOB),
    Action("zoom_in", ("+", "="), "Zoom in", Place.JOB),
    Action("zoom_out", ("-",), "Zoom out", Place.JOB),
    Action("gallery", ("t",), "Gallery of thumbnails, or the list again", Place.JOB, "gallery", 13),
    Action("details", ("i",), "Show all details, then none, then some again", Place.JOB),
    Action("save_again", ("ctrl+s",), "Try to save again after a disk error", Place.JOB),
)

ZOOMED = (
    Action("zoom_fit", ("0", "escape"), "Fit the picture again", Place.ZOOMED, "fit", 1),
    Action("pan_left", ("left", "h"), "Pan left", Place.ZOOMED, "pan", 2, "←↓↑→"),
    Action("pan_down", ("down", "j"), "Pan down", Place.ZOOMED),
    Action("pan_up", ("up", "k"), "Pan up", Place.ZOOMED),
    Action("pan_right", ("right", "l"), "Pan right", Place.ZOOMED),
)
