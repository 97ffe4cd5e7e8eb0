"""The gallery in place of the list: pages of thumbnails of the same samples, one cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hardcase.errors import HardcaseError
from hardcase.session.commands import confirmed
from hardcase.tui.desks.desk import Desk
from hardcase.tui.gallery.pane import GalleryPane
from hardcase.tui.gallery.sample import caption, tile_of
from hardcase.tui.screens.done import in_past

if TYPE_CHECKING:
    from hardcase.tui.gallery.tile import Tile
    from hardcase.tui.screens.job import JobScreen

_GALLERY, _LARGE = "as-gallery", "as-large"
"""Classes of the screen: tiles in place of list and preview; the preview alone."""


class GalleryDesk(Desk):
    """Shows the page that the cursor is on, and keeps it as it is while it is worked on.

    What is decided keeps its place until the page is turned, so that no tile moves under the eye
    and none is sent again.
    """

    ALTERING: ClassVar = frozenset(("confirm_page",))

    def __init__(self, screen: JobScreen, folder: str) -> None:
        super().__init__(screen)
        self.pane = GalleryPane(self._tile)
        self.showing = False
        self._folder = folder
        self._first = 0
        self._list: object = None

    def useful(self, action: str) -> bool:
        """Leave out what has nothing to show, or nothing to confirm."""
        return action not in ("confirm_page", "gallery_open") or self.browser.cursor >= 0

    # -- showing

    def show(self) -> None:
        """Show the page that the cursor is on; the one before is let go of when it is turned."""
        browser, gallery = self.browser, self.pane.gallery
        size = gallery.grid.page
        what = browser.tab, browser.filter, id(browser.within), size
        if what != self._list:
            self._list = what
            self._first = max(browser.cursor, 0) // size * size
        elif not 0 <= browser.cursor - self._first < size:
            self._turn()
        browser.hold(self._first, size)
        gallery.show(len(browser.ids), self._first, browser.cursor)
        self.tell()

    def tell(self) -> None:
        """Say what is under the cursor."""
        sample = self.browser.current
        told = ("", "")
        if sample is not None:
            told = caption(sample, self.session.task, self.pane.gallery.error)
        self.pane.tell(*told)

    def _turn(self) -> None:
        """Let go of the page; the cursor keeps its sample, and its place on the new one."""
        browser, screen = self.browser, self.screen
        offset = browser.cursor - self.pane.gallery.grid.turned(self._first, browser.cursor)
        browser.release()
        self._first = max(browser.cursor - offset, 0)
        screen.rows.set_rows(len(browser.ids), browser.cursor)
        screen.show_title()

    def _tile(self, index: int) -> Tile | None:
        screen, browser = self.screen, self.browser
        try:
            sample = self.session.sample(int(browser.ids[index]))
        except (HardcaseError, IndexError):
            return None  # between a change and the refresh that follows it
        try:
            path = self.session.image_path(sample.id)
        except HardcaseError:
            path = None
        return tile_of(
            sample,
            self.session.task,
            path,
            screen.colours,
            folder=self._folder,
            selected=bool(browser.selected[index]),
            box=screen.preview.box if index == browser.cursor else None,
            boxes=screen.preview.canvas.overlays_visible,
        )

    # -- ways in and out

    def action_gallery(self) -> None:
        """Show the gallery, or the list again."""
        self._show_as("" if self.showing else _GALLERY)

    def action_gallery_open(self) -> None:
        """Show the sample alone, large."""
        self._show_as(_LARGE)
        self.screen.say(f"{self.screen.key('gallery')} or esc: back to the gallery")

    def back(self) -> bool:
        """Go back from the large picture to the gallery; return whether it was shown."""
        large = self.screen.has_class(_LARGE)
        if large:
            self._show_as(_GALLERY)
        return large

    def _show_as(self, name: str) -> None:
        screen = self.screen
        screen.preview.canvas.zoom_fit()
        self.showing = screen.preview.resting = name == _GALLERY
        for other in (_GALLERY, _LARGE):
            screen.set_class(other == name, other)
        if self.showing:
            self._list = None
        else:
            self.pane.gallery.rest()
        if not name:
            self.browser.release()
        screen.say("")
        screen.show_list()

    # -- moving

    def action_gallery_step(self, step: int) -> None:
        """Go to the next (1) or the previous (-1) tile."""
        self.screen.moving.go(self.browser.cursor + step)

    def action_gallery_row(self, rows: int) -> None:
        """Go some rows down, or up; the first and the last row are the end of it."""
        across = self.pane.gallery.grid.across
        index, last = self.browser.cursor + rows * across, len(self.browser.ids) - 1
        row_of_last = (last - self._first) // across
        if 0 <= index <= last:
            self.screen.moving.go(index)
        elif rows > 0 and row_of_last > (self.browser.cursor - self._first) // across:
            self.screen.moving.go(last)

    def action_gallery_page(self, pages: int) -> None:
        """Go some pages on, or back."""
        self.screen.moving.go(self.browser.cursor + pages * self.pane.gallery.grid.page)

    def action_gallery_size(self, step: int) -> None:
        """Make the tiles larger (1) or smaller (-1)."""
        if not self.pane.gallery.resize_tiles(step):
            self.screen.say(f"the tiles are as {'large' if step > 0 else 'small'} as they get")

    def action_gallery_boxes(self) -> None:
        """Show or hide the boxes."""
        canvas = self.screen.preview.canvas
        canvas.overlays_visible = not canvas.overlays_visible
        hidden = f"boxes hidden; {self.screen.key('gallery_boxes')} shows them"
        self.screen.say("boxes shown" if canvas.overlays_visible else hidden)
        self.show()

    # -- deciding

    def action_confirm_page(self) -> None:
        """Confirm what is on the page, but not what is selected, and turn it.

        Nothing is confirmed that cannot be seen: while the page is on its way, none of it is, and
        a picture that cannot be shown is passed by.
        """
        screen, browser, gallery = self.screen, self.browser, self.pane.gallery
        if gallery.waiting or self._sending:
            screen.complain("the page is still on its way; look at it before you confirm it")
            return
        page, seen = gallery.page, gallery.seen
        ids = [int(browser.ids[i]) for i in page if not browser.selected[i]]
        open_ = [i for i in ids if self._can_be_confirmed(i)]
        targets = [i for i in open_ if i in seen]
        passed = f"; {len(open_) - len(targets):,} not seen" if len(open_) > len(targets) else ""
        try:
            change = self.session.confirm(targets) if targets else None
        except HardcaseError as error:
            screen.complain(error)
            return
        self._go_on(page)
        if change is None:
            screen.say(f"nothing confirmed{passed}")
        else:
            screen.say(f"{in_past(change)}{passed} · {screen.key('undo')} undoes")

    @property
    def keeps_page(self) -> bool:
        """Whether a decision on the last tile must not turn the page: some of it is still open."""
        page, ids = self.pane.gallery.page, self.browser.ids
        if not self.showing or self.browser.cursor != page.stop - 1:
            return False
        return any(self._can_be_confirmed(int(ids[i])) for i in page if i < len(ids))

    def _go_on(self, page: range) -> None:
        """Go to what is selected on the page, else to the next page."""
        browser = self.browser
        selected = [i for i in page if i < len(browser.ids) and browser.selected[i]]
        if selected:
            self.screen.moving.go(selected[0])
        elif page.stop < len(browser.ids):
            self.screen.moving.go(page.stop)
        else:
            self._list = None
            browser.release()
            self.screen.show_list()

    def _can_be_confirmed(self, sample_id: int) -> bool:
        sample = self.session.sample(sample_id)
        return confirmed(sample, self.session.task) is not sample

    @property
    def _sending(self) -> bool:
        """Whether the terminal does not show all of the page yet."""
        pump: Any = getattr(self.screen.app._driver, "pump", None)  # noqa: SLF001 - as the canvas
        return pump is not None and bool(pump.waiting)
