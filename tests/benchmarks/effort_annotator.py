"""A person with the truth in hand, who presses the real keys of the real app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effort_boxes import BoxHand, Truth, pairs_of
from effort_keys import Keyboard
from effort_pages import PageHand
from textual.widgets import Input

from hardcase.model.job import Annotation, Sample, Status, Task
from hardcase.tui.dialogs.audit import AuditDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence

    from textual.pilot import Pilot
    from textual.screen import Screen

    from hardcase.session import LabelingSession


class Annotator:
    """Draws boxes that fit with an IoU of `fit`, seen with an error of `eye` columns.

    Counts `keys` pressed and what they were `spent` on, images `seen` and `unseen`, and the most
    keys a right image took."""

    def __init__(
        self,
        pilot: Pilot[None],
        session: LabelingSession,
        truth: Mapping[str, Truth],
        fit: float,
        eye: float,
    ) -> None:
        self._keyboard = Keyboard(pilot, session)
        self._boxes = BoxHand(self._keyboard, fit, eye)
        self._session = session
        self._truth = truth
        self.seen = self.unseen = self.most_for_right = 0

    @property
    def keys(self) -> int:
        return self._keyboard.pressed

    @property
    def spent(self) -> Counter[str]:
        return self._keyboard.spent

    async def ready(self) -> None:
        """Wait for the job screen."""
        await self._keyboard.until(self._on_job, "the job")

    # -- ways through a list

    async def label_all(self) -> None:
        """Label what the list shows, one by one, until nothing is left."""
        while (sample := self._current()) is not None:
            await self._label(sample)
        await self._leave_editor()

    async def decide_while(self, wanted: Callable[[Sample], bool]) -> None:
        """Decide on auto labels from the top of the list as long as the sample is `wanted`."""
        while (sample := self._current()) is not None and wanted(sample):
            await self._decide(sample)
        await self._leave_editor()

    async def confirm_pages(self) -> None:
        """Go through the gallery: put right what is wrong on a page, confirm the rest of it."""
        hand = PageHand(self._keyboard, self._job(), self._session, self._truth)
        await hand.confirm_pages()
        self.seen += hand.seen

    async def label_the_rest(self) -> None:
        """Label what no model could, in the tab for that."""
        if self._session.stats().unlabeled:
            await self._keyboard.press("previous_tab")
            await self._keyboard.press("previous_tab")
            await self._keyboard.press("first")
            await self.label_all()

    async def confirm_unseen(self, risk: float) -> bool:
        """Ask to confirm the rest unseen and do the check. Return whether it came to that."""
        before = self._session.stats().labeled
        await self._keyboard.press("confirm_unseen")
        await self._keyboard.until(lambda: isinstance(self._screen, AuditDialog), "the question")
        line = self._screen.query_one(Input)
        for _ in line.value:
            await self._keyboard.key("backspace")
        for character in f"{100 * risk:g}":
            await self._keyboard.key("full_stop" if character == "." else character)
        await self._keyboard.press("dialog_accept")
        await self._keyboard.until(lambda: self._on_job() or self._is_refused(), "the check")
        if not self._on_job():
            await self._keyboard.press("dialog_close")
            return False
        looked_at = self.seen
        while self._screen_is_check():
            sample = self._current()
            if sample is None:
                break
            await self._decide(sample)
        if isinstance(self._screen, ConfirmDialog):
            await self._keyboard.press("dialog_yes")
            await self._keyboard.until(self._on_job, "the job")
            gained = self._session.stats().labeled - before
            self.unseen = gained - (self.seen - looked_at)
        return self._session.stats().to_be_confirmed == 0 or self.unseen > 0

    # -- one image

    async def _decide(self, sample: Sample) -> None:
        """Confirm what is right with one key, put right what is not."""
        truth = self._truth[sample.path]
        before = self.keys
        self.seen += 1
        if is_right(sample.annotations, truth):
            if isinstance(editor := self._screen, EditScreen):
                await self._boxes.confirm(editor, onwards=True)
            else:
                await self._keyboard.press("confirm")
            await self._decided(sample)
            self.most_for_right = max(self.most_for_right, self.keys - before)
        else:
            self.seen -= 1
            await self._label(sample)

    async def _label(self, sample: Sample) -> None:
        truth = self._truth[sample.path]
        self.seen += 1
        if self._session.task is Task.CLASSIFICATION:
            await self._keyboard.set_label(truth[0].label, "label_{}", "pick_label")
        elif not truth and isinstance(editor := self._screen, EditScreen):
            await self._keyboard.press("edit_no_objects")
            await self._boxes.left(editor)
        elif not truth:
            await self._keyboard.press("no_objects")
        else:
            await self._boxes.edit(truth, onwards=not self._screen_is_check())
        await self._decided(sample)

    async def _leave_editor(self) -> None:
        if isinstance(self._screen, EditScreen):
            await self._keyboard.press("edit_leave")
            await self._keyboard.until(self._on_job, "the job")

    async def _decided(self, sample: Sample) -> None:
        def done() -> bool:
            labeled = self._session.sample(sample.id).status is Status.LABELED
            current = self._current()
            return labeled and (current is None or current.id != sample.id or self._asked())

        await self._keyboard.until(done, f"a decision on {sample.path}")

    # -- the app

    @property
    def _screen(self) -> Screen[object]:
        return self._keyboard.screen

    def _job(self) -> JobScreen:
        return next(s for s in self._keyboard.screens if isinstance(s, JobScreen))

    def _current(self) -> Sample | None:
        return self._job().browser.current

    def _asked(self) -> bool:
        return isinstance(self._screen, ConfirmDialog)

    def _screen_is_check(self) -> bool:
        return self._on_job() and self._job().check.showing

    def _on_job(self) -> bool:
        return isinstance(self._screen, JobScreen)

    def _is_refused(self) -> bool:
        return "nothing to draw" in self._screen.query_one("#problem", OneLine).text


def is_right(annotations: Sequence[Annotation], truth: Truth) -> bool:
    """Whether labels are the truth: the same labels, or boxes that pair off one to one."""
    if any(a.box is None for a in (*annotations, *truth)):
        return {a.label for a in annotations} == {a.label for a in truth}
    pairs = pairs_of(annotations, truth)
    all_paired = len(pairs) == len(annotations) == len(truth)
    return all_paired and all(annotations[i].label == truth[n].label for i, n in pairs.items())
