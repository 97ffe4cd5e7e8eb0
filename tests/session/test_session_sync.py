"""A job in step with its folder: nothing that has a label gets another picture, or loses it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.errors import JobError
from hardcase.model.changes import Kind, Table
from hardcase.model.job import Task
from hardcase.session import LabelingSession
from hardcase.session.folder import contents, scan
from hardcase.session.folder.deletion import deleted
from hardcase.session.folder.sync import Look


def file_of(session, sample_id):
    return session.image_path(sample_id)


def known(session):
    """Have every content read that somebody would miss."""
    found = [contents.read(i, path) for i, path in contents.unread(session)]
    contents.note(session, [row for row in found if row is not None])


def label_of(session, path):
    sample = session.sample(session.find(path))
    return sample.annotations[0].label if sample.annotations else None


@pytest.fixture
def session(make_session):
    """Five images; the first is a cat, the second a dog."""
    made = make_session(Task.CLASSIFICATION)
    made.set_label([1], "cat")
    made.set_label([2], "dog")
    return made


def test_new_gone_and_renamed_images_are_one_change_in_one_line(session):
    folder = session.root / "images"
    file_of(session, 1).rename(folder / "renamed.png")
    file_of(session, 3).unlink()
    shutil.copy(file_of(session, 5), folder / "copy.png")
    synced = session.sync()
    assert str(synced) == "1 new, 1 moved, 1 missing"
    assert synced.change.title == "sync: 1 new, 1 moved, 1 missing"
    assert (label_of(session, "images/renamed.png"), session.sample(3).missing) == ("cat", True)
    assert session.sample(1).path == "images/renamed.png"
    session.undo()
    assert session.sample(1).path == "images/000.png"
    assert not session.sample(3).missing
    assert len(list(session.samples())) == 5


def test_a_sync_of_a_folder_in_step_changes_nothing(session):
    before = next(session.history()).seq
    assert str(session.sync()) == "nothing new among 5 images"
    assert next(session.history()).seq == before


def test_a_renamed_folder_keeps_every_sample_without_reading_a_file(session, monkeypatch):
    monkeypatch.setattr(contents, "read", lambda *_: pytest.fail("a file was read"))
    (session.root / "images").rename(session.root / "photos")
    assert str(session.sync()) == "5 moved"
    assert label_of(session, "photos/000.png") == "cat"


def test_an_image_copied_elsewhere_is_known_by_its_content(session):
    known(session)
    file_of(session, 1).rename(session.root / "hidden")
    (session.root / "else").mkdir()
    (session.root / "else" / "x.png").write_bytes((session.root / "hidden").read_bytes())
    assert str(session.sync()) == "1 moved"
    assert label_of(session, "else/x.png") == "cat"


@pytest.mark.parametrize(("fraction", "said"), [(123_456_789, "1 moved"), (0, "1 new, 1 missing")])
def test_a_copy_that_kept_its_times_is_known_by_them_if_they_are_fine_enough(
    session, fraction, said
):
    path, copy = file_of(session, 1), session.root / "far" / "000.png"
    os.utime(path, ns=(0, 1_700_000_000_000_000_000 + fraction))
    session.sync()
    copy.parent.mkdir()
    shutil.copy2(path, copy)
    path.unlink()
    assert str(session.sync()) == said


def test_of_two_copies_that_kept_their_times_neither_is_taken_unread(session):
    path = file_of(session, 1)
    for name in ("far", "near"):
        (session.root / name).mkdir()
        shutil.copy2(path, session.root / name / "000.png")
    path.unlink()
    assert str(session.sync()) == "2 new, 1 missing"


def test_another_image_of_the_same_size_gets_no_label_of_it(session):
    known(session)
    path = file_of(session, 1)
    content = bytearray(path.read_bytes())
    path.unlink()
    content[-20] ^= 1
    (path.parent / "other.png").write_bytes(content)
    assert str(session.sync()) == "1 new, 1 missing"
    assert label_of(session, "images/other.png") is None


def test_only_files_that_may_be_a_known_one_are_read(session, monkeypatch):
    known(session)
    path = file_of(session, 1)
    path.unlink()
    (path.parent / "a.png").write_bytes(b"x")
    (path.parent / "b.png").write_bytes(b"y" * 5000)
    monkeypatch.setattr(contents, "read", lambda *_: pytest.fail("a file was read"))
    assert str(session.sync()) == "2 new, 1 missing"


def test_an_image_that_comes_back_is_greeted_under_any_name(session):
    known(session)
    path = file_of(session, 1)
    away = session.root / "away"
    path.rename(away)
    assert str(session.sync()) == "1 missing"
    away.rename(path.with_name("late.png"))
    assert str(session.sync()) == "1 moved"
    assert not session.sample(1).missing
    path.with_name("late.png").rename(away)
    session.sync()
    away.rename(path.with_name("late.png"))
    assert str(session.sync()) == "1 back"


def test_of_an_image_moved_and_copied_one_keeps_the_label_and_that_is_said(session):
    known(session)
    path = file_of(session, 1)
    content = path.read_bytes()
    path.unlink()
    for name in ("b.png", "a.png"):
        (path.parent / name).write_bytes(content)
    (session.root / "far").mkdir()
    (session.root / "far" / path.name).write_bytes(content)
    synced = session.sync()
    assert (synced.new, synced.moved) == (2, 1)
    assert session.sample(1).path == f"far/{path.name}"  # the name goes first
    assert "chosen among files of the same content: 1" in str(synced)


def test_of_alike_samples_the_labeled_one_is_kept(make_session):
    session = make_session(Task.CLASSIFICATION)
    content = file_of(session, 1).read_bytes()
    file_of(session, 2).write_bytes(content)
    session.sync()
    session.mark_hard([1])
    session.set_label([2], "dog")
    known(session)
    for i in (1, 2):
        file_of(session, i).unlink()
    (session.root / "images" / "one.png").write_bytes(content)
    session.sync()
    assert label_of(session, "images/one.png") == "dog"
    assert session.sample(1).missing


def test_files_that_swap_their_names_take_their_labels_along(session):
    one, two = file_of(session, 1), file_of(session, 2)
    one.rename(one.with_name("x"))
    two.rename(one)
    one.with_name("x").rename(two)
    assert str(session.sync()) == "2 moved"
    assert (label_of(session, "images/000.png"), label_of(session, "images/001.png")) == (
        "dog",
        "cat",
    )


def test_a_file_renamed_over_another_keeps_its_label_and_the_other_one_is_set_aside(session):
    file_of(session, 2).rename(file_of(session, 1))
    assert str(session.sync()) == "1 moved, 1 replaced"
    assert label_of(session, "images/000.png") == "dog"
    aside = session.sample(1)
    assert (aside.path, aside.missing) == ("images/000 (replaced).png", True)
    assert aside.annotations[0].label == "cat"
    session.undo()
    assert session.sample(1).path == "images/000.png"


def test_a_file_altered_where_it_is_keeps_its_label(session):
    file_of(session, 1).write_bytes(file_of(session, 5).read_bytes())
    assert session.sync().change is None
    assert label_of(session, "images/000.png") == "cat"


def test_samples_of_a_folder_that_cannot_be_read_are_kept_and_that_is_said(session, monkeypatch):
    really = os.scandir

    def scandir(where):
        if Path(where).name == "images":
            raise PermissionError(13, "Permission denied", str(where))
        return really(where)

    monkeypatch.setattr(scan.os, "scandir", scandir)
    synced = session.sync()
    assert synced.change is None
    assert str(synced).endswith("cannot be read: images, 5 samples in it kept")


def test_an_empty_folder_is_taken_for_a_disk_that_is_not_there(session):
    shutil.rmtree(session.root / "images")
    with pytest.raises(JobError, match="is its disk there"):
        session.sync()
    assert not any(s.missing for s in session.samples())


def test_a_look_that_is_stopped_changes_nothing(session):
    file_of(session, 1).unlink()
    with pytest.raises(JobError, match="was stopped"):
        Look(session).work(stopped=lambda: True)
    assert not session.sample(1).missing


def test_what_is_decided_while_the_folder_is_looked_through_stands(session):
    file_of(session, 3).rename(session.root / "images" / "z.png")
    look = Look(session)
    found = look.work()
    session.set_label([3], "dog")
    look.commit(session, found)
    assert label_of(session, "images/z.png") == "dog"


def test_deleted_samples_do_not_come_back_unless_asked_nor_under_another_name(session):
    session.delete([1, 2])
    file_of_two = session.root / "images" / "001.png"
    file_of_two.rename(file_of_two.with_name("again.png"))
    assert str(session.sync()).endswith("left out, deleted from the job: 2")
    assert str(session.sync(deleted=True)) == "2 new · deleted before: 2"
    assert label_of(session, "images/again.png") is None
    assert str(session.sync()) == "nothing new among 5 images"


def test_a_deletion_that_was_taken_back_leaves_nothing_out(session):
    session.delete([1])
    session.undo()
    file_of(session, 1).rename(session.root / "images" / "moved.png")
    session.sync()
    shutil.copy(session.root / "images" / "002.png", session.root / "images" / "000.png")
    assert str(session.sync()) == "1 new"


def test_contents_are_read_of_what_somebody_would_miss_and_noted_past_undo(session):
    assert [i for i, _ in contents.unread(session)] == [1, 2]
    known(session)
    assert list(contents.unread(session)) == []
    change = next(session.history())
    assert change.kind is Kind.RECORD
    assert {edit.table for edit in change.edits} == {Table.FILES}


def test_a_fingerprint_is_of_a_plain_file_only(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert contents.read(1, tmp_path / "pipe.png") is None
    assert contents.read(1, tmp_path) is None
    assert contents.read(1, tmp_path / "nothing.png") is None


names = st.sampled_from([f"{n}.png" for n in range(6)])


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.lists(st.booleans(), min_size=6, max_size=6))
def test_however_files_are_renamed_each_label_stays_with_its_picture(order, labeled):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_STATE_HOME"] = str(folder / ".state")
        for n in range(6):
            (folder / f"{n}.png").write_bytes(b"%d" % n * (n + 1))
        with LabelingSession.create(folder, Task.CLASSIFICATION, list("012345")) as session:
            for n in range(6):
                if labeled[n]:
                    session.set_label([session.find(f"{n}.png")], str(n))
            before = {s.id: s for s in session.samples()}
            for n in range(6):
                (folder / f"{n}.png").rename(folder / f"to{n}")
            for n, place in enumerate(order):
                (folder / f"to{n}").rename(folder / f"{place}.png")
            synced = session.sync()
            for sample in session.samples():
                content = (folder / sample.path).read_bytes().decode()
                said = [a.label for a in sample.annotations]
                assert said in ([], [content[0]])
            assert sum(bool(s.annotations) for s in session.samples()) == sum(labeled)
            if synced.change is not None:
                session.undo()
            assert {s.id: s for s in session.samples()} == before


def test_only_the_deleted_samples_asked_for_come_back_and_an_undo_deletes_them_again(session):
    session.delete([1, 2, 3])
    before = deleted(session)
    look = Look(session, [2])
    assert str(look.commit(session, look.work())).startswith("1 new · deleted before: 1")
    assert set(deleted(session)) == {1, 3}
    session.undo()
    assert sorted(deleted(session).values()) == sorted(before.values())
    assert str(session.sync()).endswith("left out, deleted from the job: 3")
    session.redo()
    assert len(deleted(session)) == 2


def test_an_image_that_came_into_the_job_since_the_look_is_not_added_again(session):
    shutil.copy(file_of(session, 5), session.root / "images" / "copy.png")
    look = Look(session)
    found = look.work()
    assert str(session.sync()) == "1 new"
    late = look.commit(session, found)
    assert late.new == 0
    paths = [sample.path for sample in session.samples()]
    assert paths.count("images/copy.png") == 1
