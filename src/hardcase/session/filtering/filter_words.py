"""The words of a filter expression: where each stands, and what in it is plain text.

Blanks part words, the first colon parts a field from its values, commas part alternatives. Between
single or double quotes all of these are text, and so is a leading `-`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

QUOTES = "\"'"


class Character(NamedTuple):
    """A character that counts, where it stands, and whether it is out of quotes."""

    text: str
    at: int
    plain: bool


class Value(NamedTuple):
    """One alternative: its text, and the part of the expression, quotes included, that says so."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `field` is None for a bare word, whose only value is its text.

    `start` and `end` are its place in the expression; `body` is where it begins after the sign.
    `closed` tells whether its last quote is.
    """

    start: int
    end: int
    body: int
    negated: bool
    field: str | None
    values: tuple[Value, ...]
    closed: bool


def split(expression: str) -> Iterator[Word]:
    """Yield the words of an expression, in order. A quote that is not closed goes to the end."""
    start: int | None = None
    quote = ""
    characters: list[Character] = []
    for at, c in enumerate(expression):
        if not quote and c.isspace():
            if start is not None:
                yield _word(start, at, characters, closed=True)
            start, characters = None, []
            continue
        start = at if start is None else start
        if c == quote:
            quote = ""
        elif not quote and c in QUOTES:
            quote = c
        else:
            characters.append(Character(c, at, not quote))
    if start is not None:
        yield _word(start, len(expression), characters, closed=not quote)


def quoted(text: str) -> str:
    """Return `text` as `split` reads it back as one value, in quotes only where it takes them."""
    if text and not any(c.isspace() or c == "," or c in QUOTES for c in text):
        return text
    return "'\"'".join(f'"{part}"' if part else "" for part in text.split('"')) or '""'


def _word(start: int, end: int, characters: Sequence[Character], *, closed: bool) -> Word:
    negated = len(characters) > 1 and characters[0].plain and characters[0].text == "-"
    body = characters[1:] if negated else characters
    begin = characters[0].at + 1 if negated else start
    colon = next((n for n, c in enumerate(body) if c.plain and c.text == ":"), None)
    if colon is None:
        bare = (Value(_text(body), begin, end),)
        return Word(start, end, begin, negated, None, bare, closed)
    values = tuple(_values(body[colon + 1 :], body[colon].at + 1, end))
    return Word(start, end, begin, negated, _text(body[:colon]), values, closed)


def _values(characters: Sequence[Character], start: int, end: int) -> Iterator[Value]:
    said: list[Character] = []
    for c in characters:
        if c.plain and c.text == ",":
            yield Value(_text(said), start, c.at)
            start, said = c.at + 1, []
        else:
            said.append(c)
    yield Value(_text(said), start, end)


def _text(characters: Iterable[Character]) -> str:
    return "".join(c.text for c in characters)
