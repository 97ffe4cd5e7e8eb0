"""Hard reasons are told in the words of the task."""

from __future__ import annotations

import re

import pytest

from hardcase.model.job import Task
from hardcase.model.reasons import EXPLANATIONS, Reason, explained

_OF_BOXES = re.compile(r"\b(box|boxes|objects?|miss(es|ed)?)\b")
_NEVER_THERE = set(range(Reason.BOX_COUNT, Reason.BOX_OVERLAP + 1))
"""Reasons of boxes, which `hardness.reasons` gives in detection only."""


@pytest.mark.parametrize("reason", [r for r in Reason if r not in _NEVER_THERE])
def test_no_word_of_boxes_or_objects_is_said_of_images_that_are_labeled_whole(reason):
    said = explained(reason, Task.CLASSIFICATION)
    assert not _OF_BOXES.search(f"{said.what} {said.look}")


def test_every_reason_is_explained_in_both_tasks_and_boxes_in_detection():
    for reason in Reason:
        assert explained(reason, Task.DETECTION) == EXPLANATIONS[reason]
        assert explained(reason, Task.CLASSIFICATION).what
    assert explained(Reason.NO_OBJECT, Task.DETECTION).what == "no object found"
    assert explained(Reason.NO_OBJECT, Task.CLASSIFICATION).what == "no label likely enough"
