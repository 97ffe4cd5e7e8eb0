"""A person with the truth in hand, who presses the real keys of the real app."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.widgets import Input

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Sample, Status, Task
from hardcase.tui.actions import ACTIONS
from hardcase.tui.bindings import textual_key
from hardcase.tui.dialogs.audit import AuditDialog
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.labels import LabelDialog, matching
from hardcase.tui.editing import Draft, Edge, nudged, pulled
from hardcase.tui.screens.edit import EditScreen
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.pilot import Pilot
    from textual.screen import Screen

    from hardcase.session import LabelingSession

Truth = tuple[Annotation, ...]

RIGHT = 0.5
"""IoU from which a box is where it should be."""
WELL_FITTED = 0.85
_KEYS = {action.id: action.keys[0] for action in ACTIONS if action.keys}
_PATIENCE = 20.0  # s


class Annotator:
    """Counts `keys` pressed, images `seen` and `unseen`, and the most keys a right image took."""

    def __init__(
        self, pilot: Pilot[None], session: LabelingSession, truth: Mapping[str, Truth]
    ) -> None:
        self._pilot = pilot
        self._session = session
        self._truth = truth
        self.keys = self.seen = self.unseen = self.most_for_right = 0

    async def ready(self) -> None:
        """Wait for the job screen."""
        await self._until(self._on_job, "the job")

    # -- ways through a list

    async def label_all(self) -> None:
        """Label what the list shows, one by one, until nothing is left."""
        while (sample := self._current()) is not None:
            await self._label(sample)

    async def decide_while(self, wanted: Callable[[Sample], bool]) -> None:
        """Decide on auto labels from the top of the list as long as the sample is `wanted`."""
        while (sample := self._current()) is not None and wanted(sample):
            await self._decide(sample)

    async def label_the_rest(self) -> None:
        """Label what no model could, in the tab for that."""
        if self._session.stats().unlabeled:
            await self._press("previous_tab")
            await self._press("previous_tab")
            await self._press("first")
            await self.label_all()

    async def confirm_unseen(self, risk: float) -> bool:
        """Ask to confirm the rest unseen and do the check. Return whether it came to that."""
        before = self._session.stats().labeled
        await self._press("confirm_unseen")
        await self._until(lambda: isinstance(self._screen, AuditDialog), "the question")
        line = self._screen.query_one(Input)
        for _ in line.value:
            await self._key("backspace")
        for character in f"{100 * risk:g}":
            await self._key("full_stop" if character == "." else character)
        await self._press("dialog_accept")
        await self._until(lambda: self._on_job() or self._is_refused(), "the check")
        if not self._on_job():
            await self._press("dialog_close")
            return False
        looked_at = self.seen
        while self._screen_is_check():
            sample = self._current()
            if sample is None:
                break
            await self._decide(sample)
        if isinstance(self._screen, ConfirmDialog):
            await self._press("dialog_yes")
            await self._until(self._on_job, "the job")
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
            await self._press("confirm")
            await self._decided(sample)
            self.most_for_right = max(self.most_for_right, self.keys - before)
        else:
            self.seen -= 1
            await self._label(sample)

    async def _label(self, sample: Sample) -> None:
        truth = self._truth[sample.path]
        self.seen += 1
        if self._session.task is Task.CLASSIFICATION:
            await self._set_label(truth[0].label, "label_{}", "pick_label")
        elif not truth:
            await self._press("no_objects")
        else:
            await self._edit(truth)
        await self._decided(sample)

    async def _decided(self, sample: Sample) -> None:
        def done() -> bool:
            labeled = self._session.sample(sample.id).status is Status.LABELED
            current = self._current()
            return labeled and (current is None or current.id != sample.id or self._asked())

        await self._until(done, f"a decision on {sample.path}")

    async def _set_label(self, name: str, digit: str, pick: str) -> None:
        """Press the label's digit; where it has none, pick it from the list by as few letters."""
        labels = self._session.labels
        number = next(n for n, label in enumerate(labels, 1) if label.name == name)
        if digit.format(number) in _KEYS:
            await self._press(digit.format(number))
            return
        await self._press(pick)
        await self._type_label(name)

    async def _type_label(self, name: str) -> None:
        await self._until(lambda: isinstance(self._screen, LabelDialog), "the labels")
        labels = self._session.labels
        lengths = range(1, len(name) + 1)
        first = next(n for n in lengths if matching(labels, name[:n])[0].name == name)
        for character in name[:first]:
            await self._key("space" if character == " " else character)
        await self._press("dialog_accept")
        await self._until(lambda: not isinstance(self._screen, LabelDialog), "the label")

    # -- boxes

    async def _edit(self, truth: Truth) -> None:
        await self._press("edit_boxes")
        await self._until(lambda: isinstance(self._screen, EditScreen), "the editor")
        await self._until(lambda: self._editor.placement is not None, "the picture")
        pairs = pairs_of(self._draft.annotations, truth)
        for index in sorted(set(range(len(self._draft.annotations))) - pairs.keys(), reverse=True):
            await self._select(index)
            await self._press("edit_delete")
        pairs = pairs_of(self._draft.annotations, truth)
        for index, wanted in pairs.items():
            if self._draft.annotations[index].label != truth[wanted].label:
                await self._select(index)
                await self._set_label(truth[wanted].label, "edit_label_{}", "edit_pick_label")
        for n in sorted(set(range(len(truth))) - set(pairs.values())):
            await self._draw(truth[n])
        await self._press("edit_confirm")
        await self._until(lambda: not isinstance(self._screen, EditScreen), "the job")

    async def _draw(self, wanted: Annotation) -> None:
        count = len(self._draft.annotations)
        if not self._editor.canvas.view.is_fit:
            await self._press("edit_zoom_fit")
        await self._press("edit_new")

        def drawn() -> bool:
            return len(self._draft.annotations) > count

        await self._until(lambda: drawn() or isinstance(self._screen, LabelDialog), "the box")
        if not drawn():
            await self._type_label(wanted.label)
            await self._until(drawn, "the box")
        elif (made := self._draft.annotation) and made.label != wanted.label:
            await self._set_label(wanted.label, "edit_label_{}", "edit_pick_label")
        assert wanted.box is not None
        await self._fit(wanted.box)
        if self._fits(wanted.box) < RIGHT:
            await self._press("edit_zoom_box")
            await self._fit(wanted.box)

    async def _fit(self, box: Box) -> None:
        """Press the key that brings the box nearest, until it fits or none helps."""
        while self._fits(box) < WELL_FITTED:
            now = self._draft.box
            assert now is not None
            found = {key: distance(after, box) for key, after in self._steps().items()}
            best = min(found, key=lambda key: found[key])
            if found[best] >= distance(now, box):
                return
            await self._press(best)

    def _steps(self) -> dict[str, Box]:
        """Where each key would bring the selected box."""
        dx, dy = self._editor._step
        draft, after = self._draft, {}
        for way, (x, y) in {
            "left": (-1, 0),
            "right": (1, 0),
            "up": (0, -1),
            "down": (0, 1),
        }.items():
            after[f"edit_{way}"] = nudged(draft, x * dx, y * dy).box
            after[f"edit_far_{way}"] = nudged(draft, 5 * x * dx, 5 * y * dy).box
        for edge in Edge:
            by = dx if edge in (Edge.LEFT, Edge.RIGHT) else dy
            after[f"edit_{edge}_out"] = pulled(draft, edge, by).box
            after[f"edit_{edge}_in"] = pulled(draft, edge, -by).box
        return {key: box for key, box in after.items() if box is not None}

    def _fits(self, box: Box) -> float:
        return 0.0 if self._draft.box is None else overlap(self._draft.box, box)

    async def _select(self, index: int) -> None:
        count = len(self._draft.annotations)
        while (at := self._draft.selected) != index:
            ahead = (index - (-1 if at is None else at)) % count
            await self._press("edit_next" if ahead <= count / 2 else "edit_previous")

    # -- the app

    @property
    def _screen(self) -> Screen[object]:
        return self._pilot.app.screen

    @property
    def _editor(self) -> EditScreen:
        return next(s for s in self._pilot.app.screen_stack if isinstance(s, EditScreen))

    @property
    def _draft(self) -> Draft:
        return self._editor.draft

    def _job(self) -> JobScreen:
        return next(s for s in self._pilot.app.screen_stack if isinstance(s, JobScreen))

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

    async def _press(self, action_id: str) -> None:
        await self._key(textual_key(_KEYS[action_id]))

    async def _key(self, key: str) -> None:
        self.keys += 1
        await self._pilot.press(key)

    async def _until(self, met: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not met():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}")
            await self._pilot.pause(0.005)


def is_right(annotations: Sequence[Annotation], truth: Truth) -> bool:
    """Whether labels are the truth: the same labels, or boxes that pair off one to one."""
    if any(a.box is None for a in (*annotations, *truth)):
        return {a.label for a in annotations} == {a.label for a in truth}
    pairs = pairs_of(annotations, truth)
    all_paired = len(pairs) == len(annotations) == len(truth)
    return all_paired and all(annotations[i].label == truth[n].label for i, n in pairs.items())


def pairs_of(annotations: Sequence[Annotation], truth: Truth) -> dict[int, int]:
    """Pair boxes with those of the truth, same labels first, then the best overlap first."""
    found = sorted(
        (
            (a.label != t.label, -overlap(a.box, t.box), i, n)
            for i, a in enumerate(annotations)
            for n, t in enumerate(truth)
            if a.box is not None and t.box is not None and overlap(a.box, t.box) >= RIGHT
        ),
    )
    pairs: dict[int, int] = {}
    for _, _, i, n in found:
        if i not in pairs and n not in pairs.values():
            pairs[i] = n
    return pairs


def overlap(a: Box, b: Box) -> float:
    """IoU of two boxes."""
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a.area + b.area - shared)


def distance(a: Box, b: Box) -> float:
    """Sum of the distances of the edges in pixels."""
    return sum(abs(p - q) for p, q in zip(a, b, strict=True))
