"""Filters written and read back, and what quotes keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.job import Annotation, Sample, Status, Task
from hardcase.model.reasons import Reason, explained
from hardcase.session.columns import Columns
from hardcase.session.filtering.filter_words import quoted, split
from hardcase.session.filtering.filters import FIELDS, FLAGS, Term, evaluate, formatted, parse

_TEXT = st.text(st.sampled_from("ab-:,.*\"' \t\n\u2003é") | st.characters(), min_size=1, max_size=8)
_NUMBERS = st.floats(0, 1).map(lambda v: f"{v:.3f}")
_SIGNS = st.sampled_from(["", ">", ">=", "<", "<="])
_VALUES = {
    "label": _TEXT,
    "name": _TEXT,
    "by": _TEXT,
    "score": st.tuples(_SIGNS, _NUMBERS).map("".join),
    "coef": st.tuples(_NUMBERS, _NUMBERS).map("..".join),
    "reason": st.integers(0, 30).map(str) | st.just("low confidence"),
    "date": st.dates().map(lambda d: f">={d.isoformat()}"),
    "status": st.sampled_from([s.value.replace("_", "-") for s in Status]),
}


def _terms():
    flags = st.builds(Term, st.sampled_from(FLAGS), st.just(()), st.booleans())
    valued = [
        st.builds(
            Term, st.just(field), st.lists(values, min_size=1, max_size=3).map(tuple), st.booleans()
        )
        for field, values in _VALUES.items()
    ]
    return st.lists(st.one_of(flags, *valued), max_size=5).map(tuple)


def test_every_field_is_written_and_read_back():
    assert set(_VALUES) == set(FIELDS)


@given(_terms())
def test_a_filter_written_is_read_back_as_it_was(terms):
    assert parse(formatted(terms)) == terms


@given(_terms())
def test_a_filter_reads_alike_when_written_anew(terms):
    assert formatted(parse(formatted(terms))) == formatted(terms)


@given(_TEXT)
def test_a_quoted_text_is_one_value(text):
    (word,) = split(f"label:{quoted(text)}")
    assert [value.text for value in word.values] == [text]


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ('label:"red, ripe",dog', [Term("label", ("red, ripe", "dog"), False)]),
        ("label:'the \"big\" one'", [Term("label", ('the "big" one',), False)]),
        ('"-hard"', [Term("name", ("-hard",), False)]),
        ('"hard"', [Term("name", ("hard",), False)]),
        ('"a:b"', [Term("name", ("a:b",), False)]),
        ("-a:b", None),
        ("-", [Term("name", ("-",), False)]),
        ("-Hard", [Term("hard", (), True)]),
        ("LABEL:Cat", [Term("label", ("Cat",), False)]),
        ("name:a:b", [Term("name", ("a:b",), False)]),
        ("label:,cat,,", [Term("label", ("cat",), False)]),
        ('""', None),
        ('label:""', None),
        ("it's", None),
    ],
)
def test_quotes_keep_what_would_mean_something(expression, terms):
    if terms is None:
        with pytest.raises(UsageError):
            parse(expression)
    else:
        assert list(parse(expression)) == terms


@given(st.text(st.sampled_from("ab:,-\"' \n"), max_size=30))
def test_words_lie_in_order_and_hold_their_values(expression):
    end = 0
    for word in split(expression):
        assert end <= word.start <= word.body <= word.end <= len(expression)
        assert not expression[end : word.start].strip()
        places = [place for value in word.values for place in (value.start, value.end)]
        assert places == sorted(places)
        assert word.body <= places[0]
        assert places[-1] == word.end
        end = word.end
    assert not expression[end:].strip()


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("reason", Reason)
def test_a_reason_in_its_own_words_finds_no_other(reason, task):
    columns = Columns({n: Sample(n, f"{n:02}.jpg", reasons=(n,)) for n in Reason})
    terms = (Term("reason", (explained(reason, task).what,), False),)
    found = columns.ids[evaluate(terms, columns)].tolist()
    same = [
        r for r in Reason if explained(reason, task).what in {explained(r, t).what for t in Task}
    ]
    assert found == same
    assert reason in same


def test_a_label_with_a_comma_can_be_found():
    samples = {
        1: Sample(1, "a.jpg", Status.LABELED, (Annotation("red, ripe"),)),
        2: Sample(2, "b.jpg", Status.LABELED, (Annotation("red"),)),
    }
    found = evaluate(parse('label:"red, ripe"'), Columns(samples))
    assert found.tolist() == [True, False]
