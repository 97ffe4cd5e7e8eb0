"""What every desk is: actions on a job screen, and when they make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from hardcase.tui.screens.job import JobScreen


class Desk:
    """A part of what the job screen does.

    Its methods named `action_*` are what the registry's commands call, see `JobScreen`. `ALTERING`
    are the ids of those actions that a read-only job does not offer.
    """

    ALTERING: ClassVar[frozenset[str]] = frozenset()
    covered = False
    """Whether a screen that it opened lies over the job's."""

    def __init__(self, screen: JobScreen) -> None:
        self.screen = screen
        self.session = screen.session
        self.browser = screen.browser

    def useful(self, action: str) -> bool:
        """Whether an action, by id, would do something to the sample looked at.

        What a desk does not know is left to the others.
        """
        del action
        return True
