"""What is edited comes back: from the disk, from files of every format, and by undo."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from edit_helpers import boxed_job, changes, editor_on
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_edit_pure import OPERATIONS, applied
from tui_helpers import LABELS, wait_for

from hardcase.formats import FORMATS
from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Status, Task
from hardcase.session import LabelingSession
from hardcase.tui.actions import ACTIONS, Place
from hardcase.tui.bindings import textual_key
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.editor import view as edit_view
from hardcase.tui.editor.editing import Draft

SIZE = (613, 409)
START = (Annotation("a", Box(10.5, 20.25, 110.125, 80)), Annotation("b", Box(0, 0, 613, 409)))


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Iterator[bytes]:
    path = tmp_path_factory.mktemp("image") / "a.png"
    Image.new("RGB", SIZE, (90, 60, 30)).save(path)
    return path.read_bytes()


def new_job(folder: Path, image: bytes) -> LabelingSession:
    folder.mkdir()
    (folder / "a.png").write_bytes(image)
    return LabelingSession.create(folder, Task.DETECTION, ["a", "b"])


def edited(operations: list[tuple]) -> Draft:
    start = draft = Draft(START, *SIZE, 0)
    for operation in operations:
        draft = applied(draft, operation, start)
    return draft


def same(one: tuple[Annotation, ...], other: tuple[Annotation, ...], within: float) -> bool:
    return [a.label for a in one] == [a.label for a in other] and all(
        a.box == pytest.approx(b.box, abs=within) for a, b in zip(one, other, strict=True)
    )


@settings(max_examples=30, deadline=None)
@given(operations=st.lists(OPERATIONS, max_size=8))
def test_boxes_edited_are_the_same_after_saving_and_loading(image, operations) -> None:
    with tempfile.TemporaryDirectory() as folder:
        draft = edited(operations)
        with new_job(Path(folder, "job"), image) as job:
            job.set_annotations(1, draft.annotations)
            saved = job.sample(1).annotations
        with LabelingSession.open(Path(folder, "job")) as job:
            assert job.sample(1).annotations == saved
            assert same(saved, draft.annotations, 1e-3)


@pytest.mark.parametrize(
    "name", sorted(n for n in FORMATS if n not in {"imagefolder", "coco-results"})
)
@settings(max_examples=12, deadline=None)
@given(operations=st.lists(OPERATIONS, max_size=8))
def test_boxes_edited_come_back_from_files_within_a_hundredth_of_a_pixel(
    name, image, operations
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out" + FORMATS[name].suffix)
        draft = edited(operations)
        with new_job(Path(folder, "job"), image) as job:
            job.set_annotations(1, draft.annotations)
            decide = job.confirm if draft.annotations else job.set_no_objects
            decide([1])
            job.export_annotations(out, name)
            expected = job.sample(1).annotations
        with new_job(Path(folder, "again"), image) as again:
            again.import_annotations(out, name)
            sample = again.sample(1)
            assert sample.status is Status.LABELED
            assert same(sample.annotations, expected, 0.01)


_LEFT_OUT = frozenset(
    f"edit_{name}" for name in ("confirm", "leave", "no_objects", "undo", "redo", "numbers")
)
KEYS = [
    textual_key(key)
    for action in ACTIONS
    if action.where is Place.EDITOR and action.id not in _LEFT_OUT
    for key in action.keys[:1]
]
LETTERS = "aBcdEfgHijkLmnopQrst"


@pytest.mark.parametrize("seed", range(5))
async def test_any_keys_and_as_many_undos_leave_the_job_as_it_was(
    seed, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(edit_view, "IDLE_SECONDS", 600)
    rng = random.Random(seed)
    with boxed_job(tmp_path / "images", labels=LABELS) as job:
        before = job.sample(1)
        async with editor_on(job) as (pilot, screen):
            screen.last_label = "dog"
            for _ in range(20):
                await pilot.press(rng.choice(KEYS))
                while screen.drawing.aiming is not None:
                    await pilot.press(rng.choice(LETTERS))
                if isinstance(pilot.app.screen, LabelDialog):
                    await pilot.press("down", "enter")
                    await wait_for(pilot, lambda: pilot.app.screen is screen, "the editor")
                for annotation in screen.draft.annotations:
                    x1, y1, x2, y2 = annotation.box
                    assert 0 <= x1 < x2 <= 320
                    assert 0 <= y1 < y2 <= 160
            if screen.striking.letters:
                await pilot.press("escape")
            await pilot.app.workers.wait_for_complete()
            screen.commit()
            made = changes(job)
            await pilot.press(*["u"] * made)
            assert job.sample(1) == before
            assert screen.draft.annotations == before.annotations
            assert not screen.scope.can_undo
