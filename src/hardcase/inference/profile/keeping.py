"""Where the profile of a model is kept: beside it, or in the user's configuration.

Beside it lies the YAML file of the model's name. Where that folder cannot be written to, the
profile goes to `models/` of the configuration folder (`$XDG_CONFIG_HOME/hardcase`, by default
`~/.config/hardcase`), named after the SHA-256 of the model, so that it goes with every copy.

What is kept beside a model says the SHA-256 of it, too: a model exported anew under the same name
is another one, and is recognised anew. A profile that somebody wrote says none and always counts.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from hardcase.errors import ModelError
from hardcase.inference.hashing import file_sha256
from hardcase.inference.profile.schema import MADE_FOR, read_mapping
from hardcase.inference.recognition import Certainty, Recognition, Sign
from hardcase.inference.recognition.companions import is_profile
from hardcase.model.text import printable

if TYPE_CHECKING:
    from hardcase.inference.profile.schema import Profile


def profile_beside(model: Path) -> Path:
    """Return where the profile of a model is looked for: the YAML file of its name beside it."""
    return model.with_suffix(".yaml")


def kept_profile(model: Path) -> Path | None:
    """Return the profile that is kept for a model, if there is one. Raises ModelError.

    A file beside it that another tool made is none, nor is one that was kept for another model.
    """
    beside = profile_beside(model)
    if beside.exists() and is_profile(beside) and not is_outdated(model):
        return beside
    folder = _folder()
    if not folder.is_dir():
        return None
    kept = folder / f"{file_sha256(model)}.yaml"
    return kept if kept.is_file() else None


def is_outdated(model: Path) -> bool:
    """Return whether what is kept beside a model was kept for another file of its name."""
    beside = profile_beside(model)
    if not beside.exists() or not is_profile(beside):
        return False
    try:
        kept_for = read_mapping(beside).get(MADE_FOR)
    except ModelError:
        return False  # its trouble is told when it is read
    return kept_for is not None and kept_for != file_sha256(model)


def accepted(found: Recognition | None, profile: Profile, images: int) -> Recognition:
    """Return what a person has accepted after a look at a number of images.

    `found` is what recognition had said, if it said something.
    """
    looked = f"accepted by a person who looked at {images} of a job's images"
    if found is not None and found.profile == profile:
        return replace(found, reasons=(*found.reasons, looked))
    before = (
        "" if found is None else f"; it had been taken for {found.profile.decoder.family.title}"
    )
    return Recognition(
        profile,
        Certainty.SURE,
        (f"{profile.decoder.family.title}: {looked}{before}",),
        found.labels_from if found is not None else "the profile before",
        (Sign.PERSON,),
    )


def keep_profile(model: Path, recognition: Recognition) -> Path:
    """Write what was recognised as the profile of a model, and return the file.

    A profile that is there is replaced, a file of another tool is not. Raises ModelError.
    """
    text = _text(model, recognition)
    beside = profile_beside(model)
    if not beside.exists() or is_profile(beside):
        try:
            return _write(beside, text)
        except OSError:
            pass  # a folder of models is often read-only
    kept = _folder() / f"{file_sha256(model)}.yaml"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        return _write(kept, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(
            f"the profile cannot be written beside the model nor to {printable(str(kept.parent))}: "
            f"{reason}; make one of them writable"
        ) from error


def _folder() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "hardcase" / "models"


def _text(model: Path, recognition: Recognition) -> str:
    said = "".join(f"#   {line}\n" for line in recognition.reasons)
    plain = json.loads(json.dumps(recognition.profile.to_json()))  # enums become text
    body = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
    return (
        f"# How hardcase uses {printable(model.name)}; {recognition.certainty}, because\n{said}"
        f"#   labels: {recognition.labels_from}\n{MADE_FOR}: {file_sha256(model)}\n{body}"
    )


def _write(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
