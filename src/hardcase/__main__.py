"""`python -m hardcase` and the `hardcase` program."""

import sys

from hardcase.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
