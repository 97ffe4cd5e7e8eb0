"""Which of some new images are taken into a job: the hard ones, and none twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.rule import hard, hardest
from hardcase.session.collecting.near_duplicates import Looks, say_the_same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.hardness.rule import Rule
    from hardcase.model.job import Annotation


@dataclass(frozen=True, slots=True)
class Candidate:
    """A new image: its path below the drop folder, look, auto labels and coefficient in [0, 1].

    Boxes are in shares of the image, see `near_duplicates.in_shares`.
    """

    path: str
    look: str
    annotations: tuple[Annotation, ...]
    coefficient: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the candidates, by index: which are taken, and which look like what.

    `twin` names the image that one looks like: the id of a sample, or the path of a candidate.
    """

    taken: frozenset[int]
    twin: dict[int, int | str]


def choose(
    candidates: Sequence[Candidate],
    *,
    rule: Rule,
    budget: int | None = None,
    take_easy: bool = False,
    own: Looks | None = None,
    labels_of: Callable[[int], Sequence[Sequence[Annotation]]] = lambda _: (),
) -> Choice:
    """Choose the hardest `budget` of the candidates, those hard by `rule` if it is None.

    With `take_easy` the others are taken as well. `own` holds the looks of the job's samples, and
    `labels_of` tells what was ever said of one, in shares too: a candidate is its near-duplicate if
    it looks the same and the same is said of it, or nothing of the sample. Of candidates that are
    near-duplicates of each other the hardest stays. Without `own` none is one.
    """
    order = sorted(range(len(candidates)), key=lambda i: (-candidates[i].coefficient, i))
    twin: dict[int, int | str] = {}
    distinct = []
    new = Looks()
    for index in order:
        candidate = candidates[index]
        found: int | str | None = None
        if own is not None:
            found = _twin(candidate, own, labels_of)
            found = _new_twin(candidate, new, candidates) if found is None else found
        if found is None:
            distinct.append(index)
            new.add(index, candidate.look)
        else:
            twin[index] = found
    coefficients = np.array([candidates[i].coefficient for i in distinct], np.float64)
    mask = hard(coefficients, rule) if budget is None else hardest(coefficients, budget)
    taken = (i for i, picked in zip(distinct, mask.tolist(), strict=True) if picked or take_easy)
    return Choice(frozenset(taken), twin)


def _twin(
    candidate: Candidate, own: Looks, labels_of: Callable[[int], Sequence[Sequence[Annotation]]]
) -> int | None:
    for sample_id in own.near(candidate.look):
        said = labels_of(sample_id)
        if not said or any(say_the_same(candidate.annotations, labels) for labels in said):
            return sample_id
    return None


def _new_twin(candidate: Candidate, new: Looks, candidates: Sequence[Candidate]) -> str | None:
    alike = (candidates[index] for index in new.near(candidate.look))
    same = (c for c in alike if say_the_same(c.annotations, candidate.annotations))
    return next((c.path for c in same), None)
