"""Where the room of the list goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tui_helpers import app_on, job_screen, make_images, screen_text, wait_for

from hardcase.model.job import Task
from hardcase.session import LabelingSession
from hardcase.tui.widgets.sample_rows import shared_folder


async def test_a_wide_terminal_gives_its_room_to_the_picture(make_job) -> None:
    async with app_on(make_job()).run_test(size=(200, 60)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: screen.rows.size.width, "the layout")
        assert screen.rows.outer_size.width <= 50
        assert screen.preview.size.width >= 150


async def test_a_folder_that_all_share_is_told_in_the_details_only(tmp_path) -> None:
    make_images(tmp_path / "job" / "images" / "train", ["a.png", "b.png"])
    with LabelingSession.create(tmp_path / "job", Task.CLASSIFICATION, ["cat"]) as session:
        async with app_on(session).run_test(size=(100, 30)) as pilot:
            await job_screen(pilot)
            await wait_for(
                pilot, lambda: any("b.png" in t for t in screen_text(pilot.app)), "the list"
            )
            lines = screen_text(pilot.app)
            assert not any("train" in t for t in lines if "b.png" in t)
            assert any("images/train/a.png" in t for t in lines)


def test_the_shared_folder_ends_at_a_slash() -> None:
    assert shared_folder([]) == ""
    assert shared_folder(["a1.png", "a2.png"]) == ""
    assert shared_folder(["images/a1.png", "images/a2.png"]) == "images/"
    assert shared_folder(["images/a/x.png", "images/ab/y.png"]) == "images/"
    assert shared_folder(["only/one.png"]) == "only/"


@given(st.lists(st.text("ab/", min_size=1)))
def test_every_path_begins_with_the_shared_folder(paths) -> None:
    folder = shared_folder(paths)
    assert all(path.startswith(folder) for path in paths)
    assert folder == "" or folder.endswith("/")
