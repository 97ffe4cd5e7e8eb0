"""Quick review: all boxes of one label as tiles, many fixed at once, applied or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual.containers import Vertical

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.model.numbers import count
from hardcase.terminal import Depth
from hardcase.tui.actions import Place
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.editor.open import Opening, why_not
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.gallery.pane import GalleryPane
from hardcase.tui.review.fixing import FixingDesk
from hardcase.tui.review.looking import LookingDesk
from hardcase.tui.review.tile import box_caption, box_tile
from hardcase.tui.screens.done import in_past
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.items_line import ItemsLine
from hardcase.tui.widgets.lines import Hints, OneLine, TitleLine
from hardcase.tui.widgets.sample_rows import shared_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.model.changes import Change
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.canvas.canvas import ImageCanvas
    from hardcase.tui.gallery.gallery import Gallery
    from hardcase.tui.gallery.tile import Tile
    from hardcase.tui.review.list import ReviewList


@dataclass(frozen=True, slots=True)
class Left:
    """How quick review was left."""

    said: str = ""
    quits: bool = False


class ReviewScreen(PlaceScreen):
    """The boxes of one label, a tile each. Nothing reaches the job before the fixes are applied.

    `where` says in words which samples are looked at.
    """

    PLACES: ClassVar = (Place.REVIEW, Place.LISTS, Place.EVERYWHERE)
    CSS_PATH: ClassVar = "review.tcss"

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        shown: ReviewList,
        *,
        where: str,
        beside: ImageCanvas | None = None,
    ) -> None:
        super().__init__(actions)
        self.session = session
        self.shown = shown
        self.review = shown.review
        self.left = Left()
        self.pane = GalleryPane(self._tile)
        self._where = where
        self._beside = beside
        self._outlined = False
        self._stale = False
        self._lost = 0  # fixes, since the editor was opened
        self._colours = {label.name: label.colour for label in session.labels}
        self._folder = shared_folder(sample.path for sample in session.samples())
        self.seat(LookingDesk(self), FixingDesk(self))

    def compose(self) -> ComposeResult:
        """Lay out lines over and under the tiles."""
        yield OneLine(id="too-small")
        with Vertical(id="work"):
            yield TitleLine()
            yield ItemsLine(id="labels")
            yield self.pane
            yield OneLine(id="message")
            yield Hints()

    def on_mount(self) -> None:
        """Follow the job from now on."""
        terminal = getattr(self.app, "terminal", None)
        # Nothing can be drawn dimmer there.
        self._outlined = terminal is not None and terminal.depth is Depth.MONO
        self._unsubscribe = self.session.subscribe(self._follow)
        self.show()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._unsubscribe()

    @property
    def gallery(self) -> Gallery:
        """The tiles."""
        return self.pane.gallery

    # -- following

    def _follow(self, change: Change) -> None:
        """Note that samples have changed: in the editor, or by a run that came to its end."""
        if any(edit.table is Table.SAMPLES for edit in change.edits):
            self._stale = True
            if self.is_current:
                self.call_later(self.catch_up)

    def on_screen_resume(self) -> None:
        """Show what the editor has changed."""
        self.catch_up()

    def catch_up(self) -> None:
        """Read the boxes anew if samples have changed; fixes go with their boxes."""
        if not self._stale:
            return
        self._stale = False
        where, lost = self.review.follow()
        self.shown.follow(where)
        self.show()
        self._lost += lost
        if lost:
            self.complain(f"{count(lost, 'fix')} went with boxes that are there no longer")

    def on_gallery_resized(self) -> None:
        """Show as many tiles as there is room for now."""
        self.show()

    def on_gallery_shown(self) -> None:
        """Say what keeps a picture from being shown."""
        self._tell()

    def on_gallery_moved(self, message: Gallery.Moved) -> None:
        """Go to the tile clicked."""
        self.go(message.index)

    def on_items_line_picked(self, message: ItemsLine.Picked) -> None:
        """Show the boxes of the label clicked."""
        self.show_label(self.shown.labels[message.index])

    # -- showing

    def show(self) -> None:
        """Show the page that the cursor is on, and how it all stands."""
        chosen, size = self.shown.chosen, self.gallery.grid.page
        first = max(chosen.cursor, 0) // size * size
        self.gallery.show(len(self.shown.rows), first, chosen.cursor)
        self._show_labels()
        self._show_title()
        self._tell()
        self.refresh_hints()

    def go(self, index: int) -> None:
        """Put the cursor on a box, or the nearest there is."""
        if self.shown.chosen.move(index):
            self.say("")
            self.show()

    def show_label(self, label: int) -> None:
        """Show the boxes of another label."""
        self.shown.show(label)
        self.say("")
        self.show()

    def flip_outlines(self) -> bool:
        """Show or hide the outlines of the boxes; return whether they are shown."""
        self._outlined = not self._outlined
        self.show()
        return self._outlined

    def _show_labels(self) -> None:
        counts, labels = self.review.counts(), self.shown.labels
        notes = [f"{boxes:,}" + f" ({waiting:,})" * bool(waiting) for boxes, waiting in counts]
        items = [(self.review.names[label], notes[label]) for label in labels]
        self.query_one(ItemsLine).show(items, labels.index(self.shown.label))

    def _show_title(self) -> None:
        shown = self.shown
        arrow = "↓" if shown.descending else "↑"
        about = f"quick review of {self._where} · by {shown.sort.value} {arrow}"
        if shown.chosen.count:
            about += f" · {shown.chosen.count:,} selected"
        about += " (range)" if shown.chosen.in_range else ""
        waiting = int(np.count_nonzero(self.review.pending))
        state = (
            (f"{waiting:,} pending", "$warning bold") if waiting else ("nothing pending", "$muted")
        )
        if self.session.read_only:
            state = ("read-only", "$warning")
        self.query_one(TitleLine).show(self.session.job.name, about, state)

    def _tell(self) -> None:
        row = self.shown.current
        if row is None or self._stale:
            self.pane.tell("", "")
            return
        sample = self.session.sample(int(self.review.boxes.sample[row]))
        annotation = sample.annotations[self.review.boxes.index[row]]
        about = box_caption(self.review, row, sample, annotation)
        self.pane.tell(sample.path, self.gallery.error or about)

    def _tile(self, index: int) -> Tile | None:
        if self._stale or index >= len(self.shown.rows):
            return None
        row = int(self.shown.rows[index])
        sample = self.session.sample(int(self.review.boxes.sample[row]))
        try:
            path = self.session.image_path(sample.id)
        except HardcaseError:
            path = None
        return box_tile(
            self.review,
            row,
            sample,
            path,
            self._colours,
            folder=self._folder,
            sort=self.shown.sort,
            selected=bool(self.shown.chosen.selected[index]),
            outlined=self._outlined,
        )

    # -- leaving

    def action_review_edit(self) -> None:
        """Open the image in the box editor; the fixes wait meanwhile."""
        row = self.shown.current
        sample = None
        if row is not None:
            sample = self.session.sample(int(self.review.boxes.sample[row]))
        refusal = why_not(self.session, sample)
        if sample is None or row is None or refusal is not None:
            self.complain(refusal or "there is no box here")
            return
        box = int(self.review.boxes.index[row])
        opening = Opening(sample.id, box=box, beside=self._beside)
        editor = EditScreen(self.actions, self.session, opening)
        self.gallery.rest()
        self._lost = 0
        self.app.push_screen(editor, lambda _: self._edited(editor))

    def _edited(self, editor: EditScreen) -> None:
        outcome = editor.outcome
        self.catch_up()
        self.show()
        if outcome.problem:
            self.complain(outcome.problem)
        elif not self._lost:
            self.say(outcome.said)
        if outcome.quits:
            self._leave(Left(quits=True))

    def action_review_apply(self) -> None:
        """Make all fixes as one change, and go back."""
        self.catch_up()
        try:
            change = self.review.apply()
        except HardcaseError as error:
            self.complain(error)
            return
        if change is None:
            self.say("there is nothing to apply yet")
            return
        self._done(Left(f"{in_past(change)} · {self.key('undo')} undoes"))

    def action_review_leave(self) -> None:
        """Drop the selection, else go back without the fixes."""
        if self.shown.chosen.count or self.shown.chosen.in_range:
            self.shown.chosen.clear()
            self.show()
        else:
            self._leave(Left())

    async def action_back(self) -> None:
        """Go back without the fixes."""
        self._leave(Left())

    async def action_quit_app(self) -> None:
        """Quit the app, by way of the job."""
        self._leave(Left(quits=True))

    def _leave(self, left: Left) -> None:
        """Leave without the fixes, after asking if there are any."""
        waiting = int(np.count_nonzero(self.review.pending))
        if not waiting:
            self._done(left)
            return
        keep = f"{self.key('review_apply')} would apply them"
        dialog = ConfirmDialog(
            self.actions, f"Drop {count(waiting, 'fix')}?", f"They are not in the job yet; {keep}."
        )
        self.app.push_screen(dialog, lambda yes: self._done(left) if yes else None)

    def _done(self, left: Left) -> None:
        self.left = left
        self.dismiss()
