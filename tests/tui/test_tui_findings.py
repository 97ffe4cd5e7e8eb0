"""What a check of labels found is told beside the sample, and offered for nothing else."""

from __future__ import annotations

from hardcase.model.boxes import Box
from hardcase.model.findings import Finding, Mistake, MistakeKind
from hardcase.model.job import Annotation, Run, RunState, Sample, Status, Task
from hardcase.model.mistake_words import in_words
from hardcase.tui.widgets.details import details
from hardcase.tui.widgets.run_lines import run_line

SAMPLE = Sample(1, "a.jpg", Status.LABELED, (Annotation("cat"),), hard=True)


def told(*mistakes: Mistake) -> str:
    finding = Finding(1, 3, 0.9, mistakes)
    return details(SAMPLE, Task.CLASSIFICATION, {}, None, (80, 12), finding=finding).plain


def test_the_details_say_what_the_model_sees_instead():
    text = told(Mistake(MistakeKind.SWAPPED, 0.93, "cat", "dog", 0.93))
    assert "labeled cat, the model sees dog 0.93" in text


def test_unlikely_mistakes_are_not_told():
    assert "dog" not in told(Mistake(MistakeKind.SWAPPED, 0.2, "cat", "dog", 0.4))


def test_samples_without_a_finding_say_nothing_of_it():
    plain = details(SAMPLE, Task.CLASSIFICATION, {}, None, (80, 12)).plain
    assert "the model" not in plain


def test_each_kind_has_words_that_say_where_to_look():
    box = Box(120, 80, 160, 110)
    words = [
        in_words(Mistake(MistakeKind.SWAPPED, 0.9, "cat", "dog", 0.93, box, 0)),
        in_words(Mistake(MistakeKind.EXTRA, 0.9, None, "dog", 0.93, box)),
        in_words(Mistake(MistakeKind.MISSED, 0.9, "cat", None, None, box, 0)),
        in_words(Mistake(MistakeKind.PLACED, 0.9, "cat", "cat", 0.93, box, 0)),
    ]
    assert words == [
        "labeled cat at 120,80 (40x30), the model sees dog 0.93",
        "nothing labeled at 120,80 (40x30), the model sees dog 0.93",
        "labeled cat at 120,80 (40x30), the model sees none there",
        "labeled cat, the model sees it at 120,80 (40x30) 0.93",
    ]


def test_runs_of_other_kinds_are_told_apart_in_the_history():
    run = Run(3, "check", "yolo", RunState.COMPLETED, total=5, done=5)
    assert "check: yolo  5 of 5" in run_line(run).plain
    assert "  yolo  5 of 5" in run_line(Run(4, "pre-label", "yolo", total=5, done=5)).plain
