"""The simulated annotator in the gallery: puts right what is wrong on a page, confirms the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.job import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from effort_boxes import Truth
    from effort_keys import Keyboard

    from hardcase.model.job import Sample
    from hardcase.session import LabelingSession
    from hardcase.tui.gallery.gallery import Gallery
    from hardcase.tui.screens.job import JobScreen


class PageHand:
    """Goes through the pages of a classification job's gallery; `seen` counts images."""

    def __init__(
        self,
        keyboard: Keyboard,
        job: JobScreen,
        session: LabelingSession,
        truth: Mapping[str, Truth],
    ) -> None:
        self._keyboard = keyboard
        self._job = job
        self._session = session
        self._truth = truth
        self.seen = 0

    async def confirm_pages(self) -> None:
        """Work through To Be Confirmed, page by page."""
        await self._keyboard.press("gallery")
        while self._session.stats().to_be_confirmed:
            await self._keyboard.until(
                lambda: self._gallery.page and not self._gallery.waiting, "it"
            )
            await self._page()
        await self._keyboard.press("gallery")

    async def _page(self) -> None:
        page = [self._sample(i) for i in self._gallery.page]
        self.seen += len(page)
        for index, sample in zip(self._gallery.page, page, strict=True):
            wanted = self._truth[sample.path][0].label
            if {a.label for a in sample.annotations} != {wanted}:
                await self._go(index)
                await self._keyboard.set_label(wanted, "label_{}", "pick_label")
                await self._keyboard.until(lambda s=sample: self._decided(s), "a label")
        await self._keyboard.press("confirm_page")
        await self._keyboard.until(lambda: all(map(self._decided, page)), "the page")

    async def _go(self, index: int) -> None:
        """Press the arrows that bring the cursor to a tile soonest."""
        across, first = self._gallery.grid.across, self._gallery.first
        (y, x), (row, column) = (
            divmod(i - first, across) for i in (self._job.browser.cursor, index)
        )
        ahead = index - self._job.browser.cursor
        if abs(ahead) > abs(row - y) + abs(column - x):
            for _ in range(abs(row - y)):
                await self._keyboard.press("gallery_down" if row > y else "gallery_up")
            ahead = column - x
        for _ in range(abs(ahead)):
            await self._keyboard.press("gallery_right" if ahead > 0 else "gallery_left")
        await self._keyboard.until(lambda: self._job.browser.cursor == index, "the tile")

    def _sample(self, index: int) -> Sample:
        return self._session.sample(int(self._job.browser.ids[index]))

    def _decided(self, sample: Sample) -> bool:
        return self._session.sample(sample.id).status is Status.LABELED

    @property
    def _gallery(self) -> Gallery:
        return self._job.gallery.pane.gallery
