"""Boxes that a model saw and did not accept, as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.boxes import Box
from hardcase.model.candidates import (
    MAX_BYTES,
    MAX_CANDIDATES,
    pack_candidates,
    unpack_candidates,
)
from hardcase.model.changes import Table
from hardcase.model.job import Annotation, Prediction
from hardcase.model.rows import BAD_ROW, from_json, to_json
from hardcase.model.text import MAX_LABEL_LENGTH

WIDTH, HEIGHT = 4000, 3000


@st.composite
def candidates(draw):
    x1, y1 = draw(st.floats(0, WIDTH - 2)), draw(st.floats(0, HEIGHT - 2))
    x2, y2 = draw(st.floats(x1 + 1, WIDTH)), draw(st.floats(y1 + 1, HEIGHT))
    label = draw(st.text(min_size=1, max_size=MAX_LABEL_LENGTH))
    return Annotation(label, Box(x1, y1, x2, y2), draw(st.floats(0, 1)))


@given(st.lists(candidates(), max_size=MAX_CANDIDATES))
def test_candidates_come_back_as_they_were_but_for_rounding(given_):
    packed = pack_candidates(given_, WIDTH, HEIGHT)
    assert len(packed) <= MAX_BYTES
    found = unpack_candidates(packed, WIDTH, HEIGHT, "model#1")
    assert [a.label for a in found] == [a.label for a in given_]
    for back, before in zip(found, given_, strict=True):
        assert back.by == "model#1"
        assert back.box == pytest.approx(before.box, abs=WIDTH / 65535)
        assert back.score == pytest.approx(before.score, abs=1 / 255)


def test_only_the_first_are_kept():
    many = [Annotation(f"{n}", Box(n, 0, n + 5, 5), 0.1) for n in range(2 * MAX_CANDIDATES)]
    found = unpack_candidates(pack_candidates(many, 100, 100), 100, 100, "m")
    assert [a.label for a in found] == [f"{n}" for n in range(MAX_CANDIDATES)]


def test_names_are_kept_once():
    one, two = (
        pack_candidates(
            [Annotation("a name", Box(n, 0, n + 5, 5), 0.1) for n in range(count)], 9, 9
        )
        for count in (1, 2)
    )
    assert len(two) - len(one) == 10


def test_a_box_too_thin_to_be_told_is_left_out():
    thin = Annotation("cat", Box(5, 5, 5.001, 9), 0.1)
    assert pack_candidates([thin], 1000, 1000) == b""


@given(st.binary(max_size=60))
def test_bytes_of_anything_are_candidates_or_refused(data):
    try:
        found = unpack_candidates(data, 40, 30, "m")
    except ValueError:
        return
    assert len(found) <= MAX_CANDIDATES
    assert all(0 <= a.box.x1 < a.box.x2 <= 40 and 0 <= a.box.y1 < a.box.y2 <= 30 for a in found)


def test_a_prediction_of_before_candidates_has_none():
    assert from_json(Table.PREDICTIONS, 1, {"run": 1}).candidates == b""
    assert "candidates" not in to_json(Prediction(1, 1))


@pytest.mark.parametrize("bad", [1, None, "*", "A" * (2 * MAX_BYTES)])
def test_candidates_that_are_none_are_refused_in_a_job_file(bad):
    with pytest.raises(BAD_ROW):
        from_json(Table.PREDICTIONS, 1, {"run": 1, "candidates": bad})
