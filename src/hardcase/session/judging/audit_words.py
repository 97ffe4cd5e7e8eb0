"""What an audit takes, gives, and has found, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.hardness.audit import WORTH, Plan, Refusal
from hardcase.model.job import Task
from hardcase.model.numbers import count, percent

if TYPE_CHECKING:
    from hardcase.model.audit import Audit

WHAT_IS_WRONG = {
    Task.CLASSIFICATION: "wrong is what gets another label or is rejected",
    Task.DETECTION: "wrong is any change of a box or a label, and what is rejected",
}
"""What a decision must do to a drawn sample for its auto labels to count as wrong."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A check that may be drawn: `members` are the ids of the set, the easiest first."""

    risk: float
    alpha: float
    plan: Plan
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Declined:
    """Why no check is proposed; `tolerable` is a risk with which one would be, None without."""

    risk: float
    refusal: Refusal
    tolerable: float | None


def in_words(audit: Audit) -> str:
    """Return what a confirmed audit has done, in a line."""
    assert audit.bound is not None  # noqa: S101 - that is what it means to be confirmed
    return (
        f"{count(audit.confirmed, 'sample')} unseen: at most {percent(audit.bound)} of them wrong, "
        f"at 95 % ({audit.wrong:,} of {audit.drawn:,} checked of {audit.size:,} were; "
        f"tolerated {percent(audit.risk)})"
    )


def plan_in_words(found: Proposal | Declined) -> str:
    """Return in a sentence what a check takes and gives, or why there is none."""
    if isinstance(found, Proposal):
        plan = found.plan
        verb = "is" if plan.allowed == 1 else "are"
        few = f"at most {plan.allowed:,} of them {verb}" if plan.allowed else "none of them is"
        if_ = f"if {few} wrong"
        return (
            f"check {plan.drawn:,} samples, drawn at random from the {plan.size:,} easiest; {if_}, "
            f"the other {plan.unseen:,} are confirmed without a look, and it is 95 % sure that at "
            f"most {percent(found.risk)} of those are wrong"
        )
    refusal = found.refusal
    if not refusal.size:
        return "no auto labels wait to be confirmed"
    if refusal.drawn > (1 - WORTH) * refusal.size:
        text = (
            f"to promise at most {percent(found.risk)} wrong, {refusal.drawn:,} of "
            f"{refusal.size:,} samples would have to be checked: confirm them by hand"
        )
    else:
        text = (
            f"a check for at most {percent(found.risk)} wrong would likely fail, so much is "
            "expected to be wrong: confirm the hard ones first, the queue learns from it"
        )
    if found.tolerable is not None:
        text += f", or tolerate {percent(found.tolerable)}"
    return text


def failed_in_words(audit: Audit) -> str:
    """Return what a failed audit has found, in a line."""
    if audit.wrong <= audit.allowed:
        return (
            "too few are left unseen to promise anything of them: confirm those by hand too "
            f"({audit.wrong:,} of {audit.checked:,} checked were wrong)"
        )
    return (
        f"the check failed: {audit.wrong:,} of {audit.checked:,} wrong, too many for "
        f"{percent(audit.risk)}; nothing was confirmed unseen. Try again, or tolerate more"
    )
