"""Which of the samples to be confirmed are called hard: a rule that a person reads and sets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hardcase.model.numbers import degree, percent


class RuleKind(StrEnum):
    """What a rule goes by."""

    RISK = "risk"
    """Hard is what has at least this coefficient: the risk that its label is wrong."""
    SHARE = "share"
    """Hard is the hardest share of what is to be confirmed: the work one is ready to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind and its value in [0, 1]. Raises ValueError for any other value."""

    kind: RuleKind
    value: float

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            message = f"a {self.kind} lies between 0 and 1, not at {self.value}"
            raise ValueError(message)

    def __str__(self) -> str:
        """Return the rule in words: `risk from 0.50`, `hardest 20 %`."""
        if self.kind is RuleKind.RISK:
            return f"risk from {degree(self.value)}"
        return f"hardest {percent(self.value)}"


DEFAULT_RULE = Rule(RuleKind.RISK, 0.5)
"""More likely wrong than right, or at least half of the boxes expected to need work."""
