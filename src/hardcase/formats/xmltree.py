"""XML read into a small tree, for files nobody vouches for.

A document type declaration is refused outright: entities come in no other way, so none is ever
defined, expanded or fetched. Size, depth and number of elements are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from hardcase.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32
MAX_ELEMENTS = 500_000


@dataclass(slots=True)
class Element:
    """An element: its text without that of children, and the line it starts on (from 1)."""

    tag: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """Yield the children called `tag`."""
        return (child for child in self.children if child.tag == tag)

    def get(self, *tags: str) -> str | None:
        """Return the trimmed text at the first path of `tags`, None if there is no such element."""
        element: Element | None = self
        for tag in tags:
            if element is None:
                return None
            element = next(element.all(tag), None)
        return None if element is None else element.text.strip()


class _Builder:
    def __init__(self, place: str) -> None:
        self.place = place
        self.root: Element | None = None
        self.open: list[Element] = []
        self.texts: list[list[str]] = []
        self.count = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        self.fail("document types and entities are not allowed in annotation files")

    def fail(self, what: str) -> None:
        raise FormatError(f"{self.place}:{self.parser.CurrentLineNumber}: {what}")

    def start(self, tag: str, _: object) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            self.fail("too many or too deeply nested elements")
        element = Element(tag, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])

    def end(self, _: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def data(self, text: str) -> None:
        self.texts[-1].append(text)


def parse_xml(content: bytes, place: str) -> Element:
    """Return the root element of an XML document; FormatError with place and line otherwise."""
    builder = _Builder(place)
    try:
        builder.parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, "not XML")
        raise FormatError(f"{place}:{error.lineno}: not XML: {what}") from error
    except (LookupError, ValueError) as error:
        raise FormatError(f"{place}: not XML: unknown encoding") from error
    if builder.root is None:
        raise FormatError(f"{place}: not XML: empty")
    return builder.root
