"""The box editor's picture is made ahead, once, by the threads of the job's preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edit_helpers import boxed_job, left, opened
from textual.geometry import Region, Size
from tui_helpers import app_on, job_screen, wait_for

from hardcase.imaging.preview import Preview, Renderer, Request
from hardcase.imaging.view import FIT
from hardcase.tui.canvas.canvas import ImageCanvas
from hardcase.tui.editor.look import canvas_region
from hardcase.tui.editor.screen import EditScreen

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot
    from textual.strip import Strip

    from hardcase.tui.screens.job import JobScreen

SIZE = (80, 24)


def count_renders(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    rendered: list[Request] = []
    real = Renderer.render

    def counting(self: Renderer, request: Request) -> Preview:
        rendered.append(request)
        return real(self, request)

    monkeypatch.setattr(Renderer, "render", counting)
    return rendered


def first_lines(monkeypatch: pytest.MonkeyPatch) -> list[list[Strip]]:
    """What canvases of the editor paint, in order."""
    painted: list[list[Strip]] = []
    real = ImageCanvas.render_lines

    def noting(self: ImageCanvas, crop: Region) -> list[Strip]:
        lines = real(self, crop)
        if isinstance(self.screen, EditScreen):
            painted.append(lines)
        return lines

    monkeypatch.setattr(ImageCanvas, "render_lines", noting)
    return painted


async def at_rest(pilot: Pilot[None], size: tuple[int, int] = SIZE) -> JobScreen:
    """The job screen, once the editor's picture of its sample is ready."""
    job = await job_screen(pilot)
    await wait_for(pilot, lambda: ready(job, size), "the editor's picture")
    return job


def ready(job: JobScreen, size: tuple[int, int]) -> bool:
    canvas, sample = job.preview.canvas, job.browser.current
    if sample is None or canvas.loader is None:
        return False
    path = job.session.image_path(sample.id)
    request = canvas._surface.request(path, FIT, canvas_region(Size(*size)).size)
    return canvas.loader.cached(request) is not None


async def test_the_first_that_the_editor_paints_is_the_picture_with_its_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = first_lines(monkeypatch)
    with boxed_job(tmp_path / "job") as session:
        async with app_on(session).run_test(size=SIZE) as pilot:
            await at_rest(pilot)
            editor = await opened(pilot)
            await pilot.pause()
            shown = editor.canvas.render_lines(Region(0, 0, *editor.canvas.size))
            assert painted[0] == shown
            assert any(len({s.style for s in line if s.style}) > 1 for line in painted[0])


async def test_the_editor_decodes_nothing_that_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = count_renders(monkeypatch)
    with boxed_job(tmp_path / "job") as session:
        async with app_on(session).run_test(size=SIZE) as pilot:
            for sample_id in (1, 2):
                job = await at_rest(pilot)
                editor = await opened(pilot)
                canvas = editor.canvas
                assert canvas.region == canvas_region(pilot.app.size)
                assert canvas.sheets is job.preview.canvas.sheets
                request = canvas._surface.request(canvas.scene.path, FIT, canvas.size)
                made_ahead = canvas.sheets._made.get(
                    (request, canvas.scene, canvas._surface.desk(canvas.region))
                )
                assert made_ahead is not None, "the cells were made for another place or scene"
                assert canvas._paint.sheet is made_ahead[1]
                await pilot.press("escape")
                await left(pilot)
                await pilot.press("j")
                await wait_for(pilot, lambda j=job, i=sample_id: j.preview.canvas.scene.key > i)
    assert len(rendered) == len(set(rendered))


async def test_the_selected_box_opens_as_it_was_made_ahead(tmp_path: Path) -> None:
    with boxed_job(tmp_path / "job") as session:
        async with app_on(session).run_test(size=SIZE) as pilot:
            job = await at_rest(pilot)
            await pilot.press("tab", "tab")
            assert job.preview.box == 1
            editor = await opened(pilot)
            assert editor.draft.selected == 1
            assert job.editing._first_scene() == editor.canvas.scene


async def test_after_the_editor_the_preview_goes_on(tmp_path: Path) -> None:
    with boxed_job(tmp_path / "job") as session:
        async with app_on(session).run_test(size=SIZE) as pilot:
            job = await at_rest(pilot)
            await opened(pilot)
            await pilot.press("escape")
            await left(pilot)
            loader = job.preview.canvas.loader
            assert loader is not None
            assert all(thread.is_alive() for thread in loader._threads)
            await pilot.press("j")
            canvas = job.preview.canvas
            await wait_for(pilot, lambda: canvas.scene.key == 2 and canvas.placement, "the next")


async def test_what_is_made_ahead_follows_the_size_of_the_screen(tmp_path: Path) -> None:
    with boxed_job(tmp_path / "job") as session:
        async with app_on(session).run_test(size=SIZE) as pilot:
            await at_rest(pilot)
            await pilot.resize_terminal(100, 30)
            await at_rest(pilot, (100, 30))
