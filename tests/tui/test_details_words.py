"""What the details say of a sample's coefficient and reasons, and of which label."""

from __future__ import annotations

from dataclasses import replace

from hardcase.model.boxes import Box
from hardcase.model.job import HUMAN, Annotation, Sample, Status, Task
from hardcase.model.reasons import Reason
from hardcase.tui.gallery.sample import caption
from hardcase.tui.widgets.details import details
from hardcase.tui.widgets.digits import digits

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


LONG = "IMG_2026-01-31_" + "camera-north-gate-" * 10 + "frame-000017.jpeg"


def lines(sample: Sample, size: tuple[int, int]) -> list[str]:
    return details(sample, Task.DETECTION, {}, None, size).plain.split("\n")


def test_a_name_too_long_for_the_list_is_told_and_its_end_is_never_cut() -> None:
    assert "a.png" not in said(OFFERED)
    told = lines(replace(OFFERED, path=LONG), (44, 7))
    assert told[1].startswith("IMG_2026-01-31_")
    assert told[1].endswith("frame-000017.jpeg")
    assert "…" in told[1]
    assert told[2:] == lines(OFFERED, (44, 6))[1:]


def test_where_there_is_room_a_long_name_is_told_in_full() -> None:
    wide = "猫の写真" * 60 + ".jpg"
    for path in (LONG, wide, f"folder/{LONG}"):
        told = lines(replace(OFFERED, path=path), (45, 20))
        assert path in "".join(told)


def test_where_reasons_have_no_room_each_keeps_to_a_row_and_all_is_told_where_they_have() -> None:
    why = (Reason.LOW_CONFIDENCE.value, Reason.FLIP_CHANGES.value)
    unsure = replace(OFFERED, reasons=why)
    small, large = lines(unsure, (45, 6)), " ".join(lines(unsure, (45, 12)))
    assert small[1] == "▲ low confidence: check the labels"
    assert small[2].startswith("▲ mirroring changes the prediction")
    assert "look for misses" in large


def test_the_digits_of_labels_stand_in_columns_and_say_what_is_left_out() -> None:
    names = tuple(f"label number {n}" for n in range(1, 15))
    for rows in (1, 2, 3):
        told = digits(names, 44, rows, "l")
        assert len(told) == rows
        assert all(len(line) <= 44 for line in told)
        shown = sum(line.count("…") for line in told)
        assert told[-1].endswith(f"l +{14 - shown}")
    assert digits(("cat", "dog"), 44, 3, "l") == ["1 cat  2 dog"]
    assert digits(names[:10], 200, 3, "l")[0].startswith("1 label number 1   2 label number 2")
    assert digits((), 44, 3, "l") == digits(names, 44, 0, "l") == []
    assert digits(names, 3, 1, "l") == []
