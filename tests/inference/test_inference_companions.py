"""Files beside a model give names and settings; hostile ones do no harm."""

from __future__ import annotations

import json

import pytest
import yaml

from hardcase.errors import ModelError
from hardcase.inference import (
    describe_model,
    keep_profile,
    load_profile,
    read_profile,
    recognise_model,
)
from hardcase.inference.recognition.companions import look_beside

pytestmark = pytest.mark.usefixtures("in_process")


def labels(model):
    found = recognise_model(model)
    return found.profile.labels, found.labels_from


@pytest.mark.parametrize("name", ["labels.txt", "classes.txt", "coco.names", "fixed.names"])
def test_names_come_from_text_files(model, name):
    model.with_name(name).write_text("a\nb\nc\n\n")
    assert labels(model) == (("a", "b", "c"), name)


@pytest.mark.parametrize("names", ["[a, b, c]", "{0: a, 1: b, 2: c}"])
def test_names_come_from_a_data_yaml(model, names):
    model.with_name("data.yaml").write_text(f"train: x\nnc: 3\nnames: {names}\n")
    assert labels(model) == (("a", "b", "c"), "data.yaml")


def test_names_come_from_a_config_json_beside_or_above_a_folder_called_onnx(model):
    config = {"id2label": {"1": "b", "0": "a", "2": "c"}}
    model.with_name("config.json").write_text(json.dumps(config))
    assert labels(model) == (("a", "b", "c"), "config.json")
    below = model.parent / "onnx"
    below.mkdir()
    moved = below / "model.onnx"
    moved.write_bytes(model.read_bytes())
    assert labels(moved) == (("a", "b", "c"), "config.json")
    other = model.parent / "other" / "model.onnx"
    other.parent.mkdir()
    other.write_bytes(model.read_bytes())
    assert labels(other)[1].startswith("numbers")


def test_an_x_anylabeling_file_gives_type_names_and_thresholds(model):
    text = (
        "type: yolov8\nname: mine\nmodel_path: C:\\models\\fixed.onnx\nconf_threshold: 0.4\n"
        "iou_threshold: 0.6\nclasses: [a, b, c]\n"
    )
    model.with_name("anything.yaml").write_text(text)
    found = recognise_model(model)
    profile = found.profile
    assert (profile.decoder, profile.labels) == ("ultralytics", ("a", "b", "c"))
    assert (profile.score_threshold, profile.iou_threshold) == (0.4, 0.6)
    assert found.certainty == "sure"


def test_an_x_anylabeling_file_of_the_models_name_is_no_profile(model):
    model.with_suffix(".yaml").write_text("type: yolov8\nmodel_path: x.onnx\nclasses: [a, b, c]")
    assert load_profile(model).labels == ("a", "b", "c")
    kept = keep_profile(model, recognise_model(model))
    assert kept.parent != model.parent


def test_an_x_anylabeling_file_for_another_task_refuses_the_model(model):
    model.with_suffix(".yaml").write_text("type: yolov8_seg\nmodel_path: fixed.onnx\nclasses: [a]")
    with pytest.raises(ModelError, match="yolov8_seg"):
        recognise_model(model)


def test_a_preprocessor_config_says_how_pixels_are_scaled(mean_colour):
    model = mean_colour(size=32)
    config = {"do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.25] * 3}
    model.with_name("preprocessor_config.json").write_text(json.dumps(config))
    spec = recognise_model(model).profile.input
    assert (spec.scale, spec.mean, spec.std) == (255, (0.5,) * 3, (0.25,) * 3)
    config = {"do_normalize": False, "rescale_factor": 0.5, "image_mean": [0.5] * 3}
    model.with_name("preprocessor_config.json").write_text(json.dumps(config))
    spec = recognise_model(model).profile.input
    assert (spec.scale, spec.mean, spec.std) == (2, (0,) * 3, (1,) * 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "[" * 100_000),
        ("config.json", '{"id2label": {"0": ["a"]}}'),
        ("config.json", '{"id2label": {"9": "a"}}'),
        ("config.json", "\x00\xff"),
        ("preprocessor_config.json", '{"image_mean": ["x"], "size": {"width": -3}}'),
        ("preprocessor_config.json", '{"image_mean": [1e99, 0, 0], "image_std": [0, 0, 0]}'),
        ("data.yaml", "names: !!python/object/apply:os.system [true]"),
        ("data.yaml", "a: &a [x, x]\nnames: [*a, *a]"),
        ("data.yaml", "names: 7"),
        ("labels.txt", "a\n\nb\nc"),
        ("labels.txt", "\x1b]0;evil\x07\nb\nc"),
        ("labels.txt", "a" * (2 << 20)),
    ],
)
def test_hostile_files_are_told_or_passed_over(model, name, content):
    model.with_name(name).write_text(content, encoding="latin-1")
    found = recognise_model(model)
    assert all(label.isprintable() for label in found.profile.labels)
    assert all(reason.isprintable() for reason in found.reasons)


def test_a_link_out_of_the_folder_is_not_read(model, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "deep" / "secret"
    secret.parent.mkdir()
    secret.write_text("one\ntwo\nthree\n")
    model.with_name("labels.txt").symlink_to(secret)
    found = look_beside(model)
    assert found.names == ()
    assert any("leads out" in line for line in found.problems)


def test_what_was_recognised_is_kept_and_found_again(model):
    model.with_name("labels.txt").write_text("a\nb\nc\n")
    found = recognise_model(model)
    assert keep_profile(model, found) == model.with_suffix(".yaml")
    assert read_profile(model.with_suffix(".yaml")) == found.profile
    model.with_name("labels.txt").unlink()
    assert load_profile(model) == found.profile
    assert describe_model(model).profile_source == "fixed.yaml"


def test_in_a_read_only_folder_it_is_kept_in_the_users_configuration(
    model, tmp_path_factory, monkeypatch
):
    config = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    # a folder in the way stands for a folder that cannot be written, which root could
    model.with_suffix(".yaml").mkdir()
    found = recognise_model(model)
    kept = keep_profile(model, found)
    assert kept.is_relative_to(config / "hardcase" / "models")
    copy = model.with_name("copy.onnx")
    copy.write_bytes(model.read_bytes())
    text = kept.read_text().replace("class_0", "kiwi")
    kept.write_text(text)
    assert load_profile(copy).labels[0] == "kiwi"


def test_a_kept_profile_says_why_and_is_plain_yaml(model):
    text = keep_profile(model, recognise_model(model)).read_text()
    assert text.startswith("# How hardcase uses fixed.onnx; likely, because")
    assert yaml.safe_load(text)["decoder"] == "ultralytics"
