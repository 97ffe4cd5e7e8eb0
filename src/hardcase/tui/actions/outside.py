"""Actions of every place, of lists, and of the list of jobs."""

from __future__ import annotations

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

EVERYWHERE = (
    Action("help", ("?",), "Show the keys of this place", Place.EVERYWHERE, "help", 1),
    Action("palette", ("ctrl+p",), "Search and run any action", Place.EVERYWHERE),
    Action("back", ("q",), "Go back, or quit", Place.EVERYWHERE, "back", 8),
    Action("quit_app", ("ctrl+q", "ctrl+c"), "Quit", Place.EVERYWHERE),
    Action("suspend", ("ctrl+z",), "Back to the shell for now; fg returns", Place.EVERYWHERE),
    Action("repaint", ("ctrl+l",), "Draw the screen anew, if it is garbled", Place.EVERYWHERE),
)

LISTS = (
    Action("cursor_down", ("j", "down"), "Next row", Place.LISTS),
    Action("cursor_up", ("k", "up"), "Previous row", Place.LISTS),
    Action("first", ("g", "home"), "First row", Place.LISTS),
    Action("last", ("G", "end"), "Last row", Place.LISTS),
    Action("page_down", ("pagedown",), "A page down", Place.LISTS),
    Action("page_up", ("pageup",), "A page up", Place.LISTS),
)

JOBS = (
    Action("open_job", ("enter",), "Open the job", Place.JOBS, "open", 2),
    Action("new_job", ("c",), "Create a job from a folder of images", Place.JOBS, "create", 3),
    Action("auto_label_job", ("A",), "Open the job and auto label", Place.JOBS, "auto label", 5),
    Action("export_job", ("E",), "Export the job for other tools", Place.JOBS, "export", 6),
    Action(
        "forget_job", ("d",), "Take the job off this list; its file stays", Place.JOBS, "forget", 4
    ),
    Action("delete_job", ("D",), "Delete the job after asking; the images stay", Place.JOBS),
)
