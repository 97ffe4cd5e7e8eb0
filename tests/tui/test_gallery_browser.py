from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_helpers import LABELS, auto_labeled, make_images

from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.screens.browser import Browser

COUNT = 8


@pytest.fixture
def browser(make_job) -> Browser:
    session = make_job(count=COUNT)
    auto_labeled(session, {n: 1 - n / 10 for n in range(1, COUNT + 1)})
    return Browser(session, Tab.TO_BE_CONFIRMED)


def test_inverting_selects_the_others_and_twice_changes_nothing(browser) -> None:
    browser.toggle_selected()
    browser.invert()
    assert browser.selected.tolist() == [False] + [True] * (COUNT - 1)
    browser.invert()
    assert browser.targets() == [1]


def test_inverting_ends_a_range(browser) -> None:
    browser.toggle_range()
    browser.move(2)
    browser.invert()
    browser.move(5)
    assert browser.targets() == [4, 5, 6, 7, 8]


def test_rows_held_stay_where_they_are_when_they_are_decided(browser) -> None:
    before = browser.ids.tolist()
    browser.hold(2, 3)
    browser._session.confirm([3, 5, 7])
    browser.refresh()
    assert browser.ids.tolist() == [i for i in before if i != 7]  # 7 was not held
    assert browser.selected_count == 0


def test_rows_let_go_leave_and_the_cursor_stays_on_its_sample(browser) -> None:
    browser.hold(0, 4)
    browser._session.confirm([1, 2])
    browser.refresh()
    browser.move(4)
    browser.release()
    assert browser.ids.tolist() == [3, 4, 5, 6, 7, 8]
    assert browser.current is not None
    assert browser.current.id == 5


@pytest.mark.parametrize("leave", ["tab", "filter", "narrow"])
def test_another_list_lets_go_of_what_was_held(browser, leave) -> None:
    browser.hold(0, 4)
    browser._session.confirm([1])
    browser.refresh()
    assert 1 in browser.ids
    if leave == "tab":
        browser.switch(Tab.TO_BE_CONFIRMED)
    elif leave == "filter":
        browser.set_filter("label:cat")
    else:
        browser.narrow(browser.ids)
    assert 1 not in browser.ids


def test_what_is_held_leaves_when_nothing_else_is_left(browser) -> None:
    browser.hold(0, COUNT)
    browser._session.confirm(range(1, COUNT + 1))
    browser.refresh()
    assert browser.ids.tolist() == []
    assert browser.cursor == -1


def test_samples_that_the_job_no_longer_has_are_not_held(browser) -> None:
    session = browser._session
    browser.hold(0, 4)
    session.commit("forget", [Edit(Table.SAMPLES, 2, session.sample(2), None)], Kind.EDIT)
    session.confirm([1])
    browser.refresh()
    assert browser.ids.tolist() == [1, 3, 4, 5, 6, 7, 8]


@pytest.fixture(scope="module")
def labeled(tmp_path_factory):
    folder = make_images(tmp_path_factory.mktemp("held"), [f"{n}.png" for n in range(COUNT)])
    with LabelingSession.create(folder, Task.CLASSIFICATION, LABELS) as session:
        auto_labeled(session, {n: 1 - n / 10 for n in range(1, COUNT + 1)})
        yield session


@given(
    first=st.integers(0, COUNT - 1),
    count=st.integers(1, COUNT),
    decided=st.sets(st.integers(1, COUNT), min_size=1, max_size=COUNT - 1),
)
def test_what_is_held_stays_together_in_order_and_leaves_when_let_go(
    labeled, first, count, decided
) -> None:
    browser = Browser(labeled, Tab.TO_BE_CONFIRMED)
    held = browser.ids[first : first + count].tolist()
    browser.hold(first, count)
    labeled.confirm(sorted(decided))
    try:
        browser.refresh()
        shown = browser.ids.tolist()
        at = shown.index(held[0])
        assert shown[at : at + len(held)] == held
        assert set(shown) == set(held) | set(labeled.query(Tab.TO_BE_CONFIRMED).tolist())
        browser.release()
        assert browser.ids.tolist() == labeled.query(Tab.TO_BE_CONFIRMED).tolist()
    finally:
        labeled.undo()
