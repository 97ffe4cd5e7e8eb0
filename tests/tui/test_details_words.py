"""What the details say of a sample's coefficient and reasons, and of which label."""

from __future__ import annotations

from dataclasses import replace

from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Sample, Status, Task
from hardcase.model.reasons import Reason
from hardcase.tui.gallery.sample import caption
from hardcase.tui.widgets.details import details

AUTO = Annotation("cat", Box(1, 2, 9, 9), 0.5, "net#1")
MINE = Annotation("cat", Box(1, 2, 9, 9))
OFFERED = Sample(
    1,
    "a.png",
    Status.TO_BE_CONFIRMED,
    (AUTO,),
    labeled_by="net#1",
    coefficient=0.2,
    reasons=(Reason(0).value,),
)


def said(sample: Sample) -> str:
    return details(sample, Task.DETECTION, {}, None, (80, 12)).plain


def test_an_auto_label_is_judged_as_it_is_also_once_confirmed() -> None:
    confirmed = replace(OFFERED, status=Status.LABELED, labeled_by=HUMAN)
    for sample in (OFFERED, confirmed):
        assert "  likely right 0.20" in said(sample)
        assert "auto label" not in said(sample)
        assert "auto label" not in caption(sample, Task.DETECTION)[1]


def test_what_a_person_drew_is_not_judged_by_what_was_thought_of_the_auto_label() -> None:
    drawn = replace(OFFERED, annotations=(MINE,))
    nothing = replace(OFFERED, status=Status.LABELED, annotations=(), labeled_by=HUMAN)
    for sample in (drawn, nothing):
        assert "  auto label likely right 0.20" in said(sample)
        assert "of the auto label: " in said(sample)
        assert "of the auto label: " in caption(sample, Task.DETECTION)[1]
    assert drawn.reasons == OFFERED.reasons


def test_without_a_label_there_is_none_that_is_wrong() -> None:
    unlabeled = replace(
        OFFERED, status=Status.UNLABELED, annotations=(), labeled_by=None, coefficient=0.81
    )
    assert "wrong" not in said(unlabeled)
    assert "coefficient 0.81" in said(unlabeled)
