"""What of a profile a person may say otherwise, and the profiles that come of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_inference_collisions import corners, probabilities, seen

from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.profile.schema import (
    Color,
    Fit,
    InputSpec,
    Layout,
    Profile,
    profile_from_json,
)
from hardcase.inference.profile.variants import aspects, pixel_variants, recoloured
from hardcase.inference.recognition.conventions import IMAGENET_MEAN, IMAGENET_STD
from hardcase.model.job import Task

SPEC = InputSpec((64, 64), mean=IMAGENET_MEAN, std=IMAGENET_STD, fit=Fit.CENTER_CROP)
CLASSIFIER = Profile(
    Task.CLASSIFICATION, Decoder.CLASSIFIER, SPEC, ("a", "b"), activation=Activation.SOFTMAX
)


def by_title(profile, found=None):
    return {aspect.title: aspect for aspect in aspects(profile, found)}


def detector():
    rows = np.hstack([corners(8400, 640), probabilities(8400, 4)])
    return seen({"output": rows[None]})


def test_a_classifier_may_be_fed_and_squashed_otherwise_but_is_of_one_family():
    found = by_title(CLASSIFIER)
    assert list(found) == ["pixels", "colours", "fit", "scores"]
    assert found["pixels"].words == "ImageNet's mean"
    assert (found["fit"].words, found["scores"].words) == ("its middle", "softmax")


def test_a_detector_may_be_of_another_family_whose_conventions_come_along():
    found = detector()
    family = by_title(found.profile, found)["family"]
    other = family.stepped(1)
    assert other.decoder is not found.profile.decoder
    assert other.input == next(p for p in found.others if p.decoder is other.decoder).input


def test_stepping_through_all_options_comes_back_and_each_is_a_sound_profile():
    found = detector()
    for title in by_title(found.profile, found):
        profile, options = found.profile, set()
        for _ in by_title(found.profile, found)[title].options:
            profile = by_title(profile, found)[title].stepped(1)
            assert profile_from_json(profile.to_json(), "here") == profile
            options.add(profile)
        assert profile == found.profile
        assert len(options) == len(by_title(found.profile, found)[title].options)


def test_a_detr_is_read_with_a_class_for_nothing_or_without_one():
    answer = {"logits": np.zeros((1, 100, 5)), "pred_boxes": corners(100, 1)[None]}
    found = seen(answer, names=["abcde"])
    assert (found.profile.activation, len(found.profile.labels)) == (Activation.SIGMOID, 5)
    soft = by_title(found.profile, found)["scores"].stepped(1)
    assert (soft.decoder, soft.activation, len(soft.labels)) == (
        Decoder.DETR,
        Activation.SOFTMAX,
        4,
    )
    assert by_title(soft, found)["scores"].stepped(1) == found.profile


def test_channels_in_another_order_are_scaled_as_they_were():
    turned = recoloured(SPEC, Color.BGR)
    assert turned.mean == tuple(reversed(IMAGENET_MEAN))
    assert recoloured(turned, Color.RGB) == SPEC
    assert by_title(replace(CLASSIFIER, input=turned))["pixels"].words == "ImageNet's mean"


def test_a_scale_that_has_no_name_is_kept_among_the_options_as_it_was_found():
    odd = replace(CLASSIFIER, input=replace(SPEC, mean=(0.1, 0.2, 0.3)))
    pixels = by_title(odd)["pixels"]
    assert (pixels.words, pixels.options[0].profile) == ("as found", odd)


@pytest.mark.parametrize("fixed", [True, False])
def test_pixels_that_the_graph_scales_itself_have_no_other_scale(fixed):
    found = replace(detector(), fixed_pixels=fixed)
    assert ("pixels" in by_title(found.profile, found)) is not fixed


def test_the_place_of_the_channels_is_asked_only_where_the_input_leaves_it_open():
    found = detector()
    assert "layout" not in by_title(found.profile, found)
    layout = by_title(found.profile, replace(found, free_layout=True))["layout"]
    assert layout.stepped(1).input.layout is Layout.NHWC


def test_every_usual_scale_is_tried_in_both_orders_of_colours():
    variants = dict(pixel_variants(CLASSIFIER))
    assert len(variants) == len(set(variants.values())) == 10
    assert variants["ImageNet's mean, RGB"] == CLASSIFIER
