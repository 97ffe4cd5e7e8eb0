"""The journal of a job: every change since long before the job file was last written, in order.

It is only ever appended to. Now and then its oldest part is dropped, and the edits of records that
the job file holds, by putting a shorter copy in its place. See `lines` for what is in it.
"""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_left
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from hardcase.errors import JobError
from hardcase.store.files import (
    fsync_folder,
    replace_file,
    shown,
    temporary,
    write_all,
    write_temporary,
)
from hardcase.store.lines import (
    JOURNAL_FORMAT,
    DamagedLine,
    Line,
    decode_line,
    encode_first_line,
    spare,
    without_edits,
)
from hardcase.store.schema import checked_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_COPY = 1 << 20
_WORTH_DROPPING = 1 << 16
"""Bytes; below this a shorter journal is not worth writing."""


class Damage(Exception):  # noqa: N818  what a scan came upon; the store says what to do about it
    """A line in the middle of the journal is not what was written. Everything before it is good."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Journal:
    """The journal file and an index of its changes. Threads may append, read and compact."""

    def __init__(self, path: Path, fd: int | None, job: str, schema: int) -> None:
        self.path = path
        self.schema = schema
        self._fd = fd
        self._job = job
        self._seqs = array("q")
        self._offsets = array("q")
        self._spare = array("q")
        """Of each change, the bytes that can go once the job file holds it."""
        self._start = self.end = 0
        """Where the first change begins and where the last one ends, in bytes."""
        self.appended = 0
        """Bytes of changes appended since it was opened, dropped ones included."""
        self.forgotten: int | None = None
        """A damaged line of changes that the job file holds: what came before it is not read."""
        self._torn = False
        self._renamed = False
        self._writing = threading.Lock()
        self._index = threading.Lock()

    @classmethod
    def open(cls, path: Path, job: str, *, writable: bool) -> Journal:
        """Open the journal of the job with that id; if writable, begin one where there is none.

        Call `scan` before anything else. Raises JobError if it is another job's or newer than this
        program, OSError if it cannot be read or begun.
        """
        if not path.exists():
            if not writable:
                return cls(path, None, job, schema=1)
            replace_file(path, [encode_first_line(job)])
        if not path.is_file():
            raise JobError(f"{shown(path)} is not a file: move it away")
        flags = (os.O_RDWR if writable else os.O_RDONLY) | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(path, flags)
        try:
            return cls(path, fd, job, _schema_of(path, fd, job))
        except BaseException:
            os.close(fd)
            raise

    def scan(self, base: int) -> Iterator[tuple[int, Line]]:
        """Yield `(line number, line)` of every change, and index it once the next one is asked for.

        A last line without its end was being written when its process died: it was never
        acknowledged, and is left out. Raises Damage at a line that is not what was written, unless
        only changes up to `base` are concerned, which the job file holds: they are history, and
        history then begins after them, which `forgotten` says.
        """
        bad = end = 0
        for number, offset, raw in self._raw_lines():
            end = offset + len(raw)
            line = _decoded(raw)
            if line is None or (not bad and line.header["seq"] <= self.last_seq):
                bad = bad or number
                continue
            seq = line.header["seq"]
            if bad:
                if seq > base + 1:
                    raise Damage(bad)
                self._forget_all(bad)
                bad = 0
            yield number, line
            self._seqs.append(seq)
            self._offsets.append(offset)
            self._spare.append(spare(raw))
            self.end = end
        if bad:
            if not self.last_seq or self.last_seq >= base:
                raise Damage(bad)
            self._forget_all(bad)
            self.end = end

    def _raw_lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield `(line number, offset, line)` of every line after the first that has its end."""
        if self._fd is None:
            return
        with open(os.dup(self._fd), "rb") as file:  # noqa: PTH123  a descriptor has no path
            file.seek(0)
            offset = 0
            for number, raw in enumerate(file, 1):
                if raw[-1:] != b"\n":
                    break
                offset += len(raw)
                if number == 1:
                    self._start = self.end = offset
                else:
                    yield number, offset - len(raw), raw
            self._torn = offset < os.fstat(self._fd).st_size or not offset

    def _forget_all(self, bad: int) -> None:
        self.forgotten = bad
        self._seqs, self._offsets, self._spare = array("q"), array("q"), array("q")

    @property
    def first_seq(self) -> int:
        """Seq of the oldest change kept, 0 when there is none."""
        return self._seqs[0] if self._seqs else 0

    @property
    def last_seq(self) -> int:
        """Seq of the newest change, 0 when there is none."""
        return self._seqs[-1] if self._seqs else 0

    def append(self, lines: Sequence[tuple[int, bytes]]) -> None:
        """Append `(seq, line)`s and make them durable together.

        Raises OSError, or JobError if the journal is no longer the file at its path; then none of
        them is in the journal, and the same call may be made again.
        """
        with self._writing:
            fd = self._writable()
            if self._torn:
                os.ftruncate(fd, self.end)
            if not self.end:
                first = encode_first_line(self._job)
                write_all(fd, first, 0)
                self._start = self.end = len(first)
            if self._renamed:
                fsync_folder(self.path.parent)
                self._renamed = False
            self._torn = True
            try:
                write_all(fd, b"".join([line for _, line in lines]), self.end)
                os.fsync(fd)
                self._must_be_at_its_path(fd)
            except (OSError, JobError):
                # After a failed fsync nobody knows what reached the disk, so all is written again.
                # If even this fails, the next append begins with it.
                with suppress(OSError):
                    os.ftruncate(fd, self.end)
                raise
            self._torn = False
            with self._index:
                for seq, line in lines:
                    self._seqs.append(seq)
                    self._offsets.append(self.end)
                    self._spare.append(spare(line))
                    self.end += len(line)
                    self.appended += len(line)

    def read(self, seq: int) -> Line | None:
        """Return the line of the change `seq`, None when it is not kept.

        Raises DamagedLine if it is not what was written, OSError if it cannot be read.
        """
        with self._index:
            place = bisect_left(self._seqs, seq)
            if place == len(self._seqs) or self._seqs[place] != seq or self._fd is None:
                return None
            start = self._offsets[place]
            end = self._offsets[place + 1] if place + 1 < len(self._offsets) else self.end
            raw = os.pread(self._fd, end - start, start)
        return decode_line(raw)

    def before(self, seq: int) -> int:
        """Return the newest seq kept below `seq`, 0 when there is none."""
        with self._index:
            place = bisect_left(self._seqs, seq)
            return self._seqs[place - 1] if place else 0

    def compact(self, upto: int, keep: int, held: int) -> None:
        """Drop what is not needed if that halves the journal.

        That is changes up to `upto`, less the newest `keep`, and the edits of records up to `held`,
        which the job file has. Raises OSError; then the journal is as it was, or shorter.
        """
        with self._writing:
            place = max(min(bisect_left(self._seqs, upto + 1), len(self._seqs) - keep), 0)
            records = bisect_left(self._seqs, held + 1)
            kept_from = self._offsets[place] if place < len(self._offsets) else self.end
            less = kept_from - self._start + sum(self._spare[place:records])
            if less < max(self.end - self._start - less, _WORTH_DROPPING):
                return
            first = encode_first_line(self._job)
            old = self._writable()
            ends = array("q", [len(first)])
            fd = write_temporary(self.path, self._shorter(old, first, place, records, ends))
            try:
                temporary(self.path).replace(self.path)
            except OSError:
                os.close(fd)
                raise
            with self._index:
                self._fd = fd
                self._seqs = self._seqs[place:]
                bare = max(records - place, 0)
                self._spare = array("q", bytes(8 * bare)) + self._spare[place + bare :]
                self._offsets, self._start, self.end = ends[:-1], ends[0], ends[-1]
            os.close(old)
            # Appends to a file whose name may be lost in a power cut would be lost with it.
            self._renamed = True
            fsync_folder(self.path.parent)
            self._renamed = False

    def _shorter(
        self, fd: int, first: bytes, place: int, records: int, ends: array[int]
    ) -> Iterator[bytes]:
        """Yield the first line, then the changes from `place` on, records before `records` bare.

        Notes in `ends` where each change ends, in bytes.
        """
        yield first
        bounds = [*self._offsets[place:], self.end]
        for n, (start, end) in enumerate(pairwise(bounds), place):
            bare = _bare(_read(fd, start, end)) if n < records and self._spare[n] else None
            if bare is not None:
                yield bare
            else:
                yield from (_read(fd, at, min(at + _COPY, end)) for at in range(start, end, _COPY))
            ends.append(ends[-1] + (end - start if bare is None else len(bare)))

    def close(self) -> None:
        """Close the file."""
        with self._writing, self._index:
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None

    def _must_be_at_its_path(self, fd: int) -> None:
        """Raise JobError if nobody would find there what was written: a file without a name."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if os.path.samestat(os.fstat(fd), self.path.lstat()):
                return
        raise JobError(
            f"the job's folder was moved or removed: put {shown(self.path)} back where it was, "
            "then save again"
        )

    def _writable(self) -> int:
        if self._fd is None:
            raise JobError(f"{shown(self.path)} is closed")
        return self._fd


def journal_path(job_file: Path) -> Path:
    """Return where the journal of a job file is."""
    return job_file.with_name(job_file.name + ".journal")


def read_changes(path: Path, job: str, base: int) -> Iterator[Line]:
    """Yield the lines of a journal that nobody may be writing, as `Journal.scan` does."""
    journal = Journal.open(path, job, writable=False)
    try:
        for _, line in journal.scan(base):
            yield line
    finally:
        journal.close()


def rewrite(path: Path, job: str, lines: Iterable[bytes]) -> None:
    """Put a journal of these lines in the place of the one at `path`. Raises OSError."""

    def chunks() -> Iterator[bytes]:
        yield encode_first_line(job)
        yield from lines

    replace_file(path, chunks())


def _schema_of(path: Path, fd: int, job: str) -> int:
    with open(os.dup(fd), "rb") as file:  # noqa: PTH123  a descriptor has no path
        return _read_schema(path, file, job)


def _read_schema(path: Path, file: BinaryIO, job: str) -> int:
    raw = file.readline()
    if raw[-1:] != b"\n":
        return 1  # its process died while it began the journal: nothing is in it
    try:
        header = decode_line(raw).header
        if header["format"] != JOURNAL_FORMAT:
            raise DamagedLine
    except (ValueError, KeyError, TypeError) as error:
        message = (
            f"line 1 of {shown(path)} is not that of a journal: restore it from a copy, or move it "
            "away to go on without the changes that only it holds"
        )
        raise JobError(message) from error
    if header.get("job") != job:
        raise JobError(f"{shown(path)} belongs to another job: move it away to go on without it")
    try:
        return checked_schema(header, shown(path))
    except ValueError as error:
        raise JobError(str(error)) from error


def _decoded(raw: bytes) -> Line | None:
    try:
        line = decode_line(raw)
    except (ValueError, RecursionError):
        return None
    return line if type(line.header) is dict and type(line.header.get("seq")) is int else None


def _bare(raw: bytes) -> bytes | None:
    """Return the record without its edits, None if it is damaged: others tell that."""
    try:
        return without_edits(raw)
    except (ValueError, TypeError):
        return None


def _read(fd: int, start: int, end: int) -> bytes:
    data = os.pread(fd, end - start, start)
    if len(data) < end - start:
        raise OSError("the journal became shorter while it was open")
    return data
