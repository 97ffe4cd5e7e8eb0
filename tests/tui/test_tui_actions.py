from __future__ import annotations

import subprocess
import sys

import pytest
from edit_helpers import boxed_job

from hardcase.tui.actions import ACTIONS, Place, describe_keys, keys_markdown
from hardcase.tui.editor.open import Opening
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.keymap import check_clashes
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.screens.jobs import JobsScreen

ON_JOBS = (Place.EVERYWHERE, Place.LISTS, Place.JOB, Place.ZOOMED)
ON_OTHERS = {
    Place.EVERYWHERE: (JobsScreen,),
    Place.LISTS: (JobsScreen,),
    Place.JOBS: (JobsScreen,),
}


def test_ids_are_unique() -> None:
    ids = [a.id for a in ACTIONS]
    assert len(ids) == len(set(ids))


def test_default_keys_do_not_clash() -> None:
    check_clashes(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.id)
def test_every_action_has_a_method_where_it_works(action) -> None:
    for screen in ON_OTHERS.get(action.where, ()):
        assert callable(getattr(screen, f"action_{action.method.partition('(')[0]}"))


def test_every_action_of_a_job_has_a_method_on_its_screen_or_a_desk(make_job) -> None:
    screen = JobScreen(ACTIONS, make_job())
    for action in ACTIONS:
        if action.where in ON_JOBS:
            assert callable(getattr(screen, f"action_{action.method.partition('(')[0]}", None)), (
                action
            )


def test_every_action_of_the_editor_has_a_method_on_its_screen_or_a_desk(tmp_path) -> None:
    with boxed_job(tmp_path / "images") as session:
        screen = EditScreen(ACTIONS, session, Opening(1))
        for action in ACTIONS:
            if action.where in {Place.EVERYWHERE, Place.EDITOR, Place.DRAWING}:
                assert callable(getattr(screen, f"action_{action.method.partition('(')[0]}", None))


def test_no_two_desks_have_the_same_action(make_job) -> None:
    desks = JobScreen(ACTIONS, make_job()).desks
    names = [n for desk in desks for n in dir(desk) if n.startswith("action_")]
    assert len(names) == len(set(names))


def test_what_a_desk_says_of_actions_is_about_actions_there_are(make_job) -> None:
    ids = {action.id for action in ACTIONS}
    for desk in JobScreen(ACTIONS, make_job()).desks:
        assert not desk.ALTERING - ids


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.id)
def test_every_action_has_keys_and_help(action) -> None:
    assert action.keys
    assert action.help
    assert bool(action.hint) == bool(action.rank)


def test_keys_are_described_with_the_fields_of_the_command_line() -> None:
    described = describe_keys()
    assert {
        "id": "confirm",
        "keys": ["a", "enter"],
        "help": "Confirm the labels and go on",
        "where": "job",
    } in described
    assert all(set(d) == {"id", "keys", "help", "where"} for d in described)


def test_described_keys_are_the_users(tmp_path, monkeypatch) -> None:
    keymap = tmp_path / "keys.yaml"
    keymap.write_text("confirm: [F2]\n")
    monkeypatch.setenv("HARDCASE_KEYMAP", str(keymap))
    assert next(d for d in describe_keys() if d["id"] == "confirm")["keys"] == ["f2"]


def test_the_table_for_the_documentation_names_every_action() -> None:
    table = keys_markdown()
    for action in ACTIONS:
        assert f"`{action.id}`" in table


def test_describing_keys_does_not_need_textual() -> None:
    code = (
        "import sys; from hardcase.tui.actions import describe_keys; describe_keys();"
        "print('textual' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
