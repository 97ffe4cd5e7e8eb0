"""The program: find the command, run it, turn whatever goes wrong into one line and a status."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from hardcase.cli import arguments, failures
from hardcase.cli.output import Output, ReaderGoneError, write_stdout
from hardcase.errors import HardcaseError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
"""What shells expect of a program ended by Ctrl-C."""

HUNG_UP = 129
"""What they expect of one whose terminal went away: nobody is there to write to."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hardcase` with `argv` (without the program's name) and return the exit status.

    0 done, 1 failed, 2 wrong use, 130 interrupted.
    """
    if not _has_streams():
        print("hardcase: stdout is closed: send it to a file or to /dev/null", file=sys.stderr)
        return 1
    _survive_odd_names()
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except ReaderGoneError:
        _settle_stdout()
        return 0
    except KeyboardInterrupt:
        print("hardcase: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (HardcaseError, OSError) as error:
        failures.log(error)
        print(failures.one_line(error), file=sys.stderr)
        _settle_stdout()
        return getattr(error, "exit_code", 1)
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a traceback
        failures.log(error)
        print(failures.unexpected(error), file=sys.stderr)
        return 1


def _run(argv: Sequence[str]) -> int:
    try:
        request = arguments.parse(argv)
    except SystemExit as end:  # argparse: after --help and --version, or wrong use
        write_stdout("", flush=True)
        return end.code if isinstance(end.code, int) else 1
    if request.log_file is not None:
        failures.start_log(request.log_file)
    status = request.run(request.values, Output(as_json=request.values.json))
    if status != HUNG_UP:
        write_stdout("", flush=True)
    return status


def _has_streams() -> bool:
    """Put /dev/null where stdin or stderr are closed, and return whether stdout is open.

    The first file opened would get the number of a closed one, and what a library prints with it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003
    streams: dict[str, TextIO | None] = {"out": sys.stdout, "err": sys.stderr}
    if streams["err"] is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - to the end
    return streams["out"] is not None


def _survive_odd_names() -> None:
    # A terminal that is not UTF-8 shows `?` for what it cannot show, and the command goes on.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _settle_stdout() -> None:
    # Python flushes stdout once more at exit, and would print a traceback of its own if that fails.
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
