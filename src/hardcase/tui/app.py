"""The app: which screen is up, which job is open, themes, palette."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingsMap

from hardcase.errors import HardcaseError, UsageError
from hardcase.session import LabelingSession, Tab, positions
from hardcase.session.folder.first_look import invites
from hardcase.session.jobs import remember, summarize
from hardcase.session.labeling import JOB_FILE
from hardcase.tui.bindings import textual_key
from hardcase.tui.key_order import KeysInOrder
from hardcase.tui.keymap import user_actions
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.screens.jobs import JobsScreen
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.themes import DEFAULT_THEME, THEMES, user_theme
from hardcase.tui.typed import type_again
from hardcase.tui.typed_path import is_dir, is_file
from hardcase.tui.wire.wired import Wired, draws_on_stderr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from textual.screen import Screen

    from hardcase.session.positions import Position
    from hardcase.terminal import Terminal
    from hardcase.tui.actions import Action
    from hardcase.tui.messages import JobLeft, JobOpened, QuitAsked

_SWITCH_S = 0.001

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""What ends the app without a key: a `kill`, and the terminal's or the line's going away."""


class HardcaseApp(Wired, KeysInOrder, inherit_bindings=False):
    """The list of jobs, and over it a job while one is open."""

    # Textual reads no styles of a default screen, so those of the list of jobs are read with these.
    CSS_PATH: ClassVar = ["app.tcss", "screens/jobs.tcss"]
    TITLE = "hardcase"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING: ClassVar[str] = "f24"  # the registry has the key; this one is no key

    def __init__(
        self,
        actions: Sequence[Action],
        *,
        session: LabelingSession | None = None,
        tab: Tab | None = None,
        new_from: Path | None = None,
        theme: str = DEFAULT_THEME,
        terminal: Terminal | None = None,
    ) -> None:
        super().__init__()
        self.terminal = terminal
        """What is known of the terminal; None where nobody has looked."""
        self.animation_level = "none"
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self._actions = tuple(actions)
        self._bindings = _quitting(actions)
        self._session = session
        self._tab = tab
        self._alone = session is not None
        self._jobs = JobsScreen(actions, new_from=new_from)
        self.problem: HardcaseError | None = None
        """Why the job could not be closed properly, for whoever started the app."""

    def get_default_screen(self) -> Screen[None]:
        """Begin with the list of jobs."""
        return self._jobs

    def on_mount(self) -> None:
        """Go straight to the job given, if one was."""
        # A thread that works for a run would keep every key waiting for 5 ms, time and again.
        sys.setswitchinterval(_SWITCH_S)
        if not self.is_headless:
            for number in _ENDINGS:
                asyncio.get_running_loop().add_signal_handler(number, self._end, number)
        if self._session is not None:
            self._show_job(self._session)
        if self.terminal is not None and self.terminal.typed:
            self.call_after_refresh(type_again, self, self.terminal.typed)

    def on_job_opened(self, message: JobOpened) -> None:
        """Show a job."""
        self._jobs.opening = False
        screen = self._show_job(message.session)
        if message.said:
            self.call_after_refresh(screen.say, message.said)
        if message.then:
            self.call_after_refresh(screen.run_action, message.then)

    def on_job_left(self, _message: JobLeft) -> None:
        """Close the job; the list is under it, unless only this job was asked for."""
        if self._alone:
            self.exit()
            return
        self.pop_screen()
        self._close_job()
        if self.problem is not None:
            self._jobs.complain(self.problem)

    def on_quit_asked(self, _message: QuitAsked) -> None:
        """Quit; the job is closed once the screens are gone."""
        self.exit()

    async def action_quit_app(self) -> None:
        """Quit from wherever this is: dialogs are closed first, as without an answer."""
        while not isinstance(self.screen, PlaceScreen):
            self.screen.dismiss(None)
        await self.screen.action_quit_app()

    def _end(self, number: int) -> None:
        """End as by quitting, with nobody to ask; the status is as shells have it for signals."""
        self.exit(return_code=128 + number)

    async def on_unmount(self) -> None:
        """Close the job however the app ends."""
        self._close_job()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the place, and the themes, in the palette."""
        if isinstance(screen, PlaceScreen):
            for action in screen.here():
                keys = f"  ({' '.join(action.keys)})" if action.keys else ""
                yield SystemCommand(
                    action.help, f"{action.id}{keys}", _runner(screen, action.method)
                )
        yield SystemCommand("Theme", "Dark, light, high contrast", self.action_change_theme)

    def _show_job(self, session: LabelingSession) -> JobScreen:
        self._session = session
        remember(summarize(session))
        was = positions.recall(session.path)
        tab = self._tab or _first_tab(session, was)
        screen = JobScreen(self._actions, session, tab, was.places if was else None)
        self.push_screen(screen)
        return screen

    def _close_job(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.close()  # which puts it in the list of jobs as it is now
        except HardcaseError as error:
            self.problem = error


def run_app(
    path: Path | None,
    tab: Tab | None = None,
    terminal: Terminal | None = None,
    *,
    mouse: bool = True,
) -> int:
    """Run the app on a job, a folder of images, or (None) the list of jobs; return the exit code.

    The theme follows the background of the terminal unless the user has chosen one. Without `mouse`
    the terminal keeps the mouse to itself.

    Raises HardcaseError if the job cannot be opened, the user's keymap is wrong, what is drawn
    would go into a file, or not everything could be saved in the end.
    """
    if draws_on_stderr() and not (sys.__stderr__ and sys.__stderr__.isatty()):
        raise UsageError("the app needs a terminal on stderr here: leave out 2> or HARDCASE_LINE")
    actions, theme = user_actions(), user_theme(light=bool(terminal and terminal.light))
    session, new_from = None, None
    if path is None and invites(Path.cwd()):
        new_from = Path.cwd()
    elif path is not None and is_dir(path) and not is_file(path / JOB_FILE):
        new_from = path
    elif path is not None:
        session = LabelingSession.open(path)
    app = HardcaseApp(
        actions,
        session=session,
        tab=tab,
        new_from=new_from,
        theme=theme,
        terminal=terminal,
    )
    gc.freeze()  # libraries stay; the collector would look through them while a key waits
    app.run(mouse=mouse)
    if app.problem is not None:
        raise app.problem
    return app.return_code or 0


def _first_tab(session: LabelingSession, was: Position | None) -> Tab:
    """Return where the user was, if something is there still, else where work waits.

    That is the hardest first of what is to be confirmed, else all.
    """
    stats = session.stats()
    if was is not None and stats.of(was.tab):
        return was.tab
    return Tab.TO_BE_CONFIRMED if stats.to_be_confirmed else Tab.ALL


def _quitting(actions: Sequence[Action]) -> BindingsMap:
    """Return the keys that quit even over a dialog or a line: those that are no text there."""
    keys = next(action.keys for action in actions if action.id == "quit_app")
    return BindingsMap(
        Binding(textual_key(key), "quit_app", show=False, priority=True)
        for key in keys
        if "+" in key[1:]
    )


def _runner(screen: PlaceScreen, method: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await screen.run_action(method)

    return run
