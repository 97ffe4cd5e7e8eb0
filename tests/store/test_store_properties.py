from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_model import Model, add_samples, as_kept, as_told, change, next_change, sample, state

from hardcase.errors import JobError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.rows import to_json
from hardcase.store import JobStore, jobstore, journal
from hardcase.store.undo import UndoStack

STEPS = st.sampled_from(["edit", "edit", "record", "undo", "redo", "checkpoint", "reopen", "flush"])
KEPT = 4


def next_made(model: Model, step: str, key: int) -> object:
    """The change of a step, None where there is nothing to undo or redo."""
    oldest = model.last_seq - KEPT
    if step == "undo":
        return model.undoing() if model.undo and model.undo[-1].seq > oldest else None
    if step == "redo":
        return model.redoing() if model.redo and model.redo[-1].seq > oldest else None
    before = model.tables[Table.SAMPLES].get(key)
    after = None if before and key % 2 else sample(key, hard=bool(model.last_seq % 2))
    edit = Edit(Table.SAMPLES, key, before, after)
    return change(model, edit, kind=Kind.RECORD if step == "record" else Kind.EDIT)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STEPS, st.integers(1, 5)), max_size=25))
def test_any_sequence_of_steps_equals_a_plain_model(steps: list[tuple[str, int]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(jobstore, "KEEP", KEPT)
        patch.setattr(journal, "_WORTH_DROPPING", 1)
        path, model = Path(folder) / "hardcase.json", Model()
        store = JobStore.create(path)
        for step, key in steps:
            if step == "checkpoint":
                store.checkpoint()
                assert json.loads(path.read_bytes())["samples"] == {
                    str(k): to_json(s) for k, s in model.tables[Table.SAMPLES].items()
                }
            elif step == "flush":
                store.flush()
            elif step == "reopen":
                store.close()
                store = JobStore.open(path)
            elif made := next_made(model, step, key):
                model.commit(made)
                store.commit(made)
            assert_equal(store, model)
        store.close()
        with JobStore.open(path, read_only=True) as again:
            assert_equal(again, model)


def assert_equal(store: JobStore, model: Model) -> None:
    assert state(store) == model.tables
    assert store.last_seq == model.last_seq
    kept = list(store.history())
    assert len(kept) >= min(KEPT, model.last_seq)
    made = model.changes[: -len(kept) - 1 : -1]
    assert [as_kept(c) for c in kept] == [as_told(k, m) for k, m in zip(kept, made, strict=True)]
    oldest = kept[-1].seq if kept else 0
    for target, stack in ((store.undo_target(), model.undo), (store.redo_target(), model.redo)):
        assert target == next((c for c in stack[-1:] if c.seq >= oldest), None)


@given(st.data())
def test_an_undo_stack_of_the_newest_changes_is_that_of_all_less_the_older(data) -> None:
    whole, events = UndoStack(), []
    for seq in range(1, data.draw(st.integers(1, 30)) + 1):
        choices = [(Kind.EDIT, None), (Kind.RECORD, None)]
        choices += [(Kind.UNDO, s) for s in whole.undo[-1:]]
        choices += [(Kind.REDO, s) for s in whole.redo[-1:]]
        events.append((seq, *data.draw(st.sampled_from(choices))))
        whole.note(*events[-1])
    first = data.draw(st.integers(1, len(events)))
    part = UndoStack(first=first)
    for event in events[first - 1 :]:
        part.note(*event)
    whole.forget_before(first)
    assert (part.undo, part.redo) == (whole.undo, whole.redo)


def small_job(path: Path, changes: int) -> Model:
    """A job with a checkpoint in its middle, left as by a crash."""
    model = Model()
    store = JobStore.create(path)
    for number in range(changes):
        for holder in (model, store):
            add_samples(holder, number, number + 1)
        if number == changes // 2:
            store.checkpoint()
    store.flush()
    crashed = path.with_name("crashed.json")
    shutil.copy(path, crashed)
    shutil.copy(journal.journal_path(path), journal.journal_path(crashed))
    store.close()
    crashed.replace(path)
    journal.journal_path(crashed).replace(journal.journal_path(path))
    return model


def states(model: Model) -> list[dict]:
    """The tables after 0, 1, 2, ... changes."""
    replayed, found = Model(), []
    found.append(state(replayed))
    for made in model.changes:
        replayed.commit(made)
        found.append(state(replayed))
    return found


def test_a_journal_cut_at_any_byte_opens_to_the_changes_before_the_cut(path: Path) -> None:
    model = small_job(path, 4)
    expected = states(model)
    whole = journal.journal_path(path).read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")][1:]
    for cut in range(len(whole)):
        journal.journal_path(path).write_bytes(whole[:cut])
        complete = sum(end <= cut for end in ends)
        with JobStore.open(path, read_only=True) as store:
            assert store.last_seq == max(complete, 3), cut
            assert state(store) == expected[store.last_seq], cut


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8, 0.99])
def test_a_journal_cut_short_is_gone_on_with(path: Path, share: float) -> None:
    small_job(path, 4)
    place = journal.journal_path(path)
    whole = place.read_bytes()
    place.write_bytes(whole[: int(share * len(whole))])
    with JobStore.open(path) as store:
        seq, before = store.last_seq, state(store)
        add_samples(store, 9)
        store.flush()
        with JobStore.open(path, read_only=True) as other:
            assert state(other) == {
                **before,
                Table.SAMPLES: {**before[Table.SAMPLES], 9: sample(9)},
            }
    with JobStore.open(path) as store:
        assert not store.read_only
        assert store.last_seq == seq + 1
        assert store.undo_target().edits[0].after == sample(9)


def test_a_changed_byte_anywhere_is_noticed_or_harmless(path: Path) -> None:
    model = small_job(path, 5)
    expected = states(model)
    whole, job_file = journal.journal_path(path).read_bytes(), path.read_bytes()
    for place in range(0, len(whole) - 1, 11):
        damaged = bytearray(whole)
        damaged[place] ^= 0x11
        journal.journal_path(path).write_bytes(damaged)
        in_line = whole.count(b"\n", 0, place) + 1
        if in_line == 1:
            with pytest.raises(JobError, match=r"line 1 of .*journal"):
                JobStore.open(path)
        else:
            with JobStore.open(path) as store:
                said = store.read_only_reason if in_line > 4 else store.notice
                assert re.match(f"line {in_line} of .*journal is damaged", said)
                assert store.read_only == (in_line > 4), "the job file holds lines 2 to 4"
                assert state(store) == expected[in_line - 2 if in_line > 4 else 5]
                again = JobStore.open(path, read_only=True)
                assert state(again) == state(store)
        assert journal.journal_path(path).read_bytes() == damaged, "something was overwritten"
        path.write_bytes(job_file)


def test_after_damage_in_what_the_job_file_holds_work_goes_on(path: Path) -> None:
    with JobStore.create(path) as store:
        for key in range(3):
            add_samples(store, key)
    place = journal.journal_path(path)
    damaged = place.read_bytes()[:-20] + b"?" + place.read_bytes()[-19:]
    place.write_bytes(damaged)
    with JobStore.open(path) as store:
        assert "line 4 of" in store.notice
        assert list(store.history()) == []
        add_samples(store, 9)
        store.flush()
        assert place.read_bytes().startswith(damaged)
        reader = JobStore.open(path, read_only=True)
        assert state(reader) == state(store)
        assert [c.seq for c in reader.history()] == [4]


def test_the_same_number_makes_the_same_change() -> None:
    one, other = Model(), Model()
    for _ in range(50):
        one.commit(next_change(one))
        other.commit(next_change(other))
    assert one.changes == other.changes


def test_a_long_unfinished_line_is_cut_off_before_a_short_one_is_written(path: Path) -> None:
    small_job(path, 3)
    with journal.journal_path(path).open("ab") as file:
        file.write(b"x" * 5000)
    with JobStore.open(path) as store:
        add_samples(store, 9)
        store.flush()
        assert journal.journal_path(path).read_bytes()[-1:] == b"\n"
        reader = JobStore.open(path, read_only=True)
        assert (reader.last_seq, state(reader)) == (4, state(store))
