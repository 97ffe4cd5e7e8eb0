"""The auto-label dialog asks what the model's classes mean in the job."""

from __future__ import annotations

import pytest
from test_tui_effort import dialog, model  # noqa: F401 - a fixture
from tui_helpers import app_on, screen_text, wait_for

from hardcase.model.job import Run
from hardcase.session.autolabel.targets import Existing

ASKED = {
    "map": {"a, b": "cat", "person": ""},
    "thresholds": {"person": 0.6},
    "existing": "replace",
    "changed": True,
}


async def test_the_mapping_typed_is_asked_for(make_job, model):  # noqa: F811
    async with app_on(make_job()).run_test(size=(80, 24)) as pilot:
        shown, answers = await dialog(pilot)
        assert "car=vehicle, person= leaves out" in "\n".join(screen_text(pilot.app))
        shown.query_one("#model").value = str(model)
        shown.query_one("#classes").value = " car = vehicle,person=, "
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
    assert answers[0].mapping == (("car", "vehicle"), ("person", ""))


@pytest.mark.parametrize("typed", ["car", "=vehicle", "car=vehicle, bus"])
async def test_a_mapping_that_is_none_is_said_and_nothing_starts(make_job, model, typed):  # noqa: F811
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        shown, answers = await dialog(pilot)
        shown.query_one("#model").value = str(model)
        shown.query_one("#classes").value = typed
        await pilot.press("enter")
        await wait_for(
            pilot, lambda: "is no pair" in "\n".join(screen_text(pilot.app)), "the refusal"
        )
        assert not answers


async def test_a_run_from_the_command_line_is_resumed_as_it_was_asked_for(make_job, model):  # noqa: F811
    run = Run(1, "pre-label", "toy_model", settings=ASKED)
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        shown, answers = await dialog(pilot, run)
        assert shown.query_one("#classes").value == "a, b=cat, person="
        shown.query_one("#model").value = str(model)
        await pilot.press("enter")
        await wait_for(pilot, lambda: answers, "the answer")
    (request,) = answers
    assert dict(request.mapping) == ASKED["map"]
    assert dict(request.thresholds) == ASKED["thresholds"]
    assert (request.existing, request.changed) == (Existing.REPLACE, True)
