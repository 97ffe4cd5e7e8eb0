"""Signals on their way from a job to what judges them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hardcase.session.judging.population import six_digits

signal = st.floats(1e-12, 1e12) | st.floats(0, 1) | st.floats(-1e6, -1e-6) | st.just(0.0)


@given(st.lists(signal.filter(lambda v: v == 0 or abs(v) > 1e-15), max_size=8))
def test_signals_kept_in_single_precision_come_back_as_the_digits_they_were(values):
    written = [float(f"{v:.6g}") for v in values]
    again = six_digits(np.array(written, np.float32).reshape(1, -1))
    assert again.tolist() == [written]


def test_what_is_no_number_or_beyond_all_sense_stays_what_it_is():
    odd = np.array([[np.nan, np.inf, -np.inf, 0.0]], np.float32)
    np.testing.assert_array_equal(six_digits(odd), odd.astype(np.float64))
    assert np.isfinite(six_digits(np.array([[3e38, 1e-45]], np.float32))).all()
