"""Label images in the terminal, let a model label the rest, review the hard examples first."""

__version__ = "0.1.0"
