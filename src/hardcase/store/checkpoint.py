"""The job file as TinyDB sees it: a storage that knows the journal, and writes atomically."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tinydb.storages import Storage

from hardcase.errors import JobError
from hardcase.model.rows import to_json
from hardcase.store.files import replace_file, shown
from hardcase.store.journal import Damage, journal_path, read_changes
from hardcase.store.layout import (
    OldFileUnfit,
    Tables,
    read_documents,
    update_documents,
    write_documents,
)
from hardcase.store.lines import decode_edits
from hardcase.store.schema import STORE_TABLE, Meta, not_ours, upgraded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hardcase.model.job import Row
    from hardcase.store.schema import Document

T = TypeVar("T")


class JobStorage(Storage):
    """A TinyDB storage of a job file: `TinyDB(path, storage=JobStorage)`.

    `read` returns the job as it is, the changes in the journal included; `write` replaces the job
    file atomically. Who writes must hold the job's `WriterLock`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> dict[str, dict[str, Any]]:
        """Return `{table: {id: row}}`. Raises JobError."""
        meta, tables = self.build(_collect)
        seq = meta.seq
        journal = journal_path(self.path)
        try:
            for line in read_changes(journal, meta.job, meta.seq):
                if line.header["seq"] > seq:
                    if line.header.get("forgotten"):
                        raise JobError(f"{shown(self.path)} is older than its journal")
                    _apply(tables, line.edits)
                    seq = line.header["seq"]
        except Damage as damage:
            raise JobError(f"line {damage.number} of {shown(journal)} is damaged") from damage
        tables[STORE_TABLE] = {"1": Meta(seq, meta.job).to_json()}
        return tables

    def write(self, data: Tables) -> None:
        """Replace the job file by these tables; on any error the old file is intact.

        Raises JobError if the table `store` is missing, OSError if the disk does not take it.
        """
        if STORE_TABLE not in data:
            raise JobError(f"{shown(self.path)} cannot do without its table {STORE_TABLE}")
        first = {STORE_TABLE: data[STORE_TABLE]}
        replace_file(self.path, write_documents({**first, **data}))
        self._seen = _fingerprint(self.path)

    def update(self, data: Tables, changed: Mapping[str, set[int]]) -> None:
        """Replace the job file as `write` does, given which rows changed since it was read.

        `changed` holds, of each table that may be taken over otherwise, the ids that were added,
        altered or removed. Whatever else has written the file in the meantime is overwritten.
        """
        if self._seen != _fingerprint(self.path):
            self.write(data)
            return
        try:
            replace_file(self.path, update_documents(self.path, data, changed))
        except (OldFileUnfit, ValueError):
            self.write(data)
        self._seen = _fingerprint(self.path)

    def build(self, make: Callable[[Meta, Iterable[tuple[str, str, Document]]], T]) -> T:
        """Return `make(meta, rows)` of the job file alone, rows being `(table, id, row)`.

        `make` may be called twice, each time from the start. Raises JobError.
        """
        where = shown(self.path)
        self._seen = _fingerprint(self.path)

        def begin(rows: Iterable[tuple[str, str, Document]]) -> T:
            rest = iter(rows)
            table, key, row = next(rest, ("", "", {}))
            if (table, key) != (STORE_TABLE, "1"):
                raise JobError(not_ours(where))
            try:
                meta = Meta.from_json(row, where)
            except ValueError as error:
                raise JobError(str(error)) from error
            return make(meta, rest)

        try:
            return read_documents(self.path, begin)
        except TypeError as error:
            raise JobError(not_ours(where)) from error
        except (ValueError, RecursionError) as error:
            if not self.path.stat().st_size:
                raise JobError(f"{where} is empty: restore it from a copy, or remove it") from error
            raise JobError(
                f"{where} is no job file, or a damaged one: give another, or restore it from a copy"
            ) from error
        except OSError as error:
            raise JobError(f"{where} cannot be read ({error.strerror}): check the disk") from error


def _fingerprint(path: Path) -> tuple[int, int, int] | None:
    """Return what differs once somebody else has written the file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class RowDocuments(Mapping[int, "Document"]):
    """Rows as JSON objects, made only as they are looked at."""

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self._rows = rows

    def __getitem__(self, key: int) -> Document:
        return to_json(self._rows[key])

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _collect(
    meta: Meta, rows: Iterable[tuple[str, str, Document]]
) -> tuple[Meta, dict[str, dict[str, Any]]]:
    tables: dict[str, dict[str, Any]] = {}
    for table, key, row in rows:
        tables.setdefault(table, {})[key] = upgraded(table, row, meta.schema)
    return meta, tables


def _apply(tables: dict[str, dict[str, Any]], edits: bytes) -> None:
    for table, key, after, _ in decode_edits(edits):
        rows = tables.setdefault(table, {})
        if after is None:
            rows.pop(str(key), None)
        else:
            rows[str(key)] = after
