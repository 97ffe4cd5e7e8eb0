"""The details under the picture: laid out once for what they tell, ahead where it is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from tui_helpers import screen_text, wait_for

from hardcase.model.job import Annotation, Sample, Status, Task
from hardcase.tui.widgets import details_pane
from hardcase.tui.widgets.details_pane import About, DetailsPane

SAMPLE = Sample(7, "night/owl.png", Status.LABELED, (Annotation("owl", score=0.5),))


class Alone(App[None]):
    """Nothing but the details."""

    CSS = "DetailsPane { height: 6; } .details--rule { color: $primary; }"

    def compose(self) -> ComposeResult:
        """Show them."""
        yield DetailsPane()


def about(sample: Sample = SAMPLE, box: int | None = None) -> About:
    return About(sample, Task.CLASSIFICATION, {"owl": "#ff0000"}, box)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    """Samples in the order they were put into words."""
    samples: list[Sample] = []
    words = details_pane.details

    def noted(sample: Sample, *args: object, **options: object) -> object:
        samples.append(sample)
        return words(sample, *args, **options)

    monkeypatch.setattr(details_pane, "details", noted)
    return samples


async def test_they_stand_under_a_rule_a_cell_from_the_edges() -> None:
    async with Alone().run_test(size=(40, 8)) as pilot:
        pilot.app.query_one(DetailsPane).show(about())
        await wait_for(pilot, lambda: "owl" in screen_text(pilot.app)[3], "the label")
        rows = screen_text(pilot.app)
        assert rows[0] == "─" * 40
        assert rows[1].rstrip() == " ● labeled"
        assert rows[2].rstrip() == " night/owl.png"
        assert rows[3].startswith(" ■ owl 0.50")
        assert rows[5].strip() == "1 owl"
        assert rows[6].strip() == ""


async def test_what_was_laid_out_ahead_is_not_put_into_words_again(told: list[Sample]) -> None:
    near = replace(SAMPLE, id=8)
    async with Alone().run_test(size=(40, 8)) as pilot:
        pane = pilot.app.query_one(DetailsPane)
        pane.show(about())
        await wait_for(pilot, lambda: told == [SAMPLE], "the first")
        pane.prefetch([about(near)])
        await wait_for(pilot, lambda: told == [SAMPLE, near], "the neighbour")
        pane.show(about(near))
        await wait_for(pilot, lambda: "#8" in "".join(screen_text(pilot.app)), "the neighbour's")
        pane.show(about())
        await wait_for(pilot, lambda: "#7" in "".join(screen_text(pilot.app)), "the first again")
        assert told == [SAMPLE, near]


async def test_a_sample_that_was_altered_is_told_anew(told: list[Sample]) -> None:
    async with Alone().run_test(size=(40, 8)) as pilot:
        pane = pilot.app.query_one(DetailsPane)
        pane.show(about())
        await wait_for(pilot, lambda: told == [SAMPLE], "the first")
        pane.show(about(replace(SAMPLE, status=Status.TO_BE_CONFIRMED)))
        await wait_for(
            pilot, lambda: "to be confirmed" in screen_text(pilot.app)[1], "the new state"
        )


async def test_another_theme_or_size_lays_them_out_anew(told: list[Sample]) -> None:
    async with Alone().run_test(size=(40, 8)) as pilot:
        pilot.app.query_one(DetailsPane).show(about())
        await wait_for(pilot, lambda: len(told) == 1, "the first")
        await pilot.resize_terminal(50, 8)
        await wait_for(pilot, lambda: screen_text(pilot.app)[0] == "─" * 50, "the wider rule")
        seen = len(told)
        pilot.app.theme = "textual-light"
        await wait_for(pilot, lambda: len(told) > seen, "the new colours")


async def test_a_line_of_text_may_hold_anything() -> None:
    async with Alone().run_test(size=(40, 8)) as pilot:
        pilot.app.query_one(DetailsPane).show("no such [bold]file")
        await wait_for(pilot, lambda: "[bold]file" in screen_text(pilot.app)[1], "the line")


async def test_only_lines_that_differ_are_painted_again() -> None:
    near = replace(SAMPLE, id=8)
    async with Alone().run_test(size=(40, 8)) as pilot:
        pane = pilot.app.query_one(DetailsPane)
        pane.show(about())
        await wait_for(pilot, lambda: "owl" in screen_text(pilot.app)[3], "the label")
        pane.prefetch([about(near)])
        await wait_for(pilot, lambda: pane._ready(about(near)), "what is laid out ahead")
        pane.show(about(near))
        (region,) = pane._repaint_regions
        assert 0 < region.height < pane.size.height
        await wait_for(pilot, lambda: "#8" in "".join(screen_text(pilot.app)), "the other number")
        pane.show("")
        pane.show("nothing to tell")
        await wait_for(pilot, lambda: "nothing to tell" in screen_text(pilot.app)[1], "a text")
