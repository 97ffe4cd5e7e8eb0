"""Files that are no job, or not one that this program may touch."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from store_model import add_samples, sample, state
from tinydb import TinyDB

from hardcase.errors import JobError
from hardcase.model.changes import Table
from hardcase.model.rule import DEFAULT_RULE
from hardcase.store import JobStore, schema
from hardcase.store.journal import journal_path

if TYPE_CHECKING:
    from pathlib import Path

META = {"format": "hardcase", "schema": 1, "seq": 0, "job": "a"}

UNREADABLE = "is no job file, or a damaged one: give another, or restore it from a copy$"
NOT_OURS = "is not a hardcase job file: give another one, or make one with hardcase init$"


def refused(path: Path, match: str) -> None:
    """Opening fails with one line, and leaves the folder as it was."""
    before = {p: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    with pytest.raises(JobError, match=match) as caught:
        JobStore.open(path)
    assert "\n" not in str(caught.value)
    assert {p: p.read_bytes() for p in path.parent.iterdir() if p.is_file()} == before


def test_a_folder_is_refused(path: Path) -> None:
    path.mkdir()
    refused(path, "is a folder: give the job file")


def test_a_missing_file_is_refused(path: Path) -> None:
    refused(path, "there is no job file .*hardcase init")


def test_an_empty_file_is_refused(path: Path) -> None:
    path.write_text("")
    refused(path, "is empty")


@pytest.mark.parametrize(
    "content", [b"not json", b"\xff\xfe\x00", b"[" * 100_000, b'{"store": {\n']
)
def test_what_is_not_json_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, UNREADABLE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], UNREADABLE),
        ("text", UNREADABLE),
        ({"store": []}, UNREADABLE),
        ({}, NOT_OURS),
        ({"samples": {"1": {"path": "a.jpg"}}}, NOT_OURS),
        ({"store": {}}, NOT_OURS),
        ({"store": {"1": []}}, NOT_OURS),
        ({"store": {"1": {"apples": 3}}}, NOT_OURS),
        ({"_default": {"1": {"name": "of another program"}}}, NOT_OURS),
    ],
)
def test_json_of_another_program_is_refused(path: Path, content: object, message: str) -> None:
    path.write_text(json.dumps(content))
    refused(path, message)


def test_a_file_of_another_tinydb_program_is_refused(path: Path) -> None:
    with TinyDB(path) as database:
        database.insert({"name": "theirs"})
    refused(path, "is not a hardcase job file")


def test_a_newer_version_is_refused(path: Path) -> None:
    path.write_text(json.dumps({"store": {"1": {**META, "schema": 99}}}))
    refused(path, "written by a newer hardcase .* update hardcase")


@pytest.mark.parametrize("change", [{"schema": "1"}, {"schema": 0}, {"seq": -1}, {"job": None}])
def test_a_damaged_first_row_is_refused(path: Path, change: dict[str, object]) -> None:
    path.write_text(json.dumps({"store": {"1": {**META, **change}}}))
    refused(path, "restore it from a copy")


@pytest.mark.parametrize(
    ("table", "key", "row"),
    [
        ("samples", "1", {}),
        ("samples", "x", {"path": "a.jpg"}),
        ("samples", "1", {"path": "a.jpg", "status": "fine"}),
        ("samples", "1", {"path": "a.jpg", "annotations": [{"label": "a", "box": [1, 2, 3]}]}),
        ("samples", "1", {"path": "a.jpg", "annotations": 5}),
        ("labels", "1", {"name": "a"}),
        ("job", "1", {"name": "a", "task": "segmentation"}),
        ("runs", "1", {"kind": "pre-label", "model": "m", "unknown": 1}),
        ("predictions", "1", {"annotations": []}),
    ],
)
def test_a_damaged_row_is_named(path: Path, table: str, key: str, row: object) -> None:
    path.write_text(json.dumps({"store": {"1": META}, table: {key: row}}))
    refused(path, f"row {key} of table {table} in .* is damaged")


def test_a_damaged_line_of_the_job_file_is_refused(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1, 2, 3)
    path.write_text(path.read_text().replace('"2": {', '"2": {,'))
    refused(path, UNREADABLE)


def test_a_journal_of_another_job_is_refused(path: Path) -> None:
    JobStore.create(path).close()
    other = path.with_name("other.json")
    JobStore.create(other).close()
    journal_path(other).replace(journal_path(path))
    refused(path, "belongs to another job")


def test_a_job_file_older_than_its_journal_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JobStore.create(path) as store:
        old = path.read_bytes()
        add_samples(store, 1)
        monkeypatch.setattr("hardcase.store.jobstore.KEEP", 1)
        monkeypatch.setattr("hardcase.store.journal._WORTH_DROPPING", 1)
        add_samples(store, 2)
    path.write_bytes(old)
    refused(path, "older than its journal")


def test_without_its_journal_a_job_goes_on_and_seqs_are_not_given_again(path: Path) -> None:
    with JobStore.create(path) as store:
        add_samples(store, 1)
    journal_path(path).unlink()
    with JobStore.open(path) as store:
        assert store.last_seq == 1
        assert (list(store.history()), store.undo_target()) == ([], None)
        add_samples(store, 2)
    with JobStore.open(path) as store:
        assert [c.seq for c in store.history()] == [2]
        assert set(store.tables[Table.SAMPLES]) == {1, 2}


def test_an_existing_file_is_never_made_anew(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(JobError, match="exists already"):
        JobStore.create(path)
    assert path.read_text() == "precious"
    path.unlink()
    journal_path(path).write_text("precious")
    with pytest.raises(JobError, match="of an earlier job is in the way"):
        JobStore.create(path)
    assert [p.read_text() for p in path.parent.iterdir()] == ["precious"]


def test_a_job_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="there is no folder"):
        JobStore.create(tmp_path / "nowhere" / "hardcase.json")


def test_links_in_the_folder_are_not_written_through(path: Path, tmp_path: Path) -> None:
    JobStore.create(path).close()
    precious = tmp_path / "precious"
    precious.write_text("precious")
    path.with_name(path.name + ".tmp").symlink_to(precious)
    store = JobStore.open(path)
    add_samples(store, 1)
    store.flush()
    with pytest.raises(JobError, match="cannot be written"):
        store.close()
    assert precious.read_text() == "precious"


def test_a_journal_that_is_a_pipe_does_not_hang(path: Path) -> None:
    JobStore.create(path).close()
    journal_path(path).unlink()
    os.mkfifo(journal_path(path))
    with pytest.raises(JobError, match="is not a file"):
        JobStore.open(path)


def test_the_mode_of_the_job_file_is_kept(path: Path) -> None:
    JobStore.create(path).close()
    path.chmod(0o640)
    with JobStore.open(path) as store:
        add_samples(store, 1)
    assert path.stat().st_mode & 0o777 == 0o640


def test_control_characters_in_a_path_do_not_reach_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        JobStore.open(tmp_path / "a\x1b[31m\nb.json")
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


def renamed_path(table: str, row: dict[str, object]) -> dict[str, object]:
    """A migration: the version before called `path` differently."""
    if table != "samples":
        return row
    return {("path" if name == "file" else name): value for name, value in row.items()}


@pytest.fixture
def old_job(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job of an older version in which samples have a `file`, left as by a crash."""
    store = JobStore.create(path)
    add_samples(store, 1, 2)
    store.checkpoint()
    add_samples(store, 2, 3)
    store.flush()
    files = {place: place.read_bytes() for place in (path, journal_path(path))}
    store.close()
    path.write_bytes(files[path].replace(b'"path":', b'"file":'))
    lines = files[journal_path(path)].replace(b'"path":', b'"file":').splitlines()
    from hardcase.store.lines import zlib

    checked = [b"%08x\t%s\n" % (zlib.crc32(line[9:]), line[9:]) for line in lines]
    journal_path(path).write_bytes(b"".join(checked))
    old = schema.SCHEMA
    monkeypatch.setitem(schema.MIGRATIONS, old, renamed_path)
    for name in ("schema", "lines", "jobstore"):
        monkeypatch.setattr(f"hardcase.store.{name}.SCHEMA", old + 1)
    return path


def test_an_older_version_is_migrated_with_its_journal_and_history(old_job: Path) -> None:
    with JobStore.open(old_job) as store:
        assert store.tables[Table.SAMPLES] == {k: sample(k) for k in (1, 2, 3)}
        assert store.undo_target().edits[1].after == sample(3)
        assert [c.seq for c in store.history()] == [2, 1]
    with TinyDB(old_job) as database:
        assert database.table("store").get(doc_id=1)["schema"] == schema.SCHEMA
    assert b'"file":' not in old_job.read_bytes() + journal_path(old_job).read_bytes()
    with JobStore.open(old_job) as store:
        assert store.tables[Table.SAMPLES] == {k: sample(k) for k in (1, 2, 3)}


def test_a_job_of_version_1_opens_with_the_rule_it_had_without_saying_so(path: Path) -> None:
    job = {"name": "old", "task": "detection"}
    path.write_text(json.dumps({"store": {"1": META}, "job": {"1": job}}))
    with JobStore.open(path) as store:
        assert store.tables[Table.JOB][1].hard_rule == DEFAULT_RULE
    assert json.loads(path.read_text())["store"]["1"]["schema"] == schema.SCHEMA


def test_an_older_version_is_read_without_writing(old_job: Path) -> None:
    before = old_job.read_bytes(), journal_path(old_job).read_bytes()
    reader = JobStore.open(old_job, read_only=True)
    assert reader.tables[Table.SAMPLES] == {k: sample(k) for k in (1, 2, 3)}
    assert next(reader.history()).edits[1].after == sample(3)
    assert (old_job.read_bytes(), journal_path(old_job).read_bytes()) == before


def test_a_crash_between_the_files_of_a_migration_is_gone_on_with(old_job: Path) -> None:
    journal = journal_path(old_job).read_bytes()
    with JobStore.open(old_job) as store:
        expected = state(store)
    journal_path(old_job).write_bytes(journal)
    with JobStore.open(old_job) as store:
        assert state(store) == expected
        assert [c.seq for c in store.history()] == [2, 1]
