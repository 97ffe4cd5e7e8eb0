from __future__ import annotations

import numpy as np
import pytest
from hardness_jobs import COLUMN, rows

from hardcase.hardness.views import view_shift

P = np.array([0.55, 0.6, 0.7, 0.8, 0.9, 0.95, 0.6, 0.7, 0.8, 0.9])


def with_view(name: str, probability: np.ndarray) -> np.ndarray:
    out = rows(P)
    out[:, COLUMN[f"{name}_probability"]] = probability
    return out


def test_without_views_nothing_shifts() -> None:
    assert (view_shift(rows(P)) == 0).all()


@pytest.mark.parametrize("name", ["crop", "translation"])
def test_an_image_that_a_view_doubts_shifts_up_and_one_it_confirms_down(name: str) -> None:
    seen = P.copy()
    seen[0], seen[1] = 0.2, 0.9
    shift = view_shift(with_view(name, seen))
    assert shift[0] > 0.3
    assert shift[1] < -0.3
    assert shift.mean() == pytest.approx(0, abs=1e-12)


def test_the_mirrored_image_counts_as_it_did_when_only_the_mean_was_kept() -> None:
    flip = P.copy()
    flip[0] = 0.2
    assert view_shift(rows(P, flip))[0] > 0.3


def test_a_view_that_costs_most_images_their_belief_is_not_listened_to() -> None:
    assert (view_shift(rows(P, np.linspace(0.1, 0.7, 10))) == 0).all()


def test_an_image_without_the_view_stays_where_it_is() -> None:
    seen = P - 0.05
    seen[[2, 5]] = 0
    shift = view_shift(with_view("crop", seen))
    assert shift[[2, 5]].tolist() == [0, 0]
    assert (shift[[0, 1]] != 0).all()


def test_a_view_of_very_few_images_is_not_listened_to() -> None:
    seen = np.zeros(10)
    seen[:4] = 0.5
    assert (view_shift(with_view("crop", seen)) == 0).all()
