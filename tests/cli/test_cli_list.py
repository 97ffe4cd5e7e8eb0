"""list: the contract of its JSON, and what people see."""

from __future__ import annotations

import pytest

KEYS = [
    "id",
    "path",
    "status",
    "hard",
    "hard_coefficient",
    "hard_reasons",
    "annotations",
    "labeled_by",
    "updated_at",
]


@pytest.fixture
def listed(cli):
    def run(job, *options):
        return [record["path"] for record in cli("list", job, *options, "--json").records]

    return run


def test_a_sample_is_one_json_object_with_the_agreed_keys(boxes, cli):
    record = cli("list", boxes, "--filter", "name:blue/0", "--json").record
    assert list(record) == KEYS
    assert record["updated_at"].endswith("Z")
    assert {k: v for k, v in record.items() if k != "updated_at"} == {
        "id": 1,
        "path": "blue/0.png",
        "status": "labeled",
        "hard": False,
        "hard_coefficient": None,
        "hard_reasons": [],
        "annotations": [
            {"label": "cat", "box": [1, 2, 11, 12], "score": None, "by": "human"},
            {"label": "dog", "box": [5, 6, 25, 16], "score": None, "by": "human"},
        ],
        "labeled_by": "human",
    }


def test_a_sample_nobody_touched_has_nulls(job, cli):
    record = cli("list", job, "--limit", "1", "--json").record
    assert list(record) == KEYS
    assert record["status"] == "unlabeled"
    assert record["labeled_by"] is None
    assert record["updated_at"] is None


def test_classification_annotations_have_no_box(job, cli):
    cli("label", job, "blue", "1")
    record = cli("list", job, "--tab", "labeled", "--json").record
    assert record["annotations"] == [{"label": "blue", "box": None, "score": None, "by": "human"}]


def test_tabs_filters_and_limits_choose(boxes, listed):
    assert listed(boxes, "--tab", "labeled") == ["blue/0.png", "green/0.png"]
    assert listed(boxes, "--tab", "unlabeled", "--limit", "1") == ["blue/1.png"]
    assert listed(boxes, "--filter", "label:cat") == ["blue/0.png"]
    assert listed(boxes, "--filter", "-name:red", "--tab", "unlabeled") == [
        "blue/1.png",
        "green/1.png",
    ]
    assert listed(boxes, "--tab", "to-be-confirmed") == []


def test_hard_first_when_asked(job, cli, listed):
    cli("mark-hard", job, "red/1.png")
    assert listed(job)[0] == "blue/0.png"
    assert listed(job, "--sort", "hard")[0] == "red/1.png"


def test_a_filter_that_does_not_parse_is_wrong_use(job, cli):
    result = cli("list", job, "--filter", "colour:red")
    assert result.status == 2
    assert "colour" in result.error


def test_people_see_a_line_a_sample_and_no_tabs(boxes, cli):
    result = cli("list", boxes, "--tab", "labeled")
    header, first, second = result.out.splitlines()
    assert header.split()[:3] == ["id", "status", "hard"]
    assert first.split() == ["1", "labeled", "blue/0.png", "cat,", "dog"]
    assert second.split() == ["3", "labeled", "green/0.png", "dog"]
    assert "\t" not in result.out
    assert not result.err


def test_people_are_told_when_there_is_more(job, cli):
    result = cli("list", job, "--limit", "2")
    assert len(result.out.splitlines()) == 3
    assert "4 more samples" in result.error
    assert not cli("list", job, "--limit", "2", "--json").err


def test_an_empty_list_is_no_failure(job, cli):
    result = cli("list", job, "--tab", "labeled")
    assert (result.status, result.out) == (0, "")
    assert "no sample" in result.error


def test_a_filter_by_a_label_that_is_none_says_so(job, cli):
    result = cli("list", job, "--filter", "label:nosuch,red,none", "--json")
    assert result.status == 0
    assert "there is no label 'nosuch'" in result.error
    result = cli("list", job, "--filter", "label:nosuch")
    assert (result.status, result.out) == (0, "")
    assert "there is no label 'nosuch'" in result.err
    assert not cli("list", job, "--filter", "label:RED name:red -label:none", "--json").err
