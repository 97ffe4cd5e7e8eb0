"""rule, rank, and confirm --risk."""

from __future__ import annotations

import pytest

from queued_job import queued

EASY = [0.001] * 180 + [0.9] * 20


@pytest.fixture
def waiting(tmp_path):
    """A job whose model is sure of 180 of 200 images."""
    queued(tmp_path / "job", EASY).close()
    return tmp_path / "job"


def test_rule_is_told_set_and_taken_back(waiting, cli):
    said = "hard from 0.50: 20 of 200 to be confirmed, with 99 % of the expected mistakes\n"
    assert cli("rule", waiting).out == said
    result = cli("rule", waiting, "--share", "0.05")
    assert result.out.splitlines() == [
        "hardest 5 %, from 0.90: 10 of 200 to be confirmed, with 50 % of the expected mistakes",
        "marked anew: 10 samples",
    ]
    assert len(cli("list", waiting, "--filter", "hard", "--json").records) == 10
    assert cli("undo", waiting).out == "undo: call hard: hardest 5 %\n"
    assert cli("rule", waiting).out == said


def test_rule_prints_json(waiting, cli):
    record = cli("rule", waiting, "--risk", "0.95", "--json").record
    assert record == {
        "kind": "risk",
        "value": 0.95,
        "to_confirm": 200,
        "hard": 0,
        "from": None,
        "by_hand": 0,
        "mistakes": 0.0,
        "changed": 20,
    }


@pytest.mark.parametrize("options", [("--risk", "2"), ("--risk", "0.1", "--share", "0.1")])
def test_a_rule_that_is_none_is_wrong_use(waiting, cli, options):
    assert cli("rule", waiting, *options).status == 2


def test_deciding_commands_teach_the_queue(waiting, cli):
    assert cli("rank", waiting, "--json").record["decisions"] == 0
    result = cli("reject", waiting, *map(str, range(1, 41)))
    log = cli("log", waiting, "--json").records
    learned = [change for change in log if change["title"].endswith("by 40 decisions")]
    assert len(learned) == 1
    assert learned[0]["kind"] == "record"
    assert result.out.startswith("rejected 40 samples\n")
    assert cli("rank", waiting).out.startswith("queue learned from 40 decisions: ")


def test_a_job_that_no_model_has_seen_has_nothing_to_judge(job, cli):
    assert cli("rank", job).out == "there is nothing to judge: no model has labeled this job\n"
    assert cli("rank", job, "--json").record == {"decisions": 0, "moved": 0}


def test_the_easy_rest_is_confirmed_after_its_check(waiting, cli):
    planned = cli("confirm", waiting, "--risk", "0.05", "--plan", "--json").record
    assert (planned["state"], planned["check"]) == ("planned", [])
    assert "95 % sure that at most 5 % of those are wrong" in planned["said"]
    opened = cli("confirm", waiting, "--risk", "0.05", "--json").record
    assert (opened["state"], opened["drawn"]) == ("open", planned["drawn"])
    ids = [str(sample["id"]) for sample in opened["check"]]
    assert len(set(ids)) == opened["drawn"]
    cli("confirm", waiting, *ids[:3])
    listed = cli("confirm", waiting, "--risk", "0.05").out
    assert listed.startswith(f"3 of {len(ids)} checked, 0 wrong, none may be (wrong is ")
    assert [line.split()[0] for line in listed.splitlines()[2:]] == ids[3:]
    cli("confirm", waiting, *ids[3:])
    done = cli("confirm", waiting, "--risk", "0.05", "--json").record
    assert (done["state"], done["wrong"], done["check"]) == ("confirmed", 0, [])
    assert done["confirmed"] == done["size"] - done["drawn"]
    assert done["bound"] <= 0.05
    assert len(cli("list", waiting, "--filter", "by:audit", "--json").records) == done["confirmed"]
    assert "unseen: at most" in cli("log", waiting).out
    undone = cli("undo", waiting, "--json").record
    assert undone["changed"] == done["confirmed"]


def test_a_check_that_fails_says_so_and_confirms_nothing(waiting, cli):
    opened = cli("confirm", waiting, "--risk", "0.05", "--json").record
    cli("label", waiting, "dog", *[str(s["id"]) for s in opened["check"][:2]])
    result = cli("confirm", waiting, "--risk", "0.05")
    assert result.status == 1
    assert result.out.startswith("the check failed: 2 of 2 wrong, too many for 5 %")
    assert cli("stats", waiting, "--json").record["labeled"] == 2


def test_too_few_are_declined_with_the_count(waiting, cli):
    result = cli("confirm", waiting, "--risk", "0.01")
    assert result.status == 1
    assert result.out == (
        "to promise at most 1 % wrong, 194 of 200 samples would have to be checked: "
        "confirm them by hand, or tolerate 5 %\n"
    )
    assert cli("confirm", waiting, "--risk", "0.01", "--json").record["state"] == "declined"


def test_a_filter_narrows_the_set_down(waiting, cli):
    planned = cli("confirm", waiting, "--risk", "0.1", "--filter", "name:000", "--plan", "--json")
    assert 0 < planned.record["size"] <= 100


def test_a_check_is_given_up_and_another_risk_is_not_mixed_in(waiting, cli):
    assert cli("confirm", waiting, "--abandon").status == 2
    cli("confirm", waiting, "--risk", "0.05")
    other = cli("confirm", waiting, "--risk", "0.1")
    assert other.status == 2
    assert "a check at --risk 0.05 is under way" in other.error
    assert cli("confirm", waiting, "--abandon").out.startswith("given up after 0 of ")
    assert cli("confirm", waiting, "--risk", "0.1").status == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--risk", "0"),
        ("--risk", "1.5"),
        ("--risk", "nan"),
        ("--risk", "much"),
        ("--plan",),
        ("--risk", "0.1", "--abandon"),
        ("--risk", "0.1", "3"),
    ],
)
def test_wrong_use_is_one_line(waiting, cli, options):
    result = cli("confirm", waiting, *options)
    assert result.status == 2
    assert result.error
    assert "float" not in result.error
