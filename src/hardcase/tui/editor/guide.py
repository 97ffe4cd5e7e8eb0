"""What to do next while a box is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.tui.editor.aim import Aiming


def guide(
    aiming: Aiming, key: Callable[[str], str], *, spotting: bool, carrying: bool, seen: int
) -> str:
    """Return in one line what to do next.

    `key` tells the user's key for the id of an action. If `spotting`, a place to zoom to comes
    first; if `carrying`, an edge goes to one column or row. `seen` is how many boxes are offered
    by number.
    """
    what = "column" if aiming.across else "row"
    if carrying:
        place = "nearest edge"
    elif spotting:
        place = "a place in it"
    else:
        place = "first corner" if aiming.first is None else "opposite corner"
    letter = f"{place}: {what} letter (capital: half a step on)"
    if not seen:
        return f"{letter} · or arrows and {key('draw_place')}"
    first, last = key("draw_seen_1"), key(f"draw_seen_{seen}")
    return f"{first if seen == 1 else f'{first}-{last}'}: seen by the model · {letter}"
