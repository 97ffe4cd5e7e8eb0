"""Text from files never drives the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.text import clean_label, joined_names, printable, split_names


@given(st.text())
def test_printable_text_is_one_line_without_controls(text):
    shown = printable(text)
    assert len(shown) == len(text)
    for character in shown:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\x9b31m", "a\nb", "\u202egnp.exe", "\ud800", "\x07", "\u2028"]
)
def test_what_drives_a_terminal_is_made_visible(hostile):
    assert "�" in printable(hostile)


def test_ordinary_text_stays_as_it_is():
    for text in ("traffic light", "café", "猫", "🦊", "हिन्दी"):
        assert printable(text) == text


@pytest.mark.parametrize("bad", ["", "   ", "x" * 201])
def test_a_label_needs_a_name_of_sensible_length(bad):
    with pytest.raises(ValueError, match="label"):
        clean_label(bad)


def _is_clean(name):
    try:
        return clean_label(name) == name
    except ValueError:
        return False


@given(st.lists(st.text("ab,\"' é=-", min_size=1, max_size=6).filter(_is_clean), min_size=1))
def test_joined_names_are_split_as_they_were(names):
    assert split_names(joined_names(names)) == names


def test_a_name_with_a_comma_is_one_in_quotes():
    assert split_names('a, b,"c, d",  "e,f"') == ["a", "b", "c, d", "e,f"]
    assert split_names("a,,b") == ["a", "", "b"]
    assert split_names("") == []
