"""Whatever goes wrong is one line on stderr, and the right status."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from hardcase.cli import listing, main, table
from hardcase.errors import JobError, UsageError

BUFFERED = {"PYTHONUNBUFFERED": ""}


@pytest.fixture
def failing(monkeypatch, cli):
    """Return a function that runs `hardcase list` while it raises the given error."""

    def run(error: BaseException, *options: str):
        def fail(_args: object, _output: object) -> int:
            """--json prints nothing."""
            raise error

        spec = table.Spec(listing.COMMANDS["list"].arguments, fail)
        monkeypatch.setitem(listing.COMMANDS, "list", spec)
        return cli("list", "job", *options)

    return run


def test_errors_of_ours_are_told_as_they_are(failing):
    result = failing(JobError("the job is odd: do this"))
    assert (result.status, result.err) == (1, "hardcase: the job is odd: do this\n")


def test_wrong_use_is_status_2(failing):
    assert failing(UsageError("no such label")).status == 2


def test_a_message_stays_one_line_and_moves_no_cursor(failing):
    result = failing(JobError("bad\nname\x1b[2J"))
    assert "\x1b" not in result.err
    assert result.error.startswith("hardcase: bad")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EACCES, "who may read and write"),
        (errno.EROFS, "can be written"),
        (errno.ENOENT, "check the path"),
    ],
)
def test_errors_of_the_system_come_with_advice(number, advice, failing):
    result = failing(OSError(number, os.strerror(number), "/some/file"))
    assert result.status == 1
    assert f"/some/file: {os.strerror(number)}" in result.error
    assert advice in result.error


def test_ctrl_c_is_status_130(failing):
    result = failing(KeyboardInterrupt())
    assert (result.status, result.err) == (130, "hardcase: interrupted\n")


def test_an_unexpected_error_is_one_line_that_says_where_to_look(failing):
    result = failing(ZeroDivisionError("oh"))
    assert result.status == 1
    assert "ZeroDivisionError: oh" in result.error
    assert "--log-file" in result.error


def test_debugging_shows_the_traceback(failing, monkeypatch):
    monkeypatch.setenv("HARDCASE_DEBUG", "1")
    result = failing(ZeroDivisionError("oh"))
    assert "Traceback" in result.err
    assert result.err.splitlines()[-1].startswith("hardcase: internal error")


def test_the_log_file_keeps_the_traceback(tmp_path):
    log = tmp_path / "log"
    program = (
        "import sys; from hardcase.cli import listing, main, table\n"
        "def fail(args, output):\n  'Doc.'\n  return 1 / 0\n"
        "listing.COMMANDS['list'] = table.Spec(listing.COMMANDS['list'].arguments, fail)\n"
        f"sys.exit(main.main(['--log-file', {str(log)!r}, 'list', 'job']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert str(log) in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in log.read_text()
    assert "ZeroDivisionError" in log.read_text()


def test_a_log_file_that_cannot_be_written_is_told(cli, tmp_path):
    result = cli("--log-file", tmp_path / "none" / "log", "keys")
    assert result.status == 1
    assert "none" in result.error


@pytest.mark.parametrize("argv", [("keys", "--json"), ("--help",)], ids=["much", "little"])
def test_a_reader_that_leaves_early_is_no_failure(argv):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "hardcase", *argv],
        env=os.environ | BUFFERED,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("argv", [("keys", "--json"), ("--help",)], ids=["much", "little"])
def test_a_full_disk_behind_stdout_is_told(argv):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "hardcase", *argv],
            env=os.environ | BUFFERED,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "No space left" in line


def closed(number, *argv):
    """What the program does with one of its standard streams closed."""
    shell = ["sh", "-c", f'exec "$@" {number}{"<" if number == 0 else ">"}&-', "sh"]
    return subprocess.run(
        [*shell, sys.executable, "-m", "hardcase", *argv],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("argv", [("keys",), ("--help",), ("stats", "nowhere")])
def test_a_closed_stdout_is_told(argv):
    done = closed(1, *argv)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "hardcase: stdout is closed: send it to a file or to /dev/null\n"


def test_what_belongs_on_a_closed_stderr_does_not_go_to_stdout():
    done = closed(2, "stats", "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert closed(2, "keys").returncode == 0


def test_nobody_has_to_type():
    assert closed(0, "keys").returncode == 0


def test_odd_terminals_get_question_marks_rather_than_an_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "hardcase", "open", "日本"],
        env=os.environ | {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1
    assert b"hardcase: ?? does not exist" in done.stderr


def test_warnings_go_to_the_log_file_alone(tmp_path):
    state = tmp_path / "hardcase" / "jobs.json"
    state.parent.mkdir()
    state.write_text("no list of jobs")
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-m", "hardcase", "--log-file", str(log), "open", "--json"],
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "jobs.json cannot be read" in log.read_text()


def test_main_returns_the_status_of_argparse():
    assert main.main(["--version"]) == 0
