"""Samples taken out of a job, and files off the disk: nothing else, nowhere else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.job import Task
from hardcase.session import LabelingSession, Sort
from hardcase.session.folder.deletion import remove_files
from hardcase.session.judging import audit, ranking
from queued_job import queued


def test_deleting_is_one_change_and_undo_brings_everything_back(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1, 2], "cat")
    session.mark_hard([2])
    before = {s.id: s for s in session.samples()}
    assert session.delete([1, 2]).title == "delete 2 samples"
    assert [s.id for s in session.samples()] == [3, 4, 5]
    assert session.stats().labels["cat"] == 0
    with pytest.raises(UsageError):
        session.sample(1)
    session.undo()
    assert {s.id: s for s in session.samples()} == before
    session.redo()
    assert not session.has(1)


def test_an_id_of_a_deleted_sample_is_not_given_again(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.delete([5])
    (session.root / "images" / "new.png").write_bytes(b"x")
    session.sync()
    assert session.find("images/new.png") == 6


def test_deletions_survive_closing(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.delete([1])
    session.close()
    with LabelingSession.open(session.path) as again:
        assert not again.has(1)
        assert again.sync().new == 0


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "job"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.png").write_bytes(b"a")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.png").write_bytes(b"b")
    return folder


def test_files_are_removed_and_gone_ones_passed_by(root):
    removed = remove_files(root, ["in/a.png", "in/none.png", "no/such.png"])
    assert (removed.count, removed.problems) == (1, ())
    assert str(removed) == "removed 1 file for good"
    assert not (root / "in" / "a.png").exists()


def test_of_a_link_only_the_link_is_removed(root):
    outside = root.parent / "outside" / "b.png"
    (root / "link.png").symlink_to(outside)
    (root / "dead.png").symlink_to("nowhere")
    assert remove_files(root, ["link.png", "dead.png"]).count == 2
    assert outside.read_bytes() == b"b"
    assert not os.path.lexists(root / "link.png")


@pytest.mark.parametrize("path", ["../outside/b.png", "folder/b.png", "in/../../outside/b.png"])
def test_nothing_outside_the_folder_is_removed(root, path):
    (root / "folder").symlink_to(root.parent / "outside")
    removed = remove_files(root, [path, str(root.parent / "outside" / "b.png")])
    assert removed.count == 0
    assert len(removed.problems) == 2
    assert (root.parent / "outside" / "b.png").exists()


def test_what_is_no_image_by_its_name_is_not_removed(root):
    (root / "hardcase.json").write_bytes(b"{}")
    (root / "folder.png").mkdir()
    removed = remove_files(root, ["hardcase.json", "folder.png", "in/a.png"])
    assert removed.count == 1
    assert str(removed) == (
        "removed 1 file for good; not hardcase.json (no image by its name) and 1 more"
    )
    assert (root / "hardcase.json").exists()


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1, 8), min_size=1), st.integers(0, 255))
def test_after_a_deletion_queries_answer_as_if_the_job_were_opened_anew(gone, bits):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n in range(8):
            (folder / f"{n}.png").write_bytes(b"x")
        with LabelingSession.create(folder, Task.CLASSIFICATION, ["cat", "dog"]) as session:
            for n in range(8):
                if bits >> n & 1:
                    session.set_label([n + 1], ("cat", "dog")[n % 2])
                else:
                    session.mark_hard([n + 1])
            session.query()
            session.delete(gone)
            asked = ("", "hard", "label:cat", "by:human", "-label:dog", "name:3", "label:none")
            found = [session.query(expression=e).tolist() for e in asked], session.stats()
            hard = session.query(sort=Sort.HARD).tolist()
            session._columns = None
            assert found == (
                [session.query(expression=e).tolist() for e in asked],
                session.stats(),
            )
            assert hard == session.query(sort=Sort.HARD).tolist()


def test_a_run_that_ends_after_samples_were_deleted_labels_the_others(tmp_path):
    with queued(tmp_path / "job", [0.1, 0.2, 0.3]) as session:
        settled = session.settlement(1).settle()
        session.delete([1])
        assert session.finish_run(settled) is not None
        assert not session.has(1)
        session.undo()
        session.undo()
        assert session.has(1)


def test_a_deleted_sample_of_a_check_counts_as_wrong_until_it_is_back(tmp_path):
    with queued(tmp_path / "job", [0.001] * 100 + [0.9] * 20) as session:
        drawn = audit.draw(session, audit.propose(session, 0.1))
        session.delete([drawn.checks[0]])
        assert audit.glance(session, drawn).wrong == 1
        assert audit.progress(session, drawn).wrong == 1
        session.undo()
        assert audit.progress(session, drawn).wrong == 0


def test_the_queue_is_judged_anew_without_deleted_samples(tmp_path):
    with queued(tmp_path / "job", [0.1] * 40) as session:
        session.confirm(range(1, 21))
        taken = ranking.Ranking(session)
        session.delete([30, 31])
        ranked = taken.judge(always=True)
        assert ranked is not None
        for _ in ranking.apply(session, ranked):
            pass
        assert not session.has(30)
