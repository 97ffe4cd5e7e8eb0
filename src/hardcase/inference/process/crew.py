"""Children that share the images of one run, and answer as one, in order."""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hardcase.inference.process.conversation import Answer, Conversation
    from hardcase.inference.process.spread import Spread

SPARE = 3
"""How many more groups of images a child has waiting than it has threads."""

EARLY = 2
"""How many times as many groups may be on their way, or answered before it is their turn."""


def answers(
    items: Iterable[tuple[int, Path]],
    first: Conversation,
    join: Callable[[], Conversation],
    spread: Spread,
    *,
    group: int,
) -> Iterator[tuple[int, Answer]]:
    """Yield (key, answer) of every (key, path), in order.

    `first` is the first child, which is open; `join` starts another, and is asked to for as many
    as there is enough to do, up to the processes of `spread`. Those that still open the model are
    not waited for. Images are handed out in groups of `group`, and `items` is read as far ahead as
    keeps all children busy. Raises ModelError.
    """
    depth = spread.workers + SPARE
    source = iter(items)
    ahead = list(islice(source, group * depth * spread.processes))
    source = chain(ahead, source)
    crew = [first, *(join() for _ in range(1, ceil(len(ahead) / (group * depth))))]
    order: deque[tuple[Conversation, int]] = deque()

    def hand_out() -> None:
        """Give a group to each child that has room, so that a faster one gets more."""
        for child in crew:
            if (
                len(order) < EARLY * depth * len(crew)
                and child.unanswered() + group <= group * depth
                and child.is_open
                and (some := list(islice(source, group)))
            ):
                child.ask(*some)
                order.append((child, len(some)))

    for _ in range(depth):
        hand_out()
    while order:
        child, count = order.popleft()
        for _ in range(count):
            yield child.answer()
        hand_out()
