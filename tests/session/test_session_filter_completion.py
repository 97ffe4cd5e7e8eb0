"""What completion offers while a filter is typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Status, Task
from hardcase.session import Tab
from hardcase.session.filtering.filter_completion import Counter, Known, complete, vocabulary
from hardcase.session.filtering.filters import Term, evaluate, parse

WORDS = {
    "label": [Known(n, n) for n in ("cat", "dog", "traffic light", "red, ripe", "none")],
    "status": [Known(n, n) for n in ("unlabeled", "to-be-confirmed", "labeled")],
    "reason": [Known(n, n, i) for n, i in (("low confidence", "1"), ("no object found", "0"))],
}


def texts(expression, cursor=None):
    found = complete(expression, len(expression) if cursor is None else cursor, WORDS)
    return [c.text for c in found.candidates]


def taken(expression, number=0, cursor=None):
    """The expression after a candidate was taken."""
    found = complete(expression, len(expression) if cursor is None else cursor, WORDS)
    return expression[: found.start] + found.candidates[number].text + expression[found.end :]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("l", ["label:"]),
        ("S", ["score:", "status:"]),
        ("-h", ["-hard"]),
        ("-la", ["-label:"]),
        ("h", ["hard"]),
        ("label:", ["cat", "dog", '"traffic light"', '"red, ripe"', "none"]),
        ("label:t", ['"traffic light"', "cat"]),
        ('label:"traffic l', ['"traffic light"']),
        ("label:cat,d", ["dog", '"red, ripe"']),
        ("label:cat,ca", []),
        ("LABEL:D", ["dog", '"red, ripe"']),
        ("status:to", ["to-be-confirmed"]),
        ("reason:conf", ['"low confidence"']),
        ("reason:1", ['"low confidence"']),
        ("hard label:no", ["none"]),
        ("night", []),
        ('"ha', []),
        ("colour:r", []),
        ("name:n", []),
    ],
)
def test_what_begins_like_the_word_typed_is_offered(typed, offered):
    assert texts(typed) == offered


def test_nothing_typed_offers_every_field():
    assert texts("")[:4] == ["hard", "missing", "error", "label:"]
    assert texts("hard ") == texts("")
    assert texts("-")[:4] == ["-hard", "-missing", "-error", "-label:"]


@pytest.mark.parametrize(
    ("typed", "cursor", "becomes"),
    [
        ("label:ca hard", 8, "label:cat hard"),
        ('label:"tra', None, 'label:"traffic light"'),
        ("-label:cat,do", None, "-label:cat,dog"),
        ("label:d,cat", 7, "label:dog,cat"),
        ("hard sco", None, "hard score:"),
        ("hard  -label:cat", 5, "hard hard -label:cat"),
    ],
)
def test_a_candidate_takes_the_place_of_the_word_under_the_cursor(typed, cursor, becomes):
    assert taken(typed, cursor=cursor) == becomes


@given(st.text(st.sampled_from("labelstatus:,-\"' cdx\n"), max_size=25), st.data())
def test_each_candidate_with_a_term_makes_that_term(expression, data):
    cursor = data.draw(st.integers(0, len(expression)))
    found = complete(expression, cursor, WORDS)
    assert 0 <= found.start <= found.end <= len(expression)
    for candidate in found.candidates:
        new = expression[: found.start] + candidate.text + expression[found.end :]
        try:
            terms = parse(new)
        except UsageError:
            continue  # another word is wrong
        if candidate.term is not None:
            values = set(candidate.term.values)
            assert any(
                (t.field, t.negated) == (candidate.term.field, candidate.term.negated)
                and values <= set(t.values)
                for t in terms
            )


@pytest.fixture
def session(make_session):
    session = make_session(Task.CLASSIFICATION, 6, labels=("cat", "dog"))
    edits = []
    for n, sample in enumerate(sorted(session.samples(), key=lambda s: s.id)):
        by = ("toy#1", "toy#2", "human")[n % 3]
        status = Status.LABELED if by == "human" else Status.TO_BE_CONFIRMED
        after = replace(
            sample,
            annotations=(Annotation(("cat", "dog")[n % 2], by=by),),
            status=status,
            labeled_by=by,
            hard=n == 0,
            reasons=(1, 20) if n < 2 else (20,) if n < 4 else (),
        )
        edits.append(Edit(Table.SAMPLES, sample.id, sample, after))
    session.commit("auto label", edits, Kind.RECORD)
    return session


def test_the_words_of_a_job_are_its_labels_makers_and_reasons(session):
    words = vocabulary(session, dt.date(2026, 11, 24))
    assert [known.name for known in words["label"]] == ["cat", "dog", "none"]
    assert [known.name for known in words["by"]] == ["human", "auto", "toy", "toy#1", "toy#2"]
    assert [(known.shown, known.also) for known in words["reason"]] == [
        ("mirroring changes the prediction", "20"),
        ("low confidence", "1"),
    ]
    assert words["date"][1] == Known(">=2026-11-18", ">=2026-11-18 last 7 days")


def test_every_word_of_a_job_makes_a_filter(session):
    words = vocabulary(session)
    for field, known in words.items():
        for candidate in complete(f"{field}:", len(field) + 1, words).candidates:
            assert parse(f"{field}:{candidate.text}") == (candidate.term,)
        assert known


@pytest.mark.parametrize("tab", Tab)
@pytest.mark.parametrize("rest", ["", "hard", "-label:cat by:auto"])
def test_a_count_is_what_the_list_would_hold(session, tab, rest):
    counter = Counter(session.columns, tab, rest)
    for term in (Term("label", ("dog",), negated=True), Term("hard", (), negated=False)):
        shown = session.query(tab, rest)
        passing = session.columns.ids[evaluate((term,), session.columns)]
        assert counter.count(term) == int(np.isin(shown, passing).sum())


def test_there_is_no_count_while_the_rest_is_wrong(session):
    counter = Counter(session.columns, Tab.ALL, "coef:x")
    assert counter.count(Term("hard", (), negated=False)) is None
    assert Counter(session.columns, Tab.ALL, "").count(None) is None
