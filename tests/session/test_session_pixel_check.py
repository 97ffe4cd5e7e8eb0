"""How a classifier wants its pixels is settled by labeled images, if they can tell."""

from __future__ import annotations

import numpy as np
import pytest

from hardcase.inference import Certainty, Profile, Recognition
from hardcase.inference.profile.schema import Activation, Decoder, InputSpec
from hardcase.inference.recognition import Sign
from hardcase.model.evidence import ORIGINAL, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.session.autolabel import pixel_check
from hardcase.session.autolabel.pixel_check import FEWEST, MOST, labeled_for, settled

CLASSES = ("cat", "dog", "bus")
PROFILE = Profile(
    Task.CLASSIFICATION,
    Decoder.CLASSIFIER,
    InputSpec((8, 8)),
    CLASSES,
    activation=Activation.SOFTMAX,
)
GUESS = Recognition(PROFILE, Certainty.GUESS, ("a classifier: it answers 3 numbers",), "numbers")


@pytest.fixture
def labeled_job(make_session):
    def make(count, labels=("cat", "dog")):
        session = make_session(Task.CLASSIFICATION, count=count, labels=("cat", "dog", "moon"))
        for n, sample in enumerate(list(session.samples())):
            session.set_label([sample.id], labels[n % len(labels)])
        return session

    return make


@pytest.fixture
def trained_on(monkeypatch):
    """Make engines of a model that is right on all images fed so, and else on some."""

    def make(scale, otherwise=0.5, readable=True):
        class Engine:
            def __init__(self, asked):
                spec = asked.profile.input
                self.right = spec.scale == scale and spec.color == "rgb" and not any(spec.mean)

            def run(self, items):
                for n, _path in items:
                    index = n % 2 if self.right or n % 10 < 10 * otherwise else 2
                    vector = np.eye(3, dtype=np.float32)[index]
                    said = Evidence(8, 8, PixelStatistics(0, 0, 0, 0), None, {ORIGINAL: vector})
                    yield n, said if readable else "it cannot be read"

            def close(self):
                pass

        monkeypatch.setattr(pixel_check, "LocalEngine", Engine)

    return make


def check(session, tmp_path, found=GUESS):
    labeled = labeled_for(session, found)
    assert labeled is not None
    return settled(tmp_path / "m.onnx", found, labeled, lambda _engine: None)


def test_a_scale_that_is_right_far_more_often_is_taken_and_likely(
    labeled_job, trained_on, tmp_path
):
    trained_on(1.0)
    found = check(labeled_job(40), tmp_path)
    assert found.profile.input.scale == 1.0
    assert (found.certainty, found.signs[-1]) == (Certainty.LIKELY, Sign.LABELED)
    assert found.reasons[-1].startswith("right on 40 of 40 labeled images with 0 to 255, RGB")


def test_what_was_guessed_is_confirmed_by_the_same_means(labeled_job, trained_on, tmp_path):
    trained_on(255.0)
    found = check(labeled_job(40), tmp_path)
    assert (found.profile, found.certainty) == (PROFILE, Certainty.LIKELY)


@pytest.mark.parametrize(("count", "otherwise"), [(FEWEST, 0.9), (40, 1.0), (40, 0.9)])
def test_a_difference_that_chance_explains_settles_nothing(
    labeled_job, trained_on, tmp_path, count, otherwise
):
    trained_on(1.0, otherwise)
    found = check(labeled_job(count), tmp_path)
    assert (found.profile, found.certainty) == (PROFILE, Certainty.GUESS)
    assert found.reasons[-1].endswith("too close to tell")


def test_images_that_cannot_be_read_settle_nothing(labeled_job, trained_on, tmp_path):
    trained_on(1.0, readable=False)
    assert check(labeled_job(20), tmp_path).certainty is Certainty.GUESS


def test_a_check_that_was_ended_leaves_things_as_they_were(labeled_job, monkeypatch, tmp_path):
    class Ended:
        def __init__(self, *_args, **_options):
            pass

        def run(self, items):
            return iter(())

        def close(self):
            pass

    monkeypatch.setattr(pixel_check, "LocalEngine", Ended)
    assert check(labeled_job(20), tmp_path) == GUESS


@pytest.mark.parametrize(
    ("count", "labels", "why"),
    [
        (FEWEST - 1, ("cat", "dog"), "too few"),
        (20, ("cat",), "one label only, which any constant answer gets right"),
        (20, ("moon", "cat"), "a label that the model does not know"),
    ],
)
def test_labels_that_cannot_tell_are_not_asked(labeled_job, count, labels, why):
    assert labeled_for(labeled_job(count, labels), GUESS) is None, why


def test_what_is_known_anyway_is_not_asked(labeled_job):
    session = labeled_job(20)
    for found in (
        Recognition(PROFILE, Certainty.SURE, (), ""),
        Recognition(PROFILE, Certainty.GUESS, (), "", fixed_pixels=True),
    ):
        assert labeled_for(session, found) is None


def test_at_most_so_many_images_are_asked_evenly_over_the_labels(labeled_job):
    found = labeled_for(labeled_job(MOST + 20), GUESS)
    assert found is not None
    assert len(found.items) == MOST
    assert [index for _, index in found.items].count(0) == MOST // 2
