"""Taking samples out of a job, and their files off the disk where that is asked for.

The first is a Change like any other. The second nobody can undo, so it happens after the first is
safe, file by file, and says what it could not do.
"""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model import numbers
from hardcase.model.changes import Change, Edit, Table
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.text import printable
from hardcase.session.folder.scan import is_image_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from hardcase.session.labeling import LabelingSession

UNKNOWN = Fingerprint.of(0, (-1, -1, 0))
"""What is known of a file that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of files that were to be removed: `problems` say which are still there."""

    count: int
    problems: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in a line, with the first problem."""
        said = f"removed {numbers.count(self.count, 'file')} for good"
        if not self.problems:
            return said
        more = f" and {len(self.problems) - 1:,} more" if len(self.problems) > 1 else ""
        return f"{said}; not {self.problems[0]}{more}"


class _NotOursError(HardcaseError):
    """A file that this program does not remove."""


def delete(session: LabelingSession, ids: Iterable[int]) -> Change | None:
    """Take samples out of the job in one Change; their files stay, and sync leaves them out."""
    samples = [session.sample(i) for i in dict.fromkeys(int(i) for i in ids)]
    known = session.fingerprints()
    edits: list[Edit] = []
    for sample in samples:
        before = known.get(sample.id)
        row = replace(before or UNKNOWN, id=sample.id, deleted=sample.path)
        edits.append(Edit(Table.SAMPLES, sample.id, sample, None))
        edits.append(Edit(Table.FILES, sample.id, before, row))
    what = samples[0].path if len(samples) == 1 else f"{len(samples):,} samples"
    return session.commit(f"delete {what}", edits)


def deleted(session: LabelingSession) -> dict[int, str]:
    """Return the paths of samples that were deleted from the job and stay out of it, by id."""
    rows = session.fingerprints().values()
    return {row.id: row.deleted for row in rows if row.deleted and not session.has(row.id)}


def remove_files(root: Path, paths: Sequence[str]) -> Removed:
    """Remove image files below `root`; on any thread. This cannot be undone.

    A symbolic link is removed, never what it leads to; nothing is removed through one, outside
    `root`, or that is no image by its name. What is gone already counts as removed by others.
    """
    count, problems = 0, []
    for path in paths:
        try:
            _remove(root, PurePosixPath(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(printable(f"{path} ({error.strerror})"))
        except _NotOursError as error:
            problems.append(printable(f"{path} ({error})"))
        else:
            count += 1
    return Removed(count, tuple(problems))


def _remove(root: Path, path: PurePosixPath) -> None:
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise _NotOursError("outside the job's folder")
    if not is_image_name(path.name):
        raise _NotOursError("no image by its name")
    way = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    with ExitStack() as opened:
        folder = os.open(root, way)
        opened.callback(os.close, folder)
        for part in path.parts[:-1]:
            folder = os.open(part, way | os.O_NOFOLLOW, dir_fd=folder)
            opened.callback(os.close, folder)
        found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            raise _NotOursError("no plain file")
        os.unlink(path.name, dir_fd=folder)
