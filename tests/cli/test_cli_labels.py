"""labels."""

from __future__ import annotations

import pytest


@pytest.fixture
def labeled(job, cli):
    """The job of six pictures, two of them red and one green."""
    cli("label", job, "red", "red/0.png", "red/1.png")
    cli("label", job, "green", "green/0.png")
    return job


def listed(cli, job) -> dict[str, tuple[int, list[str]]]:
    records = cli("labels", job, "--json").records
    return {r["name"]: (r["samples"], r["aliases"]) for r in records}


def test_labels_are_listed_in_order_with_their_counts(labeled, cli):
    assert listed(cli, labeled) == {"red": (2, []), "green": (1, []), "blue": (0, [])}
    first = cli("labels", labeled).out.splitlines()[1]
    assert first.split() == ["1", "red", "#e69f00", "2", "2"]


def test_a_job_without_labels_says_how_to_add_one(folder, cli):
    cli("init", folder, "--task", "classification")
    assert cli("labels", folder).out == "no labels yet: add one with --add NAME\n"
    assert cli("labels", folder, "--add", "pink").status == 0
    assert listed(cli, folder) == {"pink": (0, [])}


def test_rename_merge_delete_and_move_say_what_they_did(labeled, cli):
    assert cli("labels", labeled, "--rename", "red", "rot").out == (
        "rename label red to rot: 2 samples\n"
    )
    assert cli("labels", labeled, "--merge", "green", "rot").out == (
        "merge label green into rot: 1 sample\n"
    )
    assert cli("labels", labeled, "--move", "blue", "1").out == (
        "move label blue to place 1 of 2\n"
    )
    assert listed(cli, labeled) == {"blue": (0, []), "rot": (3, ["red", "green"])}
    assert cli("labels", labeled, "--delete", "rot", "--json").record["changed"] == 3
    assert cli("stats", labeled, "--json").record["unlabeled"] == 6
    cli("undo", labeled)
    assert listed(cli, labeled)["rot"] == (3, ["red", "green"])


def test_a_colour_is_set(labeled, cli):
    assert cli("labels", labeled, "--colour", "red", "#112233").status == 0
    assert cli("labels", labeled, "--json").records[0]["colour"] == "#112233"
    assert cli("labels", labeled, "--colour", "red", "#112233").out == "nothing to change\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--rename", "pink", "rose"), "no label 'pink'"),
        (("--rename", "red", "green"), "merge 'red' into it"),
        (("--move", "red", "0"), "no whole number from 1"),
        (("--move", "red", "x"), "no whole number from 1"),
        (("--colour", "red", "scarlet"), "write it as #rrggbb"),
        (("--add", " "), "needs a name"),
        (("--add", 3000 * "x"), "at most 200 characters"),
        (("--rename", "red", 3000 * "x"), "at most 200 characters"),
    ],
)
def test_wrong_use_is_told_in_a_line(labeled, cli, arguments, says):
    result = cli("labels", labeled, *arguments)
    assert result.status == 2
    assert says in result.error
    assert len(result.error) < 200


def test_a_model_still_labels_with_a_renamed_label(job, model, cli):
    cli("labels", job, "--rename", "red", "rot")
    cli("autolabel", job, "--mode", "pre-label", "--model", model)
    assert listed(cli, job)["rot"] == (2, ["red"])


def test_a_label_moved_beyond_the_end_says_where_it_went(labeled, cli):
    said = cli("labels", labeled, "--move", "red", "99").out
    assert said == "move label red to place 3 of 3\n"


def test_a_name_with_a_comma_can_be_given_and_filtered_by(labeled, folder, tmp_path, cli):
    cli("labels", labeled, "--rename", "red", "a,b")
    assert len(cli("list", labeled, "--filter", 'label:"a,b"', "--json").records) == 2
    other = tmp_path / "other.json"
    cli("init", folder, "--task", "classification", "--labels", 'x, "a,b"', "--job", other)
    assert list(listed(cli, other)) == ["x", "a,b"]
