from __future__ import annotations

import numpy as np
import pytest

from hardcase.hardness import neighbours
from hardcase.hardness.neighbours import NEIGHBOURS, dissent, neighbourhood


def looks(count: int, seed: int = 0, width: int = 8) -> np.ndarray:
    x = np.random.default_rng(seed).normal(0, 1, (count, width)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_the_nearest_are_those_of_highest_cosine_without_the_sample_itself() -> None:
    x = looks(40)
    near = neighbourhood(x, np.zeros(40, np.int64))
    cosine = x @ x.T
    np.fill_diagonal(cosine, -2)
    for n in range(40):
        assert set(near.nearest[n]) == set(np.argsort(-cosine[n])[:NEIGHBOURS])
        assert near.likeness[n] == pytest.approx(np.sort(cosine[n])[-NEIGHBOURS:].mean(), abs=1e-5)


def test_dissent_is_the_share_of_neighbours_with_another_label() -> None:
    x = np.vstack([looks(1), looks(1, 1)]).repeat(15, axis=0) + looks(30, 2) * 0.01
    labels = np.array([0] * 15 + [1] * 15)
    labels[0] = 1
    share = dissent(neighbourhood(x, labels), labels)
    assert share[0] == 1.0
    assert share[1:15].max() <= 1 / NEIGHBOURS
    assert share[15:].max() == 0.0


@pytest.mark.parametrize("count", [0, 1, NEIGHBOURS])
def test_too_few_samples_have_no_neighbours(count: int) -> None:
    near = neighbourhood(looks(count), np.zeros(count, np.int64))
    assert not near.known.any()
    assert (dissent(near, np.zeros(count, np.int64)) == 0).all()


def test_samples_without_an_embedding_are_nobodys_neighbours() -> None:
    x = looks(40)
    x[[3, 5]] = 0
    x[7] = np.nan
    x[9] *= 30
    near = neighbourhood(x, np.zeros(40, np.int64))
    assert np.flatnonzero(~near.known).tolist() == [3, 5, 7, 9]
    assert not np.isin(near.nearest[near.known], [3, 5, 7, 9]).any()


def test_no_embeddings_at_all_give_no_neighbours() -> None:
    assert not neighbourhood(None, np.zeros(40, np.int64)).known.any()


def test_a_large_job_is_compared_with_a_bank_in_even_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(neighbours, "BANK", 50)
    monkeypatch.setattr(neighbours, "_BLOCK", 64)
    x = looks(500)
    near = neighbourhood(x, np.arange(500) % 3)
    used = np.unique(near.nearest)
    assert len(used) <= 50
    assert np.diff(used).max() < 50
    assert not (near.nearest == np.arange(500)[:, None]).any()
    assert np.isfinite(near.class_likeness).all()


def test_likeness_within_a_class_needs_enough_of_it() -> None:
    labels = np.zeros(40, np.int64)
    labels[:NEIGHBOURS] = 1
    near = neighbourhood(looks(40), labels)
    assert np.isnan(near.class_likeness[:NEIGHBOURS]).all()
    assert np.isfinite(near.class_likeness[NEIGHBOURS:]).all()
