"""Files and folders that appear whole or not at all, and never at the cost of somebody's own.

A folder is made beside its place and renamed into it. An export may later be written over: what the
last one made is listed in `MARKER`, and only that is replaced or removed. Into a folder of somebody
else nothing is written unless told to, and then nothing of theirs is removed but what an exported
file of the same name replaces. Files of the job itself are never replaced or removed (`guard`).
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from hardcase.errors import FormatError
from hardcase.formats.guard import Guard
from hardcase.formats.match import check_path
from hardcase.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.formats.base import Dataset

MARKER = ".hardcase-export"


def check_file(path: Path, dataset: Dataset, *, overwrite: bool) -> None:
    """Raise FormatError if a file may not be written at `path`."""
    shown = printable(str(path))
    _check_parent(path)
    if path.is_dir():
        raise FormatError(f"{shown} is a folder: give the name of a file to write")
    if os.path.lexists(path):
        Guard(dataset).refuse(path, exported=False)
        if not overwrite:
            raise FormatError(f"{shown} exists: choose another name, or --overwrite to replace it")


def write_file(path: Path, text: str, dataset: Dataset, *, overwrite: bool) -> None:
    """Write a UTF-8 file in one step; FormatError if it exists and may not be replaced."""
    shown = printable(str(path))
    check_file(path, dataset, overwrite=overwrite)
    try:
        temporary = _beside(path)
        try:
            with temporary.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except (OSError, UnicodeEncodeError) as error:
        raise FormatError(f"cannot write {shown}: {_reason(error)}") from error


@contextmanager
def new_folder(path: Path, dataset: Dataset, *, overwrite: bool) -> Iterator[Path]:
    """Yield an empty folder to fill, which takes the place of `path` when the block ends well.

    Raises FormatError if `path` is a file or a folder with files that no export made, or if a file
    of the job would be replaced; then `path` is as it was.
    """
    shown = printable(str(path))
    _check_target(path, overwrite=overwrite)
    try:
        staged = _beside(path)
        staged.mkdir()
    except OSError as error:
        raise FormatError(f"cannot write {shown}: {_reason(error)}") from error
    try:
        yield staged
        files = [f.relative_to(staged).as_posix() for f in _files(staged)]
        listing = "\n".join(sorted(files)) + "\n"
        (staged / MARKER).write_text(listing, encoding="utf-8", errors="surrogateescape")
        _put(staged, path, files, dataset)
    except (OSError, UnicodeEncodeError) as error:
        raise FormatError(f"cannot write {shown}: {_reason(error)}") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def put_text(folder: Path, relative: str, text: str) -> None:
    """Write a UTF-8 text file below a folder that `new_folder` yielded."""
    path = folder / check_path(relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def put_image(folder: Path, relative: str, source: Path, how: str) -> None:
    """Put a symbolic link to an image, or a copy of it, below a folder of `new_folder`."""
    path = folder / check_path(relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    if how == "copy":
        shutil.copyfile(source, path)
    else:
        path.symlink_to(source.resolve())


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise FormatError(
            f"there is no folder {printable(str(path.parent))}: make it or check the path"
        )


def _check_target(path: Path, *, overwrite: bool) -> None:
    shown = printable(str(path))
    _check_parent(path)
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise FormatError(f"{shown} is a file: give the name of a folder to write")
    if overwrite or (path / MARKER).is_file() or not any(path.iterdir()):
        return
    raise FormatError(
        f"{shown} has files of its own: choose a new one, or --overwrite to write there"
    )


def _put(staged: Path, path: Path, files: list[str], dataset: Dataset) -> None:
    if not os.path.lexists(path) or (not path.is_symlink() and not any(path.iterdir())):
        staged.rename(path)
        return
    listed = set(_listed(path))
    guard = Guard(dataset)
    folders = {path / relative: None for f in files for relative in Path(f).parents}
    for folder in folders:
        if folder != path and folder.is_symlink():
            raise FormatError(
                f"{printable(str(folder))} is a link: remove it or choose a new folder"
            )
    for relative in (*files, MARKER):
        target = path / relative
        guard.refuse(target, exported=relative in listed)
        if target.is_dir():
            raise FormatError(
                f"{printable(str(target))} is a folder where a file must go: choose a new folder"
            )
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for relative in (*files, MARKER):
        (staged / relative).replace(path / relative)
    for relative in listed - set(files):
        target = path / relative
        if (target.is_symlink() or target.is_file()) and not guard.keeps(target):
            target.unlink()


def _listed(path: Path) -> list[str]:
    """Return what the last export into `path` made, as far as it is safe to remove."""
    try:
        lines = (path / MARKER).read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return []
    out = []
    for line in lines.split("\n"):
        try:
            relative = check_path(line)
        except ValueError:
            continue
        parents = [path / p for p in Path(relative).parents if str(p) != "."]
        if not any(parent.is_symlink() for parent in parents):
            out.append(relative)
    return out


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        here = Path(where)
        yield from (here / name for name in files)
        yield from (here / name for name in folders if (here / name).is_symlink())


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.{token_hex(6)}")


def _reason(error: OSError | UnicodeEncodeError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "a name is not valid text: rename the file"
