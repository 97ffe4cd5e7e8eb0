"""Embeddings: of the last layer of a classifier, a coarse map of a detector, an encoder."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from hardcase.errors import ModelError
from hardcase.inference import EngineRequest, LocalEngine, load_profile
from hardcase.inference import tap as tap_module
from hardcase.inference.features import Layer, coarsest, default_input, embedding, layers
from hardcase.inference.graph import Graph, Node
from hardcase.inference.profile.schema import Fit, Layout
from hardcase.inference.tap import open_tapped
from hardcase.model.job import Task

RANDOM = np.random.default_rng(3)
KERNEL = RANDOM.normal(size=(6, 3, 3, 3)).astype(np.float32)
MATRIX = RANDOM.normal(size=(6, 3)).astype(np.float32)


def one(model, profile, path, **more):
    options = {"threshold": 0.3, "iou": 0.5} | more
    engine = LocalEngine(EngineRequest(model, profile, **options), timeout=30.0)
    ((_, evidence),) = engine.run([(0, path)])
    assert not isinstance(evidence, str), evidence
    return evidence


def unit(vector) -> np.ndarray:
    return np.asarray(vector) / np.linalg.norm(vector)


@pytest.fixture
def net(onnx_file):
    """A classifier of 3 classes on 8x8: convolution, mean over cells, matrix, softmax."""

    def build(head="MatMul", batch="batch", constants=None):
        layer = helper.make_node(head, ["flat", "matrix"], ["logits"])
        nodes = [
            helper.make_node("Conv", ["images", "kernel"], ["maps"], pads=[1] * 4),
            helper.make_node("Relu", ["maps"], ["lit"]),
            helper.make_node("ReduceMean", ["lit"], ["flat"], axes=[2, 3], keepdims=0),
            layer,
            helper.make_node("Softmax", ["logits"], ["output"]),
        ]
        weights = constants or {"kernel": KERNEL, "matrix": MATRIX}
        return onnx_file("net.onnx", nodes, [batch, 3, 8, 8], [batch, 3], constants=weights)

    return build


@pytest.fixture
def detector(onnx_file):
    """A detector on 64x64 with maps of 8x8 and 4x4 whose answer does not depend on them."""

    def build(batch="batch", free=False):
        side = "side" if free else 64
        nodes = [
            helper.make_node("Conv", ["images", "kernel"], ["a"], strides=[8, 8], pads=[1] * 4),
            helper.make_node("Relu", ["a"], ["fine"]),
            helper.make_node("Conv", ["fine", "deeper"], ["b"], strides=[2, 2], pads=[1] * 4),
            helper.make_node("Relu", ["b"], ["deep"]),
            helper.make_node("Conv", ["deep", "narrow"], ["c"]),
            helper.make_node("GlobalAveragePool", ["c"], ["squeezed"]),
            helper.make_node("Conv", ["squeezed", "excite"], ["d"]),
            helper.make_node("ReduceMean", ["d"], ["mean"], axes=[1, 2, 3], keepdims=1),
            helper.make_node("Squeeze", ["mean", "last"], ["m"]),
            helper.make_node("Mul", ["m", "zero"], ["nothing"]),
            helper.make_node("Add", ["rows", "nothing"], ["output"]),
        ]
        weights = {
            "kernel": KERNEL,
            "deeper": RANDOM.normal(size=(140, 6, 3, 3)).astype(np.float32),
            "narrow": RANDOM.normal(size=(4, 140, 1, 1)).astype(np.float32),
            "excite": RANDOM.normal(size=(300, 4, 1, 1)).astype(np.float32),
            "rows": np.full((1, 5, 2), 0.5, np.float32),
            "zero": np.zeros(1, np.float32),
            "last": np.array([3]),
        }
        shape = [batch, 3, side, side]
        return onnx_file("detector.onnx", nodes, shape, [batch, 5, 2], constants=weights)

    return build


@pytest.mark.parametrize("batch", ["batch", 1, 3])
def test_a_classifier_gives_what_its_last_layer_is_fed(net, profile, picture, batch):
    pixels = RANDOM.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    chosen = profile("classifier", "abc", (8, 8), activation="none")
    evidence = one(net(batch=batch), chosen, picture("a.png", pixels=pixels), views=("flip",))
    padded = np.pad(pixels.transpose(2, 0, 1) / 255.0, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    maps = np.einsum("cyxij,kcij->kyx", windows, KERNEL)
    expected = unit(np.maximum(maps, 0).mean(axis=(1, 2)))
    np.testing.assert_allclose(evidence.embedding, expected, atol=0.01)


def test_embeddings_do_not_change_what_the_model_answers(net, profile, picture, monkeypatch):
    path = picture("a.png", pixels=RANDOM.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    chosen = profile("classifier", "abc", (8, 8))
    tapped = one(net(), chosen, path)
    plain = one(net(), chosen, path, encoder=net())
    for view, vector in plain.probabilities.items():
        np.testing.assert_allclose(tapped.probabilities[view], vector, atol=2e-6)


def test_images_alike_have_embeddings_alike(net, profile, picture):
    grey = RANDOM.integers(100, 120, (8, 8, 3), dtype=np.uint8)
    chosen, model = profile("classifier", "abc", (8, 8)), net()
    red = grey.copy()
    red[..., 1:] = 0
    a, b, c = (
        one(model, chosen, picture(f"{i}.png", pixels=pixels)).embedding
        for i, pixels in enumerate([grey, grey + 1, red])
    )
    assert a @ b > 0.99
    assert a @ b > a @ c


@pytest.mark.parametrize("batch", ["batch", 1])
@pytest.mark.parametrize("free", [False, True])
def test_a_detector_gives_its_coarsest_map(detector, profile, picture, batch, free):
    chosen = profile("ultralytics", "a", (64, 64))
    path = picture("a.png", pixels=RANDOM.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    model = detector(batch, free)
    evidence = one(model, chosen, path, views=("flip",))
    assert evidence.embedding.shape == (128,)  # 140 channels, projected
    _, tap = open_tapped(str(model), chosen, 1)
    assert (tap.name, tap.channels_first) == ("deep", True)
    _, tap = open_tapped(str(model), profile("ultralytics", "abcd", (64, 64)), 1)
    assert tap.name == "deep"
    _, tap = open_tapped(
        str(model), profile("ultralytics", list(map(str, range(140))), (64, 64)), 1
    )
    assert tap.name == "fine"


def test_a_projection_is_the_same_every_time_and_keeps_angles():
    a, b = RANDOM.normal(size=(2, 5000))
    vectors = [a, a + 0.3 * b, b]
    short = [embedding(v, channels_first=False) for v in vectors]
    again = [embedding(v, channels_first=False) for v in vectors]
    np.testing.assert_array_equal(short, again)
    for i in range(3):
        for j in range(3):
            assert short[i] @ short[j] == pytest.approx(
                unit(vectors[i]) @ unit(vectors[j]), abs=0.3
            )
    pinned = embedding(np.ones(200), channels_first=False)[:2]
    np.testing.assert_allclose(pinned, [0.02098909, 0.1130978], atol=1e-6)


@given(st.integers(2, 300), st.integers(0, 99))
def test_an_embedding_has_length_one_and_at_most_128_values(size, seed):
    found = embedding(np.random.default_rng(seed).normal(size=size), channels_first=False)
    assert found.shape == (min(size, 128),)
    assert found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "nothing",
    [np.zeros(8), np.full(8, np.nan), np.full(8, 1e30), np.ones(1), np.ones(1 << 17), np.ones(())],
)
def test_activations_that_tell_nothing_give_no_embedding(nothing):
    assert embedding(nothing, channels_first=False) is None


def test_maps_are_averaged_over_all_but_their_channels():
    maps = RANDOM.normal(size=(5, 4, 3))
    first = embedding(maps, channels_first=True)
    np.testing.assert_allclose(first, unit(maps.mean(axis=(1, 2))), atol=1e-6)
    last = embedding(maps, channels_first=False)
    np.testing.assert_allclose(last, unit(maps.mean(axis=(0, 1))), atol=1e-6)


def graph(*nodes: tuple[str, list[str], str], weights: str = "w v") -> Graph:
    made = tuple(Node(op, tuple(inputs), (out,)) for op, inputs, out in nodes)
    return Graph(made, frozenset({"x"}), (nodes[-1][2],), frozenset(weights.split()))


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([("Relu", ["x"], "h"), ("Gemm", ["h", "w", "v"], "y")], {"h": False}),
        ([("Relu", ["x"], "h"), ("MatMul", ["w", "h"], "y")], {"h": False}),
        ([("Relu", ["x"], "h"), ("Conv", ["h", "w"], "m"), ("Mean", ["m"], "y")], {"h": True}),
        ([("Relu", ["x"], "h"), ("Gemm", ["h", "w"], "m"), ("Add", ["m", "v"], "y")], {"h": False}),
        ([("Gemm", ["x", "w"], "h"), ("Gemm", ["h", "v"], "y")], {"h": False}),
        (
            [
                ("Relu", ["x"], "h"),
                ("DynamicQuantizeLinear", ["h"], "q"),
                ("MatMulInteger", ["q", "w", "v"], "y"),
            ],
            {"h": False},
        ),
        ([("Relu", ["x"], "h"), ("MatMul", ["h", "h"], "y")], {}),
        ([("Gemm", ["x", "w"], "y")], {}),
        ([("Relu", ["x"], "y")], {}),
        ([("Relu", ["y"], "h"), ("Relu", ["h"], "y")], {}),
    ],
)
def test_the_last_layer_is_found_whatever_follows_it(nodes, expected):
    found = layers(graph(*nodes), Task.CLASSIFICATION)
    assert {layer.taken: layer.channels_first for layer in found} == expected


SHAPES = {
    "fine": [1, 512, 8, 8],
    "coarse": [1, 256, 4, 4],
    "late": [1, 64, 4, 4],
    "pooled": [1, 999, 1, 1],
    "free": [1, 999, "h", "w"],
    "flat": [1, 999],
    "7 maps": [1, 7, 4, 4],
    "3 maps": [1, 3, 4, 4],
}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("fine", "7 maps"), ("coarse", "7 maps"), ("pooled", "7 maps")], "coarse"),
        ([("coarse", "7 maps"), ("late", "7 maps")], "late"),
        ([("coarse", "3 maps"), ("late", "7 maps")], "coarse"),
        ([("fine", "3 maps"), ("late", "7 maps")], "fine"),
        ([("coarse", "free"), ("free", "3 maps"), ("flat", "3 maps")], "coarse"),
        ([("free", "3 maps"), ("pooled", "3 maps")], None),
        ([], None),
    ],
)
def test_the_coarsest_layer_that_tells_classes_is_chosen(found, expected):
    chosen = coarsest([Layer(a, b, channels_first=True) for a, b in found], SHAPES, 3)
    assert (chosen and chosen.taken) == expected


def test_weights_beside_the_model_are_found_and_others_refused(net, profile, picture, tmp_path):
    path = picture("a.png", colour=(9, 99, 199))
    chosen = profile("classifier", "abc", (8, 8))
    model = net()
    expected = one(model, chosen, path)
    proto = onnx.load(model)
    folder = tmp_path / "outside"
    folder.mkdir()
    onnx.save(
        proto, folder / "ext.onnx", save_as_external_data=True, size_threshold=0, location="w"
    )
    got = one(folder / "ext.onnx", chosen, path)
    np.testing.assert_allclose(got.embedding, expected.embedding, atol=1e-6)
    assert got.embedding is not None
    inner = tmp_path / "inner"
    inner.mkdir()
    data = (folder / "ext.onnx").read_bytes()
    external = onnx.load_from_string(data)
    for tensor in external.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = "../outside/w"
    (inner / "ext.onnx").write_bytes(external.SerializeToString())
    with pytest.raises(ModelError, match="escapes"):
        one(inner / "ext.onnx", chosen, path)


def test_a_model_without_layers_or_too_large_runs_without_embedding(
    mean_colour, net, profile, picture, monkeypatch
):
    path = picture("a.png")
    assert one(mean_colour(), profile("classifier", "rgb", (8, 8)), path).embedding is None
    chosen = profile("classifier", "abc", (8, 8))
    assert open_tapped(str(net()), chosen, 1)[1] is not None
    monkeypatch.setattr(tap_module, "MAX_BYTES", 10)
    session, tap = open_tapped(str(net()), chosen, 1)
    assert tap is None
    assert len(session.get_outputs()) == 1


@pytest.fixture
def encoder(onnx_file):
    """The mean of each channel, as it is fed, in some shape."""

    def build(shape="vector", side=16):
        keep = {"vector": 0, "maps": 1, "scalar": 0}[shape]
        axes = [1, 2, 3] if shape == "scalar" else [2, 3]
        node = helper.make_node("ReduceMean", ["images"], ["output"], axes=axes, keepdims=keep)
        out = {"vector": [1, 3], "maps": [1, 3, 1, 1], "scalar": [1]}[shape]
        return onnx_file("encoder.onnx", [node], [1, 3, side, side], out)

    return build


@pytest.mark.parametrize("shape", ["vector", "maps"])
def test_an_encoder_is_fed_as_imagenet_models_are(mean_colour, encoder, profile, picture, shape):
    path = picture("a.png", colour=(255, 51, 0), size=(40, 20))
    chosen = profile("classifier", "rgb", (8, 8))
    found = one(mean_colour(), chosen, path, encoder=encoder(shape)).embedding
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    expected = unit((np.array([1.0, 0.2, 0.0]) - mean) / std)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_the_yaml_beside_an_encoder_says_what_it_is_fed(
    mean_colour, encoder, profile, picture, tmp_path
):
    model = encoder()
    model.with_suffix(".yaml").write_text("input: {size: [16, 16], scale: 255, color: bgr}")
    path = picture("a.png", colour=(255, 51, 0))
    chosen = profile("classifier", "rgb", (8, 8))
    found = one(mean_colour(), chosen, path, encoder=model).embedding
    np.testing.assert_allclose(found, unit([0, 0.2, 1]), atol=0.01)
    model.with_suffix(".yaml").write_text("labels: [a]")
    with pytest.raises(ModelError, match="must hold input"):
        LocalEngine(EngineRequest(mean_colour(), chosen, threshold=0.3, iou=0.5, encoder=model))


def test_an_encoder_that_cannot_be_used_is_told_apart_from_the_model(
    mean_colour, encoder, profile, picture, tmp_path
):
    path, chosen = picture("a.png"), profile("classifier", "rgb", (8, 8))
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"nothing")
    for bad in (broken, encoder("scalar")):
        with pytest.raises(ModelError, match="encoder"):
            one(mean_colour(), chosen, path, encoder=bad)
    with pytest.raises(ModelError, match="not a file"):
        one(mean_colour(), chosen, path, encoder=tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("shape", "size", "layout"),
    [
        ([1, 3, 160, 128], (128, 160), Layout.NCHW),
        (["b", 160, 128, 3], (128, 160), Layout.NHWC),
        (["b", 3, "h", "w"], (224, 224), Layout.NCHW),
        ([], (224, 224), Layout.NCHW),
    ],
)
def test_an_encoder_that_says_nothing_gets_the_size_of_its_input(shape, size, layout):
    spec = default_input(shape)
    assert (spec.size, spec.layout, spec.fit) == (size, layout, Fit.CENTER_CROP)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "size"), [("yolox_nano_bigisland", 64), ("yolo11n_int8_droneeye", 80)]
)
def test_real_detectors_give_embeddings(shared_data, name, size):
    model = shared_data / f"onnx/{name}.onnx"
    path = next((shared_data / "detection/coco_train128").rglob("*.jpg"))
    found = one(model, load_profile(model), path, views=())
    assert found.embedding.shape == (size,)
