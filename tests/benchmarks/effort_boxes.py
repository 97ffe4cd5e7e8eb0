"""How a practised person puts the boxes of an image right in the editor, and draws new ones.

A box is drawn by the four letters nearest to its edges, a small one zoomed in to a place in it. One
that does not fit well enough is put right by as few steps as two; else it is pulled to the edges of
the image, as long as that keeps helping in this job; else an edge or two are carried to letters,
zoomed in, if the others are right; else it is drawn anew, zoomed in. A box of the
model that is wrong is drawn anew where an object has none, and keeps its label, unless that is
small. Where the model is seen to offer a box for an object about to be drawn, that is taken if it
would have been left as it is had the model been sure of it. Boxes of nothing are deleted last.
"""

from __future__ import annotations

import random
from itertools import combinations
from string import ascii_letters
from typing import TYPE_CHECKING

from hardcase.imaging.rulers import LETTERS, rulers
from hardcase.model.boxes import Box, as_array, iou
from hardcase.tui.editor.editing import Edge, nudged, pulled
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effort_keys import Keyboard

    from hardcase.imaging.rulers import Ruler
    from hardcase.model.job import Annotation
    from hardcase.tui.editor.editing import Draft

Truth = tuple["Annotation", ...]

RIGHT = 0.5
"""IoU from which a box is where it should be."""

_STEPS = 2
"""Steps that are fewer keys than pulling to edges or drawing anew, and easily foreseen."""
_SMALL = (0.75, 3.5)
"""Marks of the rulers that both sides of a box have which is best drawn zoomed in at once."""
_ANEW = 4
"""How often a box is drawn anew before it is left as it is."""
_TRIED = 10
_PAYS = 1 / 3
"""How many times edges are tried, and what share must fit afterwards, to go on with that."""


class BoxHand:
    """Edits boxes until they fit with an IoU of `fit`.

    Whoever looks for the letter of an edge is off by `eye` columns of cells, as a standard
    deviation, and by as many pixels up and down.
    """

    def __init__(self, keyboard: Keyboard, fit: float, eye: float) -> None:
        self._keyboard = keyboard
        self._fit = fit
        self._eye = eye
        self._random = random.Random(1)
        self._pulled: list[bool] = []
        self._truth: Truth = ()

    async def edit(self, truth: Truth, *, onwards: bool) -> None:
        """Make the boxes of the image in front those of the truth, and confirm them.

        If `onwards`, the editor is to stay for the next image.
        """
        keyboard = self._keyboard
        self._truth = truth
        if not isinstance(keyboard.screen, EditScreen):  # which stays where there is more to draw
            await keyboard.press("edit_boxes")
            await keyboard.until(lambda: isinstance(keyboard.screen, EditScreen), "the editor")
        editor = self._editor
        await keyboard.until(lambda: self._editor.placement is not None, "the picture")
        missing, wrong = await self._mend(truth)
        last = self._editor.last_label
        for wanted in sorted(missing, key=lambda a: (a.label != last, a.label)):
            await self._draw(wanted)
        await self._delete(wrong)
        await self.confirm(editor, onwards=onwards)

    async def confirm(self, editor: EditScreen, *, onwards: bool) -> None:
        """Confirm what the editor shows."""
        await self._keyboard.press("edit_confirm_next" if onwards else "edit_confirm")
        await self.left(editor)

    async def left(self, editor: EditScreen) -> None:
        """Wait until an editor is through and the job is back, or the next editor is there."""
        keyboard = self._keyboard
        await keyboard.until(lambda: editor not in keyboard.screens, "the end of the editor")
        job = next(s for s in keyboard.screens if isinstance(s, JobScreen))
        await keyboard.until(
            lambda: isinstance(keyboard.screen, EditScreen) or not job.editing.covered, "the job"
        )

    # -- the boxes there are

    async def _mend(self, truth: Truth) -> tuple[list[Annotation], list[Annotation]]:
        """Put right the boxes there are, in their order.

        Return what has no box yet, and the boxes that are of nothing.
        """
        found = self._draft.annotations
        pairs = pairs_of(found, truth)
        missing = [truth[n] for n in sorted(set(range(len(truth))) - set(pairs.values()))]
        wrong = []
        for index, annotation in enumerate(found):
            if index in pairs:
                await self._relabel(index, truth[pairs[index]].label)
                continue
            wanted = min(
                missing,
                key=lambda a: (a.label != annotation.label, apart(a, annotation)),
                default=None,
            )
            if wanted is None or self._is_small(wanted):
                wrong.append(annotation)
            else:
                missing.remove(wanted)
                await self._redraw(index, wanted)
        return missing, wrong

    async def _redraw(self, index: int, wanted: Annotation) -> None:
        """Draw a box anew where an object has none."""
        await self._select(index)
        with self._keyboard.to("redraw"):
            await self._keyboard.press("edit_redraw")
            taken = await self._take(wanted)
            if not taken:
                await self._name(wanted)
        await self._relabel(index, wanted.label)
        if not taken:
            await self._finish(wanted)

    async def _delete(self, wrong: Sequence[Annotation]) -> None:
        """Delete boxes: several by letters, unless they are all there are."""
        keyboard, there = self._keyboard, self._draft.annotations
        with keyboard.to("delete"):
            if len(wrong) > 1 and len(wrong) == len(there):
                await keyboard.press("edit_delete_all")
            elif len(wrong) > 1 and len(there) <= len(ascii_letters):
                await keyboard.press("edit_strike")
                letters = dict(self._editor.striking.letters)
                for annotation in wrong:
                    await keyboard.key(next(k for k, a in letters.items() if a == annotation))
                    letters = dict(self._editor.striking.letters)
            else:
                for annotation in wrong:
                    await self._select(self._draft.annotations.index(annotation))
                    await keyboard.press("edit_delete")

    async def _relabel(self, index: int, label: str) -> None:
        if self._draft.annotations[index].label != label:
            with self._keyboard.to("relabel"):
                await self._select(index)
                await self._keyboard.set_label(label, "edit_label_{}", "edit_pick_label")

    async def _select(self, index: int) -> None:
        count = len(self._draft.annotations)
        with self._keyboard.to("select"):
            while (at := self._draft.selected) != index:
                ahead = (index - (-1 if at is None else at)) % count
                await self._keyboard.press("edit_next" if ahead <= count / 2 else "edit_previous")

    # -- drawing

    async def _draw(self, wanted: Annotation) -> None:
        keyboard, count = self._keyboard, len(self._draft.annotations)
        small = self._is_small(wanted)
        with keyboard.to("draw"):
            await keyboard.press("edit_new_small" if small else "edit_new")
            if await self._take(wanted):
                await keyboard.until(lambda: len(self._draft.annotations) > count, "the box")
                await self._relabel(count, wanted.label)
                return
            if small:
                await self._spot(wanted)
            await self._name(wanted)

        def drawn() -> bool:
            return len(self._draft.annotations) > count

        await keyboard.until(lambda: drawn() or keyboard.asks_for_label(), "the box")
        if not drawn():
            with keyboard.to("relabel"):
                await keyboard.type_label(wanted.label)
            await keyboard.until(drawn, "the box")
        else:
            await self._relabel(count, wanted.label)
        await self._finish(wanted)

    async def _name(self, wanted: Annotation) -> None:
        """Type the four letters nearest to the edges of a box."""
        await self._keyboard.until(lambda: self._editor.drawing.aiming is not None, "the rulers")
        assert wanted.box is not None
        placement = self._editor.placement
        assert placement is not None
        off = self._eye * placement.step[0]
        for ruler, edge in zip(rulers(placement) * 2, wanted.box, strict=True):
            await self._keyboard.key(nearest(ruler, self._random.gauss(edge, off)))

    async def _spot(self, wanted: Annotation) -> None:
        """Type the two letters nearest to the middle of a box."""
        box, placement = wanted.box, self._editor.placement
        assert box is not None
        assert placement is not None
        middle = ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
        for ruler, place in zip(rulers(placement), middle, strict=True):
            await self._keyboard.key(nearest(ruler, place))

    async def _take(self, wanted: Annotation) -> bool:
        """Take what the model saw instead of drawing, if that fits. Return whether it does."""
        await self._keyboard.until(lambda: self._editor.drawing.aiming is not None, "the rulers")
        fits = [
            (a.label != wanted.label, -fit, number)
            for number, a in enumerate(self._editor.drawing.seen, 1)
            if (fit := overlap(a.box, wanted.box)) >= RIGHT
            if fit >= max(overlap(a.box, other.box) for other in self._truth)
        ]
        if fits:
            with self._keyboard.to("take"):
                await self._keyboard.press(f"draw_seen_{min(fits)[2]}")
        return bool(fits)

    def _is_small(self, wanted: Annotation) -> bool:
        """Whether a box is so small in what is shown that it is better drawn zoomed in."""
        placement, box = self._editor.placement, wanted.box
        assert placement is not None
        assert box is not None
        sides = zip(rulers(placement), (box.width, box.height), strict=True)
        return all(_SMALL[0] <= side / ruler.step <= _SMALL[1] for ruler, side in sides)

    async def _finish(self, wanted: Annotation) -> None:
        """Make the selected box fit."""
        with self._keyboard.to("fit"):
            for _ in range(_ANEW):
                if self._fits(wanted) >= self._fit:
                    return
                steps = self._few_steps(wanted)
                if steps:
                    for key in steps:
                        await self._keyboard.press(key)
                    return
                if self._edges_pay and await self._pull(wanted):
                    return
                if off := self._edges_off(wanted):
                    for edge in off:
                        await self._carry(edge, wanted)
                    continue
                await self._keyboard.press("edit_fine")
                await self._name(wanted)

    def _edges_off(self, wanted: Annotation) -> tuple[int, ...]:
        """Return the one or two edges, by their number, without which the box would fit."""
        there, box = self._draft.box, wanted.box
        assert there is not None
        assert box is not None
        for number in (1, 2):
            for off in combinations(range(4), number):
                put_right = (box[n] if n in off else there[n] for n in range(4))
                if overlap(Box(*put_right), box) >= self._fit:
                    return off
        return ()

    async def _carry(self, edge: int, wanted: Annotation) -> None:
        """Carry an edge to the letter nearest to where it should be."""
        across = edge in (0, 2)
        await self._keyboard.press("edit_carry_across" if across else "edit_carry_down")
        await self._keyboard.until(lambda: self._editor.drawing.aiming is not None, "the rulers")
        placement = self._editor.placement
        assert placement is not None
        assert wanted.box is not None
        place = self._random.gauss(wanted.box[edge], self._eye * placement.step[0])
        await self._keyboard.key(nearest(rulers(placement)[0 if across else 1], place))

    @property
    def _edges_pay(self) -> bool:
        tried = len(self._pulled)
        return tried < _TRIED or sum(self._pulled) >= _PAYS * tried

    async def _pull(self, wanted: Annotation) -> bool:
        """Pull the box to edges, and back if it fits worse then. Return whether it fits."""
        before = self._fits(wanted)
        self._editor.say("")
        await self._keyboard.press("edit_snap")
        line = self._editor.query_one("#message", OneLine)
        await self._keyboard.until(lambda: line.text, "the edges")
        if self._fits(wanted) < before:
            await self._keyboard.press("edit_undo")
        self._pulled.append(self._fits(wanted) >= self._fit)
        return self._pulled[-1]

    def _few_steps(self, wanted: Annotation) -> list[str]:
        """Return the keys of a few steps after which the box fits, none if that takes more."""
        draft, keys = self._draft, []
        for _ in range(_STEPS):
            after = self._steps(draft)
            best = max(after, key=lambda key: overlap(after[key].box, wanted.box))
            draft = after[best]
            keys.append(best)
            if overlap(draft.box, wanted.box) >= self._fit:
                return keys
        return []

    def _steps(self, draft: Draft) -> dict[str, Draft]:
        """What each key of a step would make of a draft."""
        dx, dy = self._editor.moving.step_size
        ways = {"left": (-dx, 0), "right": (dx, 0), "up": (0, -dy), "down": (0, dy)}
        after = {}
        for way, (x, y) in ways.items():
            after[f"edit_{way}"] = nudged(draft, x, y)
            after[f"edit_far_{way}"] = nudged(draft, 5 * x, 5 * y)
        for edge in Edge:
            by = dx if edge in (Edge.LEFT, Edge.RIGHT) else dy
            after[f"edit_{edge}_out"] = pulled(draft, edge, by)
            after[f"edit_{edge}_in"] = pulled(draft, edge, -by)
        return after

    def _fits(self, wanted: Annotation) -> float:
        return overlap(self._draft.box, wanted.box)

    @property
    def _editor(self) -> EditScreen:
        return next(s for s in self._keyboard.screens if isinstance(s, EditScreen))

    @property
    def _draft(self) -> Draft:
        return self._editor.draft


def nearest(ruler: Ruler, place: float) -> str:
    """Return the letter whose place is nearest."""
    letters = LETTERS[: ruler.marks] + LETTERS[: ruler.marks - 1].upper()
    return min(letters, key=lambda letter: abs((ruler.at(letter) or 0.0) - place))


def pairs_of(annotations: Sequence[Annotation], truth: Truth) -> dict[int, int]:
    """Pair boxes with those of the truth, same labels first, then the best overlap first."""
    found = sorted(
        (a.label != t.label, -fit, i, n)
        for i, a in enumerate(annotations)
        for n, t in enumerate(truth)
        if (fit := overlap(a.box, t.box)) >= RIGHT
    )
    pairs: dict[int, int] = {}
    for _, _, i, n in found:
        if i not in pairs and n not in pairs.values():
            pairs[i] = n
    return pairs


def overlap(a: Box | None, b: Box | None) -> float:
    """IoU of two boxes, 0 without one."""
    if a is None or b is None:
        return 0.0
    return float(iou(as_array([a]), as_array([b]))[0, 0])


def apart(a: Annotation, b: Annotation) -> float:
    """How far the middles of two boxes are from each other, in pixels."""
    assert a.box is not None
    assert b.box is not None
    x, y = a.box.x1 + a.box.x2 - b.box.x1 - b.box.x2, a.box.y1 + a.box.y2 - b.box.y1 - b.box.y2
    return (x * x + y * y) ** 0.5 / 2
