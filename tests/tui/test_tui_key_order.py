"""Keys typed ahead mean what they would mean typed slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key
from textual.widgets import Input
from tui_helpers import app_on, job_screen, wait_for

from hardcase.model.job import Status
from hardcase.precedence import keys

if TYPE_CHECKING:
    from hardcase.tui.app import HardcaseApp


def burst(app: HardcaseApp, *keys: str) -> None:
    """Let the app have keys at once, as a slow line does."""
    for key in keys:
        name = {" ": "space", "/": "slash", ".": "full_stop"}.get(key, key)
        app.post_message(Key(name, key if len(key) == 1 else None))


async def test_a_filter_typed_ahead_is_a_filter(make_job):
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await job_screen(pilot)
        burst(app, *"/hard 1")
        await wait_for(pilot, lambda: app.screen.query_one(Input).value == "hard 1")
        assert session.stats().hard == 0
        assert session.stats().labeled == 0


async def test_a_path_typed_ahead_goes_into_the_dialog(make_job):
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await job_screen(pilot)
        burst(app, "A", *"xh1a")
        await wait_for(pilot, lambda: isinstance(app.focused, Input))
        await wait_for(pilot, lambda: app.focused.value.endswith("xh1a"))
        assert session.stats().labeled == 0


async def test_decisions_typed_ahead_fall_on_one_sample_after_the_other(make_job):
    session = make_job(count=6)
    app = app_on(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await job_screen(pilot)
        burst(app, "1", "2", "1", "2", "1")
        await wait_for(pilot, lambda: session.stats().labeled == 5)
        labels = [session.sample(n).annotations for n in range(1, 6)]
        names = [label.name for label in session.labels[:2]]
        assert [a[0].label for a in labels] == [names[i] for i in (0, 1, 0, 1, 0)]
        assert session.sample(6).status is Status.UNLABELED


async def test_a_key_goes_before_long_work_until_its_effect_is_painted(make_job):
    app = app_on(make_job())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await job_screen(pilot)
        await wait_for(pilot, lambda: keys.left == 0.0)
        burst(app, "j")
        assert keys.left > 0
        await wait_for(pilot, lambda: screen.browser.cursor == 1)
        await wait_for(pilot, lambda: keys.left == 0.0)


async def test_keys_go_on_after_one_whose_place_is_gone(make_job):
    session = make_job()
    app = app_on(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await job_screen(pilot)
        burst(app, "?", "escape", "1")
        await wait_for(pilot, lambda: session.stats().labeled == 1)
