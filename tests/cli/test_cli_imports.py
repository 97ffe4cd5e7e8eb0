"""Headless commands start fast: they load neither the app nor the runtime of the models."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"textual", "onnxruntime", "rich", "rich_pixels", "torch"}
PROGRAM = """
import json, sys
from hardcase.cli.main import main
status = main(sys.argv[1:])
names = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps([status, names]), file=sys.stderr)
"""


def loaded_by(*argv: str) -> set[str]:
    """Return the top-level modules that a command loads."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "argv",
    [
        ("stats",),
        ("list",),
        ("list", "--json"),
        ("log",),
        ("check",),
        ("confirm", "--all"),
        ("undo",),
        ("sync",),
    ],
    ids=" ".join,
)
def test_headless_commands_load_nothing_heavy(argv, job):
    assert not loaded_by(argv[0], str(job), *argv[1:]) & HEAVY


def test_the_keys_are_listed_without_the_app():
    assert not loaded_by("keys", "--json") & (HEAVY | {"numpy", "tinydb"})


def test_the_help_needs_almost_nothing():
    assert not loaded_by("--help") & (HEAVY | {"numpy", "tinydb", "PIL", "yaml"})


def test_auto_labeling_leaves_the_runtime_to_the_child(job, model):
    argv = ("autolabel", str(job), "--mode", "pre-label", "--model", str(model))
    assert not loaded_by(*argv) & HEAVY
