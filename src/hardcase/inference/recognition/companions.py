"""Files beside a model that say what it is called or fed: of labels, data sets and other tools."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hardcase.errors import ModelError
from hardcase.inference.profile.schema import MAX_PROFILE_BYTES, read_mapping, read_names
from hardcase.inference.recognition.literals import ordered_names
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LABEL_FILES = ("labels.txt", "classes.txt", "coco.names", "obj.names", "class_names.txt")
DATA_FILES = ("data.yaml", "data.yml", "metadata.yaml", "dataset.yaml")
CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
MAX_JSON_BYTES = 1 << 20
_MAX_FILES = 64


@dataclass(frozen=True, slots=True)
class Names:
    """Class names and the file they come from."""

    labels: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Companions:
    """What lies beside a model.

    `names` best first. `config` and `preprocessor` are the objects of Hugging Face's files of these
    names, `labeling` that of an X-AnyLabeling file that names this model; each empty if there is
    none. `problems` are lines about files that could not be used.
    """

    names: tuple[Names, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    preprocessor: Mapping[str, Any] = field(default_factory=dict)
    labeling: Mapping[str, Any] = field(default_factory=dict)
    labeling_file: str = ""
    problems: tuple[str, ...] = ()


def look_beside(model: Path) -> Companions:
    """Read what lies in the folder of a model, and one folder up for `config.json`.

    Hugging Face puts its models into `onnx/` below the folder of their configuration.
    """
    problems: list[str] = []
    config = _json_beside(model, CONFIG, problems)
    preprocessor = _json_beside(model, PREPROCESSOR, problems)
    labeling, file = _labeling(model)
    names: list[Names] = []
    if labeling:
        _add(names, problems, file, labeling.get("classes"))
    if config:
        _add(names, problems, CONFIG, config.get("id2label"))
    for name in DATA_FILES:
        path = model.parent / name
        if _is_ours(path, model, problems):
            _add(names, problems, name, _mapping(path, problems).get("names"))
    for path in (model.with_suffix(".names"), model.with_suffix(".txt"), *_label_files(model)):
        if _is_ours(path, model, problems):
            try:
                _add(names, problems, path.name, read_names(path))
            except ModelError as error:
                problems.append(str(error))
    return Companions(tuple(names), config, preprocessor, labeling, file, tuple(problems))


def is_profile(path: Path) -> bool:
    """Return whether a YAML file beside a model is a profile, and not another tool's.

    A file that cannot be read counts as one, so that its trouble is told.
    """
    try:
        data = read_mapping(path)
    except ModelError:
        return True
    return "decoder" in data or not ("type" in data or "names" in data)


def _is_ours(path: Path, model: Path, problems: list[str]) -> bool:
    """Return whether a file exists and is not a link out of the model's folder."""
    try:
        if not path.is_file():
            return False
        if path.resolve().is_relative_to(_root(model).resolve()):
            return True
    except (OSError, RuntimeError, ValueError):
        return False
    problems.append(f"{printable(path.name)} leads out of the model's folder and is not read")
    return False


def _root(model: Path) -> Path:
    """Return the folder of a model, or that of its configuration where there is one around it."""
    return model.parent.parent if model.parent.name == "onnx" else model.parent


def _label_files(model: Path) -> list[Path]:
    return [model.parent / name for name in LABEL_FILES]


def _add(names: list[Names], problems: list[str], file: str, value: object) -> None:
    if value is None:
        return
    try:
        names.append(Names(ordered_names(value), printable(file)))
    except ValueError as error:
        problems.append(f"{printable(file)}: names: {error}")


def _mapping(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return read_mapping(path)
    except ModelError as error:
        problems.append(str(error))
        return {}


def _json_beside(model: Path, name: str, problems: list[str]) -> dict[str, Any]:
    for folder in dict.fromkeys((model.parent, _root(model))):
        path = folder / name
        if _is_ours(path, model, problems):
            try:
                with path.open("rb") as file:
                    raw = file.read(MAX_JSON_BYTES + 1)
                value = json.loads(raw) if len(raw) <= MAX_JSON_BYTES else None
            except (OSError, ValueError, RecursionError):
                value = None
            if isinstance(value, dict):
                return value
            problems.append(f"{name} is not a JSON object of at most {MAX_JSON_BYTES >> 20} MiB")
    return {}


def _labeling(model: Path) -> tuple[dict[str, Any], str]:
    """Find the X-AnyLabeling file that names this model: `type` and `model_path`."""
    for path in _yaml_files(model):
        data = _mapping(path, [])
        target = data.get("model_path")
        named = isinstance(target, str) and target.replace("\\", "/").split("/")[-1] == model.name
        if isinstance(data.get("type"), str) and (named or path.stem == model.stem):
            return data, path.name
    return {}, ""


def _yaml_files(model: Path) -> Iterator[Path]:
    """Yield the YAML files of a folder that speak of a model, the one of its name first."""
    try:
        found = sorted(p for p in model.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except OSError:
        return
    found.sort(key=lambda path: path.stem != model.stem)
    for path in found[:_MAX_FILES]:
        if _is_ours(path, model, []) and _mentions_a_model(path):
            yield path


def _mentions_a_model(path: Path) -> bool:
    """Return whether a YAML file is worth parsing, which takes long for a large one."""
    try:
        with path.open("rb") as file:
            return b"model_path" in file.read(MAX_PROFILE_BYTES)
    except OSError:
        return False
