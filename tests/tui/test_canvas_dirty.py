"""Changed cells become few regions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardcase.tui.canvas.dirty import dirty_regions


@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 40))))
def test_regions_cover_every_change_and_never_overlap(changed: np.ndarray) -> None:
    covered = np.zeros(changed.shape, dtype=int)
    for x, y, width, height in dirty_regions(changed):
        covered[y : y + height, x : x + width] += 1
    assert covered.shape == changed.shape
    assert (covered[changed] == 1).all()
    assert covered.max(initial=0) <= 1


def test_the_outline_of_a_box_is_its_four_sides() -> None:
    changed = np.zeros((20, 60), dtype=np.bool_)
    changed[[4, 14], 10:41] = True
    changed[4:15, [10, 40]] = True
    assert sorted(dirty_regions(changed)) == [
        (10, 4, 31, 1),
        (10, 5, 1, 9),
        (10, 14, 31, 1),
        (40, 5, 1, 9),
    ]


def test_nothing_changed_is_no_region() -> None:
    assert dirty_regions(np.zeros((3, 3), dtype=np.bool_)) == []
