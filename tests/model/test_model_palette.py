"""The colours of labels, to eyes of several kinds."""

from __future__ import annotations

from itertools import combinations

import pytest

from colour_vision import EYES, contrast, distance
from hardcase.model.palette import LABEL_COLOURS, label_colour


def test_the_distance_is_that_of_published_pairs():
    # Sharma et al. give no RGB; these are sRGB pairs worked out with two other programs.
    assert distance("#ffffff", "#000000", "normal") == pytest.approx(100, abs=0.01)
    assert distance("#ff0000", "#00ff00", "normal") == pytest.approx(86.6, abs=0.1)
    assert distance("#0000ff", "#00ff00", "normal") == pytest.approx(83.2, abs=0.1)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


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
