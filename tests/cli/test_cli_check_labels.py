"""check --labels: likely mistakes in labels, told and marked, never altered."""

from __future__ import annotations

import pytest
from cli_pictures import paint


@pytest.fixture
def labeled(job, cli):
    """Every picture has the label of its colour, but for a red one that is called blue."""
    for name in ("red", "green", "blue"):
        cli("label", job, name, "--filter", f"name:{name}/")
    cli("label", job, "blue", "red/0.png")
    return job


def test_the_likely_mistake_is_told_with_what_the_model_sees(labeled, model, cli):
    before = cli("list", labeled, "--json").out
    result = cli("check", labeled, "--labels", model)
    assert result.status == 0
    header, row, total = result.out.splitlines()
    assert header.split() == ["score", "path", "what"]
    assert "red/0.png" in row
    assert "labeled blue, the model sees red" in row
    assert total == "6 labeled samples looked at, 1 with likely mistakes"
    assert cli("list", labeled, "--json").out == before


def test_json_gives_kinds_and_scores(labeled, model, cli):
    record = cli("check", labeled, "--labels", model, "--json").record
    (sample,) = record.pop("mistakes")
    assert record == {
        "run": 1,
        "looked_at": 6,
        "failed": 0,
        "unknown": 0,
        "likely": 1,
        "marked": 0,
    }
    assert sample["path"] == "red/0.png"
    (mistake,) = sample["mistakes"]
    assert 0.5 <= mistake.pop("score") == sample["score"] <= 1
    assert 0.5 < mistake.pop("confidence") <= 1
    assert mistake == {"kind": "swapped", "given": "blue", "seen": "red", "box": None}


def test_marking_is_undone_in_one_step(labeled, model, cli):
    result = cli("check", labeled, "--labels", model, "--mark-hard")
    assert "marked hard: 1 sample" in result.out
    (sample,) = cli("list", labeled, "--filter", "hard by:human", "--json").records
    assert sample["path"] == "red/0.png"
    assert sample["hard_coefficient"] >= 0.5
    cli("undo", labeled)
    assert cli("list", labeled, "--filter", "hard", "--json").records == []


def test_how_many_and_how_likely_can_be_chosen(labeled, model, cli):
    cli("label", labeled, "blue", "green/0.png")
    argv = ("check", labeled, "--labels", model, "--json")
    assert cli(*argv).record["likely"] == 2
    limited = cli(*argv, "--limit", "1").record
    assert (limited["likely"], len(limited["mistakes"])) == (2, 1)
    assert cli(*argv, "--at-least", "1").record["likely"] == 0
    assert cli(*argv, "--filter", "name:green").record["likely"] == 1


def test_nothing_labeled_is_nothing_to_check(job, model, cli):
    result = cli("check", job, "--labels", model)
    assert result.status == 2
    assert "no sample is labeled by a person or an import yet" in result.error


def test_a_model_for_the_other_task_is_refused(boxes, model, cli):
    result = cli("check", boxes, "--labels", model)
    assert result.status == 2
    assert "detection job" in result.error


def test_options_of_the_look_at_labels_go_with_it(job, cli):
    result = cli("check", job, "--mark-hard")
    assert result.status == 2
    assert "--mark-hard goes with --labels MODEL" in result.error


def test_a_job_open_elsewhere_is_left_alone(labeled, model, cli):
    from hardcase.session import LabelingSession

    with LabelingSession.open(labeled):
        result = cli("check", labeled, "--labels", model)
    assert result.status == 1
    assert "read-only" in result.error


def test_images_that_cannot_be_read_are_told(labeled, model, cli):
    (labeled / "green" / "0.png").write_text("no picture")
    paint(labeled / "new.png", (1, 2, 3))
    result = cli("check", labeled, "--labels", model)
    assert "5 labeled samples looked at" in result.out
    assert "1 image could not be read" in result.error


def test_the_plain_check_still_looks_at_files_only(labeled, cli):
    assert cli("check", labeled).out == "6 samples, no problem\n"


def test_a_model_of_other_names_is_mapped_to_the_labels_of_the_job(labeled, model, cli):
    names = {"red": "rot", "green": "gruen", "blue": "blau"}
    for name, other in names.items():
        cli("labels", labeled, "--add", other)
        cli("labels", labeled, "--merge", name, other)
        cli("labels", labeled, "--add", name)  # so that it is no earlier name of the other
    unmapped = cli("check", labeled, "--labels", model, "--json").record
    assert (unmapped["unknown"], unmapped["likely"]) == (6, 0)
    mapping = [f"--map={name}={other}" for name, other in names.items()]
    found = cli("check", labeled, "--labels", model, *mapping, "--json").record
    (mistake,) = found["mistakes"][0]["mistakes"]
    assert (found["unknown"], mistake["given"], mistake["seen"]) == (0, "blau", "rot")
    assert (found["likely"], found["mistakes"][0]["path"]) == (1, "red/0.png")


def test_a_mapping_without_a_model_is_wrong_use(labeled, cli):
    result = cli("check", labeled, "--map", "red=blue")
    assert (result.status, "--map goes with --labels MODEL" in result.err) == (2, True)
