"""The way into quick review and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.job import Task
from hardcase.session.boxes.box_review import BoxReview
from hardcase.session.filtering.filter_words import quoted
from hardcase.tui.desks.desk import Desk
from hardcase.tui.messages import QuitAsked
from hardcase.tui.review.list import ReviewList
from hardcase.tui.review.screen import ReviewScreen
from hardcase.tui.widgets.lines import TAB_TITLES

if TYPE_CHECKING:
    from hardcase.tui.review.screen import Left


class ReviewingDesk(Desk):
    """Quick review lies over the job screen; it is of what the tab and the filter show.

    In classification there are no boxes: the images of one label are its gallery, filtered.
    """

    def useful(self, action: str) -> bool:
        """Leave it out of an empty list."""
        return action != "quick_review" or self.browser.current is not None

    def action_quick_review(self) -> None:
        """Review all boxes of one label, or look at all images of one label."""
        if self.session.task is Task.DETECTION:
            self._review_boxes()
        else:
            self._show_images()

    def _review_boxes(self) -> None:
        screen = self.screen
        review = BoxReview(self.session, self.browser.ids.tolist())
        if not len(review.boxes):
            screen.say("there are no boxes in what is shown")
            return
        reviewer = ReviewScreen(
            screen.actions,
            self.session,
            ReviewList(review, self._label(review)),
            where=self._where,
            beside=screen.preview.canvas,
        )
        self.covered = True
        screen.app.push_screen(reviewer, lambda _: self._left(reviewer.left))

    @property
    def _where(self) -> str:
        tab = TAB_TITLES[self.browser.tab]
        return f"{tab}, {self.browser.filter}" if self.browser.filter else tab

    def _label(self, review: BoxReview) -> int:
        """Return the label of the box selected, else the first that has boxes."""
        sample, box = self.browser.current, self.screen.preview.box
        if sample is not None and box is not None:
            return review.names.index(sample.annotations[box].label)
        return next(n for n, (boxes, _) in enumerate(review.counts()) if boxes)

    def _left(self, left: Left) -> None:
        """Take over from quick review."""
        screen = self.screen
        self.covered = False
        screen.follow_saving()
        screen.say(left.said)
        screen.show_list()
        if left.quits:
            screen.leaving.leave(QuitAsked())

    def _show_images(self) -> None:
        screen, sample = self.screen, self.browser.current
        if sample is None or not sample.annotations:
            key = screen.key("filter")
            screen.say(f"this image has no label; {key} filters by any, such as label:cat")
            return
        name = sample.annotations[0].label
        try:
            self.browser.set_filter(f"label:{quoted(name)}")
        except HardcaseError as error:
            screen.complain(error)
            return
        if not screen.gallery.showing:
            screen.gallery.action_gallery()
        screen.say(f"all images of {name}; {screen.key('leave')} shows all again")
        screen.show_list()
