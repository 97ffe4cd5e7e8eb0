"""What goes to the terminal, to pipes, and to nobody."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout

import pytest

from hardcase.cli.output import Output, aligned, cell_width, count

EVIL = "\x1b]0;owned\x07\x1b[31mred\u202egnp.exe\ttab\nline[bold]not bold[/bold]"


class Screen:
    """A stdout that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


def test_columns_line_up_without_tabs():
    rows = [["id", "name"], ["1", "a"], ["100", "bcd"]]
    assert list(aligned(rows, [True, False])) == [" id  name", "  1  a", "100  bcd"]


def test_wide_and_combining_characters_are_counted_in_cells():
    assert cell_width("abc") == 3
    assert cell_width("日本") == 4
    assert cell_width("e\u0301") == 1
    first, second = aligned([["日本", "x"], ["abcd", "y"]], [False, False])
    assert first == "日本  x"
    assert second == "abcd  y"


def test_pipes_get_no_control_characters(capsys):
    output = Output()
    output.line(EVIL)
    output.table(("name",), [(EVIL,)])
    output.note(EVIL)
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert set(text) & set(map(chr, (*range(32), 127))) <= {"\n"}
        assert "\u202e" not in text
    assert "[bold]not bold[/bold]" in said.out
    assert len(said.out.splitlines()) == 3


def test_terminals_get_a_table_whose_cells_are_never_interpreted():
    with redirect_stdout(Screen()) as screen:
        Output().table(("name", "n"), [(EVIL, "1")], right=("n",))
    assert "\x1b[1m" in screen.text  # the header is bold, so this was a table for terminals
    assert "[bold]not bold[/bold]" in screen.text
    assert "\x1b]0" not in screen.text
    assert "\x1b[31m" not in screen.text
    assert "\x07" not in screen.text


def test_long_tables_are_plain_on_a_terminal_too():
    with redirect_stdout(Screen()) as screen:
        Output().table(("n",), [(str(n),) for n in range(1000)])
    assert "\x1b" not in screen.text
    assert screen.text.splitlines()[-1] == "999"


def test_json_is_ascii_and_all_there_is(capsys):
    output = Output(as_json=True)
    output.line("for people")
    output.table(("h",), [("for people",)])
    output.record({"name": EVIL + "\udcff\x7f\x9b"})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {"name": EVIL + "\udcff\x7f\x9b"}


def test_progress_says_nothing_where_nobody_looks(capsys):
    with Output().progress("work", 3) as progress:
        progress(1)
        progress(3)
    assert capsys.readouterr() == ("", "")


def test_progress_shows_on_a_terminal():
    with redirect_stderr(Screen()) as screen, Output().progress("work [bold]", 3) as progress:
        progress(3)
    assert "work [bold]" in screen.text
    assert "3/3" in screen.text


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 boxes"), (1, "1 box"), (2, "2 boxes"), (1234, "1,234 boxes")]
)
def test_things_are_counted_in_words(number, said):
    assert count(number, "box", "boxes") == said


def test_things_are_many_with_an_s():
    assert count(3, "sample") == "3 samples"
