"""Every action of the app, once: it feeds bindings, footer, help, palette, docs and keymaps.

An action's `command` is the name of a method `action_<command>` of the screen it belongs to.
Nothing here needs Textual, so that `hardcase keys` starts as fast as any other command.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Place(StrEnum):
    """Where a key works. The order is the order of the help screen."""

    EVERYWHERE = "everywhere"
    LISTS = "lists"
    """The list of jobs and the list of samples."""
    JOBS = "jobs"
    JOB = "job"
    ZOOMED = "zoomed"
    """A job while its picture is zoomed in. Keys of this place go before those of the job."""
    GALLERY = "gallery"
    """A job while its gallery is shown. Keys of this place go before those of the job."""
    EDITOR = "editor"
    DRAWING = "drawing"
    """The editor while a box is drawn. Letters name places there."""
    REVIEW = "review"
    """Quick review of boxes, over a job."""
    FILTER = "filter"
    """A job while its filter is typed. Letters are text there."""
    DIALOG = "dialog"
    LABELS = "labels"
    """The list of labels. Keys of this place go before those of dialogs."""
    LOOK = "look"
    """A look at what a model says. Keys of this place go before those of dialogs."""
    RUNS = "runs"
    """The list of runs. Keys of this place go before those of dialogs."""

    @property
    def meets(self) -> frozenset[Place]:
        """The places whose keys can be pressed at the same moment, so that they must differ."""
        return _MEETS[self]


_MEETS = {
    Place.EVERYWHERE: frozenset(
        {Place.EVERYWHERE, Place.LISTS, Place.JOBS, Place.JOB, Place.EDITOR, Place.DRAWING}
    ),
    Place.LISTS: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOBS, Place.JOB, Place.REVIEW}),
    Place.JOBS: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOBS}),
    Place.JOB: frozenset({Place.EVERYWHERE, Place.LISTS, Place.JOB}),
    Place.ZOOMED: frozenset({Place.ZOOMED}),
    Place.GALLERY: frozenset({Place.GALLERY}),
    Place.EDITOR: frozenset({Place.EVERYWHERE, Place.EDITOR}),
    Place.DRAWING: frozenset({Place.EVERYWHERE, Place.DRAWING}),
    Place.REVIEW: frozenset({Place.EVERYWHERE, Place.LISTS, Place.REVIEW}),
    Place.FILTER: frozenset({Place.FILTER}),
    Place.DIALOG: frozenset({Place.DIALOG}),
    Place.LABELS: frozenset({Place.LABELS}),
    Place.LOOK: frozenset({Place.LOOK}),
    Place.RUNS: frozenset({Place.RUNS}),
}

PLACE_TITLES = {
    Place.EVERYWHERE: "Everywhere",
    Place.LISTS: "In lists",
    Place.JOBS: "List of jobs",
    Place.JOB: "In a job",
    Place.ZOOMED: "In a job, picture zoomed in",
    Place.GALLERY: "In a job, gallery",
    Place.EDITOR: "Box editor",
    Place.DRAWING: "While drawing a box",
    Place.REVIEW: "Quick review of boxes",
    Place.FILTER: "While typing a filter",
    Place.DIALOG: "In a dialog",
    Place.LABELS: "In the list of labels",
    Place.LOOK: "While looking at a model",
    Place.RUNS: "In the list of runs",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a user can do by a key.

    `hint` is the word of the footer and `rank` its place there, 1 being the last one to give way
    when there is no room; 0 keeps the action out of the footer. `hint_key` replaces the first key
    there. `command` defaults to the id.
    """

    id: str
    keys: tuple[str, ...]
    help: str
    where: Place
    hint: str = ""
    rank: int = 0
    hint_key: str = ""
    command: str = ""

    @property
    def method(self) -> str:
        """The action string: a method name without `action_`, perhaps with arguments."""
        return self.command or self.id


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


def _gallery() -> Iterable[Action]:
    here = Place.GALLERY
    text = "Confirm all on this page but the selected, and turn it"
    yield Action("confirm_page", ("p",), text, here, "page", 2)
    # Not h and l: they mark hard examples and list labels, here as everywhere in a job.
    for way, step in (("left", -1), ("right", 1)):
        text, shown = f"The tile to the {way}", ("move", 6, "←↓↑→") if step < 0 else ("", 0, "")
        yield Action(f"gallery_{way}", (way,), text, here, *shown, f"gallery_step({step})")
    for way, key, step in (("down", "j", 1), ("up", "k", -1)):
        text = f"A row of tiles {way}"
        yield Action(f"gallery_{way}", (key, way), text, here, command=f"gallery_row({step})")
    for way, key, step in (("next", "pagedown", 1), ("previous", "pageup", -1)):
        text = f"The {way} page"
        yield Action(f"gallery_{way}", (key,), text, here, command=f"gallery_page({step})")
    yield Action("gallery_open", ("o",), "See the sample large; esc goes back", here, "large", 8)
    yield Action("gallery_boxes", ("b",), "Show or hide the boxes", here)
    text = "Larger tiles"
    yield Action("gallery_larger", ("+", "="), text, here, "size", 10, "+ -", "gallery_size(1)")
    yield Action("gallery_smaller", ("-",), "Smaller tiles", here, command="gallery_size(-1)")


def _editor() -> Iterable[Action]:
    here = Place.EDITOR
    yield Action("edit_confirm", ("enter", "a"), "Confirm the boxes and go on", here, "confirm", 2)
    yield Action("edit_leave", ("escape",), "Back to the job; edits are kept", here, "back", 6)
    yield Action(
        "edit_new", ("b",), "New box: two letters name each corner, or arrows", here, "new", 3
    )
    yield Action("edit_fine", ("f",), "Zoom to the box, draw it anew, zoom back", here, "finer", 8)
    yield Action("edit_redraw", ("B",), "Draw the box anew", here)
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
    yield Action("draw_back", ("backspace",), "Take the last letter back", here, "back up", 4)
    yield Action("draw_cancel", ("escape",), "Draw nothing after all", here, "cancel", 3)
    for way in ("left", "down", "up", "right"):
        shown = ("cross", 5, "←↓↑→") if way == "left" else ("", 0, "")
        text = f"Move the cross {way} by a step"
        yield Action(f"draw_{way}", (way,), text, here, *shown, f"draw_move('{way}', 1)")
        far, text = (f"shift+{way}",), f"Move the cross {way} by five steps"
        yield Action(f"draw_far_{way}", far, text, here, command=f"draw_move('{way}', 5)")


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
    yield Action("review_of", ("L",), "Pick the label whose boxes are shown", here)
    yield Action("review_edit", ("e",), "Open the image in the box editor", here, "edit", 10)
    yield Action("review_boxes", ("o",), "Show or hide the outlines", here)
    yield Action("review_larger", ("+", "="), "Larger tiles", here, command="review_size(1)")
    yield Action("review_smaller", ("-",), "Smaller tiles", here, command="review_size(-1)")


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
    for way, key in (("down", "j"), ("up", "k")):
        text = "Next label" if way == "down" else "Previous label"
        yield Action(f"labels_go_{way}", (key,), text, here, command=f"dialog_{way}")
    yield Action("labels_close", ("q",), "Close", here, command="dialog_close")


def _look_dialog() -> Iterable[Action]:
    here = Place.LOOK
    yield Action("look_next", ("n",), "Next image", here)
    yield Action("look_previous", ("N",), "Previous image", here)
    for way, keys, by in (("next", ("right", "l"), 1), ("previous", ("left", "h"), -1)):
        text = f"Read the model otherwise: the {way} way"
        yield Action(f"look_change_{way}", keys, text, here, command=f"look_change({by})")
    yield Action("look_boxes", ("o",), "Show or hide the boxes", here)
    for way, key in (("down", "j"), ("up", "k")):
        text = "Next thing to say otherwise" if way == "down" else "Previous thing to say otherwise"
        yield Action(f"look_go_{way}", (key,), text, here, command=f"dialog_{way}")
    yield Action("look_close", ("q",), "Back, and keep nothing", here, command="dialog_close")


def _runs_dialog() -> Iterable[Action]:
    here = Place.RUNS
    yield Action("runs_go_on", ("r",), "Go on with the run, or let it start next", here)
    yield Action("runs_drop", ("d", "delete"), "Give up a run that waits or stopped", here)
    yield Action("runs_remove", ("x",), "Remove everything the run made, after asking", here)
    for way, key, by in (("later", "J", 1), ("sooner", "K", -1)):
        text = f"Let a waiting run start {way}"
        yield Action(f"runs_{way}", (key,), text, here, command=f"runs_move({by})")
    yield Action("runs_undo", ("u",), "Undo", here)
    yield Action("runs_redo", ("ctrl+r",), "Redo", here)
    for way, key in (("down", "j"), ("up", "k")):
        text = "Next run" if way == "down" else "Previous run"
        yield Action(f"runs_go_{way}", (key,), text, here, command=f"dialog_{way}")
    yield Action("runs_close", ("q",), "Close", here, command="dialog_close")


ACTIONS: tuple[Action, ...] = (
    Action("help", ("?",), "Show the keys of this place", Place.EVERYWHERE, "help", 1),
    Action("palette", ("ctrl+p",), "Search and run any action", Place.EVERYWHERE),
    Action("back", ("q",), "Go back, or quit", Place.EVERYWHERE, "back", 8),
    Action("quit_app", ("ctrl+q", "ctrl+c"), "Quit", Place.EVERYWHERE),
    Action("suspend", ("ctrl+z",), "Back to the shell for now; fg returns", Place.EVERYWHERE),
    Action("repaint", ("ctrl+l",), "Draw the screen anew, if it is garbled", Place.EVERYWHERE),
    Action("cursor_down", ("j", "down"), "Next row", Place.LISTS),
    Action("cursor_up", ("k", "up"), "Previous row", Place.LISTS),
    Action("first", ("g", "home"), "First row", Place.LISTS),
    Action("last", ("G", "end"), "Last row", Place.LISTS),
    Action("page_down", ("pagedown",), "A page down", Place.LISTS),
    Action("page_up", ("pageup",), "A page up", Place.LISTS),
    Action("open_job", ("enter",), "Open the job", Place.JOBS, "open", 2),
    Action("new_job", ("c",), "Create a job from a folder of images", Place.JOBS, "create", 3),
    Action("auto_label_job", ("A",), "Open the job and auto label", Place.JOBS, "auto label", 5),
    Action("export_job", ("E",), "Export the job for other tools", Place.JOBS, "export", 6),
    Action(
        "forget_job", ("d",), "Take the job off this list; its file stays", Place.JOBS, "forget", 4
    ),
    Action("delete_job", ("D",), "Delete the job after asking; the images stay", Place.JOBS),
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
    Action("details", ("i",), "Show or hide the details", Place.JOB),
    Action("save_again", ("ctrl+s",), "Try to save again after a disk error", Place.JOB),
    Action("zoom_fit", ("0", "escape"), "Fit the picture again", Place.ZOOMED, "fit", 1),
    Action("pan_left", ("left", "h"), "Pan left", Place.ZOOMED, "pan", 2, "←↓↑→"),
    Action("pan_down", ("down", "j"), "Pan down", Place.ZOOMED),
    Action("pan_up", ("up", "k"), "Pan up", Place.ZOOMED),
    Action("pan_right", ("right", "l"), "Pan right", Place.ZOOMED),
    *_gallery(),
    *_editor(),
    *_review(),
    *_drawing(),
    Action("filter_keep", ("enter",), "Keep the filter", Place.FILTER, "keep", 1),
    Action("filter_clear", ("escape",), "Clear the filter", Place.FILTER, "clear", 2),
    Action(
        "filter_complete",
        ("tab",),
        "Put in the next candidate; right takes it and goes on",
        Place.FILTER,
        "complete",
        3,
        command="filter_complete(1)",
    ),
    Action(
        "filter_complete_back",
        ("shift+tab",),
        "Put in the previous candidate",
        Place.FILTER,
        command="filter_complete(-1)",
    ),
    Action(
        "filter_earlier",
        ("up", "ctrl+p"),
        "The filter kept before",
        Place.FILTER,
        "earlier",
        4,
        command="filter_recall(1)",
    ),
    Action(
        "filter_later",
        ("down", "ctrl+n"),
        "The filter kept after it",
        Place.FILTER,
        command="filter_recall(-1)",
    ),
    Action("dialog_accept", ("enter",), "Accept", Place.DIALOG, "accept", 1),
    Action("dialog_close", ("escape",), "Close and change nothing", Place.DIALOG, "close", 2),
    Action(
        "dialog_yes", ("y",), "Say yes, where enter may be meant for something else", Place.DIALOG
    ),
    Action("dialog_down", ("down", "ctrl+n"), "Next entry", Place.DIALOG),
    Action("dialog_up", ("up", "ctrl+p"), "Previous entry", Place.DIALOG),
    Action(
        "dialog_toggle", ("tab",), "Labels: tick one of several; forms: next field", Place.DIALOG
    ),
    Action("dialog_look", ("ctrl+o",), "Auto labeling: look at what the model says", Place.DIALOG),
    *_labels_dialog(),
    *_look_dialog(),
    *_runs_dialog(),
)


def describe_keys(actions: Sequence[Action] | None = None) -> list[dict[str, Any]]:
    """Return `{id: text, keys: [text], help: text, where: text}` of every action, in order.

    Without `actions` the keys are the user's. Raises UsageError if the user's keymap is wrong.
    """
    if actions is None:
        from hardcase.tui.keymap import user_actions  # noqa: PLC0415 - the keymap builds on this

        actions = user_actions()
    return [
        {"id": a.id, "keys": list(a.keys), "help": a.help, "where": a.where.value} for a in actions
    ]


def keys_markdown(actions: Sequence[Action] = ACTIONS) -> str:
    """Return the table of keys for the documentation, one part a place."""
    parts = []
    for place in Place:
        here = [a for a in actions if a.where is place]
        rows = [f"| {_code(a.keys)} | {a.help} | `{a.id}` |" for a in here]
        title = f"**{PLACE_TITLES[place]}**"
        parts.append("\n".join([title, "", "| key | what it does | id |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _code(keys: Sequence[str]) -> str:
    return " ".join(f"`{key}`" for key in keys) or "none"
