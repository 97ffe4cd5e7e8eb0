"""Keys that were typed before the app could read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.events import Key

if TYPE_CHECKING:
    from textual.app import App


def type_again(app: App[object], typed: bytes) -> None:
    """Let the app have keys that were read while the terminal was asked what it can show.

    Textual reads keys from the terminal only, and its parser is not public.
    """
    parser = XTermParser()
    text = typed.decode("utf-8", "replace")
    for message in (*parser.feed(text), *parser.feed("")):
        if isinstance(message, Key):
            message.set_sender(app)
            app.post_message(message)
