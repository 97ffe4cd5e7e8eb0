"""What every screen shares: its places in the registry, one message line, one line of hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from hardcase.tui.bindings import first_key, place_bindings
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.widgets.lines import Hints, OneLine
from hardcase.tui.wire.at_once import AtOnce
from hardcase.tui.wire.wired import Wired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.errors import HardcaseError
    from hardcase.tui.actions import Action, Place

MIN_WIDTH, MIN_HEIGHT = 80, 24

_BLIND = frozenset({"help", "back", "quit_app", "repaint", "suspend"})
"""What can be done where there is too little room to see what one does."""


class PlaceScreen(AtOnce, Screen[None]):
    """A screen whose keys come from the registry.

    `PLACES` are its places, the one asked first in front.
    """

    PLACES: ClassVar[tuple[Place, ...]] = ()
    AUTO_FOCUS: ClassVar[str | None] = ""  # keys belong to the screen until a line is typed in

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self.actions = tuple(actions)
        self._hinted = tuple(a for a in self.actions if a.rank and a.keys)
        self._bindings = place_bindings(actions, self.PLACES)

    def seat(self, *desks: object) -> None:
        """Take on the actions of desks: Textual looks an action's method up on the screen."""
        for desk in desks:
            for name in dir(desk):
                if name.startswith("action_"):
                    setattr(self, name, getattr(desk, name))

    def key(self, action_id: str) -> str:
        """Return the user's key for an action, to name it in a text."""
        return first_key(self.actions, action_id)

    def say(self, text: str) -> None:
        """Show a line of what was done."""
        self.query_one("#message", OneLine).show(text)

    def complain(self, error: HardcaseError | str) -> None:
        """Show a line of what is wrong."""
        self.query_one("#message", OneLine).show(str(error), "$error bold")

    def offers(self, action: Action) -> bool:
        """Whether an action can be taken now."""
        name = action.method.partition("(")[0]
        return action.where in self.PLACES and bool(self.check_action(name, ()))

    def here(self) -> list[Action]:
        """Return the actions that can be taken now, in the registry's order."""
        return [action for action in self.actions if self.offers(action)]

    def refresh_hints(self) -> None:
        """Show the keys that matter now."""
        self.query_one(Hints).show([a for a in self._hinted if self.offers(a)])

    def on_resize(self) -> None:
        """Say so where there is too little room to work."""
        small = self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT
        self.set_class(small, "too-small")
        self.query_one("#too-small", OneLine).show(
            f"{self.size.width}×{self.size.height} is too small, {MIN_WIDTH}×{MIN_HEIGHT} is needed"
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key decide anything while there is nothing to see."""
        if self.has_class("too-small") and action not in _BLIND:
            return False
        return super().check_action(action, parameters)

    async def action_help(self) -> None:
        """Show the keys of this place, those that do nothing now last."""
        used = {action.where for action in self.here()}
        places = sorted(self.PLACES, key=lambda place: place not in used)
        self.app.push_screen(HelpDialog(self.actions, places))

    def action_palette(self) -> None:
        """Search and run any action."""
        self.app.action_command_palette()

    def action_suspend(self) -> None:
        """Stop the program until the shell lets it go on, where there is a shell."""
        driver = self.app._driver  # noqa: SLF001 - Textual does nothing, and says nothing, itself
        if driver is not None and driver.can_suspend:
            self.app.action_suspend_process()
        else:
            self.say("there is no shell to go back to")

    def action_repaint(self) -> None:
        """Draw the screen anew, in case something else has written on the terminal."""
        if isinstance(self.app, Wired):
            self.app.repaint_terminal()

    async def action_back(self) -> None:
        """Go back, or quit."""
        await self.action_quit_app()

    async def action_quit_app(self) -> None:
        """Quit."""
        await self.app.action_quit()
