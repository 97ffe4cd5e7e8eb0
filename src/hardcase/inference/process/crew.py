"""Children that share the images of one run, and answer as one, in order."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hardcase.inference.process.conversation import Answer, Conversation
    from hardcase.inference.process.spread import Spread

SPARE = 3
"""How many more groups of images a child has waiting than it has threads."""


def answers(
    items: Iterable[tuple[int, Path]],
    first: Conversation,
    join: Callable[[], Conversation],
    spread: Spread,
    *,
    group: int,
) -> Iterator[tuple[int, Answer]]:
    """Yield (key, answer) of every (key, path), in order.

    `first` is the first child; `join` starts another, and is asked to when those there are have
    enough to do, up to the processes of `spread`. Images are handed out in groups of `group`, and
    `items` is read as far ahead as keeps all children busy. Raises ModelError.
    """
    room = group * (spread.workers + SPARE)
    source = iter(items)
    crew = [first]
    order: deque[Conversation] = deque()

    def has_room(child: Conversation) -> bool:
        return child.waiting + group <= room

    while True:
        while (len(crew) < spread.processes or any(map(has_room, crew))) and (
            some := list(islice(source, group))
        ):
            idlest = min(crew, key=lambda child: child.waiting)
            if not has_room(idlest):
                idlest = join()
                crew.append(idlest)
            idlest.ask(*some)
            order.extend([idlest] * len(some))
        if not order:
            return
        yield order.popleft().answer()
