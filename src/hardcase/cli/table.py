"""The table of commands: what `hardcase --help` prints and where each command lives.

A command's module is imported when it runs, so that `--help` costs nothing and a headless command
never loads the app or the runtime of the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from hardcase.cli.output import Output


@dataclass(frozen=True, slots=True)
class Spec:
    """A command as its module describes it.

    `arguments` declares what the command takes. `run` does the work and returns the exit status.
    The docstring of `run` is what `hardcase COMMAND --help` says, and documents `--json`.
    """

    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Output], int]


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table: `module` is below `hardcase.cli` and has a `COMMANDS` mapping."""

    name: str
    module: str
    summary: str

    def load(self) -> Spec:
        """Import the command's module."""
        commands: dict[str, Spec] = import_module(f"hardcase.cli.{self.module}").COMMANDS
        return commands[self.name]


GROUPS: dict[str, tuple[Command, ...]] = {
    "start": (
        Command("demo", "demo", "try everything on sample data"),
        Command("init", "jobs", "make a labeling job of a folder of images"),
        Command("open", "app", "open the app on a job, a folder or the list of jobs"),
    ),
    "look": (
        Command("stats", "jobs", "count samples and annotations"),
        Command("list", "listing", "list samples, filtered and sorted"),
        Command("log", "jobs", "list the changes, newest first"),
        Command("runs", "runs", "list what models labeled, or remove what one made"),
        Command("check", "check", "check a job file and its images"),
    ),
    "label": (
        Command("autolabel", "autolabel", "let a model label what is unlabeled"),
        Command("confirm", "decisions", "accept annotations"),
        Command("reject", "decisions", "throw auto labels away"),
        Command("label", "decisions", "give samples a label (classification)"),
        Command("mark-hard", "decisions", "mark samples as hard examples"),
        Command("unmark-hard", "decisions", "remove the hard mark"),
        Command("labels", "labels", "list labels, or rename, merge, delete, move, recolour one"),
        Command("rule", "ranking", "say or set what counts as a hard example"),
        Command("rank", "ranking", "order the queue by what was decided so far"),
        Command("undo", "decisions", "take the newest change back"),
        Command("redo", "decisions", "repeat what was taken back"),
    ),
    "exchange": (
        Command("sync", "folder", "take in new images, know moved ones again, notice removed ones"),
        Command("delete", "folder", "take samples out of the job"),
        Command("collect", "collect", "take in the hard ones of the images in another folder"),
        Command("import", "exchange", "read annotations of another tool"),
        Command("export", "exchange", "write annotations for other tools"),
    ),
    "know": (
        Command("models", "models", "say what an ONNX model takes and gives"),
        Command("keys", "keys", "list the keys of the app"),
        Command("doctor", "doctor", "say what the terminal can show and how to change it"),
    ),
}

COMMANDS: dict[str, Command] = {c.name: c for group in GROUPS.values() for c in group}
