"""The version of what job files hold, and how rows of older versions become today's.

A migration works on one row at a time, so the same function serves the rows of the job file and
those inside the changes of its journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT = "hardcase"
"""How a job file says that it is one: `format` in row 1 of its table `store`."""

STORE_TABLE = "store"

SCHEMA = 2
"""The version this program writes. Versions count from 1."""

Document = dict[str, Any]
"""A row as a JSON object."""


def _unchanged(_table: str, row: Document) -> Document:
    """Return the row: what version 2 adds (the rule of a job, audits, embeddings) is optional."""
    return row


MIGRATIONS: dict[int, Callable[[str, Document], Document]] = {1: _unchanged}
"""From version n to n + 1: `(table, row) -> row`, for every n below `SCHEMA`."""


def upgraded(table: str, row: Document, schema: int) -> Document:
    """Return a row of `table` as written by version `schema` in the form of version `SCHEMA`."""
    for version in range(schema, SCHEMA):
        row = MIGRATIONS[version](table, row)
    return row


def checked_schema(meta: Mapping[str, Any], where: str) -> int:
    """Return the version in `meta`; ValueError with one line if this program cannot read it."""
    schema = meta.get("schema")
    if type(schema) is not int or schema < 1:
        message = f"{where} does not say which version it is: restore it from a copy"
        raise ValueError(message)
    if schema > SCHEMA:
        message = (
            f"{where} was written by a newer hardcase (version {schema} of its format, this one "
            f"knows {SCHEMA}): update hardcase"
        )
        raise ValueError(message)
    return schema


@dataclass(frozen=True, slots=True)
class Meta:
    """Row 1 of the table `store`: the job file holds the changes up to `seq` of the job `job`.

    `job` is a random id that the journal carries as well, so that no journal is applied to another
    job.
    """

    seq: int
    job: str
    schema: int = SCHEMA

    def to_json(self) -> Document:
        """Return the row as written by this program."""
        return {"format": FORMAT, "schema": SCHEMA, "seq": self.seq, "job": self.job}

    @classmethod
    def from_json(cls, row: Mapping[str, Any], where: str) -> Meta:
        """Read the row; ValueError with one line if this program cannot read such a file."""
        if row.get("format") != FORMAT:
            raise ValueError(not_ours(where))
        schema = checked_schema(row, where)
        seq, job = row.get("seq"), row.get("job")
        if type(seq) is not int or seq < 0 or not isinstance(job, str):
            message = (
                f"row 1 of the table {STORE_TABLE} in {where} is damaged: restore it from a copy"
            )
            raise ValueError(message)
        return cls(seq, job, schema)


def not_ours(where: str) -> str:
    """Return the message for a file that something else has written."""
    return f"{where} is not a hardcase job file: give another one, or make one with hardcase init"
