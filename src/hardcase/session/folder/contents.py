"""Reading a file's content for its fingerprint, and who needs that.

A content is read only for what somebody would miss: samples with labels, marks or auto labels.
Everything else is told by size, time of change and inode, which cost nothing.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from hardcase.errors import JobError
from hardcase.imaging.open import MAX_FILE_BYTES
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.job import HUMAN, Sample, Status
from hardcase.model.numbers import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.session.labeling import LabelingSession

_PIECE = 1 << 20


def worth_knowing(sample: Sample) -> bool:
    """Whether something would be lost if the sample were not known again under another name."""
    decided = sample.status is not Status.UNLABELED or bool(sample.annotations)
    return decided or sample.hard or sample.hard_by == HUMAN


def unread(session: LabelingSession) -> Iterator[tuple[int, Path]]:
    """Yield the samples whose content should be read and was not, with their files.

    The job must not change meanwhile.
    """
    prints = session.fingerprints()
    for sample in session.samples():
        known = prints.get(sample.id)
        if (known is not None and known.digest) or sample.missing or not worth_knowing(sample):
            continue
        with suppress(JobError):  # its path leaves the folder; such a file is not looked at
            yield sample.id, session.image_path(sample.id)


def read(sample_id: int, path: Path) -> Fingerprint | None:
    """Return the fingerprint of a file with its digest; on any thread.

    None if it cannot be read, is no plain file, is too large to be an image, or changes meanwhile.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode) or before.st_size > MAX_FILE_BYTES:
            return None
        digest = hashlib.blake2b(digest_size=16)
        while piece := os.read(descriptor, _PIECE):
            digest.update(piece)
        after = os.fstat(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    key = after.st_size, after.st_mtime_ns, after.st_ino
    return Fingerprint.of(sample_id, key, digest.hexdigest())


def note(session: LabelingSession, found: Sequence[Fingerprint]) -> Change | None:
    """Keep fingerprints, as a record: undo passes it by."""
    edits = fingerprint_edits(session, found)
    return session.commit(f"note the content of {count(len(edits), 'file')}", edits, Kind.RECORD)


def fingerprint_edits(session: LabelingSession, found: Iterable[Fingerprint]) -> list[Edit]:
    """Return the edits that keep fingerprints.

    A digest known of the very same file stays, as does what counts once the sample is gone.
    """
    known = session.fingerprints()
    edits = []
    for row in found:
        before = known.get(row.id)
        after = row
        if before is not None:
            same = before.key[:2] == row.key[:2] and not row.digest
            digest = before.digest if same else row.digest
            after = Fingerprint.of(row.id, row.key, digest, before.deleted)
        if after != before:
            edits.append(Edit(Table.FILES, row.id, before, after))
    return edits
