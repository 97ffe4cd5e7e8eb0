"""Profile files are read strictly, and what is wrong is named in one line."""

from __future__ import annotations

import pytest
import yaml

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Decoder
from hardcase.inference.profile.schema import MAX_PROFILE_BYTES, profile_from_json, read_profile
from hardcase.model.job import Task

GOOD = """
task: detection
decoder: ultralytics
input:
  size: [256, 128]
  layout: nhwc
  color: bgr
  scale: 128
  mean: [1, 2, 3]
  std: [0.5, 0.5, 2]
  fit: letterbox-top-left
  pad: 0
labels: [apple, orange]
score_threshold: 0.25
iou_threshold: 0.6
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="model.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_every_key_of_a_profile_is_read(written):
    profile = read_profile(written(GOOD))
    assert (profile.task, profile.decoder) == (Task.DETECTION, "ultralytics")
    assert profile.labels == ("apple", "orange")
    assert (profile.score_threshold, profile.iou_threshold) == (0.25, 0.6)
    spec = profile.input
    assert (spec.size, spec.layout, spec.color) == ((256, 128), "nhwc", "bgr")
    assert (spec.scale, spec.mean, spec.std) == (128, (1, 2, 3), (0.5, 0.5, 2))
    assert (spec.fit, spec.pad) == ("letterbox-top-left", 0)


def test_only_decoder_size_and_labels_are_needed(written):
    text = "{decoder: classifier, input: {size: [8, 8]}, labels: [a]}"
    profile = read_profile(written(text))
    assert profile.task is Task.CLASSIFICATION
    assert (profile.input.scale, profile.input.pad, profile.activation) == (255, 114, "none")


def test_a_profile_survives_json(written):
    profile = read_profile(written(GOOD))
    assert profile_from_json(profile.to_json(), "again") == profile


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("decoder: ultralytics", "decoder: yolo", "decoder must be one of"),
        ("decoder: ultralytics", "", "decoder is missing"),
        ("task: detection", "task: classification", "goes with task detection"),
        ("task: detection", "task: segmentation", "task must be one of"),
        ("score_threshold", "score_treshold", "score_treshold is not a key"),
        ("  pad: 0", "  padding: 0", "input.padding is not a key"),
        ("pad: 0", "pad: 256", "input.pad must be a number from 0 to 255"),
        ("scale: 128", "scale: 0", "cannot be 0"),
        ("scale: 128", "scale: .nan", "input.scale must be a number"),
        ("scale: 128", "scale: .inf", "input.scale must be a number"),
        ("std: [0.5, 0.5, 2]", "std: [0.5, 0, 2]", "cannot be 0"),
        ("mean: [1, 2, 3]", "mean: [1, 2]", "input.mean must be a list of 3 numbers"),
        ("size: [256, 128]", "size: [256, 0]", "whole pixels"),
        ("size: [256, 128]", "size: [256.5, 128]", "whole pixels"),
        ("size: [256, 128]", "size: [100000, 128]", "at most"),
        ("size: [256, 128]", "size: [8192, 8192]", "at most"),
        ("size: [256, 128]", "size: 256", "input.size must be a list of 2 numbers"),
        ("labels: [apple, orange]", "labels: [apple, yes]", r"labels\[1\] must be a name"),
        ("labels: [apple, orange]", "labels: [apple, '']", r"labels\[1\]"),
        ("labels: [apple, orange]", "labels: []", "labels must be a list"),
        ("labels: [apple, orange]", "labels: [[a]]", r"labels\[0\]"),
        ("score_threshold: 0.25", "score_threshold: 1.5", "from 0 to 1"),
        ("score_threshold: 0.25", "score_threshold: high", "score_threshold must be a number"),
        ("score_threshold: 0.25", "activation: softmax", "ultralytics can only be none"),
        ("score_threshold: 0.25", "outputs: [a, b]", "outputs of decoder ultralytics must name"),
        ("score_threshold: 0.25", "outputs: [1]", "outputs must be a list of names"),
        ("score_threshold: 0.25", "first_class: 2", "first_class must be a number from 0 to 1"),
        ("task: detection", "task: [", "is not YAML"),
        ("task: detection", "task: 2020-13-45", "is not YAML"),
        ("task: detection", "task: !!python/object/apply:os.system [true]", "is not YAML"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(written, old, new, named):
    assert old in GOOD
    with pytest.raises(ModelError, match=named) as caught:
        read_profile(written(GOOD.replace(old, new)))
    assert str(caught.value).startswith("model.yaml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a", "just words", b"\xff\xfe\x00", "[" * 200_000])
def test_a_file_that_is_no_profile_is_an_error(written, text):
    with pytest.raises(ModelError, match=r"model\.yaml"):
        read_profile(written(text))


def test_a_huge_file_is_refused(written):
    with pytest.raises(ModelError, match="larger than 256 KiB"):
        read_profile(written("# " + "x" * MAX_PROFILE_BYTES))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="not a file"):
        read_profile(tmp_path / "none.yaml")


@pytest.mark.parametrize("decoder", Decoder)
def test_every_decoder_has_defaults_that_can_be_written_down(written, decoder):
    text = f"{{decoder: {decoder}, input: {{size: [8, 8]}}, labels: [a]}}"
    profile = read_profile(written(text))
    family = decoder.family
    assert profile.activation is family.activations[0]
    assert profile.first_class == family.first_class
    assert profile.iou_threshold == (1.0 if family.suppressed else 0.5)
    assert profile_from_json(profile.to_json(), "again") == profile


def test_a_profile_may_name_outputs_and_count_classes_from_one(written):
    more = "\noutputs: [b, s]\nfirst_class: 0\nactivation: softmax"
    text = "decoder: ssd-scores\ninput: {size: [8, 8]}\nlabels: [a]" + more
    profile = read_profile(written(text))
    assert (profile.outputs, profile.first_class) == (("b", "s"), 0)
    assert profile_from_json(profile.to_json(), "again") == profile


def test_names_are_made_printable(written):
    profile = read_profile(written(GOOD.replace("apple", '"ap\\e[31mple"')))
    assert profile.labels[0] == "ap�[31mple"


def with_labels_file(name):
    return GOOD.replace("labels: [apple, orange]", f"labels_file: {name}")


def test_labels_come_from_a_file_beside_the_profile(written):
    written("kiwi\r\nhot dog\r\n\r\n", "fruit.names")
    assert read_profile(written(with_labels_file("fruit.names"))).labels == ("kiwi", "hot dog")


def test_a_blank_line_between_labels_is_an_error_since_classes_are_counted(written):
    written("kiwi\n\nplum\n", "fruit.names")
    with pytest.raises(ModelError, match=r"labels\[1\]"):
        read_profile(written(with_labels_file("fruit.names")))


def test_a_labels_file_outside_the_folder_is_refused(written, tmp_path):
    (tmp_path / "in").mkdir()
    written("secret", "outside.names")
    for name in ("../outside.names", str(tmp_path / "outside.names"), "link.names"):
        (tmp_path / "in" / "link.names").unlink(missing_ok=True)
        (tmp_path / "in" / "link.names").symlink_to(tmp_path / "outside.names")
        with pytest.raises(ModelError, match="must stay in the folder"):
            read_profile(written(with_labels_file(name), "in/model.yaml"))


def test_labels_and_labels_file_exclude_each_other(written):
    with pytest.raises(ModelError, match="not both"):
        read_profile(written(GOOD + "labels_file: a.names"))


def test_aliases_do_not_blow_up(written):
    bomb = "a: &b0 [x, x]\n"
    bomb += "".join(f"c{i}: &b{i} [*b{i - 1}, *b{i - 1}]\n" for i in range(1, 40))
    assert yaml.safe_load(bomb)
    with pytest.raises(ModelError, match="a is not a key"):
        read_profile(written(GOOD + bomb))
