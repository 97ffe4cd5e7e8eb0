"""The colours of labels, to eyes of several kinds."""

from __future__ import annotations

from itertools import combinations

import pytest

from colour_vision import EYES, ciede2000, contrast, distance
from hardcase.model.palette import LABEL_COLOURS, label_colour


@pytest.mark.parametrize(
    ("one", "two", "far"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_that_of_the_pairs_published_with_it(one, two, far):
    assert ciede2000(one, two) == pytest.approx(far, abs=5e-5)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize(("first", "least"), [(8, 11), (16, 10)])
def test_labels_differ_to_all_of_them(eyes, first, least):
    pairs = combinations(LABEL_COLOURS[:first], 2)
    nearest = min(pairs, key=lambda pair: distance(*pair, eyes))
    assert distance(*nearest, eyes) >= least, nearest


def test_labels_stand_out_from_the_dark_ground():
    assert min(contrast(colour, "#121212") for colour in LABEL_COLOURS) >= 3


def test_colours_repeat_after_the_last():
    assert label_colour(len(LABEL_COLOURS)) == LABEL_COLOURS[0]
