"""The text of a job file: TinyDB's JSON, one row a line.

    {"store": {
    "1": {"format": "hardcase", ...}
    },
    "samples": {
    "1": {"path": "a.jpg"},
    "2": {"path": "b.jpg"}
    }}

One row a line lets a job be read row by row, which takes a third of the memory of one big parse,
and makes the file fit for `diff`. Files that TinyDB itself has rewritten are read as well, in one
piece.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from hardcase.store.lines import encode_json
from hardcase.store.schema import STORE_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hardcase.store.schema import Document

T = TypeVar("T")

Tables = Mapping[str, Mapping[Any, Mapping[str, object]]]
"""Tables of rows as JSON objects, by id."""

_QUOTE = ord('"')
_FIRST = f'{{"{STORE_TABLE}": {{\n'
_CHUNK = 2000  # rows; about a megabyte


class OldFileUnfit(Exception):  # noqa: N818  the new file is written in full then
    """The old file cannot serve as the start of the new one."""


class _OtherLayout(Exception):  # noqa: N818  never leaves this module
    """The file is not one row a line."""


def read_documents(path: Path, build: Callable[[Iterable[tuple[str, str, Document]]], T]) -> T:
    """Return `build(rows)`, rows being every `(table, id, row)` of the file, table `store` first.

    `build` may be called a second time, from the start. Raises ValueError or RecursionError if the
    file is no JSON object of tables of rows, OSError if it cannot be read.
    """
    try:
        return build(_by_line(path))
    except _OtherLayout:
        return build(_whole(path))


def _by_line(path: Path) -> Iterator[tuple[str, str, Document]]:
    parse = json.JSONDecoder().raw_decode
    with path.open(encoding="utf-8") as file:
        if file.readline(len(_FIRST)) != _FIRST:
            raise _OtherLayout
        table, line = STORE_TABLE, ""
        for line in file:
            if line[0] != '"':
                if line not in {"},\n", "}}\n"}:
                    raise _OtherLayout
            elif line.endswith('": {\n'):
                table = json.loads(line[:-4])
            else:
                colon = line.find('": ', 1)
                try:
                    row, end = parse(line, colon + 3)
                except ValueError as error:
                    raise _OtherLayout from error
                if line[end:] not in {",\n", "\n"} or type(row) is not dict:
                    raise _OtherLayout
                yield table, line[1:colon], row
        if line != "}}\n":
            raise _OtherLayout


def _whole(path: Path) -> Iterator[tuple[str, str, Document]]:
    with path.open(encoding="utf-8") as file:
        tables = json.load(file)
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise ValueError("no tables")
    for name in sorted(tables, key=lambda name: name != STORE_TABLE):
        for key, row in tables[name].items():
            if not isinstance(row, dict):
                raise TypeError("a row that is no object")
            yield name, key, row


def write_documents(tables: Tables) -> Iterator[bytes]:
    """Yield the text of a job file in pieces; the table `store` must come first."""
    for number, (name, rows) in enumerate(tables.items()):
        lines = (_row(key, row) for key, row in rows.items())
        yield from _table(name, lines, first=not number)
    yield b"}}\n"


def update_documents(old: Path, tables: Tables, changed: Mapping[str, set[int]]) -> Iterator[bytes]:
    """Yield what `write_documents` would, taking the lines of unchanged rows from the old file.

    That is some ten times faster. `changed` names the tables whose rows may be taken over, and of
    each the ids that were added, altered or removed since; other tables are written anew. Raises
    OldFileUnfit when the old file is not what `write_documents` wrote, possibly at the end.
    """
    with old.open("rb") as file:
        starts = {name: f"{encode_json(name)}: {{\n".encode("ascii") for name in tables}
        line = file.readline()[1:]
        for number, (name, rows) in enumerate(tables.items()):
            if line != starts[name]:
                raise OldFileUnfit
            lines = _kept_and_changed(file, rows, changed.get(name))
            yield from _table(name, lines, first=not number)
            line = file.readline()
    if line:
        raise OldFileUnfit
    yield b"}}\n"


def _kept_and_changed(
    file: BinaryIO, rows: Mapping[int, Mapping[str, object]], changed: set[int] | None
) -> Iterator[bytes]:
    """Yield a table's rows as lines, reading the old ones up to and with the table's end."""
    pending = set(rows) if changed is None else changed.intersection(rows)
    count = 0
    for line in file:
        if line[0] != _QUOTE:
            break
        if changed is not None:
            key = int(line[1 : line.index(b'"', 1)])
            if key not in changed:
                count += 1
                yield line.rstrip(b",\n")
    for key in sorted(pending):
        count += 1
        yield _row(key, rows[key])
    if count != len(rows):
        raise OldFileUnfit


def _row(key: int, row: Mapping[str, object]) -> bytes:
    return f'"{key}": {encode_json(row)}'.encode("ascii")


def _table(name: str, lines: Iterator[bytes], *, first: bool) -> Iterator[bytes]:
    start = "{" if first else "},\n"
    yield f"{start}{encode_json(name)}: {{\n".encode("ascii")
    separator = b""
    while chunk := list(islice(lines, _CHUNK)):
        yield separator + b",\n".join(chunk)
        separator = b",\n"
    if separator:
        yield b"\n"
