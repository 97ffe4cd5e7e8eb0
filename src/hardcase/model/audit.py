"""An audit: auto labels confirmed unseen, on the word of a random check of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AuditState(StrEnum):
    """Where an audit stands. One at a time is open."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """The bound held, and what was not checked is confirmed."""
    FAILED = "failed"
    """Too much of the check was wrong."""
    ABANDONED = "abandoned"
    """Given up before the check was through."""


@dataclass(frozen=True, slots=True)
class Audit:
    """One attempt to confirm a set of samples unseen.

    `risk` is the tolerated share of wrong labels among what is not checked, `alpha` the chance that
    this attempt has to be mistaken. While it is open, `members` are the ids of the set, `labels` a
    checksum of the annotations each had when the check was drawn, and `checks` the ids to check,
    in the order shown; they go when it ends. `size` and `drawn` count members and checks, `allowed`
    is how many of the checks may be wrong, `expected` the share that the coefficients expected to
    be. At the end: `checked`, `wrong` count what was found,
    `confirmed` what was confirmed unseen, `bound` is the largest share of that which may be wrong.
    Moments are ISO 8601, UTC; `by` is the person.
    """

    id: int
    risk: float
    alpha: float
    state: AuditState = AuditState.OPEN
    members: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    checks: tuple[int, ...] = ()
    size: int = 0
    drawn: int = 0
    allowed: int = 0
    expected: float = 0.0
    by: str = ""
    started_at: str = ""
    ended_at: str = ""
    checked: int = 0
    wrong: int = 0
    confirmed: int = 0
    bound: float | None = None

    @property
    def signature(self) -> str:
        """How samples that it confirmed unseen are signed: `audit#1`. No person saw those."""
        return f"{AUDITOR}#{self.id}"


AUDITOR = "audit"
