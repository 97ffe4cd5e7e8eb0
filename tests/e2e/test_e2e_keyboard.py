"""Every action of the registry, reached by its keys alone in the real program.

See `keyboard_tours`: each tour walks through a part of the program.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e_world import paint_pictures
from keyboard_tours import (
    LABELS,
    classification_tour,
    detection_tour,
    editor_tour,
    filter_tour,
    gallery_tour,
    jobs_tour,
    labels_tour,
    review_tour,
    runs_tour,
    shell_tour,
)
from keyboard_walk import Walk
from pty_terminal import Terminal

from hardcase.session.demo import asset
from hardcase.tui.actions import ACTIONS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SIZE = (100, 30)


@pytest.fixture
def classification(tmp_path, hardcase) -> Path:
    """A job of forty pictures and ten labels."""
    folder = paint_pictures(tmp_path / "animals", 40)
    argv = ("init", folder, "--task", "classification", "--labels", LABELS)
    assert hardcase(*argv).status == 0
    return folder


@pytest.fixture
def detection(tmp_path, hardcase) -> Path:
    """A job of four pictures with two boxes each that wait to be confirmed."""
    folder = paint_pictures(tmp_path / "boxes")
    assert hardcase("init", folder, "--task", "detection", "--labels", LABELS).status == 0
    rows = [{"id": n, "file_name": f"{n}.png", "width": 32, "height": 24} for n in range(4)]
    categories = [{"id": 1, "name": "ant"}, {"id": 2, "name": "bee"}]
    images, results = tmp_path / "images.json", tmp_path / "results.json"
    images.write_text(json.dumps({"images": rows, "annotations": [], "categories": categories}))
    found = [
        {"image_id": n, "category_id": k, "bbox": [4 * k, 4, 9, 10], "score": 0.9 - n / 10}
        for n in range(4)
        for k in (1, 2)
    ]
    results.write_text(json.dumps(found))
    argv = ("--as", "predictions", "--format", "coco-results", "--images-file", images)
    assert hardcase("import", folder, results, *argv).status == 0
    return folder


@pytest.fixture
def flowers(tmp_path, hardcase) -> Path:
    """A job that keeps the shipped classifier busy for a while."""
    folder = tmp_path / "flowers"
    folder.mkdir()
    for image in asset("sample_data", "classification", "images").iterdir():
        for n in range(60):
            (folder / f"{n}-{image.name}").symlink_to(image)
    assert hardcase("init", folder, "--task", "classification").status == 0
    return folder


@pytest.mark.parametrize(
    "last",
    [False, pytest.param(True, marks=pytest.mark.slow)],
    ids=["first key of each", "last key of each"],
)
def test_every_action_is_reached_by_its_keys(
    last, classification, detection, flowers, tmp_path
) -> None:
    met: set[str] = set()
    with Terminal(size=SIZE, cwd=tmp_path) as terminal:
        jobs_tour(Walk(terminal, met, last=last))
    stranger = {"XDG_STATE_HOME": str(tmp_path / "state")}  # who has not been to the jobs before
    with Terminal(classification, size=SIZE, env=stranger) as terminal:
        walk = Walk(terminal, met, last=last)
        classification_tour(walk)
        filter_tour(walk)
        gallery_tour(walk)
        labels_tour(walk)
    with Terminal(detection, size=SIZE, env=stranger) as terminal:
        walk = Walk(terminal, met, last=last)
        detection_tour(walk)
        review_tour(walk)
        editor_tour(walk)
        walk.take("quit_app", changes=False)
        assert terminal.wait_for_exit() == 0
    with Terminal(flowers, size=SIZE, env=stranger) as terminal:
        runs_tour(Walk(terminal, met, last=last), asset("models", "flower_classifier.onnx"))
    shell = ("/bin/bash", "--norc", "--noprofile", "-i")
    with Terminal(size=SIZE, cwd=tmp_path, program=shell, env={"PS1": "shell> "}) as terminal:
        shell_tour(Walk(terminal, met, last=last))
    assert met == {action.id for action in ACTIONS}
