"""Class names that lie beside label files: data.yaml, classes.txt, labels.txt or a .names file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from hardcase.errors import FormatError
from hardcase.formats.values import read_text, whole
from hardcase.model.text import clean_label, printable

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.formats.problems import Problems

LISTS = ("classes.txt", "labels.txt", "obj.names")
YAML_FILES = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
MAX_YAML_BYTES = 1 << 20


class _Loader(yaml.BaseLoader):
    """Lists, maps and text only: a class called `yes` or `1` is no boolean or number.

    Aliases are refused: they make small files describe huge ones.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


def names_beside(folder: Path, problems: Problems) -> dict[int, str]:
    """Return class names by class number from the first such file in a folder; {} without one."""
    for name in YAML_FILES:
        if (folder / name).is_file():
            return names_of_yaml(folder / name, problems)
    for name in LISTS:
        if (folder / name).is_file():
            return _names_of_list(folder / name, problems)
    others = sorted(folder.glob("*.names"))
    if len(others) == 1:
        return _names_of_list(others[0], problems)
    if others:
        problems.add(others[1].name, "a second file of class names: which one holds is unclear")
    return {}


def names_of_yaml(path: Path, problems: Problems) -> dict[int, str]:
    """Return `names` of a data.yaml, a list or a map of class number to name.

    Raises FormatError for what is no YAML.
    """
    place = printable(path.name)
    try:
        data = yaml.load(read_text(path, MAX_YAML_BYTES), _Loader)  # noqa: S506 - it makes text only
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FormatError(f"{place}:{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FormatError(f"{place}: not plain YAML: write names as a list") from error
    names = data.get("names") if isinstance(data, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        problems.add(place, "names is neither a list nor a map")
        return {}
    out = {}
    for key, name in names.items():
        try:
            number = whole(key)
            out[number] = _class_name(number, name)
        except ValueError as error:
            problems.add(f"{place}: names[{str(key)[:40]}]", error)
    return out


def _class_name(number: int, name: object) -> str:
    if not isinstance(name, str) or number < 0:
        raise ValueError("a class name must be text, its number not negative")
    return clean_label(name)


def _names_of_list(path: Path, problems: Problems) -> dict[int, str]:
    out = {}
    lines = read_text(path).rstrip("\r\n").split("\n")
    for i, line in enumerate(lines):
        try:
            out[i] = clean_label(line)
        except ValueError as error:
            problems.add(f"{path.name}:{i + 1}", error)
    return out
