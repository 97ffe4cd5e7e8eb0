"""autolabel --provider: what computes the model, and what the history says of it."""

from __future__ import annotations


def last_run(cli, job):
    return cli("runs", job, "--json").records[0]


def test_what_computed_a_run_is_kept_in_its_history(job, model, cli):
    cli("autolabel", job, "--model", model, "--provider", "cpu")
    assert last_run(cli, job)["provider"] == "cpu"
    assert "cpu" in cli("runs", job).out


def test_a_provider_that_is_not_there_is_done_without_in_one_line(job, model, cli):
    result = cli("autolabel", job, "--model", model, "--provider", "migraphx")
    (line,) = result.err.strip().splitlines()
    assert "migraphx" in line
    assert "processor" in line
    run = last_run(cli, job)
    assert (run["state"], run["provider"]) == ("completed", "cpu")
    assert run["message"] in line


def test_a_provider_that_nobody_knows_is_wrong_use(job, model, cli):
    result = cli("autolabel", job, "--model", model, "--provider", "abacus")
    assert result.status == 2
    assert "provider must be one of" in result.err
    assert not cli("runs", job, "--json").records
