"""`hardcase keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli.table import Spec
from hardcase.tui.actions import describe_keys

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output


def _arguments(_parser: ArgumentParser) -> None:
    pass


def keys(_args: Namespace, output: Output) -> int:
    """List the keys of the app. --json prints one list: [{id, keys: [text], help, where}]."""
    described = describe_keys()
    if output.json:
        output.record(described)
        return 0
    rows = [(str(a["where"]), " ".join(a["keys"]), str(a["help"]), str(a["id"])) for a in described]
    output.table(("where", "keys", "what it does", "id"), rows)
    return 0


COMMANDS = {"keys": Spec(_arguments, keys)}
