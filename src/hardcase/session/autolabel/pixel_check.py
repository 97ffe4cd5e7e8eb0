"""How a classifier wants its pixels, settled by images that people have labeled.

What a classifier answers does not tell whether it is fed as it was trained; what is right does.
Only a difference that chance does not explain counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb
from typing import TYPE_CHECKING

from hardcase.inference import Certainty, EngineRequest, LocalEngine
from hardcase.inference.profile.variants import pixel_variants
from hardcase.inference.recognition import Sign
from hardcase.model.evidence import ORIGINAL
from hardcase.model.job import Status, Task
from hardcase.session.autolabel.class_map import labels_of
from hardcase.session.label_list import names_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hardcase.inference import Engine, Profile, Recognition
    from hardcase.inference.profile.schema import InputSpec
    from hardcase.session.labeling import LabelingSession

MOST = 100
"""How many labeled images are asked at most; six ways to feed them make 600 looks."""

FEWEST = 8
"""Fewer cannot show more than chance: 2 ** -8 is 0.004, shared among the ways to feed."""

_CHANCE = 0.01
"""How likely a difference may be by chance to count: 0.05, shared among five rivals."""


_NEAR_MEAN, _NEAR_SPREAD = 0.1, 1.2


@dataclass(frozen=True, slots=True)
class Labeled:
    """Images with one label each, which a class of the model means: (path, class index)."""

    items: tuple[tuple[Path, int], ...]


def labeled_for(session: LabelingSession, found: Recognition) -> Labeled | None:
    """Return labeled images that can settle how a model is fed; None if it is settled, or too few.

    They are spread over the labels as evenly as there are images of each.
    """
    profile = found.profile
    guessed = found.certainty is Certainty.GUESS and not found.fixed_pixels
    if session.task is not Task.CLASSIFICATION or profile.task is not session.task or not guessed:
        return None
    classes = labels_of(profile.labels, names_now(session.labels), {})
    index = {label: n for n, label in reversed(classes.items())}
    by_label: dict[str, list[int]] = {}
    for sample in session.samples():
        one = sample.status is Status.LABELED and len(sample.annotations) == 1
        if one and not sample.missing and sample.annotations[0].label in index:
            by_label.setdefault(sample.annotations[0].label, []).append(sample.id)
    turns = [ids[n] for n in range(MOST) for ids in by_label.values() if n < len(ids)][:MOST]
    if len(turns) < FEWEST or len(by_label) < 2:
        return None
    return Labeled(
        tuple((session.image_path(i), index[session.sample(i).annotations[0].label]) for i in turns)
    )


def settled(
    model: Path, found: Recognition, labeled: Labeled, opened: Callable[[Engine], object]
) -> Recognition:
    """Return what is recognised, its pixels fed as gets most of the labeled images right.

    The scales are tried in the order of colours that was recognised, then the other order with the
    best scale. `opened` is told of every engine, so that closing it ends the work. On a worker
    thread. Raises ModelError.
    """
    variants = pixel_variants(found.profile)
    same = [(w, p) for w, p in variants if p.input.color is found.profile.input.color]
    right = {words: _right(model, profile, labeled, opened) for words, profile in same}
    best = max(right, key=lambda words: sum(right[words]))
    scaled = dict(same)[best].input
    for words, profile in variants:
        if (words, profile) not in same and profile.input.scale == scaled.scale:
            middle = tuple(reversed(profile.input.mean))
            if middle == scaled.mean:
                right[words] = _right(model, profile, labeled, opened)
    return _judged(found, dict(variants), right)


def _right(
    model: Path, profile: Profile, labeled: Labeled, opened: Callable[[Engine], object]
) -> tuple[bool, ...]:
    """Return of each labeled image whether the model gets it right; unreadable ones are wrong."""
    asked = EngineRequest(model, profile, threshold=0.0, iou=1.0, views=())
    engine = LocalEngine(asked)
    opened(engine)
    right = []
    try:
        for n, said in engine.run((n, path) for n, (path, _) in enumerate(labeled.items)):
            probabilities = None if isinstance(said, str) else said.probabilities
            best = -1 if probabilities is None else int(probabilities[ORIGINAL].argmax())
            right.append(best == labeled.items[n][1])
    finally:
        engine.close()
    return tuple(right)


def _judged(
    found: Recognition, profiles: Mapping[str, Profile], right: Mapping[str, Sequence[bool]]
) -> Recognition:
    ranked = sorted(right, key=lambda words: -sum(right[words]))
    best, count = ranked[0], len(right[ranked[0]])
    if any(len(row) != count for row in right.values()) or not count:
        return found  # the work was ended
    rivals = [w for w in ranked[1:] if not _is_near(profiles[w].input, profiles[best].input)]
    said = (
        f"right on {sum(right[best])} of {count} labeled images with {best}, "
        f"on {sum(right[rivals[0]])} with {rivals[0]}"
    )
    mine = next((words for words in right if profiles[words] == found.profile), None)
    keeps = mine == best or (mine is not None and mine not in rivals)
    if all(_chance(right[best], right[words]) <= _CHANCE for words in rivals):
        return replace(
            found,
            profile=found.profile if keeps else profiles[best],
            certainty=Certainty.LIKELY,
            reasons=(*found.reasons, f"{said}: settled"),
            signs=(*found.signs, Sign.LABELED),
        )
    keeps = keeps or (mine is not None and _chance(right[best], right[mine]) > _CHANCE)
    return replace(
        found,
        profile=found.profile if keeps else profiles[best],
        reasons=(*found.reasons, f"{said}: too close to tell"),
    )


def _is_near(one: InputSpec, other: InputSpec) -> bool:
    """Return whether two feeds differ by less than exposures do, as those by CIFAR and ImageNet."""
    if (one.color, one.scale) != (other.color, other.scale):
        return False
    means = max(abs(a - b) for a, b in zip(one.mean, other.mean, strict=True))
    spreads = max(max(a / b, b / a) for a, b in zip(one.std, other.std, strict=True))
    return means < _NEAR_MEAN and spreads < _NEAR_SPREAD


def _chance(better: Sequence[bool], worse: Sequence[bool]) -> float:
    """Return how likely chance alone makes one feed win so clearly over another, in [0, 1].

    The one-sided exact sign test on the images that only one of them gets right (McNemar 1947).
    """
    wins = sum(b and not w for b, w in zip(better, worse, strict=True))
    losses = sum(w and not b for b, w in zip(better, worse, strict=True))
    trials = wins + losses
    chances = sum(comb(trials, k) for k in range(wins, trials + 1))
    return chances / float(2**trials)
