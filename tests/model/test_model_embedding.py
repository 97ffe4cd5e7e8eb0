"""Embeddings as a byte a dimension."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.embedding import MAX_DIMENSIONS, as_numbers, pack, stacked, unpack


def unit(seed: int, size: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=size)
    return vector / np.linalg.norm(vector)


@given(st.integers(0, 1000), st.integers(2, MAX_DIMENSIONS))
def test_packing_keeps_every_value_to_half_a_step_and_packs_the_same_again(seed, size):
    vector = unit(seed, size)
    packed = pack(vector)
    assert len(packed) == size
    again = unpack(packed)
    assert again.dtype == np.float32
    assert np.abs(again - vector).max() <= 0.5 / 127 + 1e-6
    assert pack(again) == packed


def test_packing_hardly_moves_the_cosine_of_two_embeddings():
    moved = [
        abs(unit(i, 128) @ unit(i + 999, 128) - unpack(pack(unit(i, 128))) @ unpack(pack(b)))
        for i in range(50)
        for b in [unit(i + 999, 128)]
    ]
    assert max(moved) < 0.01


def test_samples_without_an_embedding_get_zeros_among_those_that_have_one():
    packed = pack(unit(1, 4))
    rows = stacked([b"", packed, b""])
    np.testing.assert_array_equal(as_numbers(rows), [[0] * 4, unpack(packed), [0] * 4])


@pytest.mark.parametrize("packed", [[], [b"", b""], [b"ab", b"abc"]])
def test_nothing_to_compare_gives_none(packed):
    assert stacked(packed) is None
