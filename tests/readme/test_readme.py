"""The README says what is so."""

from __future__ import annotations

import re

import pytest
from update import README, with_keys

from hardcase.formats import FORMATS
from hardcase.model.job import Sample
from hardcase.session.columns import Columns
from hardcase.session.filtering.filters import evaluate, parse

TEXT = README.read_text("utf-8")


def test_the_table_of_keys_is_that_of_the_registry():
    assert with_keys(TEXT) == TEXT, "run: python tests/readme/update.py"


def test_every_format_is_named():
    for name in FORMATS:
        assert f"`{name}`" in TEXT


def test_every_filter_in_it_works():
    section = TEXT.split("### Filters")[1].split("### ")[0]
    columns = Columns({1: Sample(1, "a.jpg")})
    expressions = re.findall(r"`([^`]+)`", section.split("take the same:")[1])
    assert len(expressions) > 10
    for expression in expressions:
        assert evaluate(parse(expression), columns).shape == (1,)


@pytest.mark.parametrize("target", re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT))
def test_pictures_are_there(target):
    assert (README.parent / target).is_file()
