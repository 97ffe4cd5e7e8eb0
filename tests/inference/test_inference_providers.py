"""What computes a model: the provider asked for or the best there is, the processor otherwise."""

from __future__ import annotations

import pytest
from onnx import TensorProto, helper

from hardcase.errors import ModelError, UsageError
from hardcase.inference import providers
from hardcase.inference.budget import Plan
from hardcase.inference.evidence import gather, open_looker
from hardcase.inference.process.request import RunRequest, request_from_json
from hardcase.inference.providers import AUTO, AUTOMATIC, CHOICES, CPU, PROVIDERS, chosen
from hardcase.inference.session import open_session

AZURE = "AzureExecutionProvider"
EVERY = [AZURE, *PROVIDERS.values()]


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        ([AZURE, "CPUExecutionProvider"], CPU),
        (EVERY, "cuda"),
        (["TensorrtExecutionProvider", "CPUExecutionProvider"], CPU),
        (["OpenVINOExecutionProvider", "CPUExecutionProvider"], "openvino"),
        (["CoreMLExecutionProvider", "CPUExecutionProvider"], "coreml"),
    ],
)
def test_the_best_provider_is_taken_unasked_and_never_one_that_sends_images(offered, wanted):
    assert chosen(AUTO, offered) == (wanted, "")


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_that_is_named_and_offered_is_taken(name):
    assert chosen(name, EVERY) == (name, "")


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name != CPU])
def test_a_provider_that_is_not_offered_is_done_without_and_one_line_says_so(name):
    provider, note = chosen(name, ["CPUExecutionProvider"])
    assert provider == CPU
    assert name in note
    assert "processor" in note
    assert "\n" not in note


def test_what_is_taken_unasked_is_known():
    assert set(AUTOMATIC) < set(PROVIDERS) < set(CHOICES)


def request(model, profile, provider):
    chosen_profile = profile("classifier", "rgb", (8, 8))
    return RunRequest(str(model), chosen_profile, 0.3, 0.5, Plan(), provider=provider)


def test_a_provider_goes_with_the_request_and_one_that_nobody_knows_is_wrong_use(
    mean_colour, profile
):
    asked = request(mean_colour(), profile, "cuda")
    assert request_from_json(asked.to_json()) == asked
    with pytest.raises(UsageError, match="provider"):
        request(mean_colour(), profile, AZURE)


def test_a_run_on_a_provider_that_is_not_there_goes_on_on_the_processor(
    mean_colour, profile, picture
):
    looker = open_looker(request(mean_colour(), profile, "cuda"), 1)
    assert (looker.provider, "cuda" in looker.note) == (CPU, True)
    (seen,) = gather(looker, [str(picture("a.png", colour=(255, 0, 0)))])
    assert seen.probabilities["original"].tolist() == [1, 0, 0]


def test_a_provider_that_is_offered_but_does_not_start_is_done_without(
    mean_colour, profile, monkeypatch
):
    # ONNX Runtime drops providers it cannot use while it opens a model: this one is not there
    monkeypatch.setattr(
        "hardcase.inference.evidence.onnxruntime.get_available_providers", lambda: EVERY
    )
    looker = open_looker(request(mean_colour(), profile, "cuda"), 1)
    assert looker.provider == CPU
    assert looker.note.startswith("cuda does not start")


def test_a_provider_that_starts_computes_the_run(mean_colour, profile, picture, monkeypatch):
    # the only one but the processor that every ONNX Runtime has; it leaves this model to that
    monkeypatch.setitem(providers.PROVIDERS, "cuda", AZURE)
    looker = open_looker(request(mean_colour(), profile, "cuda"), 1)
    if looker.provider == CPU:
        pytest.skip("this ONNX Runtime has the processor only")
    assert looker.note == ""
    (seen,) = gather(looker, [str(picture("a.png", colour=(255, 0, 0)))])
    assert seen.probabilities["original"].tolist() == [1, 0, 0]


def test_a_broken_model_is_told_as_such_whatever_the_provider(tmp_path, profile):
    broken = tmp_path / "m.onnx"
    broken.write_bytes(b"junk")
    with pytest.raises(ModelError, match=r"[Pp]rotobuf"):
        open_looker(request(broken, profile, "cuda"), 1)


def test_operators_of_a_library_are_never_loaded(tmp_path):
    info = helper.make_tensor_value_info
    node = helper.make_node("Own", ["images"], ["output"], domain="some.library")
    shape = [1, 3, 8, 8]
    graph = helper.make_graph(
        [node],
        "own",
        [info("images", TensorProto.FLOAT, shape)],
        [info("output", TensorProto.FLOAT, shape)],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("some.library", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    path = tmp_path / "own.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"some\.library"):
        open_session(str(path))
