"""The filter language, against a plain reading of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.job import Annotation, Sample, Status
from hardcase.session.columns import Columns
from hardcase.session.filtering.filters import evaluate, parse
from hardcase.session.views import Sort


def _samples() -> st.SearchStrategy[dict[int, Sample]]:
    annotation = st.builds(
        Annotation,
        label=st.sampled_from([f"c{n}" for n in range(70)]),
        score=st.none() | st.sampled_from([0.1, 0.5, 0.9]),
        by=st.sampled_from(["human", "yolo#1", "yolo#2", "net#3"]),
    )
    sample = st.builds(
        Sample,
        id=st.just(0),
        path=st.sampled_from(["a/Night.jpg", "b/day.png", "c/night_2.jpg"]),
        status=st.sampled_from(list(Status)),
        annotations=st.lists(annotation, max_size=3).map(tuple),
        hard=st.booleans(),
        coefficient=st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        reasons=st.sets(st.sampled_from([0, 1, 19, 30])).map(lambda r: tuple(sorted(r))),
        updated_at=st.sampled_from(["", "2026-01-31T10:00:00Z", "2026-03-01T00:00:00Z"]),
    )
    return st.lists(sample, max_size=12).map(
        lambda rows: {n: replace(s, id=n) for n, s in enumerate(rows, 1)}
    )


CASES = {
    "hard": lambda s: s.hard,
    "-hard": lambda s: not s.hard,
    "label:c1,c2": lambda s: any(a.label in {"c1", "c2"} for a in s.annotations),
    "-label:C65": lambda s: all(a.label != "c65" for a in s.annotations),
    "label:none": lambda s: not s.annotations,
    "night": lambda s: "night" in s.path.lower(),
    "name:b/*.png": lambda s: s.path == "b/day.png",
    "by:human": lambda s: any(a.by == "human" for a in s.annotations),
    "by:yolo": lambda s: any(a.by.startswith("yolo#") for a in s.annotations),
    "by:net#3": lambda s: any(a.by == "net#3" for a in s.annotations),
    "by:auto": lambda s: any(a.by != "human" for a in s.annotations),
    "coef:>0.25": lambda s: s.coefficient is not None and s.coefficient > 0.25,
    "coef:>=0.25": lambda s: s.coefficient is not None and s.coefficient >= 0.25,
    "coef:0.2..0.5": lambda s: s.coefficient is not None and 0.2 <= s.coefficient <= 0.5,
    "score:<0.5": lambda s: any(a.score is not None and a.score < 0.5 for a in s.annotations),
    "reason:19,30": lambda s: bool({19, 30} & set(s.reasons)),
    "reason:confidence": lambda s: 1 in s.reasons,
    "date:2026-01-31": lambda s: s.updated_at.startswith("2026-01-31"),
    "date:>2026-01-31": lambda s: s.updated_at.startswith("2026-03"),
    "status:to-be-confirmed": lambda s: s.status is Status.TO_BE_CONFIRMED,
    'label:"c1" -status:labeled,unlabeled': lambda s: (
        any(a.label == "c1" for a in s.annotations) and s.status is Status.TO_BE_CONFIRMED
    ),
}


@pytest.mark.parametrize("expression", CASES)
@given(samples=_samples())
def test_a_filter_finds_what_its_words_say(expression, samples):
    columns = Columns(samples)
    found = columns.order(evaluate(parse(expression), columns), Sort.PATH)
    assert set(found.tolist()) == {i for i, s in samples.items() if CASES[expression](s)}


@pytest.mark.parametrize("expression", [e for e in CASES if " " not in e and e[0] != "-"])
@given(samples=_samples())
def test_a_negated_term_finds_all_others(expression, samples):
    columns = Columns(samples)
    found = evaluate(parse(f"-{expression}"), columns)
    assert found.tolist() == (~evaluate(parse(expression), columns)).tolist()


@given(samples=_samples(), other=_samples())
def test_columns_follow_changes_as_if_built_anew(samples, other):
    columns = Columns(samples)
    changed = {
        i: replace(other[i], id=i, path=s.path) if i in other else s for i, s in samples.items()
    }
    columns.order(np.ones(len(samples), bool), Sort.HARD)
    assert columns.update([(samples[i], changed[i]) for i in samples])
    anew = Columns(changed)
    for expression in CASES:
        for sort in Sort:
            got = columns.order(evaluate(parse(expression), columns), sort)
            assert got.tolist() == anew.order(evaluate(parse(expression), anew), sort).tolist()
    nonzero = {k: v for k, v in columns.label_counts().items() if v}
    assert nonzero == {k: v for k, v in anew.label_counts().items() if v}


@given(samples=_samples())
def test_the_hardest_come_first_and_the_unknown_last(samples):
    columns = Columns(samples)
    order = columns.order(np.ones(len(samples), bool), Sort.HARD)
    coefficients = [samples[i].coefficient for i in order.tolist()]
    known = [c for c in coefficients if c is not None]
    assert coefficients == sorted(known, reverse=True) + [None] * (len(samples) - len(known))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("colour:red", "no field 'colour'"),
        ("coef:high", "no range"),
        ("date:yesterday", "no date"),
        ("status:done", "no status 'done'"),
        ("reason:99", "from 0 to 30"),
        ("reason:ghosts", "no hard reason"),
        ('label:"open', "quote"),
        ("label:", "needs a value"),
        ("x" * 3000, "longer than"),
        ("reason:²", "no hard reason"),
        ("coef:>0.2..0.5", "either > or"),
        ("score:<=0.2..0.5", "either <= or"),
        ("date:>2026-01-01..2026-02-01", "either > or"),
        ("coef:nan", "no range"),
        ("coef:>-inf", "no range"),
        ("score:0..inf", "no range"),
        ("score:1e99", "no range"),
        ("hard:yes", "hard takes no value"),
        ("-missing:", "missing takes no value"),
        ('coef:"0\n1"', "no range"),
    ],
)
def test_a_filter_that_does_not_parse_says_where(expression, says):
    with pytest.raises(UsageError, match=says):
        parse(expression)


FIELDS = ("label", "name", "by", "score", "coef", "reason", "date", "status", "hard", "error")
_VALUES = st.text(max_size=20) | st.text(
    st.sampled_from("0123456789.-<>=*,#+_einfa²٣\n "), max_size=12
)


@pytest.mark.parametrize("field", FIELDS)
@given(value=_VALUES, quote=st.sampled_from(["", '"', "'"]))
def test_any_value_of_a_field_is_a_filter_or_a_usage_error(field, value, quote):
    columns = Columns({1: Sample(1, "a.jpg", coefficient=0.5, updated_at="2026-01-31")})
    try:
        terms = parse(f"{field}:{quote}{value}{quote}")
    except UsageError:
        return
    assert evaluate(terms, columns).shape == (1,)


def test_many_stars_take_no_longer():
    columns = Columns({n: Sample(n, "a" * 200 + str(n)) for n in range(50)})
    assert not evaluate(parse("name:" + "*a" * 100 + "*b"), columns).any()


def test_a_label_named_none_is_found_beside_samples_without_labels():
    samples = {
        1: Sample(1, "a.jpg"),
        2: Sample(2, "b.jpg", Status.LABELED, (Annotation("None"),)),
        3: Sample(3, "c.jpg", Status.LABELED, (Annotation("cat"),)),
    }
    assert evaluate(parse("label:none"), Columns(samples)).tolist() == [True, True, False]


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_usage_error(text):
    columns = Columns({1: Sample(1, "a.jpg")})
    try:
        terms = parse(text)
    except UsageError:
        return
    assert evaluate(terms, columns).shape == (1,)


def test_what_a_job_file_wrongly_says_is_no_obstacle():
    odd = Sample(1, "a.jpg", reasons=(99, -1, 3), updated_at="not a date")
    columns = Columns({1: odd})
    assert evaluate(parse("reason:3 -date:>=1970-01-01"), columns).tolist() == [True]
