"""Runs of a job: those that wait, the one under way, those that were. Every key acts at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

from hardcase.errors import HardcaseError
from hardcase.model.changes import Kind, Table
from hardcase.model.job import Run, RunState
from hardcase.session.autolabel import run_history, run_queue
from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.dialogs.run_words import WHAT_RUNS_ARE, about, acts_on, goes_and_stays
from hardcase.tui.screens.done import asked_again, told
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.run_lines import state_of, what, when
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Change, Edit
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.run_history import Account, Removal
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.run_panel import RunPanel
    from hardcase.tui.widgets.virtual_list import Part

_TOLD = 4
_STYLES = {"completed": "good", "failed": "bad", "at work": "open", "waits": "open"}


class RunListDialog(ListDialog[Run]):
    """Answers with a run to go on with; everything else it does itself.

    `panel` has the run under way, `begin` asks for a new one once the list is closed.
    """

    AUTO_FOCUS = ""

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        panel: RunPanel,
        begin: Callable[[], None],
    ) -> None:
        super().__init__(actions)
        self._bindings = place_bindings(actions, (Place.RUNS, Place.DIALOG))
        self._session = session
        self._panel = panel
        self._begin = begin
        self._accounts: list[Account] = []
        self._removal: Removal | None = None
        """What enter removes, while that is asked."""

    def compose(self) -> ComposeResult:
        """Lay out the runs over lines on the one under the cursor, and one on what happened."""
        new = self.key("runs_new")
        with Vertical(classes="box wide tall") as box:
            box.border_title = "Runs"
            yield VirtualList(self._draw)
            none = "No run yet." if self._session.read_only else f"No run yet: {new} starts one."
            yield Static(f"{none}\n\n{WHAT_RUNS_ARE}", id="no-runs", markup=False)
            for n in range(_TOLD):
                yield OneLine(id=f"told{n}")
            yield OneLine(id="problem")

    def on_mount(self) -> None:
        """Show the runs, the one under way or the newest first under the cursor."""
        self._unsubscribe = self._session.subscribe(self._follow)
        self._refresh()
        at_work = self._panel.at_work
        rows = [account.run.id for account in self._accounts]
        newest = len(self._waiting) if len(rows) > len(self._waiting) else 0
        self._show(rows.index(at_work) if at_work in rows else newest)

    def on_unmount(self) -> None:
        """Follow the job no longer."""
        self._unsubscribe()

    # -- keys

    def action_runs_new(self) -> None:
        """Close, and ask for a new run."""
        if self._may_alter():
            self.dismiss(None)
            self.app.call_later(self._begin)

    def action_runs_go_on(self) -> None:
        """Go on with the run, or begin it; a waiting one comes next where one is under way."""
        run = self._under_cursor()
        if run is None or not self._may_alter():
            return
        if run.state is RunState.QUEUED and self._panel.busy:
            places = len(self._waiting)
            self._do(lambda: run_queue.move(self._session, run.id, -places), "it is next")
        elif run.id == self._panel.at_work:
            self.say("it is at work")
        elif run.state is RunState.COMPLETED:
            self.say("it is through: there is nothing to go on with")
        elif self._panel.busy:
            self.say("a run is under way: cancel or pause it first", "$error bold")
        else:
            self.dismiss(run)

    def action_runs_drop(self) -> None:
        """Give up a run that waits or stopped half-way."""
        run = self._under_cursor()
        if run is not None and self._may_alter() and not self._is_at_work(run):
            self._do(lambda: run_queue.end(self._session, run.id), "given up already")

    def action_runs_move(self, by: int) -> None:
        """Let a waiting run start sooner or later."""
        run = self._under_cursor()
        if run is not None and self._may_alter():
            self._do(lambda: run_queue.move(self._session, run.id, by), "it is there already")

    def action_runs_remove(self) -> None:
        """Ask whether to remove what the run made, saying what goes and what stays."""
        run = self._under_cursor()
        if run is None or not self._may_alter() or self._is_at_work(run):
            return
        found = run_history.removal(self._session, run.id)
        if not found.edits:
            self.say(f"it removes {goes_and_stays(found)}")
            return
        self._removal = found
        self.say(f"{self.key('dialog_accept')} removes {goes_and_stays(found)}", "$warning bold")
        self._show_keys()

    def action_runs_undo(self) -> None:
        """Take back the newest change of the job; a large one only when asked again."""
        shown = self.query_one("#problem", OneLine).text
        if asked := asked_again(self._session, self.key("runs_undo"), shown):
            self._drop_question()
            self.say(asked)
        else:
            self._do(self._session.undo, "nothing to undo")

    def action_runs_redo(self) -> None:
        """Repeat what was taken back."""
        self._do(self._session.redo, "nothing to redo")

    def go(self, step: int) -> None:
        """Go to another run, and remove nothing after all."""
        self._drop_question()
        super().go(step)
        self._tell()
        self.say("")

    def action_dialog_accept(self) -> None:
        """Remove what was asked about."""
        found = self._removal
        if found is not None:
            self._do(
                lambda: run_history.remove(self._session, found), "there was nothing to remove"
            )

    def action_dialog_close(self) -> None:
        """Remove nothing after all; close if nothing was asked."""
        if self._removal is None:
            self.dismiss(None)
        else:
            self._drop_question()
            self.say("nothing is removed")

    # -- in between

    @property
    def _waiting(self) -> list[Account]:
        return [a for a in self._accounts if a.run.state is RunState.QUEUED]

    def _under_cursor(self) -> Run | None:
        at = self.rows.cursor
        return self._accounts[at].run if 0 <= at < len(self._accounts) else None

    def _may_alter(self) -> bool:
        if self._session.read_only:
            self.say("the job is read-only", "$error bold")
        return not self._session.read_only

    def _is_at_work(self, run: Run) -> bool:
        if run.id == self._panel.at_work:
            self.say("it is at work: cancel or pause it first", "$error bold")
        return run.id == self._panel.at_work

    def _do(self, step: Callable[[], Change | None], nothing: str) -> None:
        """Take a step and say what came of it; what it made of the runs is followed."""
        self._drop_question()
        try:
            change = step()
        except HardcaseError as error:
            self.say(str(error), "$error bold")
            return
        finally:
            self._show_keys()  # a change of samples alone may be undone too
        undo, redo = self.key("runs_undo"), self.key("runs_redo")
        self.say(nothing if change is None else told(change, undo, redo))

    def _follow(self, change: Change) -> None:
        """Show what a change made of the runs, the cursor on the run that it was on."""
        of_runs = [edit for edit in change.edits if edit.table is Table.RUNS]
        if change.kind is Kind.RECORD and not of_runs:
            return
        run, at = self._under_cursor(), self.rows.cursor
        if of_runs and all(_is_progress(edit) for edit in of_runs):
            # What they made stays as it was, and to count that takes a look at every sample.
            now = {r.id: r for r in self._session.runs}
            self._accounts = [replace(a, run=now[a.run.id]) for a in self._accounts]
        else:
            self._refresh()
        ids = [account.run.id for account in self._accounts]
        self._show(ids.index(run.id) if run is not None and run.id in ids else at)
        # Which run is at work the panel knows only after the change that begins it.
        self.call_later(self.rows.refresh_changed)
        self.call_later(self._show_keys)

    def _refresh(self) -> None:
        """Read the runs anew: those that wait in their order, then the newest first."""
        accounts = {account.run.id: account for account in run_history.accounts(self._session)}
        waiting = [accounts.pop(run.id) for run in run_queue.waiting(self._session)]
        self._accounts = [*waiting, *accounts.values()]

    def _show(self, cursor: int) -> None:
        self.rows.set_rows(len(self._accounts), cursor)
        self.rows.display = bool(self._accounts)
        self.query_one("#no-runs").display = not self._accounts
        self._tell()

    def _tell(self) -> None:
        at = self.rows.cursor
        lines = about(self._accounts[at]) if 0 <= at < len(self._accounts) else ()
        for n in range(_TOLD):
            text = lines[n] if n < len(lines) else ""
            line = self.query_one(f"#told{n}", OneLine)
            line.show(text, "" if n == 0 else "$muted")
            line.display = bool(lines)
        self._show_keys()

    def _drop_question(self) -> None:
        self._removal = None
        self._show_keys()

    def _show_keys(self) -> None:
        """Show the keys that do something now."""
        if self._removal is not None:
            accept, close = self.key("dialog_accept"), self.key("dialog_close")
            hints = [f"{accept} removes", f"{close} removes nothing"]
        else:
            acts = () if self._session.read_only else self._acts()
            hints = [f"{''.join(map(self.key, ids))} {word}" for word, ids in acts]
            hints.append(f"{self.key('runs_close')} close")
        self.query_one(".box").border_subtitle = " · ".join(hints)

    @property
    def _may_undo(self) -> bool:
        try:
            return bool(self._session.decisions(1))
        except HardcaseError:
            return True  # undo says what is wrong

    def _acts(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return what can be done now: a word, and the ids of its actions."""
        at = self.rows.cursor
        acts: list[tuple[str, tuple[str, ...]]] = []
        if 0 <= at < len(self._accounts):
            account = self._accounts[at]
            at_work = account.run.id == self._panel.at_work
            acts += acts_on(account, at_work=at_work, busy=self._panel.busy)
            acts += [("move", ("runs_later", "runs_sooner"))] * (
                account.run.state is RunState.QUEUED and len(self._waiting) > 1
            )
        acts.append(("new", ("runs_new",)))
        acts += [("undo", ("runs_undo",))] * self._may_undo
        return acts

    def _draw(self, index: int, width: int) -> list[Part]:
        run = self._accounts[index].run
        state = state_of(run, self._panel.at_work)
        made = f"{run.done:,} of {run.total:,} " if run.total else ""
        room = max(width - 1 - 5 - 11 - 17 - len(made), 4)
        return [
            ("▌" if index == self.rows.cursor else " ", "strong"),
            (fit(f"#{run.id}", 5), "muted"),
            (fit(state, 11), _STYLES.get(state, "hard")),
            (fit(when(run), 17), "muted"),
            (fit(what(run), room), ""),
            (made, ""),
        ]


def _is_progress(edit: Edit) -> bool:
    """Whether an edit only says how far a run has come."""
    before, after = edit.before, edit.after
    if not isinstance(before, Run) or not isinstance(after, Run):
        return False
    return (before.state, before.place) == (after.state, after.place)
