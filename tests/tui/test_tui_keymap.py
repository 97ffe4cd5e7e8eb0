from __future__ import annotations

import pytest
from tui_helpers import app_on, job_screen, said, screen_text, wait_for

from hardcase.errors import UsageError
from hardcase.tui.actions import ACTIONS
from hardcase.tui.bindings import key_label, textual_key
from hardcase.tui.keymap import parse_key, user_actions, with_keys
from hardcase.tui.themes import user_theme


def keys_of(actions, action_id):
    return next(a.keys for a in actions if a.id == action_id)


def test_without_a_file_the_defaults_hold() -> None:
    assert user_actions() == ACTIONS


def test_a_file_in_the_config_folder_replaces_keys(tmp_path) -> None:
    file = tmp_path / "config" / "hardcase" / "keymap.yaml"
    file.parent.mkdir(parents=True)
    file.write_text('reject: ["ctrl+x", "#"]\nclear: []\n')
    actions = user_actions()
    assert keys_of(actions, "reject") == ("ctrl+x", "#")
    assert keys_of(actions, "clear") == ()
    assert keys_of(actions, "confirm") == ("a", "enter")


def test_two_actions_may_swap_their_keys() -> None:
    actions = with_keys(ACTIONS, {"reject": ["s"], "skip": ["x"]})
    assert keys_of(actions, "reject") == ("s",)


@pytest.mark.parametrize(
    ("keymap", "complaint"),
    [
        ({"fly": ["x"]}, "no action 'fly'"),
        ({"reject": ["hyper+x"]}, "no key 'hyper+x'"),
        ({"reject": ["enterr"]}, "no key 'enterr'"),
        ({"reject": ["shift+a"]}, "capital letter"),
        ({"reject": ["s"]}, "both 'reject' and 'skip'"),
        ({"reject": ["j"]}, "'cursor_down' and 'reject'"),
        ({"reject": ["?"]}, "'help' and 'reject'"),
        ({"reject": ["ctrl+m"]}, "'confirm' and 'reject'"),
        ({"\x1b[31mred": ["s"]}, "no action '�[31mred'"),
    ],
)
def test_a_wrong_keymap_is_explained_in_one_line(keymap, complaint) -> None:
    with pytest.raises(UsageError) as caught:
        with_keys(ACTIONS, keymap)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_key_may_mean_different_things_in_different_places() -> None:
    assert keys_of(with_keys(ACTIONS, {"open_job": ["x"]}), "open_job") == ("x",)


@pytest.mark.parametrize(
    "text",
    ["- a\n", "confirm: {a: b}\n", "confirm: [yes]\n", "{{{", "confirm: [a\n", "\x00"],
)
def test_a_file_that_is_no_keymap_is_refused(tmp_path, monkeypatch, text) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text(text)
    monkeypatch.setenv("HARDCASE_KEYMAP", str(file))
    with pytest.raises(UsageError, match=r"keys\.yaml"):
        user_actions()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("confirm: [a]\n\nfly: [x]\n", "keys.yaml, line 3: no action 'fly'"),
        ("confirm: [a]\nreject: [enterr]\n", "keys.yaml, line 2: no key 'enterr'"),
        ("skip: [w]\nreject: [s]\nlast: [w]\n", "keys.yaml, line 3: key 'w' means both"),
        ("# mine\nreject: [j]\n", "keys.yaml, line 2: key 'j' means both 'cursor_down'"),
        ("a: [b\nskip: [s]\n", "keys.yaml, line 2: is no YAML: "),
        ("confirm: [a]\nskip: {a: b}\n", "keys.yaml, line 2: skip: write its keys as a list"),
        ("skip: [s]\nskip: [w]\n", "keys.yaml, line 2: skip stands in line 1 already"),
        ("# mine\n- a\n", "keys.yaml, line 2: write lines such as"),
        ("skip: [s]\nconfirm: ['\x00']\n", "keys.yaml, line 2: is no YAML: "),
        ("skip: [s]\nconfirm: [!!python/name:os.system '']\n", "keys.yaml, line 2: is no YAML: "),
        ("skip: [s]\nconfirm: [\xe9]\n".encode("latin-1"), "keys.yaml, line 2: is no UTF-8"),
    ],
)
def test_what_is_wrong_in_a_keymap_is_told_with_its_line(tmp_path, monkeypatch, text, complaint):
    file = tmp_path / "keys.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("HARDCASE_KEYMAP", str(file))
    with pytest.raises(UsageError) as caught:
        user_actions()
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "null\n", "\ufeffskip: [w]\n"])
def test_a_keymap_may_be_empty_and_begin_with_a_byte_order_mark(tmp_path, monkeypatch, text):
    file = tmp_path / "keys.yaml"
    file.write_text(text)
    monkeypatch.setenv("HARDCASE_KEYMAP", str(file))
    assert keys_of(user_actions(), "skip") == (("w",) if "skip" in text else ("s",))


def test_a_keymap_asked_for_by_name_must_be_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HARDCASE_KEYMAP", str(tmp_path / "none.yaml"))
    with pytest.raises(UsageError, match="cannot be read"):
        user_actions()


@pytest.mark.parametrize(
    ("written", "key"),
    [("PageDown", "pagedown"), ("ctrl+i", "tab"), ("esc", "escape"), (" ", "space"), ("+", "+")],
)
def test_keys_are_known_by_their_usual_names(written, key) -> None:
    assert parse_key(written) == key


@pytest.mark.parametrize(
    ("key", "name"),
    [("?", "question_mark"), ("*", "asterisk"), ("[", "left_square_bracket"), ("G", "G"),
     ("+", "plus"), ("-", "minus"), ("/", "slash"), ("ctrl+r", "ctrl+r")],
)  # fmt: skip
def test_keys_become_the_names_textual_sends(key, name) -> None:
    assert textual_key(key) == name


def test_keys_are_shown_short() -> None:
    assert [key_label(k) for k in ("ctrl+r", "pagedown", "shift+tab", "up")] == [
        "^r", "pgdn", "shift tab", "↑",
    ]  # fmt: skip


async def test_the_users_keys_work_and_are_the_ones_named(make_job) -> None:
    session = make_job()
    actions = with_keys(
        ACTIONS, {"undo": ["ctrl+z"], "suspend": [], "mark_hard": ["f2"], "clear": []}
    )
    async with app_on(session, actions=actions).run_test(size=(80, 24)) as pilot:
        screen = await job_screen(pilot)
        await pilot.press("h")
        assert session.stats().hard == 0
        await pilot.press("f2")
        assert said(screen) == "marked 000.png hard · ^z undoes"
        await wait_for(pilot, lambda: "^z undo" in screen_text(pilot.app)[-1], "the hint")
        await pilot.press("u")
        assert session.stats().hard == 1
        await pilot.press("ctrl+z")
        assert session.stats().hard == 0


@pytest.mark.parametrize("name", ["light", "Dark", "contrast"])
def test_a_theme_can_be_asked_for(monkeypatch, name) -> None:
    monkeypatch.setenv("HARDCASE_THEME", name)
    assert user_theme() == f"hardcase-{name.lower()}"


def test_an_unknown_theme_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("HARDCASE_THEME", "pink")
    with pytest.raises(UsageError, match="dark, light, contrast"):
        user_theme()
