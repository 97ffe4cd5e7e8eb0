"""models inspect and keys."""

from __future__ import annotations

from PIL import Image

from hardcase.inference import recognise_model
from hardcase.inference.profile import telling
from hardcase.model.job import Task
from hardcase.session import LabelingSession
from hardcase.tui.actions import describe_keys


def test_keys_are_those_of_the_app(cli):
    assert cli("keys", "--json").record == describe_keys()
    for key in describe_keys():
        assert set(key) == {"id", "keys", "help", "where"}


def test_people_see_a_line_a_key(cli):
    lines = cli("keys").out.splitlines()
    assert len(lines) == len(describe_keys()) + 1
    assert any("Confirm the labels" in line for line in lines)


def test_a_model_is_described(model, cli):
    record = cli("models", "inspect", model, "--json").record
    assert record["file"] == "colours.onnx"
    assert record["inputs"][0]["shape"] == [1, 3, 8, 8]
    assert record["outputs"][0]["name"] == "scores"
    assert record["profile"]["labels"] == ["red", "green", "blue"]
    assert record["problem"] is None


def test_people_see_what_a_model_takes_and_gives(model, cli):
    result = cli("models", "inspect", model)
    assert result.status == 0
    assert "1 x 3 x 8 x 8" in result.out
    assert "3 labels: red, green, blue" in result.out
    assert "profile (colours.yaml)" in result.out


def test_one_label_of_a_model_is_one(model, tmp_path, cli):
    own = tmp_path / "own.onnx"
    own.write_bytes(model.read_bytes())
    text = model.with_suffix(".yaml").read_text()
    labels = next(line for line in text.splitlines() if line.startswith("labels"))
    own.with_suffix(".yaml").write_text(text.replace(labels, "labels: [red]"))
    assert "\n1 label: red\n" in cli("models", "inspect", own).out


def test_a_model_without_a_profile_is_recognised_and_the_reasons_told(model, tmp_path, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    result = cli("models", "inspect", bare)
    assert result.status == 0
    assert "a classifier" in result.out
    assert "guess" in result.out
    assert "a softmax has been done" in result.out
    record = cli("models", "inspect", bare, "--json").record
    assert record["profile"]["labels"] == ["class_0", "class_1", "class_2"]
    assert record["certainty"] == "guess"


def test_what_was_recognised_is_kept_beside_the_model(model, tmp_path, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    (tmp_path / "labels.txt").write_text("red\ngreen\nblue\n")
    assert "bare.yaml" in cli("models", "inspect", bare, "--save").out
    assert "because" in bare.with_suffix(".yaml").read_text()
    (tmp_path / "labels.txt").unlink()
    record = cli("models", "inspect", bare, "--json").record
    assert record["profile"]["labels"] == ["red", "green", "blue"]
    assert record["profile_source"] == "bare.yaml"


def test_a_probe_run_looks_at_the_images_of_a_folder(model, tmp_path, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    assert cli("models", "inspect", bare, "--images", tmp_path / "none").status == 2
    (tmp_path / "images").mkdir()
    Image.new("RGB", (9, 9), "red").save(tmp_path / "images/a.png")
    assert cli("models", "inspect", bare, "--images", tmp_path / "images").status == 0


def test_what_people_labeled_in_a_job_has_a_say_in_how_pixels_are_scaled(model, tmp_path, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    (tmp_path / "labels.txt").write_text("red\ngreen\nblue\n")
    folder = tmp_path / "job"
    folder.mkdir()
    for n in range(12):
        Image.new("RGB", (9, 9), "red" if n % 2 else "#00ff00").save(folder / f"{n:02}.png")
    with LabelingSession.create(folder, Task.CLASSIFICATION, ["red", "green"]) as session:
        for sample in list(session.samples()):
            session.set_label([sample.id], "green" if sample.id % 2 else "red")
    record = cli("models", "inspect", bare, "--job", folder, "--json").record
    assert "of 12 labeled images" in record["reasons"][-1]
    kept = cli("models", "inspect", bare, "--job", folder, "--save")
    assert kept.status == 0
    assert "of 12 labeled images" in bare.with_suffix(".yaml").read_text()


def test_the_command_says_of_a_model_what_the_app_says(model, tmp_path, cli):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(model.read_bytes())
    found = recognise_model(bare)
    said = cli("models", "inspect", bare).out
    assert telling.headline(found) in said
    assert all(line in said for line in telling.reasons(found))
    record = cli("models", "inspect", bare, "--json").record
    assert (record["told_by"], record["could_be"]) == (list(found.signs), [])


def test_a_file_that_is_no_model_is_one_line(tmp_path, cli):
    (tmp_path / "x.onnx").write_text("no")
    result = cli("models", "inspect", tmp_path / "x.onnx")
    assert result.status == 1
    assert "x.onnx" in result.error
