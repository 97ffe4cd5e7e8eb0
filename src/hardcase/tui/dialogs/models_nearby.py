"""ONNX files a user may mean: those near the job, those here, those shipped."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.session.autolabel.run_request import RunRequest, prepare
from hardcase.session.demo import asset
from hardcase.tui.typed_path import is_file, typed_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardcase.model.job import Task

MAX_MODELS = 200

JUDGING_SECONDS = 1.0
"""How long models are looked into before they are listed; the rest is not known to be of no use."""


def models_nearby(job_file: Path) -> list[Path]:
    """Return the ONNX files beside a job file, in its `models` folder, here, and the shipped ones.

    Reads folders, so call it on a worker thread.
    """
    here = Path.cwd()
    folders = [job_file.parent, job_file.parent / "models", here, here / "models"]
    with suppress(HardcaseError):  # an installation without models has none to offer
        folders.append(asset("models"))
    found = dict.fromkeys(path for folder in folders for path in _onnx_files(folder.resolve()))
    return list(islice(found, MAX_MODELS))


def of_no_use(models: Iterable[Path], task: Task) -> frozenset[Path]:
    """Return the models that cannot label for `task`, as far as that is seen soon."""
    until, useless = time.monotonic() + JUDGING_SECONDS, set()
    for path in models:
        if time.monotonic() > until:
            break
        try:
            fits = prepare(RunRequest(path)).profile.task is task
        except HardcaseError:
            fits = False
        if not fits:
            useless.add(path)
    return frozenset(useless)


def completions(typed: str, known: Iterable[Path]) -> list[Path]:
    """Return what `typed` may become: known models whose path holds it, then files it begins."""
    wanted = typed.strip().casefold()
    matching = [path for path in known if wanted in str(path).casefold()]
    return list(dict.fromkeys(matching + _below(typed.strip())))[:MAX_MODELS]


def _onnx_files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.glob("*.onnx") if is_file(p))
    except (OSError, ValueError):
        return []  # what may not be read, or is no folder, has nothing to offer


def _below(typed: str) -> list[Path]:
    if "/" not in typed:
        return []
    path = typed_path(typed)
    folder, start = (path, "") if typed.endswith("/") else (path.parent, path.name)
    return [p for p in _onnx_files(folder) if p.name.startswith(start)]
