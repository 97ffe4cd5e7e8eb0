"""What can be asked of a job: tabs, orders, counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hardcase.model.job import Status

if TYPE_CHECKING:
    from collections.abc import Mapping


class Tab(StrEnum):
    """The tabs of a job, in the order shown."""

    ALL = "all"
    UNLABELED = "unlabeled"
    LABELED = "labeled"
    TO_BE_CONFIRMED = "to-be-confirmed"

    @property
    def status(self) -> Status | None:
        """The status a sample in this tab has; None for all."""
        return None if self is Tab.ALL else Status(self.value.replace("-", "_"))


class Sort(StrEnum):
    """The order of a list."""

    PATH = "path"
    HARD = "hard"
    """By hard coefficient, highest first; samples without one follow, marked ones before others."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of a job. `labels` counts the annotations a label, in the order of the labels."""

    total: int
    unlabeled: int
    labeled: int
    to_be_confirmed: int
    hard: int
    labels: Mapping[str, int]

    def of(self, tab: Tab) -> int:
        """Count of samples in a tab."""
        return {
            Tab.ALL: self.total,
            Tab.UNLABELED: self.unlabeled,
            Tab.LABELED: self.labeled,
            Tab.TO_BE_CONFIRMED: self.to_be_confirmed,
        }[tab]
