"""Weights of the detection task, printed by `tests/benchmarks/fit_detection_weights.py`.

Fitted on the eight sets of `tests/benchmarks/fitting_scenes.py` (painted fruit, letters, pasted
photos, blood cells; a better and a poorer detector each), none of which any figure is of.
"""

from __future__ import annotations

from hardcase.hardness.learning import Prior

RIGHT = (0.807, 0.245, 0.932, -0.493, 0.0)
"""That an accepted box is right: one, score, seen, contested, covered (`object_features`)."""

MISSED = (0.636, 0.429, 0.715, 0.038, -0.348)
"""That another box is a missed object: the same."""

BLIND = 0.29
"""Of the objects missed, the share that neither the image nor a view showed at all."""

PRIOR = Prior((-0.01, 0.44), (1.11,), (0.25,), 0.0, 0.0, 1.0)
"""Intercept and slope of the share's log-odds, and by how much sets differ in them."""
