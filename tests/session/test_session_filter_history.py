"""Filters used before, kept a job each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardcase.session.filtering.filter_history import MAX_FILTERS, remember_filter, used_filters

JOB, OTHER = Path("/data/a/hardcase.json"), Path("/data/b/hardcase.json")


def _write(tmp_path, text):
    folder = tmp_path / "state" / "hardcase"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "filters.json").write_text(text)


def test_the_newest_comes_first_and_jobs_are_kept_apart():
    for expression in ("hard", "label:cat", "coef:>0.5"):
        remember_filter(JOB, expression)
    remember_filter(OTHER, "missing")
    assert used_filters(JOB) == ["coef:>0.5", "label:cat", "hard"]
    assert used_filters(OTHER) == ["missing"]


def test_one_that_says_the_same_is_kept_once():
    for expression in ('label:"cat"  hard', "night", "label:cat HARD "):
        remember_filter(JOB, expression)
    assert used_filters(JOB) == ["label:cat HARD", "night"]


@pytest.mark.parametrize("expression", ["", "  ", "coef:x", 'label:"'])
def test_what_is_no_filter_is_not_kept(expression):
    remember_filter(JOB, expression)
    assert used_filters(JOB) == []


def test_only_so_many_are_kept():
    for n in range(MAX_FILTERS + 5):
        remember_filter(JOB, f"name:{n}")
    assert used_filters(JOB)[0] == f"name:{MAX_FILTERS + 4}"
    assert len(used_filters(JOB)) == MAX_FILTERS


@pytest.mark.parametrize(
    "text",
    ["[]", "null", "{", '{"/data/a/hardcase.json": "hard"}', "[" * 100_000, '"' + "x" * 2_000_000],
)
def test_a_file_that_holds_something_else_counts_as_none(tmp_path, text):
    _write(tmp_path, text)
    assert used_filters(JOB) == []
    remember_filter(JOB, "hard")
    assert used_filters(JOB) == ["hard"]


def test_entries_that_are_no_filters_are_passed_by(tmp_path):
    kept = ["coef:x", 7, None, "a\x1b[2Jb", "hard"]
    _write(tmp_path, json.dumps({str(JOB): kept}))
    assert used_filters(JOB) == ["hard"]
