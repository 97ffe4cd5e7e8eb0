"""Tours through the program by keys alone, each through one part of it.

What they met together is what the registry has: an action that is added has to be put into one.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pty_terminal import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from keyboard_walk import Walk

LABELS = "ant,bee,cow,dog,eel,fox,gnu,hen,ibis,jay"


def jobs_tour(walk: Walk) -> None:
    """The list of jobs, and what works everywhere."""
    walk.at("animals", "boxes")
    assert walk.is_deaf_to("Q")
    walk.take("help", "Open the job")
    walk.type("escape")
    walk.take("palette", "Search")
    walk.type("escape")
    walk.take("repaint", changes=False)
    walk.take("cursor_down")
    walk.take("cursor_up")
    walk.take("new_job", "Create a job")
    walk.type("escape")
    walk.take("last")
    walk.take("first")
    walk.take("open_job", "All")
    walk.take("back", "animals", "boxes")
    walk.take("auto_label_job", "Auto label")
    walk.type("escape", "q")
    walk.take("export_job", "Export")
    walk.type("escape")
    walk.take("delete_job", "Delete")
    walk.type("escape")


def classification_tour(walk: Walk) -> None:
    """Labels of whole pictures, and getting around."""
    walk.at("Unlabeled 40")
    walk.type("?")
    for way in ("page_down", "page_up", "last", "first"):
        walk.take(f"dialog_{way}")
    walk.type("escape")
    walk.take("page_down", "▌ ○ 32.png")
    walk.take("page_up", "▌ ○ 0.png")
    for number in range(1, 11):
        walk.take(f"label_{number}", f"Labeled {number}")
    walk.take("undo", "Labeled 9")
    walk.take("redo", "Labeled 10")
    walk.take("skip")
    walk.take("pick_label", "Label")
    walk.take("dialog_down")
    walk.take("dialog_up")
    walk.take("dialog_toggle")
    walk.take("dialog_close", gone="Label ")
    walk.take("select", "1 selected")
    walk.take("range", "range")
    walk.type("j", "j")
    walk.take("select_all", "40 selected")
    walk.take("select_others", gone="selected")
    walk.take("leave", changes=False)
    walk.take("filter", "filter")
    walk.write("status:labeled")
    walk.take("filter_keep", "filter status:labeled: 10")
    walk.take("clear", "Labeled 9")
    walk.type("/")
    walk.take("filter_clear", gone="filter status")
    walk.take("mark_hard", "1 hard")
    walk.take("next_hard", changes=False)
    walk.take("previous_hard", changes=False)
    walk.take("unmark_hard", "0 hard")
    walk.take("several_labels")
    walk.type("M")
    walk.take("next_tab")
    walk.take("previous_tab")
    walk.take("save_again", "saved as you go")


def labels_tour(walk: Walk) -> None:
    """The list of labels."""
    walk.take("label_list", "Labels")
    walk.take("labels_go_down")
    walk.take("labels_go_up")
    walk.take("labels_down")
    walk.take("labels_up")
    walk.take("labels_colour")
    walk.take("labels_rename", "ant")
    walk.write("ants")
    walk.take("dialog_accept", "was ant")
    walk.take("labels_merge", "merge ants into which?")
    walk.type("escape")
    walk.take("labels_add", "name of the new label")
    walk.write("kea")
    walk.type("enter")
    walk.at("kea")
    walk.take("labels_delete", "deleted label kea")
    walk.take("labels_undo", "■ kea")
    walk.take("labels_redo", gone="■ kea")
    walk.take("labels_close", gone="KJ move")


def shell_tour(walk: Walk) -> None:
    """Back to the shell for a while."""
    walk.at("shell>")
    walk.terminal.send(shlex.join(PROGRAM).encode() + b"\r")
    walk.at("animals", "boxes", "help")
    walk.take("suspend", "Stopped")
    walk.terminal.send(b"fg\r")
    walk.at("animals", "help")
    walk.take("forget_job", "is off the list")


def detection_tour(walk: Walk) -> None:
    """Pictures with boxes that wait to be confirmed."""
    walk.at("To Be Confirmed 4")
    walk.take("next_box")
    walk.take("previous_box")
    walk.take("toggle_boxes", "boxes hidden")
    walk.type("o")
    walk.take("details", "all details")
    walk.type("i", "i")
    for _ in range(3):
        walk.take("zoom_in")
    walk.take("zoom_out")
    for way in ("left", "up", "right", "down"):
        walk.take(f"pan_{way}")
    walk.take("zoom_fit")
    walk.take("reject", "Unlabeled 1")
    walk.type("u")
    walk.take("no_objects", "Labeled 1")
    walk.take("confirm", "Labeled 2")
    walk.type("u", "u")
    walk.take("hard_rule", "hard")
    walk.type("escape")
    walk.type("]")
    walk.take("confirm_unseen")
    walk.type("escape")
    walk.take("export", "Export")
    walk.type("escape")
    walk.type("[")
    walk.take("decisions")
    walk.type("escape")
    walk.take("sync")
    walk.take("delete", "All 3")
    walk.take("take_back", "Deleted from this job")
    walk.type("escape")
    walk.type("u")
    walk.at("All 4")
    walk.take("delete_files", "on the disk too?")
    walk.take("dialog_accept", "for good?")
    walk.take("dialog_yes", "All 3")


def editor_tour(walk: Walk) -> None:
    """The box editor."""
    walk.take("edit_boxes", "1/2")
    walk.take("edit_next", "2/2")
    walk.take("edit_previous", "1/2")
    for way in ("left", "down", "up", "right"):
        walk.take(f"edit_{way}")
        walk.take(f"edit_far_{way}")
    for edge in ("top", "bottom", "left", "right"):
        walk.take(f"edit_{edge}_out")
        walk.take(f"edit_{edge}_in")
    walk.take("edit_undo")
    walk.take("edit_redo")
    walk.take("edit_coarser")
    walk.take("edit_finer")
    walk.take("edit_snap")
    walk.take("edit_numbers")
    walk.type("escape")
    for number in range(9, 0, -1):
        walk.take(f"edit_label_{number}", LABELS.split(",")[number - 1])
    walk.take("edit_pick_label", "Label")
    walk.type("escape")
    walk.take("edit_zoom_box")
    walk.take("edit_zoom_fit")
    walk.take("edit_zoom_in")
    walk.take("edit_zoom_out")
    walk.type("0")
    walk.take("edit_toggle_boxes")
    walk.type("o")
    walk.take("edit_save_again")
    walk.take("edit_delete", "1/1")
    walk.take("edit_reset", "/2")
    walk.take("edit_strike", "a letter deletes its box")
    walk.type("escape")
    walk.take("edit_delete_all")
    walk.take("edit_predicted", "/2")
    drawing_tour(walk)
    walk.take("edit_leave", "To Be Confirmed")
    walk.type("e")
    walk.take("edit_confirm_next", "esc u undoes")
    walk.type("escape", "u")
    walk.at("Labeled 0")
    walk.type("e")
    walk.take("edit_confirm", "Labeled 1")
    walk.type("e")
    walk.take("edit_copy", "added 1 box of")
    walk.take("edit_no_objects", "Labeled 2")


def drawing_tour(walk: Walk) -> None:
    """Drawing a box by its corners."""
    walk.take("edit_new")
    walk.take("draw_cancel")
    walk.type("b", "a")
    walk.take("draw_back")
    for number in range(1, 10):
        walk.take(f"draw_seen_{number}", f"saw no {number} here")
    for way in ("right", "down", "left", "up"):
        walk.take(f"draw_{way}")
        walk.take(f"draw_far_{way}")
    walk.take("draw_place")
    walk.type("right", "down")
    walk.type("enter")
    walk.at("/3")
    walk.take("edit_redraw")
    walk.type("escape")
    walk.take("edit_fine")
    walk.type("escape")
    walk.take("edit_new_small", "a place in it")
    walk.type("escape")
    walk.take("edit_carry_across", "nearest edge: column")
    walk.type("escape")
    walk.take("edit_carry_down", "nearest edge: row")
    walk.type("escape")


def review_tour(walk: Walk) -> None:
    """All boxes of a label, to be fixed at once."""
    walk.take("quick_review", "quick review")
    walk.take("review_right")
    walk.take("review_left")
    walk.take("review_next")
    walk.take("review_previous")
    walk.take("review_of", "enter picks")
    walk.type("escape")
    walk.take("review_sort")
    walk.take("review_turn")
    walk.take("review_larger")
    walk.take("review_smaller")
    walk.take("review_boxes")
    walk.take("review_select")
    walk.take("review_range")
    walk.take("review_all")
    walk.take("review_invert")
    walk.take("review_strike")
    walk.take("review_undo", "nothing pending")
    walk.take("review_redo", "1 pending")
    walk.type("u")
    for number in range(2, 11):
        walk.take(f"review_label_{number}", LABELS.split(",")[number - 1])
    walk.take("review_label_1")
    walk.take("review_pick", "enter picks")
    walk.type("escape")
    walk.take("review_edit", "box editor")
    walk.type("escape", "d")
    walk.take("review_apply", gone="quick review")
    walk.type("r")
    walk.take("review_leave", gone="quick review")
    walk.type("u")


def runs_tour(walk: Walk, model: Path) -> None:
    """Auto labeling: a look at the model, and runs."""
    walk.at("Unlabeled 3,600")
    walk.take("auto_label", "Auto label")
    walk.write(model.stem)
    walk.take("dialog_look", "What flower_classifier says")
    walk.at("daisy")
    walk.take("look_next", "image 2 of 5")
    walk.take("look_previous", "image 1 of 5")
    walk.take("look_go_down")
    walk.take("look_go_up")
    walk.take("look_change_next")
    walk.take("look_change_previous")
    walk.take("look_boxes", changes=False)
    walk.take("look_close", "Threshold")
    walk.type(*["tab"] * 5, "right", "enter")  # thorough, which takes its time
    walk.at("auto labeling")
    walk.take("pause_run", "run paused")
    walk.take("resume_run", "auto labeling")
    for threshold in ("0.3", "0.4"):
        walk.type("A")
        walk.write(model.stem)
        walk.type("tab")
        walk.write(threshold)
        walk.type("enter")
    walk.take("run_list", "#3   waits")
    walk.take("runs_go_up")
    walk.take("runs_sooner")
    walk.take("runs_later")
    walk.take("runs_drop", "#3 given up")
    walk.take("runs_new", "Auto label")
    walk.type("escape", "Y")
    walk.at("#2   waits")
    walk.take("runs_go_down", changes=False)
    walk.take("runs_close", gone="waits")
    walk.take("cancel_run")
    walk.at("To Be Confirmed 3,600")
    walk.type("Y")
    walk.take("runs_remove")
    walk.type("escape")
    walk.take("runs_undo")
    walk.take("runs_redo")
    walk.take("runs_go_on", changes=False)


def gallery_tour(walk: Walk) -> None:
    """Thumbnails over the same list."""
    walk.take("gallery")
    walk.take("gallery_right")
    walk.take("gallery_down")
    walk.take("gallery_left")
    walk.take("gallery_up")
    walk.take("gallery_next")
    walk.take("gallery_previous")
    walk.take("gallery_larger")
    walk.take("gallery_smaller")
    walk.take("gallery_boxes", changes=False)
    walk.take("gallery_open")
    walk.type("escape")
    walk.take("confirm_page")
    walk.type("t")


def filter_tour(walk: Walk) -> None:
    """Typing a filter."""
    walk.type("/", "s", "t")
    walk.take("filter_complete", "status:")
    walk.take("filter_complete_back")
    walk.type("escape", "/")
    walk.take("filter_earlier", "status:labeled")
    walk.take("filter_later")
    walk.type("escape")
