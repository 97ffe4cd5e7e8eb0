"""What an action is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardcase.tui.actions.place import Place


@dataclass(frozen=True, slots=True)
class Action:
    """Something a user can do by a key.

    `hint` is the word of the footer and `rank` its place there, 1 being the last one to give way
    when there is no room; 0 keeps the action out of the footer. `hint_key` replaces the first key
    there. `command` defaults to the id.
    """

    id: str
    keys: tuple[str, ...]
    help: str
    where: Place
    hint: str = ""
    rank: int = 0
    hint_key: str = ""
    command: str = ""

    @property
    def method(self) -> str:
        """The action string: a method name without `action_`, perhaps with arguments."""
        return self.command or self.id
