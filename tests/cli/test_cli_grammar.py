"""The grammar of the command line, and the table of commands behind it."""

from __future__ import annotations

import argparse
import inspect

import pytest

from hardcase import __version__
from hardcase.cli import arguments, options
from hardcase.cli.table import COMMANDS, GROUPS
from hardcase.errors import UsageError
from hardcase.model.job import Task
from hardcase.session import Sort, Tab

NAMES = tuple(COMMANDS)


def parsed(*argv: str) -> argparse.Namespace:
    return arguments.parse(argv).values


def test_no_command_is_there_twice():
    assert sum(len(group) for group in GROUPS.values()) == len(COMMANDS)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_exists_and_documents_its_json(name):
    run = COMMANDS[name].load().run
    assert "--json prints" in inspect.getdoc(run)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_help(name, cli):
    result = cli(name, "--help")
    assert result.status == 0
    assert result.out.startswith(f"usage: hardcase {name} ")
    assert "--json" in result.out
    assert "%%" not in result.out
    assert not result.err


@pytest.mark.parametrize("name", NAMES)
def test_the_overview_lists_every_command(name, cli):
    result = cli("--help")
    assert result.status == 0
    assert f"\n  {name} " in result.out


def test_the_version_is_told(cli):
    assert cli("--version").out == f"hardcase {__version__}\n"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--nonsense",), "--nonsense"),
        (("list",), "JOB"),
        (("list", "x", "--tab", "odd"), "odd"),
        (("list", "x", "--limit", "0"), "whole number from 1"),
        (("list", "x", "--limit", "-3"), "-3"),
        (("init", "x"), "--task"),
        (("init", "x", "--task", "segmentation"), "segmentation"),
        (("init", "x", "--task", "detection", "--labels", "a,,b"), "empty name"),
        (("init", "x", "--task", "detection", "--labels", "a", "--labels-file", "f"), "not all"),
        (("autolabel", "x", "--mode", "pre-label"), "--model"),
        (("autolabel", "x", "--mode", "pre-label", "--model", "m", "--threshold", "2"), "0 to 1"),
        (("autolabel", "x", "--mode", "pre-label", "--model", "m", "--iou", "nan"), "0 to 1"),
        (("models", "inspect"), "FILE"),
        (("models", "eat", "x"), "eat"),
        (("export", "x", "out"), "--format"),
        (("export", "x", "out", "--format", "word"), "word"),
        (("keys", "surplus"), "surplus"),
        (("list", "x", "--sor", "hard"), "--sor"),
        (("list", "x", "--filter"), "--filter"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(argv, said, cli):
    result = cli(*argv)
    assert result.status == 2
    assert result.error.startswith("hardcase: ")
    assert said in result.error
    assert "--help" in result.error
    assert not result.out


def test_a_mistyped_command_is_told_the_right_one(cli):
    result = cli("confrim", "job", "3")
    assert result.status == 2
    assert result.error.endswith("did you mean: hardcase confirm")


def test_anything_else_is_a_path_to_open(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "birds").mkdir()
    assert parsed("birds").path.name == "birds"
    assert parsed("some/where/else").path.name == "else"
    assert parsed().path is None


def test_a_word_that_is_neither_is_wrong_use(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no command, and no file or folder"):
        arguments.parse(["zzz"])


@pytest.mark.parametrize("expression", ["-hard", "-label:dog hard", "hard -label:dog", "hard"])
def test_a_filter_may_start_with_a_minus(expression):
    assert parsed("list", "job", "--filter", expression, "--json").filter == expression


def test_samples_and_options_mix_in_any_order():
    values = parsed("confirm", "--json", "job", "3", "images/a.jpg")
    assert values.samples == ["3", "images/a.jpg"]
    assert values.json
    assert parsed("confirm", "job", "3", "--json", "4").samples == ["3", "4"]
    assert parsed("label", "job", "cat", "3", "4", "--json").name == "cat"


@pytest.mark.parametrize("line", ["--log-file f stats j", "stats j --log-file f"])
def test_the_log_file_goes_before_or_after_the_command(line):
    assert arguments.parse(line.split()).log_file.name == "f"


def test_choices_are_those_of_the_session():
    assert set(options.TASKS) == {task.value for task in Task}
    assert set(options.TABS) == {tab.value for tab in Tab}
    assert set(options.SORTS) == {sort.value for sort in Sort}
