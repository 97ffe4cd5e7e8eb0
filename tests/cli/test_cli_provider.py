"""autolabel --provider: what computes the model, and what the history says of it."""

from __future__ import annotations

from cli_pictures import paint

from hardcase.session.autolabel import runs


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


def test_new_images_are_collected_on_what_is_named(job, model, cli, tmp_path, monkeypatch):
    asked = []
    real = runs.LocalEngine
    monkeypatch.setattr(runs, "LocalEngine", lambda request: asked.append(request) or real(request))
    paint(tmp_path / "drop" / "a.png", (250, 10, 10), (48, 36))
    assert cli("collect", job, tmp_path / "drop", "--model", model, "--provider", "cpu").status == 0
    assert [request.provider for request in asked] == ["cpu"]


def test_a_run_that_waits_is_started_on_what_is_named(job, model, cli):
    cli("autolabel", job, "--model", model, "--queue")
    assert "migraphx" in cli("runs", job, "--start", "--provider", "migraphx").err
    assert last_run(cli, job)["state"] == "completed"
