"""check: every kind of damage is found, and nothing else."""

from __future__ import annotations

import json

import pytest
from cli_pictures import paint

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Sample, Task
from hardcase.session.check import annotation_problems
from hardcase.store.lines import decode_line, encode_line


@pytest.fixture
def problems(cli):
    def of(job):
        result = cli("check", job, "--json")
        found = result.record["problems"]
        assert result.status == (1 if found else 0)
        people = cli("check", job)
        assert people.status == result.status
        if found:
            assert len(people.out.splitlines()) == len(found)
        return [(p["path"], p["problem"]) for p in found]

    return of


def test_a_sound_job_has_no_problem(boxes, cli, problems):
    assert problems(boxes) == []
    assert cli("check", boxes).out == "6 samples, no problem\n"


def test_images_that_do_not_open_are_found(boxes, problems):
    (boxes / "red" / "0.png").write_bytes(b"no picture")
    (boxes / "red" / "1.png").unlink()
    whole = (boxes / "blue" / "1.png").read_bytes()
    (boxes / "blue" / "1.png").write_bytes(whole[: len(whole) // 2])
    assert [path for path, _ in problems(boxes)] == ["blue/1.png", "red/0.png", "red/1.png"]


def test_an_image_outside_the_folder_is_not_opened(boxes, tmp_path, problems):
    paint(tmp_path / "secret.png", (1, 2, 3))
    job_file = boxes / "hardcase.json"
    job_file.write_text(job_file.read_text().replace("red/0.png", "../secret.png"))
    ((path, text),) = problems(boxes)
    assert path == "../secret.png"
    assert "outside" in text


def test_an_image_that_changed_its_size_is_found_with_its_boxes(boxes, problems):
    paint(boxes / "green" / "0.png", (1, 2, 3), (16, 12))
    texts = [text for path, text in problems(boxes) if path == "green/0.png"]
    assert any("16 x 12" in text for text in texts)
    assert any("reaches out" in text for text in texts)


def damage(line: bytes) -> bytes:
    return line.replace(b"human", b"robot").replace(b"seq", b"sex")


def test_a_damaged_line_of_the_history_is_found(boxes, problems):
    journal = boxes / "hardcase.json.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = damage(lines[1])
    journal.write_bytes(b"".join(lines))
    ((_, text),) = problems(boxes)
    assert "line 2 of" in text


def test_a_line_of_the_history_that_means_nothing_is_found(boxes, problems):
    journal = boxes / "hardcase.json.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    header = decode_line(lines[2]).header
    lines[2] = encode_line(header, '[["labels", 1, {"nonsense": 2}]]')
    journal.write_bytes(b"".join(lines))
    ((_, text),) = problems(boxes)
    assert "is damaged" in text


def test_a_damaged_line_that_only_the_journal_has_is_found(boxes, problems, cli):
    job_file = boxes / "hardcase.json"
    before = job_file.read_bytes()
    cli("mark-hard", boxes, "1")
    cli("mark-hard", boxes, "2")
    job_file.write_bytes(before)  # as after a crash: the newest changes are in the journal alone
    journal = boxes / "hardcase.json.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[-2] = damage(lines[-2])
    journal.write_bytes(b"".join(lines))
    ((_, text),) = problems(boxes)
    assert "is damaged" in text


def test_a_draft_left_from_a_crash_is_found(boxes, problems):
    (boxes / "hardcase.json.tmp").write_text("half")
    ((path, text),) = problems(boxes)
    assert path is None
    assert "hardcase.json.tmp" in text


def test_a_folder_that_is_gone_is_found_with_its_images(folder, tmp_path, cli, problems):
    job = tmp_path / "job.json"
    cli("init", folder, "--task", "detection", "--job", job)
    folder.rename(tmp_path / "moved")
    found = problems(job)
    assert "folder of the images is gone" in found[0][1]
    assert len(found) == 7


def test_a_label_that_is_there_twice_is_found(boxes, problems):
    job_file = boxes / "hardcase.json"
    job_file.write_text(job_file.read_text().replace('"name":"dog"', '"name":"cat"'))
    texts = [text for _, text in problems(boxes)]
    assert "label cat is there twice" in texts
    assert sum("label dog, which the job does not have" in text for text in texts) == 2


def test_missing_images_show_as_such_in_the_list(boxes, cli):
    (boxes / "red" / "0.png").unlink()
    cli("sync", boxes)
    assert "unlabeled, missing" in cli("list", boxes, "--filter", "missing").out


def test_a_job_file_that_is_none_is_one_line(boxes, cli):
    (boxes / "hardcase.json").write_text(json.dumps({"name": "somebody else's"}))
    result = cli("check", boxes)
    assert result.status == 1
    assert "hardcase.json" in result.error


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (Annotation("cat", Box(0, 0, 10, 10)), None),
        (Annotation("cat", Box(0, 0, 10.005, 10)), None),
        (Annotation("cat", Box(0, 0, 11, 10)), "reaches out"),
        (Annotation("cat", Box(-1, 0, 10, 10)), "reaches out"),
        (Annotation("cat", Box(3, 0, 3, 10)), "without area"),
        (Annotation("cat", Box(float("nan"), 0, 3, 10)), "without area"),
        (Annotation("cat"), "no box"),
        (Annotation("cow", Box(0, 0, 10, 10)), "cow"),
    ],
)
def test_annotations_are_looked_at(annotation, said):
    sample = Sample(1, "a.png", annotations=(annotation,), width=10, height=10)
    found = list(annotation_problems(sample, Task.DETECTION, {"cat"}, (10, 10)))
    if said is None:
        assert found == []
    else:
        (text,) = found
        assert said in text


def test_a_box_does_not_belong_into_classification():
    sample = Sample(1, "a.png", annotations=(Annotation("cat", Box(0, 0, 1, 1)),))
    (text,) = annotation_problems(sample, Task.CLASSIFICATION, {"cat"}, None)
    assert "has a box" in text
