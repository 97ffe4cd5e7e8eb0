"""Whatever is typed as a path is a path or none; it never ends the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_helpers import app_on, job_screen, screen_text, wait_for

from hardcase.errors import UsageError
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.models_nearby import completions
from hardcase.tui.dialogs.new_job import NewJobDialog
from hardcase.tui.keymap import user_actions
from hardcase.tui.typed_path import is_dir, is_file, typed_path

WRONG = ["~nosuch_user/images", "/" + "x" * 5000, "a\x00b"]


@given(st.text())
def test_any_text_is_a_path_or_none(text):
    path = typed_path(text)
    assert not (is_file(path) and is_dir(path))
    completions(text, [])


def test_home_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed_path("~/a") == tmp_path / "a"
    assert typed_path("~nosuch_user/a") == Path("~nosuch_user/a")


@pytest.mark.parametrize("text", WRONG[:2])
async def test_a_new_job_of_no_folder_is_refused_in_a_line(tmp_path, text):
    async with app_on(None).run_test(size=(100, 30)) as pilot:
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NewJobDialog), "the dialog")
        pilot.app.screen.query_one("#folder").value = text
        await pilot.press("enter")
        await wait_for(
            pilot, lambda: any("no such folder" in t for t in screen_text(pilot.app)), "the reason"
        )


@pytest.mark.parametrize("text", WRONG)
async def test_a_model_that_cannot_be_is_explained_while_typing(make_job, text):
    async with app_on(make_job()).run_test(size=(100, 30)) as pilot:
        await job_screen(pilot)
        await pilot.press("A")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, AutoLabelDialog), "the dialog")
        pilot.app.screen.query_one("#model").value = text
        await wait_for(
            pilot, lambda: any("no model at" in t for t in screen_text(pilot.app)), "the reason"
        )
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, AutoLabelDialog)


@pytest.mark.parametrize("text", WRONG[:2])
def test_a_keymap_that_cannot_be_is_a_usage_error(monkeypatch, text):
    monkeypatch.setenv("HARDCASE_KEYMAP", text)
    with pytest.raises(UsageError):
        user_actions()
