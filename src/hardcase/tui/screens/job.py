"""The job screen: what it shows, and how it follows the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.session import Tab
from hardcase.tui.actions import Place
from hardcase.tui.desks.check import CheckDesk
from hardcase.tui.desks.choosing import ChoosingDesk
from hardcase.tui.desks.deciding import DecidingDesk
from hardcase.tui.desks.desk import Desk
from hardcase.tui.desks.editing import EditingDesk
from hardcase.tui.desks.exporting import ExportingDesk
from hardcase.tui.desks.filtering import FilteringDesk
from hardcase.tui.desks.folder import FolderDesk
from hardcase.tui.desks.gallery import GalleryDesk
from hardcase.tui.desks.hardness import HardnessDesk
from hardcase.tui.desks.labeling import LabelingDesk
from hardcase.tui.desks.leaving import LeavingDesk
from hardcase.tui.desks.moving import MovingDesk
from hardcase.tui.desks.past import PastDesk
from hardcase.tui.desks.picture import PictureDesk
from hardcase.tui.desks.reviewing import ReviewingDesk
from hardcase.tui.desks.running import RunningDesk
from hardcase.tui.messages import SavedChanged
from hardcase.tui.screens import job_title
from hardcase.tui.screens.browser import Browser
from hardcase.tui.screens.empty import why_empty
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.filter_bar import FilterBar
from hardcase.tui.widgets.lines import Hints, OneLine, TabLine, TitleLine
from hardcase.tui.widgets.preview import PreviewPane
from hardcase.tui.widgets.run_panel import RunPanel
from hardcase.tui.widgets.sample_rows import sample_row, shared_folder
from hardcase.tui.widgets.virtual_list import VirtualList
from hardcase.tui.workers.queue_learner import QueueLearner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Change
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.canvas.canvas import ImageCanvas
    from hardcase.tui.gallery.gallery import Gallery
    from hardcase.tui.widgets.virtual_list import Part
    from hardcase.tui.workers.exporter import Exporter
    from hardcase.tui.workers.folder_keeper import FolderKeeper

GALLERY_COMMANDS = ("gallery_", "confirm_page")
"""What commands begin with that only the gallery has."""

_PREFETCH = (1, 2, -1)
"""Neighbours whose pictures are made ready, by distance from the cursor."""


class JobScreen(PlaceScreen):
    """A job on screen: tabs over a list of samples and a preview.

    It lays out, shows, and follows the job; what can be done is with its desks.
    """

    PLACES: ClassVar = (Place.ZOOMED, Place.GALLERY, Place.JOB, Place.LISTS, Place.EVERYWHERE)
    CSS_PATH: ClassVar = "job.tcss"

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        tab: Tab = Tab.ALL,
        places: Mapping[Tab, tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(actions)
        self.session = session
        self.browser = Browser(session, tab, places)
        self.rows = VirtualList(self._draw_row, id="samples")
        self.preview = PreviewPane(session, self.key("pick_label"))
        self.runs = RunPanel(session, self.key)
        self.learner = QueueLearner(session)
        self.colours = _colours(session)
        self.moving = MovingDesk(self)
        self.choosing = ChoosingDesk(self)
        self.filtering = FilteringDesk(self)
        self.deciding = DecidingDesk(self)
        self.labeling = LabelingDesk(self)
        self.hardness = HardnessDesk(self)
        self.check = CheckDesk(self)
        self.running = RunningDesk(self)
        self.editing = EditingDesk(self)
        self.picture = PictureDesk(self)
        self.folder = FolderDesk(self)
        self.past = PastDesk(self)
        self.leaving = LeavingDesk(self)
        self.exporting = ExportingDesk(self)
        self.reviewing = ReviewingDesk(self)
        self._behind = False
        self._unreadable = (0, "")
        """The sample whose picture could not be shown last, and why."""
        self._folder = shared_folder(sample.path for sample in session.samples())
        self.gallery = GalleryDesk(self, self._folder)
        self.desks: tuple[Desk, ...] = (
            *(self.moving, self.choosing, self.filtering, self.deciding, self.labeling),
            *(self.hardness, self.check, self.running, self.editing, self.picture, self.gallery),
            *(self.folder, self.past, self.leaving, self.exporting, self.reviewing),
        )
        self._judges = [desk for desk in self.desks if type(desk).useful is not Desk.useful]
        self.seat(*self.desks)

    def compose(self) -> ComposeResult:
        """Lay out lines over and under the list and the preview."""
        yield OneLine(id="too-small")
        with Vertical(id="work"):
            yield TitleLine()
            yield OneLine(id="banner")
            yield TabLine()
            yield FilterBar(self.actions, self.session)
            yield self.runs
            yield self.learner
            yield self.folder.keeper
            yield self.exporting.exporter
            with Horizontal(id="body"):
                yield self.rows
                yield self.preview
                yield self.gallery.pane
            yield Static(id="empty", markup=False)
            yield OneLine(id="message")
            yield Hints()

    def on_mount(self) -> None:
        """Follow the job from now on, and say what it has to tell."""
        self._unsubscribe = self.session.subscribe(self._follow)
        self.follow_saving()
        self.past.begin()
        self.show_list()
        self.say(" · ".join(filter(None, (self.session.notice, self.running.news))))

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self.past.keep()
        self._unsubscribe()
        self.session.on_saved(None)

    def on_resize(self) -> None:
        """Make the box editor's first picture as large as the screen is now."""
        self.editing.prefetch()

    # -- following

    def follow_saving(self) -> None:
        """Be told when the job is on disk, or is not."""
        self.session.on_saved(self._saved)

    def _follow(self, change: Change) -> None:
        """Show what a change altered, and only that; a screen on its way out shows nothing."""
        if self.learner.recording or self.runs.recording or not self.query(TitleLine):
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

    def on_run_panel_progressed(self) -> None:
        """Show how far the run has come."""
        self.show_title()

    def on_run_panel_said(self, message: RunPanel.Said) -> None:
        """Show what the run has to say."""
        if message.text:
            (self.complain if message.wrong else self.say)(message.text)
        self.show_list()

    def on_folder_keeper_said(self, message: FolderKeeper.Said) -> None:
        """Show what came of a look at the folder."""
        (self.complain if message.wrong else self.say)(message.text)

    def on_exporter_said(self, message: Exporter.Said) -> None:
        """Show how far an export is, or what came of it."""
        (self.complain if message.wrong else self.say)(message.text)

    def on_image_canvas_shown(self, message: ImageCanvas.Shown) -> None:
        """Say what keeps a picture from being shown."""
        current = self.browser.current
        if message.error and current is not None and current.id == message.key:
            self._unreadable = current.id, message.error
            self.complain(message.error)

    def on_virtual_list_moved(self) -> None:
        """Follow a click."""
        self.moving.go(self.rows.cursor)

    def on_gallery_moved(self, message: Gallery.Moved) -> None:
        """Follow a click or the wheel."""
        self.moving.go(message.index)

    def on_gallery_chosen(self) -> None:
        """Show the sample large."""
        self.gallery.action_gallery_open()

    def on_gallery_resized(self) -> None:
        """Fill the page."""
        if self.gallery.showing:
            self.gallery.show()

    def on_gallery_shown(self) -> None:
        """Say what keeps the picture under the cursor from being shown."""
        if self.gallery.showing:
            self.gallery.tell()

    def on_tab_line_picked(self, message: TabLine.Picked) -> None:
        """Open the tab clicked."""
        self.moving.open_tab(message.tab)

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Filter while typing."""
        self.filtering.filter_typed(message.expression)

    def on_filter_bar_kept(self) -> None:
        """Go back to the list."""
        self.filtering.filter_kept()

    def on_filter_bar_cleared(self) -> None:
        """Go back to the whole list."""
        self.filtering.filter_cleared()

    # -- showing

    @property
    def covered(self) -> bool:
        """Whether another screen that a desk opened lies over it."""
        return any(desk.covered for desk in self.desks)

    def show_list(self) -> None:
        """Show the list as it is now, and everything that goes with it.

        Not while covered: Textual repaints all of a screen when anything changes on the one
        under it.
        """
        if self.covered:
            return
        browser = self.browser
        size = len(browser.ids)
        self.set_class(not size, "is-empty")
        panel = browser.tab is Tab.TO_BE_CONFIRMED and (self.runs.busy or not size)
        self.runs.display = panel  # a class would have all of the screen styled anew
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
        """Show name, task, counts, the run and whether all is saved; not while covered."""
        if self.covered:
            return
        session = self.session
        about = job_title.about(session, self.browser, self.check.brief)
        run = (self.runs.brief, "$accent")
        self.query_one(TitleLine).show(session.job.name, about, run, job_title.saving(session))
        banner, text = self.query_one("#banner", OneLine), job_title.warning(session, self.key)
        banner.show(text, "bold reverse")
        banner.display = bool(text)

    def show_sample(self) -> None:
        """Show the sample under the cursor."""
        browser = self.browser
        self._forget_error()
        self.preview.show(browser.current, self.colours)
        if self.gallery.showing:
            self.gallery.show()
        self.refresh_hints()
        if not self._behind:
            self._behind = True
            self.call_after_refresh(self._catch_up)

    def _catch_up(self) -> None:
        """Make ready what may be shown next, which no key need wait for."""
        self._behind = False
        if self.covered or self.gallery.showing:
            return
        browser = self.browser
        near = [browser.cursor + step for step in _PREFETCH] if browser.cursor >= 0 else []
        self.preview.prefetch([int(browser.ids[i]) for i in near if 0 <= i < len(browser.ids)])
        self.editing.prefetch()

    def _forget_error(self) -> None:
        """Say no longer what keeps another sample's picture from being shown."""
        sample_id, error = self._unreadable
        current = self.browser.current
        if error and (current is None or current.id != sample_id):
            self._unreadable = (0, "")
            if self.query_one("#message", OneLine).text == error:
                self.say("")

    def offers(self, action: Action) -> bool:
        """Leave out what would do nothing to this sample."""
        if self.focused is not None:
            return action.where is Place.FILTER
        if not super().offers(action):
            return False
        if self.session.read_only and any(action.id in desk.ALTERING for desk in self.desks):
            return False
        return all(desk.useful(action.id) for desk in self._judges)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys of the gallery and of a zoomed picture through only while they are shown."""
        if (action == "zoom_fit" or action.startswith("pan_")) and not self.preview.zoomed:
            return False
        if action.startswith(GALLERY_COMMANDS) and not self.gallery.showing:
            return False
        return super().check_action(action, parameters)

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
