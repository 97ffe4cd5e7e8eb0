"""Actions of the gallery of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable


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


GALLERY = tuple(_gallery())
