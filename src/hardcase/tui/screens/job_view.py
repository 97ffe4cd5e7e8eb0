"""What the job screen shows, and how it follows the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.model.job import RunState, Status, Task
from hardcase.session import Tab
from hardcase.session.kinds import PRE_LABEL
from hardcase.tui.actions import Place
from hardcase.tui.check_desk import CheckDesk
from hardcase.tui.messages import SavedChanged
from hardcase.tui.screens.browser import Browser
from hardcase.tui.screens.empty import why_empty
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.filter_bar import FilterBar
from hardcase.tui.widgets.lines import Hints, OneLine, TabLine, TitleLine
from hardcase.tui.widgets.preview import PreviewPane
from hardcase.tui.widgets.queue_learner import QueueLearner
from hardcase.tui.widgets.run_panel import RunPanel
from hardcase.tui.widgets.sample_rows import HARD_MARK, sample_row, shared_folder
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Change
    from hardcase.model.job import Run
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.canvas import ImageCanvas
    from hardcase.tui.widgets.virtual_list import Part

_PREFETCH = (1, 2, -1)
"""Neighbours whose pictures are made ready, by distance from the cursor."""

_ALTERING = frozenset(
    (
        *("confirm", "reject", "clear", "no_objects", "pick_label", "mark_hard", "unmark_hard"),
        *("undo", "redo", "edit_boxes", "auto_label", "resume_run", "save_again"),
        *("confirm_unseen", "hard_rule", "label_list"),
    )
)
"""Actions that a read-only job does not offer."""


class JobView(PlaceScreen):
    """A job on screen: tabs over a list of samples and a preview. `JobScreen` adds the actions."""

    PLACES: ClassVar = (Place.ZOOMED, Place.JOB, Place.LISTS, Place.EVERYWHERE)
    CSS_PATH: ClassVar = "job.tcss"

    def __init__(
        self, actions: Sequence[Action], session: LabelingSession, tab: Tab = Tab.ALL
    ) -> None:
        super().__init__(actions)
        self.session = session
        self.browser = Browser(session, tab)
        self.rows = VirtualList(self._draw_row, id="samples")
        self.preview = PreviewPane(session)
        self.runs = RunPanel(session, self.key)
        self.learner = QueueLearner(session)
        self.check = CheckDesk(self)
        self.colours = _colours(session)
        self._folder = shared_folder(sample.path for sample in session.samples())

    def compose(self) -> ComposeResult:
        """Lay out lines over and under the list and the preview."""
        yield OneLine(id="too-small")
        with Vertical(id="work"):
            yield TitleLine()
            yield OneLine(id="banner")
            yield TabLine()
            yield FilterBar(self.actions)
            yield self.runs
            yield self.learner
            with Horizontal(id="body"):
                yield self.rows
                yield self.preview
            yield Static(id="empty", markup=False)
            yield OneLine(id="message")
            yield Hints()

    def on_mount(self) -> None:
        """Follow the job from now on."""
        self._unsubscribe = self.session.subscribe(self._follow)
        self.session.on_saved(self._saved)
        self.show_list()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._unsubscribe()
        self.session.on_saved(None)

    # -- following

    def _follow(self, change: Change) -> None:
        """Show what a change altered, and only that."""
        if self.learner.recording:
            return
        tables = {edit.table for edit in change.edits}
        if Table.LABELS in tables:
            self.colours = _colours(self.session)
        if tables & {Table.SAMPLES, Table.LABELS}:
            self.browser.refresh()
            self.show_list()
        elif Table.RUNS in tables:
            self.runs.refresh()
            self.show_title()
        if self.check.showing:
            self.call_later(self.check.settle)  # once the command that made the change is through

    def on_queue_learner_learned(self) -> None:
        """Show the queue in its new order, the sample looked at in its place."""
        self.browser.reorder()
        self.show_list()

    def on_queue_learner_failed(self, message: QueueLearner.Failed) -> None:
        """Say why the queue keeps its order."""
        self.complain(f"the queue could not learn, please report: {message.reason}")

    def on_screen_resume(self) -> None:
        """End the check if what was over the screen decided the last of it."""
        self.check.settle()

    def _saved(self) -> None:
        """Pass it on to the screen's thread; this is the writer's."""
        self.post_message(SavedChanged())

    def on_saved_changed(self) -> None:
        """Say whether everything is on disk."""
        self.show_title()

    def on_run_panel_said(self, message: RunPanel.Said) -> None:
        """Show what the run has to say."""
        if message.text:
            (self.complain if message.wrong else self.say)(message.text)
        self.show_list()

    def on_image_canvas_shown(self, message: ImageCanvas.Shown) -> None:
        """Say what keeps a picture from being shown."""
        current = self.browser.current
        if message.error and current is not None and current.id == message.key:
            self.complain(message.error)

    # -- showing

    def show_list(self) -> None:
        """Show the list as it is now, and everything that goes with it."""
        browser = self.browser
        size = len(browser.ids)
        self.set_class(not size, "is-empty")
        panel = browser.tab is Tab.TO_BE_CONFIRMED and (self.runs.busy or not size)
        self.set_class(panel, "with-runs")
        self.rows.set_rows(size, browser.cursor)
        if not size:
            text = why_empty(
                self.session, browser.tab, browser.filter, key=self.key, busy=self.runs.busy
            )
            self.query_one("#empty", Static).update(text)
        note = self.learner.brief if browser.tab is Tab.TO_BE_CONFIRMED else ()
        self.query_one(TabLine).show(self.session.stats(), browser.tab, note)
        self.show_title()
        self.show_sample()

    def show_title(self) -> None:
        """Show name, task, counts, the run and whether all is saved."""
        session, browser = self.session, self.browser
        hard = session.stats().hard
        about = f"{session.task.value} · {HARD_MARK} {hard:,} hard"
        if self.check.brief:
            about += f" · {self.check.brief}"
        elif session.runs:
            about += f" ({session.job.hard_rule})"
        chosen = browser.selected_count
        if chosen:
            about += f" · {chosen:,} selected" + (" (range)" if browser.in_range else "")
        elif browser.in_range:
            about += " · range"
        if browser.filter:
            about += f" · filter {browser.filter}: {len(browser.ids):,}"
        state = ("saved", "$success")
        trouble = session.trouble
        if session.read_only:
            state = ("read-only", "$warning")
        elif trouble is not None:
            state = ("NOT SAVED", "$error bold")
        elif not session.saved:
            state = ("saving", "$muted")
        self.query_one(TitleLine).show(session.job.name, about, (self.runs.brief, "$accent"), state)
        self._show_banner(trouble)

    def show_sample(self) -> None:
        """Show the sample under the cursor."""
        browser = self.browser
        self.preview.show(browser.current, self.colours)
        near = [browser.cursor + step for step in _PREFETCH] if browser.cursor >= 0 else []
        ids = [int(browser.ids[i]) for i in near if 0 <= i < len(browser.ids)]
        self.preview.prefetch(ids)
        self.refresh_hints()

    def here(self) -> list[Action]:
        """Leave out what would do nothing to this sample."""
        if self.focused is not None:
            return [a for a in self.actions if a.where is Place.FILTER]
        offered = [action for action in super().here() if self._useful(action.id)]
        if self.session.read_only:
            return [a for a in offered if a.id not in _ALTERING and not a.id.startswith("label_")]
        return offered

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys of a zoomed picture through only while it is zoomed."""
        if (action == "zoom_fit" or action.startswith("pan_")) and not self.preview.zoomed:
            return False
        return super().check_action(action, parameters)

    def stopped_run(self) -> Run | None:
        """Return the newest auto-labeling run if it did not come to its end; it can be resumed."""
        newest = next((r for r in self.session.runs if r.kind == PRE_LABEL), None)
        return newest if newest is not None and newest.state is not RunState.COMPLETED else None

    def _useful(self, action: str) -> bool:
        sample = self.browser.current
        zoomed = self.preview.zoomed
        match action:
            case "confirm":
                return sample is not None and (
                    sample.status is Status.TO_BE_CONFIRMED
                    or (sample.status is Status.UNLABELED and bool(sample.annotations))
                )
            case "reject":
                return sample is not None and sample.status is Status.TO_BE_CONFIRMED
            case "label_1":
                boxed = self.preview.box is not None
                return sample is not None and (self.session.task is Task.CLASSIFICATION or boxed)
            case "edit_boxes":
                return sample is not None and self.session.task is Task.DETECTION
            case "skip" | "select" | "mark_hard" | "pick_label":
                return sample is not None and not zoomed
            case "next_hard":
                return sample is not None and self.session.stats().hard > 0
            case "confirm_unseen":
                return self.browser.tab is Tab.TO_BE_CONFIRMED and not self.check.showing
            case "auto_label" | "cancel_run":
                return self.runs.busy is (action == "cancel_run")
            case "resume_run":
                return not self.runs.busy and self.stopped_run() is not None
            case _:
                return True

    def _show_banner(self, trouble: str | None) -> None:
        banner = self.query_one("#banner", OneLine)
        text = ""
        if self.session.read_only:
            reason = self.session.read_only_reason or "its folder may not be written"
            text = f"Read-only: {reason}. Look around; nothing can be changed."
        elif trouble is not None:
            text = f"NOT SAVED: {trouble} · {self.key('save_again')} tries again"
        banner.show(text, "bold reverse")
        banner.display = bool(text)

    def _draw_row(self, index: int, width: int) -> Sequence[Part]:
        browser = self.browser
        if index >= len(browser.ids):
            return ()
        try:
            sample = self.session.sample(int(browser.ids[index]))
        except HardcaseError:
            return ()  # between a change and the refresh that follows it
        return sample_row(
            sample,
            self.session.task,
            width,
            under_cursor=index == browser.cursor,
            selected=bool(browser.selected[index]),
            scored=bool(self.session.runs),
            colours=self.colours,
            folder=self._folder,
        )


def _colours(session: LabelingSession) -> dict[str, str]:
    return {label.name: label.colour for label in session.labels}
