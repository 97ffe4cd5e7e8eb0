"""A part of an image in place of a view of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardcase.imaging.preview import Renderer, Request
from hardcase.imaging.view import FIT, around, place


@pytest.fixture
def path(tmp_path):
    image = Image.new("RGB", (400, 200), (0, 0, 255))
    image.paste((255, 0, 0), (100, 50, 120, 60))
    image.save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_a_part_is_shown_as_large_as_it_goes(path):
    preview = Renderer().render(Request(path, 20, 5, part=(100, 50, 120, 60)))
    assert preview.placement.source_box == pytest.approx((100, 50, 120, 60))
    assert (preview.grid.bg == (255, 0, 0)).all()


def test_what_is_around_it_fills_the_rest(path):
    preview = Renderer().render(Request(path, 20, 10, part=(100, 50, 120, 60)))
    assert preview.placement.source_box == pytest.approx((100, 45, 120, 65))
    assert (preview.grid.bg[0] == (0, 0, 255)).all()
    assert (preview.grid.bg[5] == (255, 0, 0)).all()


@pytest.mark.parametrize("part", [(-30, -20, 30, 20), (390, 190, 450, 260), (-9, -9, 500, 500)])
def test_a_part_over_the_edge_stays_in_the_image(path, part):
    x1, y1, x2, y2 = Renderer().render(Request(path, 20, 8, part=part)).placement.source_box
    assert 0 <= x1 < x2 <= 400
    assert 0 <= y1 < y2 <= 200


@given(
    st.tuples(st.floats(0, 300), st.floats(0, 150)),
    st.tuples(st.floats(0.5, 100), st.floats(0.5, 50)),
    st.integers(1, 60),
    st.integers(1, 30),
)
def test_the_halves_of_a_box_are_where_its_edges_are(corner, size, columns, rows):
    box = (*corner, corner[0] + size[0], corner[1] + size[1])
    fit = place(FIT, 400, 200, columns, rows)
    placement = place(around(box, fit), 400, 200, columns, rows)
    x1, y1, x2, y2 = placement.halves_of(box)
    assert x1 <= x2
    assert y1 <= y2
    left, top = placement.to_cell(box[0], box[1])
    right, bottom = placement.to_cell(box[2], box[3])
    assert abs(x1 - left) <= 0.5 + 1e-6
    assert abs(y1 - 2 * top) <= 0.5 + 1e-6
    assert x2 + 1 - right <= 1.5
    assert right - (x2 + 1) <= 0.5 + 1e-6
    assert 2 * bottom - (y2 + 1) <= 0.5 + 1e-6
    assert np.isfinite([x1, y1, x2, y2]).all()
