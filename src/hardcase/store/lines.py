r"""One line of the journal: a change, with a checksum so that damage is noticed.

A line is `crc TAB header TAB edits NEWLINE`. The crc is the CRC-32 of what follows its tab, as 8
hex digits. The header is `{seq, when, who, title, kind, target?}`, so that an index needs no look
at the edits: `[[table, key, after, before?], ...]`. `before` is left out where there is none to
keep: new rows, and what undo passes by, which are records and changes of that kind. The JSON is
ASCII, so tabs and newlines only separate.

A change of the kind record says in its header how many `samples` it touches. Once the job file
holds it, nobody needs its edits again: they may be dropped, which the header then says by
`forgotten: true`.

The first line of a journal is such a line too. Its header is `{format, schema, job}`, its edits
are none.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.rows import from_json, to_json
from hardcase.precedence import keys
from hardcase.store.schema import FORMAT, SCHEMA, upgraded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.model.job import Row
    from hardcase.store.schema import Document

JOURNAL_FORMAT = f"{FORMAT}-journal"

_CRC = 8
_BEGINNING = 1 << 20
_PATIENCE = 0.2
"""Seconds that a record lets keys go first, all together: what comes after it waits too."""


class DamagedLine(ValueError):  # noqa: N818  a fact about a line; the store makes the error of it
    """A line that is not what was written."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was checked. `header` is parsed, `edits` is still text."""

    header: Document
    edits: bytes


def _plain(value: object) -> object:
    """Turn what numpy and read-only mappings put into rows into what JSON knows."""
    item = getattr(value, "item", None)
    return item() if item is not None else dict(value)  # type: ignore[call-overload]


encode_json = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_plain).encode


def encode_line(header: Document, edits: str = "[]") -> bytes:
    """Return the line that holds the header and the edits."""
    body = f"{encode_json(header)}\t{edits}".encode("ascii")
    return b"%08x\t%s\n" % (zlib.crc32(body), body)


def encode_first_line(job: str) -> bytes:
    """Return the first line of the journal of the job with that id."""
    return encode_line({"format": JOURNAL_FORMAT, "schema": SCHEMA, "job": job})


def encode_change(change: Change) -> bytes:
    """Return the change as a line; TypeError or ValueError if a row holds what JSON cannot."""
    header: Document = {
        "seq": change.seq,
        "when": change.when,
        "who": change.who,
        "title": change.title,
        "kind": change.kind,
    }
    if change.target is not None:
        header["target"] = change.target
    if change.kind is Kind.RECORD:
        header["samples"] = change.samples
    if change.forgotten is not None:
        header["forgotten"] = True
    is_record = change.kind is Kind.RECORD
    # Records come by the hundred while a run is under way; decisions must not wait behind them.
    edits = keys.before(change.edits, _PATIENCE) if is_record else change.edits
    encoded = ",".join([_encode_edit(edit, keeps_before=not is_record) for edit in edits])
    return encode_line(header, f"[{encoded}]")


def _encode_edit(edit: Edit, *, keeps_before: bool) -> str:
    values: list[Any] = [edit.table, edit.key, None if edit.after is None else to_json(edit.after)]
    if keeps_before and edit.before is not None and not edit.table.is_record:
        values.append(to_json(edit.before))
    return encode_json(values)


def decode_line(raw: bytes) -> Line:
    """Check and split a line, its newline included; DamagedLine if it is not as it was written."""
    body = memoryview(raw)[_CRC + 1 : -1]
    if raw[:_CRC] != b"%08x" % zlib.crc32(body) or raw[_CRC : _CRC + 1] != b"\t":
        raise DamagedLine
    split = raw.index(b"\t", _CRC + 1)
    header = json.loads(raw[_CRC + 1 : split])
    return Line(header, raw[split + 1 : -1])


def spare(raw: bytes) -> int:
    """Return how many bytes of a good line the job file makes superfluous once it holds it."""
    start = raw.index(b"\t", _CRC + 1)
    is_record = json.loads(raw[_CRC + 1 : start]).get("kind") == Kind.RECORD
    return max(len(raw) - start - len(b"\t[]\n"), 0) if is_record else 0


def without_edits(raw: bytes) -> bytes:
    """Return the line of a record without its edits. Raises ValueError if it is damaged."""
    line = decode_line(raw)
    header = line.header
    if "samples" not in header:
        tables = [table for table, *_ in decode_edits(line.edits)]
        header["samples"] = tables.count(Table.SAMPLES)
    return encode_line({**header, "forgotten": True})


def decode_edits(text: bytes) -> Iterator[tuple[str, int, Document | None, Document | None]]:
    """Yield `(table, key, after, before)` of every edit, rows still as JSON objects."""
    for table, key, after, *before in json.loads(text):
        yield table, key, after, before[0] if before else None


def first_touched(text: bytes) -> Iterator[tuple[str, int]]:
    """Yield `(table, key)` of the first edits, those in the first megabyte. Raises ValueError."""
    start, whole = 1, len(text) <= _BEGINNING
    beginning = text[:_BEGINNING].decode("ascii")
    decoder = json.JSONDecoder()
    while start < len(beginning) - 1:
        try:
            (table, key, *_), end = decoder.raw_decode(beginning, start)
        except ValueError:
            if whole:
                raise
            return
        yield table, key
        start = end + 1  # past the comma


def decode_change(line: Line, schema: int) -> Change:
    """Return the change of a line written by version `schema`.

    Raises KeyError, TypeError or ValueError if the line is none.
    """
    header = line.header
    return Change(
        header["seq"],
        header["when"],
        header["who"],
        header["title"],
        tuple(
            Edit(
                Table(table), key, _row(table, key, before, schema), _row(table, key, after, schema)
            )
            for table, key, after, before in decode_edits(line.edits)
        ),
        Kind(header["kind"]),
        header.get("target"),
        int(header["samples"]) if header.get("forgotten") else None,
    )


def _row(table: str, key: int, data: Document | None, schema: int) -> Row | None:
    return None if data is None else from_json(Table(table), key, upgraded(table, data, schema))
