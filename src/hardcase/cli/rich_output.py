"""Tables and progress bars for terminals. Apart from `output`, so that pipes need no rich."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> str:
    """Return a table as it is to be written to the terminal that stdout is."""
    console = Console()
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        grid.add_column(
            Text(header), justify="right" if header in right else "left", overflow="fold"
        )
    for row in rows:
        grid.add_row(*map(Text, row))
    with console.capture() as capture:
        console.print(grid)
    return capture.get()


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr while the block runs."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
