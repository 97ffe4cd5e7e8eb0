"""What is said of a model: the same words on the command line and in the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.inference.recognition import Certainty

if TYPE_CHECKING:
    from hardcase.inference.recognition import Recognition

_SURENESS = {
    Certainty.SURE: "sure",
    Certainty.LIKELY: "likely",
    Certainty.GUESS: "a guess",
}
_SHOWN_OTHERS = 5


def headline(found: Recognition) -> str:
    """Return what a model is taken for and how sure that is: `likely YOLOv5 or YOLOv7`."""
    return f"{_SURENESS[found.certainty]}: {found.profile.decoder.family.title}"


def told_by(found: Recognition) -> str:
    """Return what that was told by: `told by its metadata and a probe run`."""
    *most, last = found.signs or ("",)
    return f"told by {', '.join(most)} and {last}" if most else f"told by {last}".strip()


def reasons(found: Recognition) -> tuple[str, ...]:
    """Return why, in lines, what decided first, and what the model might be instead last."""
    title = found.profile.decoder.family.title
    first, *rest = found.reasons
    lines = [told_by(found), first.removeprefix(f"{title}: "), *rest]
    others = dict.fromkeys(profile.decoder.family.title for profile in found.others)
    others.pop(title, None)
    if others:
        lines.append(f"its outputs would also fit {_listed(list(others))}")
    return tuple(filter(None, lines))


def _listed(titles: list[str]) -> str:
    more = f" and {len(titles) - _SHOWN_OTHERS} more" if len(titles) > _SHOWN_OTHERS else ""
    return "; ".join(titles[:_SHOWN_OTHERS]) + more
