"""What terminal the program talks to, and what that terminal can show."""

from hardcase.terminal.detect import Terminal, detect
from hardcase.terminal.modes import Depth, Mode

__all__ = ["Depth", "Mode", "Terminal", "detect"]
