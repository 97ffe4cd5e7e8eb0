"""The queue learns while a person works on it, and nothing under their hands moves."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from tui_helpers import app_on, job_screen, said, wait_for

from hardcase import hardness
from hardcase.hardness import Rule, RuleKind
from hardcase.model.changes import Kind
from hardcase.session import LabelingSession, Tab
from hardcase.session.judging import ranking
from hardcase.tui.dialogs.hard_rule import HardRuleDialog
from hardcase.tui.widgets.lines import TabLine, TitleLine
from queued_job import queued

SPREAD = [round(0.01 * n, 6) for n in range(60)]


def turned(population: hardness.Population, *_: object) -> np.ndarray:
    """A stand-in for the fit that turns the queue around once anything is known."""
    column = hardness.SIGNALS.index("view_probability")
    said = 1 - population.signals[:, column]
    return 1 - said if np.isfinite(population.wrong).any() else said


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(import_module("hardcase.hardness.assess"), "coefficients", turned)
    with queued(tmp_path / "job", SPREAD) as session:
        yield session


def text_of(screen, widget) -> str:
    return screen.query_one(widget).render().plain


async def decide(pilot, times: int) -> None:
    for _ in range(times):
        await pilot.press("a")


async def test_five_decisions_reorder_the_queue_under_the_sample_looked_at(job) -> None:
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await decide(pilot, 5)
        looked_at, row = screen.browser.current.id, screen.browser.cursor
        await wait_for(pilot, lambda: ranking.learned(job) == 5, "the queue to learn")
        await wait_for(pilot, lambda: screen.browser.ids[1] == 1, "the new order")
        assert (screen.browser.current.id, screen.browser.cursor) == (looked_at, row)
        assert screen.rows.cursor == row
        assert screen.preview.canvas is not None
        assert "queue learned from 5 decisions" in text_of(screen, TabLine)
        await pilot.press("a")
        assert screen.browser.current.id == 1  # decided from the top: the hardest comes next


async def test_selection_tab_and_filter_stay_and_undo_takes_back_the_decision(job) -> None:
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await decide(pilot, 4)
        screen.browser.set_filter("name:000")
        screen.show_list()
        await pilot.press("j", "j", "space", "space")
        chosen = set(screen.browser.ids[screen.browser.selected].tolist())
        job.confirm([1])
        await wait_for(pilot, lambda: ranking.learned(job) == 5, "the queue to learn")
        await wait_for(pilot, lambda: not screen.learner.recording)
        assert set(screen.browser.ids[screen.browser.selected].tolist()) == chosen
        assert (screen.browser.filter, screen.browser.tab) == ("name:000", Tab.TO_BE_CONFIRMED)
        assert next(job.history(1)).kind is Kind.RECORD
        await pilot.press("u")
        assert job.sample(1).labeled_by == "toy#1"


async def test_keys_pressed_while_it_learns_are_not_lost(job, monkeypatch) -> None:
    monkeypatch.setattr(ranking, "SLICE", 1)
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        await job_screen(pilot)
        await decide(pilot, 30)
        assert job.stats().labeled == 30
        await wait_for(pilot, lambda: ranking.learned(job) >= 10, "the queue to learn")


async def test_the_list_is_drawn_once_for_all_slices(job, monkeypatch) -> None:
    monkeypatch.setattr(ranking, "SLICE", 2)
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await decide(pilot, 4)
        drawn = []
        real = screen.show_list
        monkeypatch.setattr(screen, "show_list", lambda: (drawn.append(1), real())[1])
        job.confirm([3])
        await wait_for(pilot, lambda: "learned" in text_of(screen, TabLine), "the new order")
        assert len(drawn) == 2  # for the decision, and for the new order
        records = [c for c in job.history(40) if c.title.startswith("rank ")]
        assert len(records) > 10


async def test_what_was_decided_before_the_job_was_opened_is_learned_from(job, tmp_path) -> None:
    job.confirm(range(1, 8))
    job.close()
    with LabelingSession.open(tmp_path / "job") as again:
        async with app_on(again, Tab.TO_BE_CONFIRMED).run_test() as pilot:
            await job_screen(pilot)
            await wait_for(pilot, lambda: ranking.learned(again) == 7, "the queue to learn")


async def test_a_mistake_in_judging_is_told_and_the_next_decisions_are_judged(
    job, monkeypatch
) -> None:
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        await pilot.pause()
        with monkeypatch.context() as broken:
            broken.setattr(ranking.Ranking, "judge", lambda _: 1 / 0)
            job.confirm(range(1, 6))
            await wait_for(pilot, lambda: "could not learn" in said(screen), "the complaint")
            assert "ZeroDivisionError" in said(screen)
        job.confirm(range(6, 11))
        await wait_for(pilot, lambda: ranking.learned(job) == 10, "the queue to learn")


async def test_a_job_opened_for_reading_learns_nothing(job, tmp_path) -> None:
    job.confirm(range(1, 8))
    job.flush()
    reader = LabelingSession.open(tmp_path / "job", read_only=True)
    async with app_on(reader, Tab.TO_BE_CONFIRMED).run_test() as pilot:
        screen = await job_screen(pilot)
        await pilot.pause(0.1)
        assert ranking.learned(reader) == 0
        await pilot.press("T")
        assert not isinstance(pilot.app.screen, HardRuleDialog)
        assert screen.is_current


async def test_the_rule_is_shown_and_set_in_a_dialog(job) -> None:
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(120, 30)) as pilot:
        screen = await job_screen(pilot)
        assert "▲ 10 hard (risk from 0.50)" in text_of(screen, TitleLine)
        await pilot.press("T")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HardRuleDialog))
        await pilot.press("tab", "right", "tab", "ctrl+u", *"10", "enter")
        await wait_for(pilot, lambda: screen.is_current)
        assert job.job.hard_rule == Rule(RuleKind.SHARE, 0.1)
        assert "▲ 6 hard (hardest 10 %)" in text_of(screen, TitleLine)
        await pilot.press("u")
        assert "▲ 10 hard (risk from 0.50)" in text_of(screen, TitleLine)


async def test_a_rule_that_is_none_is_explained_and_not_set(job) -> None:
    async with app_on(job, Tab.TO_BE_CONFIRMED).run_test(size=(80, 24)) as pilot:
        await job_screen(pilot)
        await pilot.press("T")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HardRuleDialog))
        await pilot.press("ctrl+u", *"300", "enter")
        problem = pilot.app.screen.query_one("#problem")
        await wait_for(pilot, lambda: "from 0 to 1" in problem.text)
        await pilot.press("escape")
        assert job.job.hard_rule == Rule(RuleKind.RISK, 0.5)
