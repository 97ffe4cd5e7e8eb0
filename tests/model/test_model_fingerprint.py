"""What is remembered of a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.changes import Table
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.rows import BAD_ROW, from_json, to_json

whole = st.integers(-(2**63), 2**63 - 1)
keys = st.tuples(whole, whole, st.integers(0, 2**64 - 1))
digests = st.one_of(st.just(""), st.binary(min_size=16, max_size=16).map(bytes.hex))


@given(keys, digests, st.text(max_size=20))
def test_it_gives_back_what_it_was_made_of_and_survives_the_job_file(key, digest, deleted):
    row = Fingerprint.of(7, key, digest, deleted)
    assert (row.id, row.key, row.digest, row.deleted) == (7, key, digest, deleted)
    assert from_json(Table.FILES, 7, to_json(row)) == row


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"size": 2**63},
        {"inode": -1},
        {"size": "5"},
        {"mtime_ns": None},
        {"digest": "xy"},
        {"digest": "ab" * 17},
        {"digest": 5},
    ],
)
def test_what_is_no_fingerprint_is_refused(wrong):
    good = {"size": 1, "mtime_ns": 2, "inode": 3}
    with pytest.raises(BAD_ROW):
        from_json(Table.FILES, 1, good | wrong if wrong else {})
