"""Actions while a filter is typed."""

from __future__ import annotations

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

FILTER = (
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
)
