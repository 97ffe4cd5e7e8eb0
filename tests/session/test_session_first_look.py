"""What to offer in a folder that is no job yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from hardcase.model.job import Status, Task
from hardcase.session.folder import first_look
from hardcase.session.folder.first_look import create, invites, look_at


@pytest.fixture
def folder(tmp_path):
    for name in ("cat/a.png", "dog/b.png"):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    return tmp_path / "set"


def test_a_look_counts_images_and_tells_the_likeliest_task(folder):
    look = look_at(folder)
    assert (look.images, look.task) == (2, Task.CLASSIFICATION)
    assert [o.format for o in look.for_task(Task.CLASSIFICATION)] == ["imagefolder"]
    assert look.for_task(Task.DETECTION) == []


def test_class_names_that_lie_there_are_the_labels_without_annotations(folder):
    (folder / "classes.txt").write_text("bird\nfish\n")
    look = look_at(folder / "cat")
    assert look.labels(Task.DETECTION) == ("bird", "fish")
    assert look_at(folder).labels(Task.CLASSIFICATION) == ("cat", "dog")
    (folder / "classes.txt").write_bytes(b"\xff\xfe\x00")
    assert look_at(folder / "cat").labels(Task.DETECTION) == ()


def test_a_look_ends_when_nobody_waits_for_it(folder):
    assert look_at(folder, lambda: True).images == 0


def test_a_job_is_made_with_the_annotations_asked_for(folder):
    (offer,) = look_at(folder).offers
    session, said = create(folder, Task.CLASSIFICATION, ["bird"], offer)
    with session:
        assert said == "read 2 annotations of 2 images"
        assert [label.name for label in session.labels] == ["bird", "cat", "dog"]
        assert all(s.status is Status.LABELED for s in session.samples())


def test_a_job_is_made_though_its_annotations_cannot_be_read(folder):
    (offer,) = look_at(folder).offers
    (folder / "x.csv").write_text("nothing\n")
    wrong = first_look.Offer(folder / "x.csv", "csv", offer.tasks, ())
    session, said = create(folder, Task.CLASSIFICATION, [], wrong)
    with session:
        assert said.startswith("no annotations were read: x.csv")
        assert session.stats().total == 2


def test_a_folder_of_images_invites_and_one_with_a_job_or_without_images_does_not(folder, tmp_path):
    assert invites(folder)
    assert invites(folder / "cat")
    assert not invites(tmp_path)  # they are too deep
    assert not invites(tmp_path / "nothing")
    create(folder, Task.CLASSIFICATION, [], None)[0].close()
    assert not invites(folder)
    (folder.parent / "more").mkdir()
    Image.new("RGB", (8, 8)).save(folder.parent / "more" / "c.png")
    assert not invites(folder.parent)  # there is a job in it already


def test_a_home_never_invites(folder, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: folder)
    assert not invites(folder)


def test_a_look_tells_of_images_that_a_job_cannot_take(folder):
    assert not look_at(folder).left_out
    (folder / os.fsdecode(b"bad_\xff.jpg")).write_bytes(b"")
    assert look_at(folder).left_out.startswith("1 file left out: its name is not valid text")
