"""Write the generated parts of README.md anew: `python tests/readme/update.py`."""

from __future__ import annotations

import re
from pathlib import Path

from hardcase.tui.actions import keys_markdown

README = Path(__file__).resolve().parents[2] / "README.md"


def with_keys(text: str) -> str:
    """Return the README with the table of keys as the registry of actions has it."""
    begin, end = "<!-- keys -->", "<!-- /keys -->"
    pattern = re.compile(f"{begin}.*{end}", re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{keys_markdown()}\n{end}", text)


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text("utf-8")), "utf-8")
