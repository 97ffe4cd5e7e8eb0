"""What people accepted of a model is kept for this very model, and used from then on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hardcase.inference import (
    accepted,
    describe_model,
    find_profile,
    keep_profile,
    load_profile,
    read_profile,
    recognise_model,
)
from hardcase.inference.profile.schema import Color
from hardcase.inference.recognition import Certainty, Sign

pytestmark = pytest.mark.usefixtures("in_process")


def otherwise(profile):
    return dataclasses.replace(
        profile, input=dataclasses.replace(profile.input, color=Color.BGR), score_threshold=0.6
    )


def test_an_answer_accepted_is_kept_and_recognition_does_not_run_again(model, monkeypatch):
    found = recognise_model(model)
    kept = keep_profile(model, accepted(found, found.profile, 5))
    assert "looked at 5" in kept.read_text()
    monkeypatch.setattr("hardcase.inference.profile.profiles.recognise", None)
    assert find_profile(model) == (found.profile, None)


def test_another_reading_that_a_person_chose_is_kept_with_who_said_so(model):
    found = recognise_model(model)
    chosen = otherwise(found.profile)
    answer = accepted(found, chosen, 3)
    assert (answer.certainty, answer.signs) == (Certainty.SURE, (Sign.PERSON,))
    assert "had been taken for" in answer.reasons[0]
    keep_profile(model, answer)
    assert load_profile(model) == chosen


def test_a_model_exported_anew_under_the_same_name_is_recognised_anew_and_that_is_said(
    model, fixed_answer
):
    found = recognise_model(model)
    keep_profile(model, accepted(found, otherwise(found.profile), 5))
    columns = np.zeros((6, 84))
    columns[:4] = 20
    assert fixed_answer(columns) == model
    profile, again = find_profile(model)
    assert len(profile.labels) == 2
    assert again is not None
    assert any("kept for another file of this name" in line for line in again.reasons)
    assert keep_profile(model, accepted(again, profile, 5)) == model.with_suffix(".yaml")
    assert load_profile(model) == profile


def test_a_profile_that_somebody_wrote_counts_for_any_file_of_the_name(model, fixed_answer):
    found = recognise_model(model)
    kept = keep_profile(model, found)
    text = "".join(line for line in kept.read_text().splitlines(True) if "model_sha256" not in line)
    kept.write_text(text)
    fixed_answer(np.ones((7, 84)))
    assert find_profile(model) == (found.profile, None)
    assert describe_model(model).profile_source == "fixed.yaml"


def test_a_kept_profile_can_be_given_for_another_model_by_name(model):
    kept = keep_profile(model, recognise_model(model))
    assert "model_sha256" in kept.read_text()
    assert read_profile(kept) == load_profile(model, kept)


@pytest.mark.parametrize("text", ["model_sha256: 7\ndecoder: x", "a: [", "model_sha256: [1]\na: b"])
def test_whatever_lies_beside_a_model_recognising_it_anew_works(model, text):
    model.with_suffix(".yaml").write_text(text)
    assert recognise_model(model).profile.decoder == "ultralytics"
