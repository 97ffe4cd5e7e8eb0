"""Signals of the class probabilities a classifier answered.

A view's probabilities are (K,) in [0, 1]; they sum to 1 unless the profile uses sigmoids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.evidence import CROP, FLIP, ORIGINAL, TRANSLATION, VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hardcase.model.evidence import Evidence

_AVERAGED = (ORIGINAL, FLIP)
_SEEN = 1e-6


def classification_signals(evidence: Evidence) -> dict[str, float]:
    """Return every signal of the probabilities by name; see the functions of this module."""
    if evidence.probabilities is None:
        message = "evidence for classification holds no probabilities"
        raise ValueError(message)
    views = {name: p.astype(np.float64) for name, p in evidence.probabilities.items()}
    original = views[ORIGINAL]
    return {
        "max_probability": float(original.max()),
        "margin": margin(original),
        "entropy": entropy(original),
        "view_probability": view_probability(views),
        "crop_probability": probability_in(views, CROP),
        "translation_probability": probability_in(views, TRANSLATION),
        **{f"{name}_disagreement": shortfall(original, views.get(name)) for name in VIEWS},
    }


def margin(p: NDArray[np.float64]) -> float:
    """Return the lead of the best class over the second, in [0, 1]; of one class, its probability.

    Scheffer, Decomain & Wrobel, "Active hidden Markov models for information extraction" (2001).
    """
    if p.size == 1:
        return float(p[0])
    second, best = np.partition(p, -2)[-2:]
    return float(best - second)


def entropy(p: NDArray[np.float64]) -> float:
    """Return -sum q ln q / ln K with q = p / sum p: 0 = sure, 1 = all classes alike; 0 for K = 1.

    Shannon (1948), normalised so that jobs with few and with many classes compare.
    """
    total = p.sum()
    if p.size == 1 or total <= 0:
        return 0.0 if p.size == 1 else 1.0
    q = p[p > 0] / total
    return float(np.clip(-(q * np.log(q)).sum() / np.log(p.size), 0.0, 1.0))


def view_probability(views: Mapping[str, NDArray[np.float64]]) -> float:
    """Return the mean probability of the predicted class over original and mirrored view, [0, 1].

    Test-time augmentation: Wang et al., "Aleatoric uncertainty estimation with test-time
    augmentation for medical image segmentation" (2019).
    """
    predicted = int(np.argmax(views[ORIGINAL]))
    return float(np.mean([views[name][predicted] for name in _AVERAGED if name in views]))


def probability_in(views: Mapping[str, NDArray[np.float64]], name: str) -> float:
    """Return the probability of the predicted class in a view, at least 1e-6; 0 without the view.

    Beside the mirrored image, the middle enlarged and the image shifted are the views that rank
    best on most of the sets that the weights are fitted on; see `views.view_shift`.
    """
    if name not in views:
        return 0.0
    return max(float(views[name][int(np.argmax(views[ORIGINAL]))]), _SEEN)


def shortfall(original: NDArray[np.float64], view: NDArray[np.float64] | None) -> float:
    """Return how far the predicted class falls behind the view's winner, in [0, 1].

    1 - p'(predicted) / max p'. It is 0 exactly where the view predicts the same class, or where
    there is no such view. Origin: ours.
    """
    if view is None or view.max() <= 0:
        return 0.0
    return float(1.0 - view[int(np.argmax(original))] / view.max())
