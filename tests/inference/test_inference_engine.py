"""The engine answers every image, in order, with exactly what the model says of it."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from hardcase.errors import ModelError, UsageError
from hardcase.imaging.statistics import measure
from hardcase.inference import EngineRequest, LocalEngine
from hardcase.inference.process.request import MAX_MEASURED_BOXES

ROWS = np.array([[16, 40], [32, 40], [8, 20], [16, 10], [0.9, 0.05], [0.02, 0.8]])


def run(model, profile, paths, **more):
    options = {"threshold": 0.3, "iou": 0.5} | more
    engine = LocalEngine(EngineRequest(model, profile, **options), timeout=30.0)
    return list(engine.run(enumerate(paths)))


def one(model, profile, path, **more):
    ((key, evidence),) = run(model, profile, [path], **more)
    assert key == 0
    return evidence


@pytest.mark.parametrize("batch", ["batch", 1, 2, 5])
def test_a_classifier_sees_the_colours_of_every_view(mean_colour, profile, picture, batch):
    chosen = profile("classifier", ["red", "green", "blue"], (8, 8))
    red = picture("a.png", colour=(255, 51, 0))
    views = ("flip", "blur", "superpixels", "updown")
    evidence = one(mean_colour(batch=batch), chosen, red, views=views)
    assert (evidence.width, evidence.height) == (64, 64)
    assert list(evidence.probabilities) == ["original", *views]
    for vector in evidence.probabilities.values():
        assert vector.dtype == np.float32
        np.testing.assert_allclose(vector, [1, 0.2, 0], atol=1e-6)
    assert evidence.detections is None


def test_boxes_come_back_in_source_pixels_through_a_centred_letterbox(
    fixed_answer, profile, picture
):
    chosen = profile("ultralytics", "ab", (64, 64))
    wide = picture("a.png", size=(256, 128))  # shown at a quarter, 16 px of padding above
    evidence = one(fixed_answer(ROWS), chosen, wide, views=())
    found = evidence.detections["original"]
    np.testing.assert_allclose(found.scores, [0.9, 0.8, 0.05, 0.02], atol=1e-6)
    assert found.classes.tolist() == [0, 1, 0, 1]
    first, second = [[48, 32, 80, 96]], [[120, 76, 200, 116]]
    np.testing.assert_allclose(found.boxes, first + second + second + first, atol=1e-3)
    assert (found.boxes.dtype, found.classes.dtype) == (np.float32, np.int64)


def test_boxes_come_back_in_source_pixels_from_a_yolox_grid(fixed_answer, profile, picture):
    rows = np.zeros((84, 7))
    rows[8 * 2 + 3] = [0.5, 0.5, np.log(2), np.log(2), 1, 0.75, 0]
    options = {"fit": "letterbox-top-left", "color": "bgr", "scale": 1}
    chosen = profile("yolox", "ab", (64, 64), input=options)
    evidence = one(fixed_answer(rows), chosen, picture("a.png", size=(128, 96)), views=())
    np.testing.assert_allclose(evidence.detections["original"].boxes, [[40, 24, 72, 56]], atol=1e-3)


def test_boxes_are_cut_to_the_image_and_those_outside_it_dropped(fixed_answer, profile, picture):
    rows = np.array([[0, 32], [32, 2], [40, 10], [20, 10], [0.9, 0.8]])
    chosen = profile("ultralytics", "a", (64, 64))
    wide = picture("a.png", size=(64, 32))  # the padding above is 16 px, the second box is in it
    evidence = one(fixed_answer(rows), chosen, wide, views=())
    np.testing.assert_allclose(evidence.detections["original"].boxes, [[0, 6, 20, 26]], atol=1e-3)


def test_a_flipped_view_reports_its_boxes_where_they_lie_in_the_original(
    left_or_right, profile, picture
):
    chosen = profile("ultralytics", ["lit"], (64, 64))
    pixels = np.zeros((64, 64, 3), dtype=np.uint8)
    pixels[:, :32] = 255
    evidence = one(left_or_right, chosen, picture("a.png", pixels=pixels), views=("flip",))
    for view in ("original", "flip"):
        np.testing.assert_allclose(evidence.detections[view].boxes, [[0, 0, 32, 64]], atol=1e-3)
        np.testing.assert_allclose(evidence.detections[view].scores, [1.0], atol=1e-6)


def test_boxes_of_a_view_are_cut_to_what_it_shows(fixed_answer, profile, picture):
    rows = np.array([[60], [32], [30], [80], [0.9]])  # beyond three edges of the view
    chosen = profile("ultralytics", "a", (64, 64))
    evidence = one(fixed_answer(rows), chosen, picture("a.png"), views=("crop", "translation"))
    crop, shifted = (evidence.detections[view] for view in ("crop", "translation"))
    assert crop.shown == pytest.approx((3.2, 3.2, 60.8, 60.8))
    np.testing.assert_allclose(crop.boxes, [[43.7, 3.2, 60.8, 60.8]], atol=1e-3)
    assert shifted.shown == pytest.approx((0, 0, 60, 60))
    np.testing.assert_allclose(shifted.boxes, [[41, 0, 60, 60]], atol=1e-3)
    assert evidence.detections["original"].shown is None


def test_a_classifier_is_shown_no_padding_that_it_never_learned(mean_colour, profile, picture):
    chosen = profile("classifier", "rgb", (8, 8), input={"fit": "stretch"})
    path = picture("a.png", colour=(255, 51, 0))
    evidence = one(mean_colour(), chosen, path, views=("translation", "scale", "shear"))
    for vector in evidence.probabilities.values():
        np.testing.assert_allclose(vector, [1, 0.2, 0], atol=1e-6)


def test_candidates_are_kept_down_to_the_floor_and_no_further(fixed_answer, profile, picture):
    rows = np.zeros((5, 4))
    rows[:4] = [[8, 24, 40, 56], [8] * 4, [8] * 4, [8] * 4]
    rows[4] = [0.5, 0.02, 0.009, 0.001]
    chosen = profile("ultralytics", "a", (64, 64))
    model, path = fixed_answer(rows), picture("a.png")
    floor = one(model, chosen, path, views=()).detections["original"]
    np.testing.assert_allclose(floor.scores, [0.5, 0.02], atol=1e-6)
    lower = one(model, chosen, path, views=(), threshold=0.002).detections["original"]
    np.testing.assert_allclose(lower.scores, [0.5, 0.02, 0.009], atol=1e-6)


def test_pixels_are_measured_of_the_image_and_of_its_accepted_boxes(fixed_answer, profile, picture):
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    chosen = profile("ultralytics", "ab", (64, 64))
    evidence = one(fixed_answer(ROWS), chosen, picture("a.png", pixels=pixels), views=())
    assert evidence.pixels == pytest.approx(measure(pixels))
    assert [*evidence.box_pixels] == [
        pytest.approx(measure(pixels[24:40, 12:20])),
        pytest.approx(measure(pixels[35:45, 30:50])),
    ]


def test_at_most_fifty_boxes_are_measured(fixed_answer, profile, picture):
    x, y = np.meshgrid(np.arange(8) * 8 + 4, np.arange(8) * 8 + 4)
    rows = np.stack([x.ravel(), y.ravel(), *[np.full(64, 6.0)] * 2, np.full(64, 0.9)])
    evidence = one(fixed_answer(rows), profile("ultralytics", "a", (64, 64)), picture("a.png"))
    assert len(evidence.detections["original"].boxes) == 64
    assert len(evidence.box_pixels) == MAX_MEASURED_BOXES


def test_a_bad_image_is_an_error_of_its_own_and_the_rest_come_in_order(
    mean_colour, profile, picture, tmp_path
):
    paths = [picture(f"{i}.png", colour=(i, 0, 0)) for i in range(50)]
    (tmp_path / "3.png").write_bytes(b"not an image")
    (tmp_path / "7.png").write_bytes((tmp_path / "7.png").read_bytes()[:60])
    paths[9] = tmp_path / "gone.png"
    answers = run(mean_colour(), profile("classifier", "rgb", (8, 8)), paths, views=())
    assert [key for key, _ in answers] == list(range(50))
    assert {key for key, answer in answers if isinstance(answer, str)} == {3, 7, 9}
    for key, answer in answers:
        if key not in {3, 7, 9}:
            assert answer.probabilities["original"][0] == pytest.approx(key / 255, abs=1e-6)
        else:
            assert paths[key].name in answer
            assert "\n" not in answer


def test_scores_that_are_no_numbers_are_an_error_of_that_image(mean_colour, profile, picture):
    chosen = profile("classifier", "rgb", (8, 8), input={"scale": 1e-40, "std": [1e-5, 1, 1]})
    answers = run(mean_colour(), chosen, [picture("a.png", colour=(9, 9, 9))], views=())
    assert "finite" in answers[0][1]


def test_names_that_are_no_text_and_odd_keys_go_through(mean_colour, profile, picture, tmp_path):
    odd = tmp_path / "caf\udce9 \n'\".png"
    picture("a.png").rename(odd)
    engine = LocalEngine(
        EngineRequest(mean_colour(), profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5)
    )
    ((key, evidence),) = engine.run([(10**12, odd)])
    assert key == 10**12
    assert evidence.width == 64


def test_nothing_to_do_is_done_at_once_and_an_engine_can_run_again(mean_colour, profile, picture):
    engine = LocalEngine(
        EngineRequest(mean_colour(), profile("classifier", "rgb", (8, 8)), threshold=0.3, iou=0.5)
    )
    assert list(engine.run([])) == []
    assert len(list(engine.run([(1, picture("a.png"))]))) == 1


@pytest.fixture
def cast_model(onnx_file):
    """A classifier of mean colour that takes pixels of another type."""

    def build(dtype):
        nodes = [
            helper.make_node("Cast", ["images"], ["f"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["f"], ["output"], axes=[2, 3], keepdims=0),
        ]
        return onnx_file("cast.onnx", nodes, [1, 3, 8, 8], [1, 3], dtype=dtype)

    return build


@pytest.mark.parametrize(("dtype", "scale"), [(TensorProto.FLOAT16, 255), (TensorProto.UINT8, 1)])
def test_inputs_of_half_floats_and_bytes_are_fed(cast_model, profile, picture, dtype, scale):
    chosen = profile("classifier", "rgb", (8, 8), input={"scale": scale})
    evidence = one(cast_model(dtype), chosen, picture("a.png", colour=(1, 0, 0)))
    assert evidence.probabilities["original"][0] == pytest.approx(1 / scale, rel=1e-3)


@pytest.mark.parametrize(
    ("dtype", "words"), [(TensorProto.UINT8, "8-bit"), (TensorProto.INT64, "int64")]
)
def test_inputs_that_cannot_be_fed_are_told(cast_model, profile, dtype, words):
    with pytest.raises(ModelError, match=words):
        run(cast_model(dtype), profile("classifier", "rgb", (8, 8)), [])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("classifier", "ab", (8, 8)), "correct decoder, input.size or labels"),
        (("ultralytics", "abc", (8, 8)), "correct decoder"),
        (("classifier", "abc", (9, 8)), "correct input in the profile"),
    ],
)
def test_a_profile_that_does_not_fit_the_model_is_an_error_before_any_image(
    mean_colour, profile, given, words
):
    with pytest.raises(ModelError, match=words) as caught:
        run(mean_colour(), profile(*given), [])
    assert str(caught.value).startswith("mean.onnx: ")


def test_logits_without_activation_end_the_run_with_advice(mean_colour, profile, picture):
    chosen = profile("classifier", "rgb", (8, 8), input={"scale": 1})
    with pytest.raises(ModelError, match="set activation"):
        run(mean_colour(), chosen, [picture("a.png", colour=(9, 9, 9))])


@pytest.mark.parametrize(
    "wrong", [{"threshold": 1.1}, {"iou": -0.1}, {"views": ("sideways",)}, {"views": ("flip",) * 2}]
)
def test_settings_out_of_range_are_wrong_use(mean_colour, profile, wrong):
    with pytest.raises(UsageError):
        run(mean_colour(), profile("classifier", "rgb", (8, 8)), [], **wrong)
